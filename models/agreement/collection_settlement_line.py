from odoo import api, fields, models
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

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_draft()
        return lines

    def write(self, vals):
        self._check_draft()
        result = super().write(vals)
        # Nor does a line move to what is offered.
        self._check_draft()
        return result

    def unlink(self):
        self._check_draft()
        return super().unlink()

    def _check_draft(self):
        states = set(self.settlement_id.mapped("state"))
        if states - {"draft"} and not self.env.su:
            raise UserError(
                self.env._("Only a draft can be changed. Set it back to draft.")
            )
