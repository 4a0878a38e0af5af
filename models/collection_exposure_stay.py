from odoo import models


class CollectionExposure(models.Model):
    """Money from before a petition is not set off; only a court may allow it."""

    _inherit = "collection.exposure"

    def action_match(self):
        """Open what this credit can be matched with, unless it is stayed."""
        self.ensure_one()
        if self.status == "stayed_credit":
            self.env["collection.stay"]._check_moves(
                self.move_id, "match", self.move_id.name, self.case_id
            )
        return super().action_match()
