from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    """How many executors work side by side, for all companies."""

    _inherit = "res.config.settings"

    collection_lanes = fields.Integer(
        "Executors side by side",
        help="Each is a copy of the scheduled action that sends messages. More than one"
        " helps where thousands of documents go out in a night, and the server has the"
        " processors and the cron workers for it (its option --max-cron-threads). No"
        " customer gets the messages of two at once.",
    )

    @api.model
    def get_values(self):
        """Show what is at work."""
        lanes = self.env["collection.lane"].sudo()._get_active()
        return {**super().get_values(), "collection_lanes": len(lanes)}

    def set_values(self):
        """Make copies of the scheduled action, or archive them."""
        result = super().set_values()
        lanes = self.env["collection.lane"].sudo()
        if self.collection_lanes != len(lanes._get_active()):
            lanes._set_count(self.collection_lanes)
        return result
