from odoo import fields, models
from odoo.exceptions import UserError


class CollectionSettlementLine(models.Model):
    """One date of a settlement, with its amount."""

    _name = "collection.settlement.line"
    _description = "Payment of a Settlement"
    _inherit = ["collection.protected.mixin"]
    _order = "date, id"
    _rec_names_search = ["settlement_id"]

    settlement_id = fields.Many2one(
        "collection.settlement", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="settlement_id.company_id", store=True)
    currency_id = fields.Many2one(related="settlement_id.currency_id", store=True)
    date = fields.Date(required=True)
    amount = fields.Monetary(required=True)

    def write(self, vals):
        self._check_draft()
        return super().write(vals)

    def unlink(self):
        self._check_draft()
        return super().unlink()

    def _check_draft(self):
        states = set(self.settlement_id.mapped("state"))
        if states - {"draft"} and not self.env.su:
            raise UserError(
                self.env._("Only a draft can be changed. Set it back to draft.")
            )
