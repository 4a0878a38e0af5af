from odoo import fields, models
from odoo.exceptions import UserError

from ...tools.channels import selection


class CollectionGuardOverride(models.TransientModel):
    """Contact a customer beyond the limits, once, with the reason on record."""

    _name = "collection.guard.override"
    _description = "Override the Contact Limits"

    case_id = fields.Many2one("collection.case", required=True)
    channel = fields.Selection(selection(), required=True, default="phone")
    reason = fields.Char(required=True, help="Written to the contact log.")

    def action_override(self):
        """Lift the limits for one contact."""
        self.ensure_one()
        if not self.reason.strip():
            raise UserError(self.env._("Explain why it cannot wait."))
        self.case_id._override_limit(self.channel, self.reason.strip())
        return {"type": "ir.actions.act_window_close"}
