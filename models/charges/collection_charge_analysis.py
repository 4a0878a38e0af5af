from odoo import api, fields, models
from odoo.tools import SQL

from .collection_charge import CHARGE_KINDS, CHARGE_STATES


class CollectionChargeAnalysis(models.Model):
    """What was charged for late payment, and what of it was paid and waived.

    One row per charge that was not cancelled, in the company's currency.
    """

    _name = "collection.charge.analysis"
    _description = "Late Charges, Paid and Waived"
    _auto = False
    _order = "date desc, id desc"
    _depends = {
        "account.move": ["amount_residual", "payment_state", "state"],
        "collection.charge": ["amount_company", "charge_line_id", "waive_date"],
    }

    charge_id = fields.Many2one("collection.charge", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    user_id = fields.Many2one("res.users", "Collector", readonly=True)
    rule_id = fields.Many2one("collection.charge.rule", readonly=True)
    stage_id = fields.Many2one("collection.stage", readonly=True)
    reason_id = fields.Many2one(
        "collection.reason",
        "Waived for",
        readonly=True,
        domain="[('kind', '=', 'waiver')]",
    )
    kind = fields.Selection(CHARGE_KINDS, readonly=True)
    state = fields.Selection(CHARGE_STATES, readonly=True)
    date = fields.Date(readonly=True)
    amount = fields.Monetary("Charged", readonly=True)
    amount_paid = fields.Monetary("Paid", readonly=True)
    amount_waived = fields.Monetary("Waived", readonly=True)
    amount_open = fields.Monetary("Open", readonly=True)

    @property
    def _table_query(self):
        """Sort charges by what has become of them.

        In: charges, their invoices and credit notes. Out: a row per charge that was not
        cancelled. Example: a charge of 100.00 on an invoice of 200.00 of which 50.00
        were paid: 25.00 paid, 75.00 open.
        """
        return SQL(
            """
            SELECT sorted.*,
                   CASE WHEN state = 'waived' THEN amount ELSE 0 END AS amount_waived,
                   CASE WHEN state IN ('posted', 'paid')
                        THEN amount * share ELSE 0 END AS amount_paid,
                   CASE WHEN state = 'draft' THEN amount
                        WHEN state = 'posted' THEN amount * (1 - share)
                        ELSE 0 END AS amount_open
              FROM (%s) sorted
             WHERE state <> 'cancelled'
            """,
            self._sorted_sql(),
        )

    @api.model
    def _sorted_sql(self):
        """:return: SQL of all charges, with their state and what is paid of them"""
        return SQL(
            """
            SELECT charge.id, charge.id AS charge_id, charge.company_id,
                   company.currency_id, charge.partner_id, charge.user_id,
                   charge.rule_id, charge.stage_id,
                   charge.waive_reason_id AS reason_id, charge.kind,
                   charge.create_date::date AS date, charge.amount_company AS amount,
                   COALESCE(1 - move.amount_residual / NULLIF(move.amount_total, 0), 1)
                       AS share,
                   CASE WHEN charge.waive_date IS NOT NULL
                         AND (move.id IS NULL OR note.state <> 'cancel') THEN 'waived'
                        WHEN move.id IS NULL OR move.state = 'cancel' THEN 'cancelled'
                        WHEN move.state = 'draft' THEN 'draft'
                        WHEN move.payment_state = 'reversed' THEN 'waived'
                        WHEN move.payment_state IN ('paid', 'in_payment') THEN 'paid'
                        ELSE 'posted' END AS state
              FROM collection_charge charge
              JOIN res_company company ON company.id = charge.company_id
         LEFT JOIN account_move move ON move.id = charge.move_id
         LEFT JOIN account_move note ON note.id = charge.waive_move_id
            """
        )
