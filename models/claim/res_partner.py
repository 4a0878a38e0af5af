from odoo import fields, models

from ..common.access import READERS


class ResPartner(models.Model):
    """The claims in the insolvencies of a customer."""

    _inherit = "res.partner"

    collection_claim_count = fields.Integer(
        "Claims in bankruptcies",
        compute="_compute_collection_claim_count",
        groups=READERS,
    )

    def _compute_collection_claim_count(self):
        counts = dict(
            self.env["collection.claim"]._read_group(
                [("partner_id", "in", self.commercial_partner_id.ids)],
                ["partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.collection_claim_count = counts.get(
                partner.commercial_partner_id, 0
            )

    def action_view_collection_claims(self):
        """Open the claims in the insolvencies of this customer."""
        self.ensure_one()
        return self.env["collection.claim"]._get_window(
            [("partner_id", "=", self.commercial_partner_id.id)]
        )
