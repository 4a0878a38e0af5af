from odoo import api, fields, models

from ...tools.claim_states import UNFILED_STATES


class CollectionBankruptcy(models.Model):
    """The claims of our companies in a bankruptcy."""

    _inherit = "collection.bankruptcy"

    claim_ids = fields.One2many("collection.claim", "bankruptcy_id", "Claims")
    claim_count = fields.Integer("Number of claims", compute="_compute_claim_count")
    # Asked by the deadline for the claim, which is then met.
    has_filed_all_claims = fields.Boolean(
        compute="_compute_has_filed_all_claims",
        help="Every claim that was started is filed, in each company that is owed "
        "money.",
    )

    @api.depends("claim_ids")
    def _compute_claim_count(self):
        for bankruptcy in self:
            bankruptcy.claim_count = len(bankruptcy.claim_ids)

    @api.depends("claim_ids.state", "claim_ids.date_filed", "claim_ids.previous_id")
    def _compute_has_filed_all_claims(self):
        for bankruptcy in self:
            bankruptcy.has_filed_all_claims = bankruptcy._has_filed_everywhere()

    def _has_filed_everywhere(self):
        # Sudo: all companies share the deadline; nothing of their claims is shown.
        claims = self.sudo().claim_ids
        filed = claims.filtered(
            lambda claim: claim.date_filed and claim.state != "withdrawn"
        )
        under_way = claims.filtered(
            lambda claim: claim.state in UNFILED_STATES and not claim.previous_id
        )
        if under_way or not filed:
            return False
        return self.sudo()._get_stayed_lines().company_id <= filed.company_id

    def action_view_claims(self):
        """Open the claims, or start the first one."""
        self.ensure_one()
        Claim = self.env["collection.claim"]
        if self.claim_ids:
            return Claim._get_window(
                [("bankruptcy_id", "=", self.id)], default_bankruptcy_id=self.id
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New claim"),
            "res_model": Claim._name,
            "view_mode": "form",
            "context": {"default_bankruptcy_id": self.id},
        }
