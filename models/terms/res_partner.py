from odoo import fields, models

from ..common.access import READERS


class ResPartner(models.Model):
    """The terms that a customer has signed."""

    _inherit = "res.partner"

    collection_terms_count = fields.Integer(
        "Signed terms", compute="_compute_collection_terms_count", groups=READERS
    )

    def _compute_collection_terms_count(self):
        counts = dict(
            self.env["collection.terms"]._read_group(
                [("partner_id", "in", self.commercial_partner_id.ids)],
                ["partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.collection_terms_count = counts.get(
                partner.commercial_partner_id, 0
            )

    def action_view_collection_terms(self):
        """Open the terms of this customer."""
        self.ensure_one()
        customer = self.commercial_partner_id
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "account_collections.collection_terms_action"
            ),
            "domain": [("partner_id", "=", customer.id)],
            "context": {"default_partner_id": customer.id},
        }
