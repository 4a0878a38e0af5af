from odoo import api, fields, models

COPIED = ("note", "duration", "reason_id", "partner_id", "person", "date_follow_up")


class CollectionContactComplete(models.TransientModel):
    """Complete an entry of the contact log of one's own, within the hour."""

    _name = "collection.contact.complete"
    _description = "Complete a Contact Log Entry"

    contact_id = fields.Many2one("collection.contact", required=True)
    customer_id = fields.Many2one(related="contact_id.customer_id")
    partner_id = fields.Many2one(
        "res.partner",
        "With",
        domain="[('commercial_partner_id', '=', customer_id)]",
    )
    person = fields.Char("Somebody else")
    duration = fields.Float("Duration (minutes)")
    reason_id = fields.Many2one(
        "collection.reason",
        "Reason for non-payment",
        domain="[('kind', '=', 'nonpayment')]",
    )
    note = fields.Text()
    date_follow_up = fields.Date("Follow up on")
    follow_up = fields.Char("Next action")
    attachment_ids = fields.Many2many("ir.attachment", string="More evidence")

    @api.model
    def default_get(self, fields):
        """Start from what the entry says."""
        values = super().default_get(fields)
        contact = self.env["collection.contact"].browse(values.get("contact_id"))
        for name in (*COPIED, "follow_up"):
            values[name] = contact._fields[name].convert_to_write(
                contact[name], contact
            )
        return values

    def action_complete(self):
        """Complete the entry."""
        self.ensure_one()
        values = {
            name: self._fields[name].convert_to_write(self[name], self)
            for name in (*COPIED, "follow_up")
            if self[name] != self.contact_id[name]
        }
        if self.attachment_ids:
            values["attachment_ids"] = [
                fields.Command.link(id_) for id_ in self.attachment_ids.ids
            ]
        if values:
            self.contact_id.action_complete(values)
        return {"type": "ir.actions.act_window_close"}
