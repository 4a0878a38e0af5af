from odoo import fields, models


class CollectionContactVoid(models.TransientModel):
    """Void entries of the contact log, with the reason."""

    _name = "collection.contact.void"
    _description = "Void Contact Log Entries"

    contact_ids = fields.Many2many("collection.contact", required=True)
    reason = fields.Char(required=True)

    def action_void(self):
        """Void the entries."""
        self.ensure_one()
        self.contact_ids.action_void(self.reason)
        return {"type": "ir.actions.act_window_close"}
