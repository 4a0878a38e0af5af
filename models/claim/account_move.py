from odoo import models


class AccountMove(models.Model):
    """What follows when an entry is posted: the credit note of a dispute, or the
    write-off proposed for a claim, is matched with what it settles."""

    _inherit = "account.move"

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._settle_collection_disputes()
        # Whoever posts entries need not be one who sees claims.
        claims = self.env["collection.claim"].sudo()
        claims.search([("writeoff_move_id", "in", posted.ids)])._match_writeoff()
        return posted
