import pytz
from odoo import Command, models

from ..tools.claims import goods_period


class CollectionClaim(models.Model):
    """Goods of the last 20 days, from the deliveries where Odoo keeps them.

    Inventory is no dependency: without it, the goods are entered by hand.
    """

    _inherit = "collection.claim"

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
        zone = pytz.timezone(
            self.company_id.collection_tz or self.company_id.partner_id.tz or "UTC"
        )
        for move in line.move_id.invoice_line_ids.sale_line_ids.move_ids:
            if move.state != "done" or move.location_dest_id.usage != "customer":
                continue
            day = pytz.utc.localize(move.date).astimezone(zone).date()
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
