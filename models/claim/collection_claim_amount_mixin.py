from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError

from ...tools.claims import preference_period


class CollectionClaimAmountMixin(models.AbstractModel):
    """The figures of a claim: what it is made of, which rank it has, what it pays.

    Everything is in the currency of the proceedings, at the rates of the petition date,
    but for what is still open in the ledger today.
    """

    _name = "collection.claim.amount.mixin"
    _description = "Figures of a Claim"
    _inherit = ["mail.thread"]

    company_id = fields.Many2one("res.company")
    company_currency_id = fields.Many2one("res.currency")
    currency_id = fields.Many2one("res.currency")
    # What is claimed
    amount_principal = fields.Monetary(
        "Principal",
        compute="_compute_amounts",
        store=True,
        help="Open items less open credits.",
    )
    amount_interest = fields.Monetary(
        "Interest", compute="_compute_amounts", store=True
    )
    amount_charges = fields.Monetary("Charges", compute="_compute_amounts", store=True)
    amount_total = fields.Monetary(
        "Claim", compute="_compute_amounts", store=True, tracking=True
    )
    amount_secured = fields.Monetary("Secured")
    amount_priority = fields.Monetary("Priority", compute="_compute_ranks", store=True)
    amount_goods = fields.Monetary(
        "Goods of the last 20 days", compute="_compute_ranks", store=True
    )
    amount_unsecured = fields.Monetary(
        "General unsecured",
        compute="_compute_ranks",
        store=True,
        help="What is left after the secured part, the priorities, and the goods of "
        "the last 20 days, which are requested separately.",
    )
    interest_percent = fields.Float(
        "Interest agreed (% per year)",
        digits=(6, 3),
        help="Simple interest from the day after the due date to the petition date."
        " Zero: as the signed terms and the rules of late charges have it.",
    )
    amount_ledger = fields.Monetary(
        "Ledger as of the petition date",
        compute="_compute_amount_ledger",
        help="Read from the ledger now.",
    )
    is_outdated = fields.Boolean(compute="_compute_amount_ledger")
    # What is paid
    amount_allowed = fields.Monetary(
        "Allowed", readonly=True, copy=False, tracking=True
    )
    percent_expected = fields.Float(
        "Dividend expected (%)",
        digits=(6, 3),
        tracking=True,
        copy=False,
        help="Of the allowed amount, as the office-holder expects or the plan says.",
    )
    amount_expected = fields.Monetary(
        "Expected", compute="_compute_amount_received", store=True
    )
    amount_received = fields.Monetary(
        "Received", compute="_compute_amount_received", store=True
    )
    amount_announced = fields.Monetary(
        "Announced",
        compute="_compute_amount_received",
        store=True,
        help="Distributions whose payment is not in the ledger.",
    )
    percent_received = fields.Float(
        "Dividend received (%)",
        digits=(6, 2),
        compute="_compute_amount_received",
        store=True,
        aggregator="avg",
    )
    is_final = fields.Boolean(
        "Final distribution made", compute="_compute_amount_received", store=True
    )
    amount_left = fields.Monetary(
        "Still open in the ledger",
        compute="_compute_amount_left",
        currency_field="company_currency_id",
        help="Of the items claimed, today.",
    )

    @api.depends("line_ids.amount", "line_ids.kind")
    def _compute_amounts(self):
        for claim in self:
            totals = dict.fromkeys(("principal", "interest", "charge"), 0.0)
            for line in claim.line_ids:
                # Open credits come off the principal.
                kind = "principal" if line.kind == "credit" else line.kind
                totals[kind] += line.amount
            rounded = {key: claim._round(value) for key, value in totals.items()}
            claim.amount_principal = rounded["principal"]
            claim.amount_interest = rounded["interest"]
            claim.amount_charges = rounded["charge"]
            claim.amount_total = claim._round(sum(rounded.values()))

    @api.depends(
        "amount_total",
        "amount_secured",
        "priority_ids.amount",
        "goods_ids.amount",
        "goods_ids.is_counted",
    )
    def _compute_ranks(self):
        for claim in self:
            claim.amount_priority = sum(claim.priority_ids.mapped("amount"))
            goods = claim.goods_ids.filtered("is_counted")
            claim.amount_goods = sum(goods.mapped("amount"))
            claim.amount_unsecured = claim._round(
                claim.amount_total
                - claim.amount_secured
                - claim.amount_priority
                - claim.amount_goods
            )

    @api.depends("line_ids.amount", "date_petition", "currency_id")
    def _compute_amount_ledger(self):
        for claim in self:
            claim.amount_ledger, claim.is_outdated = 0.0, False
            if not (claim.date_petition and claim.partner_id and claim.currency_id):
                continue
            rows = claim._get_ledger_items()
            claim.amount_ledger = claim._round(sum(row["amount"] for row in rows))
            lines = claim.line_ids.filtered("move_line_id")
            # An item may be settled but for a rounding difference in the books.
            now = {(row["line_id"], row["amount"]) for row in rows if row["open"]}
            claim.is_outdated = now != {
                (line.move_line_id.id, line.amount) for line in lines
            }

    @api.depends(
        "distribution_ids.amount",
        "distribution_ids.is_received",
        "distribution_ids.is_final",
        "amount_allowed",
        "amount_total",
        "percent_expected",
        "state",
    )
    def _compute_amount_received(self):
        for claim in self:
            # Announced dividends are expected money, not received money.
            rows = claim.distribution_ids
            received = sum(rows.filtered("is_received").mapped("amount"))
            base = claim._get_dividend_base()
            claim.amount_received = received
            claim.amount_announced = sum(rows.mapped("amount")) - received
            claim.amount_expected = claim._round(base * claim.percent_expected / 100)
            claim.percent_received = received / base * 100 if base else 0.0
            claim.is_final = any(row.is_final and row.is_received for row in rows)

    @api.depends("line_ids.move_line_id.amount_residual")
    def _compute_amount_left(self):
        for claim in self:
            items = claim._get_open_items()
            claim.amount_left = sum(items.mapped("amount_residual"))

    @api.constrains("amount_secured", "priority_ids", "goods_ids")
    def _check_ranks(self):
        for claim in self:
            claim._check_rank_total()

    def _round(self, amount):
        return self.currency_id.round(amount) if self.currency_id else amount

    def _check_rank_total(self):
        """:raises ValidationError: when more has a rank than is claimed, which nobody
        knows before the ledger is read"""
        if not self.date_prepared:
            return
        if self.amount_secured < 0:
            raise ValidationError(
                self.env._("The secured amount cannot be below zero.")
            )
        ranked = self.amount_secured + self.amount_priority + self.amount_goods
        if ranked and self.currency_id.compare_amounts(ranked, self.amount_total) > 0:
            raise ValidationError(
                self.env._(
                    "%(ranked)s is secured, has priority or is for goods of the last "
                    "20 days: more than the claim of %(total)s.",
                    ranked=self.currency_id.format(ranked),
                    total=self.currency_id.format(self.amount_total),
                )
            )

    def _get_dividend_base(self):
        """:return: what the dividend is counted from: the allowed amount, else all"""
        if self.state == "disallowed":
            return 0.0
        return self.amount_allowed or self.amount_total

    def _get_open_items(self):
        """:return: the journal items of the claim that are still open, credits too"""
        return self.line_ids.move_line_id.filtered(
            lambda line: not line.reconciled and line.parent_state == "posted"
        )

    # ------------------------------------------------------------------
    # The ledger
    # ------------------------------------------------------------------

    def action_prepare(self):
        """Read the ledger as of the petition date again; what people added stays."""
        self.check_access("write")
        self._check_draft()
        self._read_ledger()

    def _read_ledger(self):
        """Replace the items of the ledger. Lines made by hand stay, and so does the
        kind that people set on an item (interest, charge)."""
        for claim in self.filtered("date_petition"):
            rows = claim._get_ledger_items()
            claim._write_protected(
                {
                    "line_ids": claim._prepare_ledger_lines(rows),
                    "reconciliation": self.env[
                        "collection.claim.reconciliation"
                    ]._explain(claim, rows),
                    "date_prepared": claim.company_id._get_collection_today(),
                }
            )
            own = claim.sudo()
            own.goods_ids._read_deliveries(own)
            self.env["collection.claim.packet"]._list_exhibits(own)

    def _prepare_ledger_lines(self, rows):
        """:return: list of commands that replace the items of the ledger"""
        old = self.line_ids.filtered("move_line_id")
        # An amendment keeps the kinds that were set in the previous version.
        said = old or self.previous_id.line_ids.filtered("move_line_id")
        kinds = {line.move_line_id.id: line.kind for line in said}
        return [
            *(Command.delete(line.id) for line in old),
            *(
                Command.create(old._prepare_ledger_vals(self, row, kinds))
                for row in rows
                if row["open"]
            ),
        ]

    def _get_ledger_items(self):
        """:return: the open items of the ledger as of the petition date, see
        ``collection.claim.ledger``, each with its amount in the claim's currency"""
        self.ensure_one()
        # Everybody who reads the claim reads its figures, from the whole ledger.
        ledger = self.env["collection.claim.ledger"].sudo()
        rows = ledger._get_items(self.company_id, self.partner_id, self.date_petition)
        for row in rows:
            row["amount"] = self._convert_item(row, self.currency_id)
        return rows

    def _convert_item(self, row, currency):
        """:return: what was open of an item, at the rate of the petition date"""
        own = self.env["res.currency"].browse(row["currency_id"])
        return own._convert(row["open"], currency, self.company_id, self.date_petition)

    def _get_payments(self):
        """:return: list of dicts: payments of the 90 days before the petition, which a
        trustee may ask back (11 U.S.C. 547(b))"""
        if not (self.date_petition and self.partner_id):
            return []
        ledger = self.env["collection.claim.ledger"].sudo()
        rows = ledger._get_payments(
            self.company_id, self.partner_id, *preference_period(self.date_petition)
        )
        for row in rows:
            currency = self.env["res.currency"].browse(row["currency_id"])
            row["text"] = currency.format(float(row["amount"]))
        return rows

    def action_add_interest(self):
        """Itemize interest on every item that was overdue on the petition date: at the
        rate of the claim, or else by signed terms and the rules of late charges, less
        what was invoiced of it."""
        self.check_access("write")
        self._check_draft()
        for claim in self:
            claim.line_ids.filtered("is_computed").unlink()
            late = claim.line_ids.filtered(
                lambda line: line.kind == "principal" and line.move_line_id
            )
            vals_list = late._prepare_interest()
            claim.line_ids.create([vals for vals in vals_list if vals])
