from odoo import api, fields, models


class CollectionBankruptcy(models.Model):
    """The claims of our companies in a bankruptcy."""

    _inherit = "collection.bankruptcy"

    claim_ids = fields.One2many("collection.claim", "bankruptcy_id", "Claims")
    claim_count = fields.Integer("Number of claims", compute="_compute_claim_count")

    @api.depends("claim_ids")
    def _compute_claim_count(self):
        for bankruptcy in self:
            bankruptcy.claim_count = len(bankruptcy.claim_ids)

    def _has_filed_claim(self):
        """:return: whether its deadline is met, or every claim of ours that was begun
        has been filed, in each company that is owed something"""
        # The deadline is one for all companies; nothing of their claims is shown.
        claims = self.sudo().claim_ids
        filed = claims.filtered(
            lambda claim: claim.date_filed and claim.state != "withdrawn"
        )
        under_way = claims.filtered(
            lambda claim: claim.state in ("draft", "ready") and not claim.previous_id
        )
        owed = self.sudo()._get_stayed_lines().company_id if filed else filed.company_id
        missing = owed - filed.company_id
        return super()._has_filed_claim() or bool(
            filed and not under_way and not missing
        )

    @api.depends("claim_ids.state", "claim_ids.date_filed")
    def _compute_claim_text(self):
        return super()._compute_claim_text()

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
