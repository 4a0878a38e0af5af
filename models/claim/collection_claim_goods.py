from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError

from ...tools.claims import goods_period


class CollectionClaimGoods(models.Model):
    """Goods the debtor received in the 20 days before the petition.

    Their value ranks ahead and is asked for separately (11 U.S.C. 503(b)(9)). Read from
    the deliveries where Odoo's Inventory is installed, else entered by hand.
    """

    _name = "collection.claim.goods"
    _description = "Goods Received Before a Bankruptcy"
    _inherit = ["collection.claim.part.mixin"]
    _order = "date_received, id"
    _check_company_auto = True

    claim_id = fields.Many2one(
        "collection.claim", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="claim_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="claim_id.currency_id")
    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        required=True,
        check_company=True,
        domain="[('id', 'in', available_move_ids)]",
        ondelete="restrict",
    )
    available_move_ids = fields.Many2many(
        "account.move", compute="_compute_available_move_ids"
    )
    date_received = fields.Date("Received by the debtor on", required=True)
    name = fields.Char("Goods")
    amount = fields.Monetary("Value", required=True, help="In the claim's currency.")
    is_from_stock = fields.Boolean("From a delivery", readonly=True)

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "The value of goods must be above zero."
    )

    @api.depends("claim_id.line_ids.move_line_id")
    def _compute_available_move_ids(self):
        for row in self:
            row.available_move_ids = row.claim_id.line_ids.move_line_id.move_id

    @api.constrains("date_received", "claim_id")
    def _check_date_received(self):
        for row in self:
            first, last = goods_period(row.claim_id.date_petition)
            if not first <= row.date_received <= last:
                raise ValidationError(
                    self.env._(
                        "Goods of the 20 days before the petition were received from"
                        " %(first)s to %(last)s.",
                        first=first,
                        last=last,
                    )
                )

    @api.constrains("amount", "move_id")
    def _check_amount(self):
        for claim in self.claim_id:
            # Nobody knows what is open before the ledger is read.
            if claim.date_prepared and (texts := claim.goods_ids._get_excess_texts()):
                raise ValidationError("\n".join(texts))
            claim._check_rank_total()

    def _get_excess_texts(self):
        """:return: list of translated texts: invoices of a claim with more goods than
        is open"""
        texts, claim = [], self.claim_id
        for move, goods in self.grouped("move_id").items():
            lines = claim.line_ids.filtered(lambda line, own=move: line.move_id == own)
            value, limit = (sum(rows.mapped("amount")) for rows in (goods, lines))
            if claim.currency_id.compare_amounts(value, limit) > 0:
                texts.append(
                    self.env._(
                        "The goods are worth more than %s had open on the petition "
                        "date.",
                        move.name,
                    )
                )
        return texts

    # ------------------------------------------------------------------
    # Deliveries
    # ------------------------------------------------------------------

    @api.model
    def _has_deliveries(self):
        """:return: whether invoices know the deliveries they are for"""
        line_fields = self.env["account.move.line"]._fields
        return "stock.picking" in self.env and "sale_line_ids" in line_fields

    @api.model
    def _read_deliveries(self, claim):
        """List the goods that the deliveries behind a claim's invoices brought in the
        last 20 days; those entered by hand stay."""
        if not (claim._is_american() and self._has_deliveries()):
            return
        old = claim.goods_ids.filtered("is_from_stock")
        claim.goods_ids = [
            *(Command.delete(row.id) for row in old),
            *(
                Command.create(vals)
                for line in claim.line_ids
                if line.amount > 0
                for vals in self._prepare_delivered_vals(line)
            ),
        ]

    @api.model
    def _prepare_delivered_vals(self, line):
        """:return: list of dicts: the deliveries of an invoice in the last 20 days; no
        more of them than is open of the invoice"""
        claim, result = line.claim_id, []
        by_hand = claim.goods_ids.filtered(
            lambda row: row.move_id == line.move_id and not row.is_from_stock
        )
        left = line.amount - sum(by_hand.mapped("amount"))
        # The day in the creditor's time zone: a delivery at night counts on the day on
        # which people there saw it arrive.
        first, last = goods_period(claim.date_petition)
        for move in line.move_id.invoice_line_ids.sale_line_ids.move_ids:
            if move.state != "done" or move.location_dest_id.usage != "customer":
                continue
            day = claim.company_id._get_collection_day(move.date)
            amount = min(self._get_delivered_value(claim, move), left)
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

    @api.model
    def _get_delivered_value(self, claim, move):
        """:return: price of what was delivered, untaxed, in the claim's currency"""
        # The price of the order: what was invoiced may bundle several deliveries.
        order_line = move.sale_line_id
        price = order_line.price_reduce_taxexcl * move.quantity
        return order_line.currency_id._convert(
            price, claim.currency_id, claim.company_id, claim.date_petition
        )
