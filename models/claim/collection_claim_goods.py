from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.claims import goods_period


class CollectionClaimGoods(models.Model):
    """Goods the debtor received in the 20 days before the petition.

    Their value ranks ahead and is asked for separately (11 U.S.C. 503(b)(9)). Read from
    the deliveries where Odoo's Inventory is installed, else entered by hand.
    """

    _name = "collection.claim.goods"
    _description = "Goods Received before a Bankruptcy"
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
        "CHECK (amount > 0)", "The value of goods is above zero."
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
            if claim.date_prepared and (texts := claim._get_goods_excess()):
                raise ValidationError("\n".join(texts))
            claim._check_rank_total()
