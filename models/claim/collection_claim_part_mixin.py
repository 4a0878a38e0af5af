from odoo import api, models


class CollectionClaimPartMixin(models.AbstractModel):
    """What the parts of a claim share: they change only while the claim is a draft, and
    a change makes the packet no longer final.

    A model that inherits from it has a many2one ``claim_id``.
    """

    _name = "collection.claim.part.mixin"
    _description = "Part of a Claim"

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        parts.claim_id._change_draft()
        return parts

    def write(self, vals):
        self.claim_id._change_draft()
        result = super().write(vals)
        if "claim_id" in vals:
            self.claim_id._change_draft()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_only_from_drafts(self):
        self.claim_id._change_draft()
