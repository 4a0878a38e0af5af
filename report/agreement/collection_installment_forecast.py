from odoo import api, fields, models
from odoo.tools import SQL

from ...models.agreement.collection_installment_plan import RUNNING_STATES, STATES


class CollectionInstallmentForecast(models.Model):
    """What installments are expected when, and what came in of them: one row per
    installment of an accepted plan, from the ledger. Read-only, for analysis."""

    _name = "collection.installment.forecast"
    _description = "Expected Installments"
    _auto = False
    _order = "date, id"
    _rec_name = "plan_id"

    plan_id = fields.Many2one("collection.installment.plan", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    user_id = fields.Many2one("res.users", "Proposed by", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    date = fields.Date(readonly=True)
    amount = fields.Monetary("Installment", readonly=True)
    amount_paid = fields.Monetary("Paid", readonly=True)
    amount_expected = fields.Monetary("Expected", readonly=True)
    state = fields.Selection(STATES, "Status of the plan", readonly=True)

    _depends = {
        "account.partial.reconcile": ["debit_move_id", "debit_amount_currency"],
        "account.move.line": ["amount_residual_currency", "parent_state"],
        "collection.dispute": ["amount_excluded", "is_active", "move_id"],
        "collection.installment.plan": [
            "amount",
            "item_ids",
            "state",
            "last_allocation",
        ],
        "collection.installment": ["amount", "date", "plan_id"],
    }

    @property
    def _table_query(self):
        return self._forecast_sql()

    @api.model
    def _forecast_sql(self):
        """Lay what was received on the oldest installments; what is not to be paid any
        more comes off the last.

        In: installments and the positions of their plans. Out: a row per installment.
        Example: three of 100, 150 received, 130 remaining after a credit of 20: paid
        are 100, 50 and 0, expected 0, 50 and 80.
        """
        return SQL(
            """
            SELECT due.id, due.plan_id, due.company_id, due.partner_id, due.user_id,
                   due.currency_id, due.date, due.amount, due.state, share.paid
                       AS amount_paid,
                   CASE WHEN due.state IN %s
                        THEN GREATEST(LEAST(due.amount,
                            position.received + position.remaining - due.before)
                            - share.paid, 0)
                        ELSE 0 END AS amount_expected
              FROM (
                SELECT line.id, line.plan_id, plan.company_id, plan.partner_id,
                       plan.user_id, plan.currency_id, line.date, line.amount,
                       plan.state, SUM(line.amount) OVER (
                           PARTITION BY line.plan_id ORDER BY line.date, line.id)
                           - line.amount AS before
                  FROM collection_installment line
                  JOIN collection_installment_plan plan ON plan.id = line.plan_id
                 WHERE plan.date_active IS NOT NULL) due
              JOIN (%s) position ON position.plan_id = due.plan_id
             CROSS JOIN LATERAL (
                SELECT GREATEST(LEAST(due.amount, position.received - due.before), 0)
                    AS paid) share
            """,
            RUNNING_STATES,
            self.env["collection.installment.evaluation"]._positions_sql(SQL("TRUE")),
        )

    def action_open_plan(self):
        """Open the plan."""
        self.ensure_one()
        return self.plan_id._get_records_action()
