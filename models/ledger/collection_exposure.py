from odoo import api, fields, models
from odoo.tools import SQL

STATUSES = [
    ("open", "To collect"),
    ("credit", "Credit"),
    ("held", "On hold"),
    ("disputed", "Disputed"),
    ("promised", "Promised"),
    ("planned", "On installments"),
    ("in_transit", "Payment on its way"),
    ("blocked", "Blocked"),
    ("excluded", "Excluded from follow-up"),
    ("stayed", "Stayed by bankruptcy"),
    ("stayed_credit", "Credit before the petition"),
]


class CollectionExposure(models.Model):
    """What can be collected: one row per open receivable item, from the ledger.

    Read-only. The only place that says what an open item's money is worth to
    collections; the review, the plan, the letters and the screens all read it. The
    journal item's own partner is the commercial one of the day it was posted, so the
    partner's present commercial entity is looked up; the addressee is the invoice's.
    """

    _name = "collection.exposure"
    _description = "Collectable Amount per Due Item"
    _auto = False
    _order = "date_maturity, id"
    _rec_name = "move_id"
    _depends = {
        "account.move.line": [
            "amount_residual",
            "amount_residual_currency",
            "date_maturity",
            "no_followup",
            "parent_state",
            "partner_id",
            "reconciled",
        ],
        "account.move": ["invoice_date", "partner_id", "payment_state"],
        "collection.bankruptcy": ["date_petition", "partner_id", "stops_collection"],
        "collection.dispute": ["move_id", "amount_excluded", "is_active"],
        "collection.hold": ["state", "case_id", "item_ids"],
        "collection.item": ["case_id", "move_line_id", "stage_id"],
        "collection.installment.plan": ["state", "item_ids", "amount"],
        "collection.promise": ["state", "item_ids", "amount"],
        "res.partner": ["commercial_partner_id"],
    }

    move_line_id = fields.Many2one("account.move.line", "Journal item", readonly=True)
    move_id = fields.Many2one("account.move", "Invoice", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    addressee_id = fields.Many2one("res.partner", readonly=True)
    case_id = fields.Many2one("collection.case", readonly=True)
    stage_id = fields.Many2one("collection.stage", "Stage reached", readonly=True)
    date_maturity = fields.Date("Due date", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    company_currency_id = fields.Many2one("res.currency", readonly=True)
    amount_residual = fields.Monetary(
        "Open (company currency)", currency_field="company_currency_id", readonly=True
    )
    amount_residual_currency = fields.Monetary("Open", readonly=True)
    amount_disputed = fields.Monetary("Disputed", readonly=True)
    amount_promised = fields.Monetary("Promised", readonly=True)
    amount_planned = fields.Monetary("On installments", readonly=True)
    amount_due = fields.Monetary(
        "To ask for",
        readonly=True,
        help="In the item's currency: what is open, less what is disputed, promised, on"
        " an installment plan or on hold.",
    )
    amount_held = fields.Monetary(
        "On hold", currency_field="company_currency_id", readonly=True
    )
    amount_collectable = fields.Monetary(
        "Collectable", currency_field="company_currency_id", readonly=True
    )
    status = fields.Selection(STATUSES, readonly=True)
    days_late = fields.Integer(compute="_compute_days_late")

    @api.depends("date_maturity")
    @api.depends_context("collection_as_of")
    def _compute_days_late(self):
        for exposure in self:
            day = exposure.company_id._get_collection_today()
            exposure.days_late = max((day - exposure.date_maturity).days, 0)

    @property
    def _table_query(self):
        return self._query()

    @api.model
    def _query(self, company=None, partner_ids=None, ledger_date=None):
        """Build the query of the exposure.

        The night reads all of a company: ``OFFSET 0`` has each row worked out once, and
        not again wherever it is named. A search looks inside for its few rows instead.

        :param company: restrict to the entries of this res.company
        :param partner_ids: restrict to these commercial partners
        :param date ledger_date: the ledger as it stood at the end of that day, rebuilt
            from its reconciliations; None for the ledger as it is now
        :return: SQL with one row per open receivable item
        """
        return SQL(
            """
            SELECT item.*,
                   amount_residual >= 0 AND (is_stayed OR NOT is_excluded) AS is_debt,
                   CASE WHEN status = 'open' THEN amount_free ELSE 0 END AS amount_due,
                   CASE WHEN status = 'held' THEN amount_residual ELSE 0 END
                       AS amount_held,
                   CASE WHEN status <> 'open' THEN 0
                        WHEN amount_free = amount_residual_currency THEN amount_residual
                        ELSE ROUND(amount_residual * amount_free
                                   / NULLIF(amount_residual_currency, 0), digits)
                        END AS amount_collectable
              FROM (
                SELECT item.*, due.amount AS amount_free, due.amount_planned,
                       %(status)s AS status
                  FROM (%(select)s %(from)s %(where)s) item
                       %(free)s
                 %(once)s) item
            """,
            status=self._status(),
            free=self._free(),
            select=self._select(ledger_date),
            **{"from": self._from(ledger_date)},
            where=self._where(company, partner_ids, ledger_date),
            once=SQL("OFFSET 0") if company else SQL(),
        )

    @api.model
    def _free(self):
        """:return: SQL joins ``free``, without what is disputed or promised, and
        ``due``, without what is on a plan either"""
        return SQL(
            """
            CROSS JOIN LATERAL (
                SELECT CASE WHEN is_whole THEN GREATEST(amount_residual_currency, 0)
                            ELSE GREATEST(amount_residual_currency - amount_disputed
                                          - amount_promised, 0) END AS amount) free
            CROSS JOIN LATERAL (
                SELECT CASE WHEN is_whole THEN free.amount
                            ELSE GREATEST(free.amount - amount_on_plan, 0)
                            END AS amount,
                       CASE WHEN is_whole THEN 0
                            ELSE LEAST(amount_on_plan, free.amount)
                            END AS amount_planned) due
            """
        )

    @api.model
    def _select(self, ledger_date):
        return SQL(
            """
            SELECT line.id, line.id AS move_line_id, line.move_id, line.company_id,
                   partner.commercial_partner_id AS partner_id,
                   COALESCE(move.partner_id, line.partner_id) AS addressee_id,
                   item.id AS item_id, item.case_id, item.stage_id, item.date_stage,
                   item.days_frozen, item.date_resumed,
                   item.is_open IS NOT TRUE OR item.date_maturity
                       <> COALESCE(line.date_maturity, line.date) AS is_outdated,
                   COALESCE(line.date_maturity, line.date) AS date_maturity,
                   line.currency_id, line.company_currency_id,
                   company_currency.decimal_places AS digits,
                   %(residual)s AS amount_residual,
                   %(residual_currency)s AS amount_residual_currency,
                   %(deducted)s,
                   line.no_followup IS TRUE AS is_excluded,
                   %(stayed)s AS is_stayed,
                   %(now)s AND %(in_transit)s AS is_in_transit,
                   move.payment_state = 'blocked' AS is_blocked,
                   hold.case_id IS NOT NULL OR item_hold.item_id IS NOT NULL AS is_held
            """,
            residual=self._residual(ledger_date),
            residual_currency=self._residual_currency(ledger_date),
            deducted=self._deducted(ledger_date),
            now=SQL("FALSE") if ledger_date else SQL("TRUE"),
            stayed=self._stayed(ledger_date),
            in_transit=self._in_transit(),
        )

    @api.model
    def _deducted(self, ledger_date):
        """:return: SQL columns with what is taken off an item, and with whether nothing
        is, as of most: the amounts of these are not worth calculating"""
        if ledger_date:
            return SQL(
                "0 AS amount_disputed, 0 AS amount_promised, 0 AS amount_on_plan,"
                " TRUE AS is_whole"
            )
        return SQL(
            """
            %s AS amount_disputed, %s AS amount_promised, %s AS amount_on_plan,
            disputed.line_id IS NULL AND promised.line_id IS NULL
                AND planned.line_id IS NULL AS is_whole
            """,
            *(self._capped(name) for name in ("disputed", "promised", "planned")),
        )

    @api.model
    def _capped(self, alias):
        """:return: SQL amount of a deduction, at most what is open on the item"""
        return SQL(
            "CASE WHEN %(amount)s IS NULL THEN 0 ELSE"
            " GREATEST(LEAST(%(amount)s, line.amount_residual_currency), 0) END",
            amount=SQL.identifier(alias, "amount"),
        )

    @api.model
    def _residual(self, ledger_date):
        if not ledger_date:
            return SQL("line.amount_residual")
        return SQL(
            "(line.balance - COALESCE(debit.amount, 0) + COALESCE(credit.amount, 0))"
        )

    @api.model
    def _residual_currency(self, ledger_date):
        if not ledger_date:
            return SQL("line.amount_residual_currency")
        return SQL(
            "(line.amount_currency - COALESCE(debit.amount_currency, 0)"
            " + COALESCE(credit.amount_currency, 0))"
        )

    @api.model
    def _status(self):
        """Why an item is, or is not, collected. A past ledger has no payments on their
        way, promises, plans or disputes: these are known for now only."""
        return SQL(
            """
            CASE WHEN is_stayed AND amount_residual < 0 THEN 'stayed_credit'
                 WHEN is_stayed THEN 'stayed'
                 WHEN amount_residual < 0 THEN 'credit'
                 WHEN is_excluded THEN 'excluded'
                 WHEN is_in_transit THEN 'in_transit'
                 WHEN is_blocked THEN 'blocked'
                 WHEN is_held THEN 'held'
                 WHEN due.amount > 0 THEN 'open'
                 WHEN due.amount_planned > 0 THEN 'planned'
                 WHEN amount_promised > 0 THEN 'promised'
                 ELSE 'disputed' END
            """
        )

    @api.model
    def _stayed(self, ledger_date):
        """What was posted up to the petition; in a past ledger, once it was filed."""
        return SQL(
            "(COALESCE(move.invoice_date, line.date) <= GREATEST(%s, %s)) IS TRUE",
            *(
                SQL(
                    "CASE WHEN %(day)s <= %(filed)s THEN %(day)s END",
                    day=SQL.identifier(alias, "date_petition"),
                    filed=ledger_date,
                )
                if ledger_date
                else SQL.identifier(alias, "date_petition")
                for alias in ("stay", "own_stay")
            ),
        )

    @api.model
    def _in_transit(self):
        """A payment without a journal entry, or an online payment under way, leaves
        the residual as it was; the customer has paid all the same."""
        conditions = [SQL("move.payment_state IN ('in_payment', 'paid', 'reversed')")]
        if "transaction_ids" in self.env["account.move"]._fields:
            conditions.append(
                SQL(
                    """EXISTS (
                        SELECT FROM account_invoice_transaction_rel rel
                          JOIN payment_transaction tx ON tx.id = rel.transaction_id
                         WHERE rel.invoice_id = move.id
                           AND tx.state IN ('pending', 'authorized'))"""
                )
            )
        return SQL("(%s)", SQL(" OR ").join(conditions))

    @api.model
    def _from(self, ledger_date):
        return SQL(
            """
            FROM account_move_line line
            JOIN account_account account ON account.id = line.account_id
            JOIN account_move move ON move.id = line.move_id
            JOIN res_partner partner ON partner.id = line.partner_id
            LEFT JOIN collection_item item ON item.move_line_id = line.id
            LEFT JOIN (
                SELECT DISTINCT case_id FROM collection_hold
                 WHERE state = 'active' AND scope = 'case'
            ) hold ON hold.case_id = item.case_id
            LEFT JOIN (
                SELECT DISTINCT rel.item_id
                  FROM collection_hold_item_rel rel
                  JOIN collection_hold ON collection_hold.id = rel.hold_id
                 WHERE collection_hold.state = 'active'
            ) item_hold ON item_hold.item_id = item.id
            LEFT JOIN (%(stays)s) stay ON stay.partner_id = line.partner_id
            LEFT JOIN (%(stays)s) own_stay ON own_stay.partner_id = move.partner_id
            JOIN res_currency company_currency
              ON company_currency.id = line.company_currency_id
            %(deductions)s
            """,
            stays=self.env["collection.stay"]._stays(),
            deductions=self._from_partials(ledger_date)
            if ledger_date
            else self.env["collection.reserved.amount"]._joins(),
        )

    @api.model
    def _from_partials(self, ledger_date):
        """What had been allocated to each item by the end of a past day."""
        side = """
            LEFT JOIN (
                SELECT %(line)s AS line_id, SUM(amount) AS amount,
                       SUM(%(amount)s) AS amount_currency
                  FROM account_partial_reconcile
                 WHERE max_date <= %(date)s
                 GROUP BY %(line)s
            ) %(alias)s ON %(alias)s.line_id = line.id
            """
        return SQL(" ").join(
            SQL(
                side,
                line=SQL.identifier(f"{name}_move_id"),
                amount=SQL.identifier(f"{name}_amount_currency"),
                alias=SQL.identifier(name),
                date=ledger_date,
            )
            for name in ("debit", "credit")
        )

    @api.model
    def _where(self, company, partner_ids, ledger_date):
        conditions = [
            SQL("account.account_type = 'asset_receivable'"),
            SQL("line.parent_state = 'posted'"),
        ]
        if ledger_date:
            conditions.append(SQL("line.date <= %s", ledger_date))
        else:
            conditions.append(SQL("line.reconciled IS NOT TRUE"))
        conditions.append(SQL("%s <> 0", self._residual(ledger_date)))
        if company:
            conditions.append(SQL("line.company_id = %s", company.id))
        if partner_ids is not None:
            conditions.append(
                SQL("partner.commercial_partner_id = ANY(%s)", list(partner_ids))
            )
        return SQL("WHERE %s", SQL(" AND ").join(conditions))

    def action_match__1(self):
        """Open the customer's oldest open invoice, whose payments widget offers this
        credit; the entry of the credit itself when nothing is open."""
        self.ensure_one()
        debts = self.search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("status", "not in", ("credit", "stayed", "stayed_credit")),
                ("move_line_id.account_id", "=", self.move_line_id.account_id.id),
            ]
        )
        invoices = debts.move_id.filtered(lambda move: move.is_sale_document())
        return (invoices[:1] or self.move_id)._get_records_action()

    def action_open_invoice(self):
        """Open the entry, where Odoo's own widget matches money with invoices."""
        self.ensure_one()
        return self.move_id._get_records_action(name=self.move_id.display_name)

    # ------------------------------------------------------------------
    # Stay
    # ------------------------------------------------------------------

    def action_match(self):
        """Open what this credit can be matched with, unless it is stayed."""
        self.ensure_one()
        if self.status == "stayed_credit":
            self.env["collection.stay"]._check_moves(
                self.move_id, "match", self.move_id.name, self.case_id
            )
        return self.action_match__1()
