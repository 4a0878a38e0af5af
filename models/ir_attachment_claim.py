from odoo import models

DRAFT_STATES = ("draft", "ready")


class IrAttachment(models.Model):
    """The packet and the receipt of a filed claim, and its exhibits, are evidence."""

    _inherit = "ir.attachment"

    def _filter_collection_evidence(self):
        evidence = super()._filter_collection_evidence()
        if not self.ids:
            return evidence
        # Evidence is evidence for those, too, who may not see the claim.
        claims = (
            self.env["collection.claim"]
            .sudo()
            .search(
                [
                    ("state", "not in", DRAFT_STATES),
                    "|",
                    ("packet_id", "in", self.ids),
                    ("receipt_id", "in", self.ids),
                ]
            )
        )
        filed = (claims.packet_id | claims.receipt_id) & self
        return evidence | filed | self._filter_claim_exhibits()

    def _filter_claim_exhibits(self):
        """:return: the documents behind the exhibits of filed claims"""
        own = self.filtered(
            lambda attachment: attachment.res_model == "collection.claim.exhibit"
        )
        if not own:
            return own
        Exhibit = self.env["collection.claim.exhibit"].sudo()
        exhibits = Exhibit.browse(own.mapped("res_id")).exists()
        filed = exhibits.filtered(
            lambda exhibit: exhibit.claim_id.state not in DRAFT_STATES
        )
        return own.filtered(lambda attachment: attachment.res_id in filed.ids)
