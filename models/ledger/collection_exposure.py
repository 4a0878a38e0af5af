from itertools import compress

from odoo import api, fields, models
from odoo.tools import SQL, ormcache

OPEN, CREDIT, HELD = "open", "credit", "held"
DISPUTED, PROMISED, PLANNED = "disputed", "promised", "planned"
IN_TRANSIT, BLOCKED, EXCLUDED = "in_transit", "blocked", "excluded"
STAYED, STAYED_CREDIT = "stayed", "stayed_credit"
# What comes off an item before it is collected, in the order of the columns.
TAKEN_OFF = (IN_TRANSIT, DISPUTED, PROMISED, PLANNED)
# What customers owe us, and we them, for our trade. Odoo marks the other accounts:
# advances to employees, taxes to be refunded.
RECEIVABLE = SQL(
    "account.account_type = 'asset_receivable' AND account.non_trade IS NOT TRUE"
)
STATUSES = [
    (OPEN, "To collect"),
    (CREDIT, "Credit"),
    (HELD, "On hold"),
    (DISPUTED, "Disputed"),
    (PROMISED, "Promised"),
    (PLANNED, "On installments"),
    (IN_TRANSIT, "Payment on its way"),
    (BLOCKED, "Blocked"),
    (EXCLUDED, "Excluded from follow-up"),
    (STAYED, "Stayed by bankruptcy"),
    (STAYED_CREDIT, "Credit before the petition"),
]


class CollectionExposure(models.Model):
    """What can be collected: one row per open receivable item, from the ledger.

    Read-only. The only place that says what an open item's money is worth to
    collections; the review, the plan, the letters and the screens all read it. The
    journal item's own partner is the commercial one of the day it was posted, so the
    partner's present commercial entity is looked up; the recipient is the invoice's.
    """

    _name = "collection.exposure"
    _description = "Collectible Amount per Due Item"
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
        "account.move": [
            *("invoice_date", "partner_id", "payment_state", "statement_line_id"),
        ],
        "account.payment": [
            *("amount", "company_id", "currency_id", "date"),
            *("invoice_ids", "move_id", "state"),
        ],
        "collection.bankruptcy": ["date_petition", "partner_id", "stops_collection"],
        "collection.dispute": ["move_id", "amount_excluded", "is_active"],
        "collection.hold": ["state", "case_id", "item_ids"],
        "collection.item": ["case_id", "move_line_id", "stage_id"],
        "collection.installment.plan": ["state", "item_ids", "amount"],
        "collection.promise": ["state", "item_ids", "amount"],
        "payment.transaction": [
            *("amount", "company_id", "invoice_ids", "last_state_change", "state"),
        ],
        "res.company": ["collection_transit_days"],
        "res.partner": ["commercial_partner_id"],
    }

    move_line_id = fields.Many2one("account.move.line", "Journal item", readonly=True)
    move_id = fields.Many2one("account.move", "Invoice", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    recipient_id = fields.Many2one("res.partner", "Addressee", readonly=True)
    case_id = fields.Many2one("collection.case", readonly=True)
    stage_id = fields.Many2one("collection.stage", "Stage reached", readonly=True)
    date_stage = fields.Date("Stage reached on", readonly=True)
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
    amount_in_transit = fields.Monetary("On its way", readonly=True)
    amount_due = fields.Monetary(
        "Collectible now",
        readonly=True,
        help="In the item's currency: what is open, less what is on its way,"
        " disputed, promised, on an installment plan or on hold.",
    )
    amount_held = fields.Monetary(
        "On hold", currency_field="company_currency_id", readonly=True
    )
    amount_collectable = fields.Monetary(
        "Collectible", currency_field="company_currency_id", readonly=True
    )
    amount_covered = fields.Monetary(
        "Covered by credits",
        compute="_compute_covered",
        help="What open credits cover of it: they pay the oldest due date first. Of a"
        " credit, what of it is used so, below zero.",
    )
    # The same where the policy nets, and what is asked for then.
    amount_set_off = fields.Monetary("Set off", compute="_compute_covered")
    amount_left = fields.Monetary("Left to collect", compute="_compute_covered")
    is_covered = fields.Boolean("Wholly set off", compute="_compute_covered")
    status = fields.Selection(STATUSES, readonly=True)
    days_late = fields.Integer(compute="_compute_days_late")

    @api.depends("date_maturity")
    @api.depends_context("collection_as_of")
    def _compute_days_late(self):
        for company, exposures in self.grouped("company_id").items():
            day = company._get_collection_today()
            for exposure in exposures:
                exposure.days_late = max((day - exposure.date_maturity).days, 0)

    @api.depends("amount_due", "amount_residual_currency", "case_id", "status")
    @api.depends_context("collection_as_of")
    def _compute_covered(self):
        amounts = self.env["collection.credit.allocation"]._get_covered(self)
        for exposure in self:
            # Sudo: whether credits are set off concerns whoever may see the item.
            currency, policy = exposure.currency_id, exposure.sudo().case_id.policy_id
            covered = currency.round(amounts.get(exposure.id, 0.0))
            is_net = exposure.status == OPEN and (not policy or policy.net_credits)
            set_off = covered if is_net else 0.0
            exposure.amount_covered, exposure.amount_set_off = covered, set_off
            left = currency.round(exposure.amount_due - set_off)
            exposure.amount_left = left
            exposure.is_covered = bool(set_off) and left <= 0

    def _get_promisable(self):
        """:return: what a customer may be asked to promise of an item, in its currency:
        what is open, not disputed, and not covered by credits"""
        open_amount = self.amount_residual_currency - self.amount_disputed
        return self.currency_id.round(open_amount - self.amount_set_off)

    @property
    def _table_query(self):
        return self._rows_sql()

    @api.model
    def _rows_sql(self, company=None, partner_ids=None, ledger_date=None, day=None):
        """Build the query of the exposure, level by level: what is open in the
        ``ledger``, ``reduced`` by what is reserved of it, ``classified`` by what may
        be collected, and from that the amounts.

        In: open receivable items, their holds, stays and what is reserved of them.
        Out: one row per open receivable item.
        Example: an invoice of 100.00 in dollars, 90.00 in euros, of which 40.00 dollars
        are disputed: status "open", to ask for 60.00 dollars, collectable 54.00 euros.

        Levels are nested and no WITH, so that a search looks inside for its few rows.
        The night reads all of a company: ``OFFSET 0`` has each row worked out once, and
        not again wherever it is named. Planning the joins takes longer than reading
        a few rows: what there is none of, as stays or promises, is left out.

        :param company: restrict to the entries of these res.company records
        :param partner_ids: restrict to these commercial partners
        :param date ledger_date: the ledger as it stood at the end of that day, rebuilt
            from its reconciliations; None for the ledger as it is now
        :param date day: what should have come by that day is not on its way; today if
            not given
        """
        # Of all companies at once: the limit need not be right to the hour.
        day = day or (company or self.env.company)[:1]._get_collection_today()
        return SQL(
            """
            SELECT classified.*,
                   amount_residual >= 0 AND (is_stayed OR NOT is_excluded) AS is_debt,
                   CASE WHEN status = %(open)s THEN amount_free ELSE 0 END
                       AS amount_due,
                   -- Money that went back to the customer.
                   is_payment AND amount_residual > 0 AS is_payback,
                   CASE WHEN status = %(held)s THEN amount_residual ELSE 0 END
                       AS amount_held,
                   CASE WHEN status <> %(open)s THEN 0
                        WHEN amount_free = amount_residual_currency THEN amount_residual
                        ELSE ROUND(amount_residual * amount_free
                                   / NULLIF(amount_residual_currency, 0), digits)
                        END AS amount_collectable
              FROM (SELECT reduced.*, %(status)s AS status
                      FROM (%(reduced)s) reduced
                    %(once)s) classified
            """,
            open=OPEN,
            held=HELD,
            status=self._status_sql(),
            reduced=self._reduced_sql(
                self._ledger_sql(company, partner_ids, ledger_date, day)
            ),
            once=SQL("OFFSET 0") if company else SQL(),
        )

    @api.model
    def _ledger_sql(self, company, partner_ids, ledger_date, day):
        """:return: SQL with what is open, and what is reserved of it"""
        kinds = self._get_kinds(ledger_date, day)
        return SQL(
            "%s %s %s %s",
            self._select_sql(ledger_date, kinds),
            self._from_sql(ledger_date, kinds),
            self._from_incoming_sql(day) if IN_TRANSIT in kinds else SQL(),
            self._where_sql(company, partner_ids, ledger_date),
        )

    @api.model
    def _get_kinds(self, ledger_date, day):
        """Say of what there is any now, for any company, that items may be reserved or
        stayed by. What is reserved or on its way is known for the ledger of today only.

        :return: tuple of ``STAYED`` and names of reserved amounts
        """
        names, query = self._kinds_sql(None if ledger_date else day)
        [row] = self.env.execute_query(query)
        return tuple(compress(names, row))

    @api.model
    @ormcache("day")
    def _kinds_sql(self, day):
        """:return: names of what may be found, and SQL that says of which there is any.
        Put together once a day: it is asked for with each search."""
        finders = {STAYED: self.env["collection.stay"]._staying_sql()}
        if day:
            finders |= self.env["collection.reserved.amount"]._finders()
            incoming = self.env["collection.incoming.payment"]
            finders[IN_TRANSIT] = incoming._finder_sql(day)
        found = SQL(", ").join(SQL("EXISTS (%s)", query) for query in finders.values())
        return tuple(finders), SQL("SELECT %s", found)

    @api.model
    def _reduced_sql(self, ledger):
        """:return: SQL with what is left of each item: first without what is on its
        way, disputed or promised, then without what is on a plan either"""
        return SQL(
            """
            SELECT ledger.*, due.amount AS amount_free, due.amount_planned
              FROM (%s) ledger
             CROSS JOIN LATERAL (
                SELECT CASE WHEN is_whole THEN GREATEST(amount_residual_currency, 0)
                            ELSE GREATEST(amount_residual_currency - amount_in_transit
                                          - amount_disputed - amount_promised, 0)
                            END AS amount) free
             CROSS JOIN LATERAL (
                SELECT CASE WHEN is_whole THEN free.amount
                            ELSE GREATEST(free.amount - amount_on_plan, 0)
                            END AS amount,
                       CASE WHEN is_whole THEN 0
                            ELSE LEAST(amount_on_plan, free.amount)
                            END AS amount_planned) due
            """,
            ledger,
        )

    @api.model
    def _select_sql(self, ledger_date, kinds):
        return SQL(
            """
            SELECT line.id, line.id AS move_line_id, line.move_id, line.company_id,
                   partner.commercial_partner_id AS partner_id,
                   COALESCE(move.partner_id, line.partner_id) AS recipient_id,
                   item.id AS item_id, item.case_id, item.stage_id, item.date_stage,
                   item.days_frozen, item.date_resumed,
                   item.is_open IS NOT TRUE OR item.date_maturity
                       <> COALESCE(line.date_maturity, line.date) AS is_outdated,
                   COALESCE(line.date_maturity, line.date) AS date_maturity,
                   line.currency_id, line.company_currency_id,
                   CASE WHEN line.currency_id <> line.company_currency_id
                        THEN line.currency_id END AS foreign_id,
                   move.origin_payment_id IS NOT NULL
                       OR move.statement_line_id IS NOT NULL AS is_payment,
                   company_currency.decimal_places AS digits,
                   %(residual)s AS amount_residual,
                   %(residual_currency)s AS amount_residual_currency,
                   %(reserved)s,
                   line.no_followup IS TRUE AS is_excluded,
                   %(stayed)s AS is_stayed,
                   move.payment_state = 'blocked' AS is_blocked,
                   hold.case_id IS NOT NULL OR item_hold.item_id IS NOT NULL AS is_held
            """,
            residual=self._residual_sql(ledger_date),
            residual_currency=self._residual_currency_sql(ledger_date),
            reserved=self._reserved_sql(kinds),
            stayed=self._stayed_sql(ledger_date) if STAYED in kinds else SQL("FALSE"),
        )

    @api.model
    def _reserved_sql(self, kinds):
        """:return: SQL columns with what is taken off an item, and with whether nothing
        is, as of most: the amounts of these are not worth calculating"""
        return SQL(
            """
            %s AS amount_in_transit, %s AS amount_disputed, %s AS amount_promised,
            %s AS amount_on_plan, %s AS is_whole
            """,
            *(
                self._capped_sql(name) if name in kinds else SQL("0.0")
                for name in TAKEN_OFF
            ),
            SQL(" AND ").join(
                SQL("%s IS NULL", SQL.identifier(name, "line_id"))
                for name in TAKEN_OFF
                if name in kinds
            )
            or SQL("TRUE"),
        )

    @api.model
    def _capped_sql(self, alias):
        """:return: SQL amount reserved, at most what is open on the item"""
        return SQL(
            "CASE WHEN %(amount)s IS NULL THEN 0 ELSE"
            " GREATEST(LEAST(%(amount)s, line.amount_residual_currency), 0) END",
            amount=SQL.identifier(alias, "amount"),
        )

    @api.model
    def _residual_sql(self, ledger_date):
        if not ledger_date:
            return SQL("line.amount_residual")
        return SQL(
            "(line.balance - COALESCE(debit.amount, 0) + COALESCE(credit.amount, 0))"
        )

    @api.model
    def _residual_currency_sql(self, ledger_date):
        if not ledger_date:
            return SQL("line.amount_residual_currency")
        return SQL(
            "(line.amount_currency - COALESCE(debit.amount_currency, 0)"
            " + COALESCE(credit.amount_currency, 0))"
        )

    @api.model
    def _status_sql(self):
        """Why an item is, or is not, collected. A past ledger has no payments on their
        way, promises, plans or disputes: these are known for now only."""
        return SQL(
            """
            CASE WHEN is_stayed AND amount_residual < 0 THEN %(stayed_credit)s
                 WHEN is_stayed THEN %(stayed)s
                 WHEN is_excluded THEN %(excluded)s
                 WHEN amount_residual < 0 THEN %(credit)s
                 WHEN amount_in_transit >= amount_residual_currency THEN %(in_transit)s
                 WHEN is_blocked THEN %(blocked)s
                 WHEN is_held THEN %(held)s
                 WHEN amount_free > 0 THEN %(open)s
                 WHEN amount_planned > 0 THEN %(planned)s
                 WHEN amount_promised > 0 THEN %(promised)s
                 ELSE %(disputed)s END
            """,
            **{status: status for status, _label in STATUSES},
        )

    @api.model
    def _stayed_sql(self, ledger_date):
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
    def _from_incoming_sql(self, day):
        """:return: SQL join on the money on its way to ``line``"""
        return SQL(
            "LEFT JOIN (%s) in_transit ON in_transit.line_id = line.id",
            self.env["collection.incoming.payment"]._on_items_sql(day),
        )

    @api.model
    @ormcache("ledger_date", "kinds")
    def _from_sql(self, ledger_date, kinds):
        """:return: SQL with an item and all that says whether it may be collected. Put
        together once: it is asked for with each search, and always the same."""
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
            %(stays)s
            JOIN res_currency company_currency
              ON company_currency.id = line.company_currency_id
            %(reserved)s
            """,
            stays=self._from_stays_sql() if STAYED in kinds else SQL(),
            reserved=self._from_partials_sql(ledger_date)
            if ledger_date
            else self.env["collection.reserved.amount"]._joins_sql(kinds),
        )

    @api.model
    def _from_stays_sql(self):
        return SQL(
            """
            LEFT JOIN (%(stays)s) stay ON stay.partner_id = line.partner_id
            LEFT JOIN (%(stays)s) own_stay ON own_stay.partner_id = move.partner_id
            """,
            stays=self.env["collection.stay"]._stays_sql(),
        )

    @api.model
    def _from_partials_sql(self, ledger_date):
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
    def _where_sql(self, company, partner_ids, ledger_date):
        conditions = [
            RECEIVABLE,
            SQL("line.parent_state = 'posted'"),
        ]
        if ledger_date:
            conditions.append(SQL("line.date <= %s", ledger_date))
        else:
            conditions.append(SQL("line.reconciled IS NOT TRUE"))
        conditions.append(SQL("%s <> 0", self._residual_sql(ledger_date)))
        # A valuation at the end of the month changes what a debt is worth to us, in our
        # currency; nothing is owed for it.
        conditions.append(SQL("%s <> 0", self._residual_currency_sql(ledger_date)))
        if company:
            conditions.append(SQL("line.company_id = ANY(%s)", company.ids))
        if partner_ids is not None:
            conditions.append(
                SQL("partner.commercial_partner_id = ANY(%s)", list(partner_ids))
            )
        return SQL("WHERE %s", SQL(" AND ").join(conditions))

    def action_match(self):
        """Open the customer's oldest open invoice, whose payments widget offers this
        credit; the entry of the credit itself when nothing is open.

        :raises UserError: when the credit is stayed
        """
        self.ensure_one()
        if self.status == STAYED_CREDIT:
            self.env["collection.stay"]._check_moves(
                self.move_id, "match", self.move_id.name, self.case_id
            )
        debts = self.search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("status", "not in", (CREDIT, STAYED, STAYED_CREDIT)),
                ("move_line_id.account_id", "=", self.move_line_id.account_id.id),
            ]
        )
        invoices = debts.move_id.filtered(lambda move: move.is_sale_document())
        return (invoices[:1] or self.move_id)._get_records_action()

    def action_open_invoice(self):
        """Open the entry, where Odoo's own widget matches money with invoices."""
        self.ensure_one()
        return self.move_id._get_records_action(name=self.move_id.display_name)
