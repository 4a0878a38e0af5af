from odoo import models


class AccountMove(models.Model):
    """A write-off proposed for a claim is matched with its items once it is posted."""

    _inherit = "account.move"

    def _post(self, soft=True):
        posted = super()._post(soft)
        # Whoever posts entries need not be one who sees claims.
        claims = self.env["collection.claim"].sudo()
        claims.search([("writeoff_move_id", "in", posted.ids)])._match_writeoff()
        return posted
