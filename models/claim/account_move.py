from odoo import models

from ..common.fields import compute_again


class AccountMove(models.Model):
    """What follows when an entry is posted or taken back: the credit note of a dispute,
    or the write-off proposed for a claim, is matched with what it settles."""

    _inherit = "account.move"

    def write(self, vals):
        posted_before = self.filtered("posted_before") if "state" in vals else self
        result = super().write(vals)
        if "state" in vals:
            if disputes := self._get_credited_disputes():
                compute_again(disputes, "is_active", "amount_excluded")
            self.reversed_entry_id.origin_payment_id._refresh_collection_dividends()
        if vals.get("state") == "posted" or "invoice_user_id" in vals:
            # An invoice is disputed once it is posted; what follows may change it.
            posted_before._refresh_collection_disputes()
        return result

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._settle_collection_disputes()
        posted._settle_collection_settlements()
        proposals = posted.filtered(
            lambda move: (
                move.move_type == "entry"
                and not (move.origin_payment_id or move.statement_line_id)
            )
        )
        if proposals:
            # Whoever posts entries need not be one who sees claims.
            claims = self.env["collection.claim"].sudo()
            claims.search([("writeoff_move_id", "in", proposals.ids)])._match_writeoff()
        return posted
