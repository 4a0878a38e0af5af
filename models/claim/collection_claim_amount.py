from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError

from ...tools.claims import goods_period, preference_period

US_CHAPTERS = ("7", "9", "11", "12", "13", "15")


class CollectionClaim(models.Model):
    """The amounts of a claim: replayed from the ledger, itemised, split by rank."""

    _inherit = "collection.claim"

    line_ids = fields.One2many("collection.claim.line", "claim_id", "Items")
    priority_ids = fields.One2many(
        "collection.claim.priority", "claim_id", "Priority amounts"
    )
    goods_ids = fields.One2many("collection.claim.goods", "claim_id", "Goods received")
    reconciliation = fields.Json(readonly=True, copy=False)
    reconciliation_html = fields.Html(
        "From today's ledger to the claim",
        compute="_compute_reconciliation_html",
        sanitize=False,
    )
    date_prepared = fields.Date("Ledger read on", readonly=True, copy=False)
    amount_ledger = fields.Monetary(
        "Ledger as of the petition date",
        compute="_compute_amount_ledger",
        help="Read from the ledger now.",
    )
    is_outdated = fields.Boolean(compute="_compute_amount_ledger")
    payments_html = fields.Html(
        "Payments of the 90 days before",
        compute="_compute_payments_html",
        sanitize=False,
    )
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
        help="What is left after the secured part, the priorities, and the goods of the"
        " last 20 days, which are asked for separately.",
    )
    interest_percent = fields.Float(
        "Interest agreed (% per year)",
        digits=(6, 3),
        help="Simple interest from the day after the due date to the petition date.",
    )

    @api.depends("line_ids.amount", "line_ids.kind")
    def _compute_amounts(self):
        for claim in self:
            totals = dict.fromkeys(("principal", "interest", "charge"), 0.0)
            for line in claim.line_ids:
                kind = "principal" if line.kind == "credit" else line.kind
                totals[kind] += line.amount
            rounded = {key: claim._round(value) for key, value in totals.items()}
            claim.amount_principal = rounded["principal"]
            claim.amount_interest = rounded["interest"]
            claim.amount_charges = rounded["charge"]
            claim.amount_total = claim._round(sum(rounded.values()))

    @api.depends(
        "amount_total", "amount_secured", "priority_ids.amount", "goods_ids.amount"
    )
    def _compute_ranks(self):
        for claim in self:
            claim.amount_priority = sum(claim.priority_ids.mapped("amount"))
            claim.amount_goods = sum(claim.goods_ids.mapped("amount"))
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
            rows = claim._get_ledger_rows()
            claim.amount_ledger = claim._round(sum(row["amount"] for row in rows))
            lines = claim.line_ids.filtered("move_line_id")
            claim.is_outdated = {
                (row["line_id"], row["amount"]) for row in rows if row["open"]
            } != {(line.move_line_id.id, line.amount) for line in lines}

    @api.depends("reconciliation", "amount_interest", "amount_charges", "amount_total")
    @api.depends_context("lang")
    def _compute_reconciliation_html(self):
        for claim in self:
            claim.reconciliation_html = claim._render_claim_table(
                "collection_claim_reconciliation", claim._get_reconciliation_rows()
            )

    @api.depends("date_petition", "partner_id")
    @api.depends_context("lang")
    def _compute_payments_html(self):
        for claim in self:
            claim.payments_html = claim._render_claim_table(
                "collection_claim_payments", claim._get_payments()
            )

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
                    "%(ranked)s is secured, prior or for goods of the last days: more"
                    " than the claim of %(total)s.",
                    ranked=self.currency_id.format(ranked),
                    total=self.currency_id.format(self.amount_total),
                )
            )

    def _get_goods_excess(self):
        """:return: list of translated texts: invoices with more goods than is open"""
        texts = []
        for move, goods in self.goods_ids.grouped("move_id").items():
            lines = self.line_ids.filtered(lambda line, own=move: line.move_id == own)
            value, limit = (sum(rows.mapped("amount")) for rows in (goods, lines))
            if self.currency_id.compare_amounts(value, limit) > 0:
                texts.append(
                    self.env._(
                        "More goods than %s has open on the petition date.", move.name
                    )
                )
        return texts

    # ------------------------------------------------------------------
    # The ledger
    # ------------------------------------------------------------------

    def action_prepare(self):
        """Read the ledger as of the petition date again; what people added stays."""
        self.check_access("write")
        self._check_draft()
        self._prepare_from_ledger()

    def _prepare_from_ledger(self):
        """Replace the items of the ledger. Lines made by hand, and what was said about
        an item (interest, charge), stay."""
        for claim in self.filtered("date_petition"):
            rows = claim._get_ledger_rows()
            old = claim.line_ids.filtered("move_line_id")
            # A new version keeps what was said in the one before.
            said = old or claim.previous_id.line_ids.filtered("move_line_id")
            kinds = {line.move_line_id.id: line.kind for line in said}
            # The items are evidence of the ledger, which nobody writes by hand.
            own = claim.sudo()
            own.write(
                {
                    "line_ids": [
                        *(Command.delete(line.id) for line in old),
                        *(
                            Command.create(claim._prepare_line_vals(row, kinds))
                            for row in rows
                            if row["open"]
                        ),
                    ],
                    "reconciliation": claim._get_reconciliation(rows),
                    "date_prepared": claim.company_id._get_collection_today(),
                }
            )
            own._find_goods()
            own._list_exhibits()

    def _get_ledger_rows(self):
        """:return: the open items of the ledger as of the petition date, see
        ``collection.claim.ledger``, each with its amount in the claim's currency"""
        self.ensure_one()
        # Everybody who reads the claim reads its figures, from the whole ledger.
        ledger = self.env["collection.claim.ledger"].sudo()
        rows = ledger._get_items(self.company_id, self.partner_id, self.date_petition)
        for row in rows:
            row["amount"] = self._convert(row, self.currency_id)
        return rows

    def _convert(self, row, currency):
        """:return: what was open of an item, at the rate of the petition date"""
        own = self.env["res.currency"].browse(row["currency_id"])
        return own._convert(row["open"], currency, self.company_id, self.date_petition)

    def _prepare_line_vals(self, row, kinds):
        line = self.env["account.move.line"].browse(row["line_id"])
        default = "credit" if row["open"] < 0 else "principal"
        return {
            "move_line_id": line.id,
            "kind": kinds.get(line.id, default),
            "name": line.move_id.name,
            "date": line.date,
            "date_due": line.date_maturity,
            "item_currency_id": line.currency_id.id,
            "amount_original": line.amount_currency,
            "amount_open": row["open"],
            "rate": line.currency_id._get_conversion_rate(
                line.currency_id, self.currency_id, self.company_id, self.date_petition
            ),
            "amount": row["amount"],
        }

    def _get_reconciliation(self, rows):
        """Explain the way from today's ledger to the items of the claim.

        :param rows: as ``_get_ledger_rows`` answers them
        :return: list of dicts: kind, amount, currency, entries; kinds starting with
            ``total_`` are the sum of what stands above them
        """
        ledger = self.env["collection.claim.ledger"].sudo()
        company_currency = self.company_id.currency_id
        result = ledger._get_differences(
            self.company_id, self.partner_id, self.date_petition
        )
        booked = sum(row["booked"] for row in rows)
        petition = sum(self._convert(row, company_currency) for row in rows)
        result.append({"kind": "total_booked", "amount": booked})
        result.append({"kind": "rate", "amount": petition - booked})
        result.append({"kind": "total_petition", "amount": petition})
        for row in result:
            row["amount"] = company_currency.round(row["amount"])
            row["currency"] = company_currency.id
        if self.currency_id != company_currency:
            amount = self._round(sum(row["amount"] for row in rows))
            result.append(
                {
                    "kind": "total_converted",
                    "amount": amount,
                    "currency": self.currency_id.id,
                }
            )
        return result

    def _render_claim_table(self, template, rows):
        return self.env["ir.qweb"]._render(
            f"account_collections.{template}",
            {"claim": self, "rows": rows, "format_date": self._format_date},
            minimal_qcontext=True,
        )

    def _get_payments(self):
        """:return: list of dicts: payments of the 90 days before the petition, which a
        trustee may ask back"""
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

    # ------------------------------------------------------------------
    # Interest
    # ------------------------------------------------------------------

    def action_add_interest(self):
        """Itemise the interest agreed on every item that was late on the day."""
        self.check_access("write")
        self._check_draft()
        for claim in self:
            claim.line_ids.filtered("is_computed").unlink()
            late = claim.line_ids.filtered(
                lambda line: line.kind == "principal" and line.move_line_id
            )
            vals_list = [line._prepare_interest_vals() for line in late]
            claim.line_ids.create([vals for vals in vals_list if vals])

    def _is_american(self):
        return self.chapter in US_CHAPTERS

    # ------------------------------------------------------------------
    # Stock
    # ------------------------------------------------------------------

    def _has_deliveries(self):
        """:return: whether invoices know the deliveries they are for"""
        line_fields = self.env["account.move.line"]._fields
        return "stock.picking" in self.env and "sale_line_ids" in line_fields

    def _find_goods(self):
        """Read the goods of the last 20 days from the deliveries; those entered by hand
        stay."""
        for claim in self:
            if not (claim._is_american() and claim._has_deliveries()):
                continue
            old = claim.goods_ids.filtered("is_from_stock")
            claim.goods_ids = [
                *(Command.delete(row.id) for row in old),
                *(
                    Command.create(vals)
                    for line in claim.line_ids
                    if line.amount > 0
                    for vals in claim._prepare_goods(line)
                ),
            ]

    def _prepare_goods(self, line):
        """:return: list of dicts: the deliveries of an invoice in the last 20 days; no
        more of them than is open of the invoice"""
        left, result = line.amount, []
        already = self.goods_ids.filtered(
            lambda row: row.move_id == line.move_id and not row.is_from_stock
        )
        left -= sum(already.mapped("amount"))
        first, last = goods_period(self.date_petition)
        for move in line.move_id.invoice_line_ids.sale_line_ids.move_ids:
            if move.state != "done" or move.location_dest_id.usage != "customer":
                continue
            day = self.company_id._get_collection_day(move.date)
            amount = min(self._get_goods_value(move), left)
            if not first <= day <= last or amount <= 0:
                continue
            left -= amount
            result.append(
                {
                    "move_id": line.move_id.id,
                    "date_received": day,
                    "name": f"{move.picking_id.name}: {move.product_id.display_name}",
                    "amount": amount,
                    "is_from_stock": True,
                }
            )
        return result

    def _get_goods_value(self, move):
        """:return: price of what was delivered, untaxed, in the claim's currency"""
        order_line = move.sale_line_id
        price = order_line.price_reduce_taxexcl * move.quantity
        return order_line.currency_id._convert(
            price, self.currency_id, self.company_id, self.date_petition
        )
