from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.claim_states import UNFILED_STATES


class CollectionBankruptcy(models.Model):
    """The claims of our companies in a bankruptcy."""

    _inherit = "collection.bankruptcy"

    claim_ids = fields.One2many("collection.claim", "bankruptcy_id", "Claims")
    claim_count = fields.Integer("Number of claims", compute="_compute_claim_count")
    # Asked by the deadline for the claim, which is then met.
    has_filed_all_claims = fields.Boolean(
        compute="_compute_has_filed_all_claims",
        search="_search_has_filed_all_claims",
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

    def _search_has_filed_all_claims(self, operator, value):
        if operator != "in":
            return NotImplemented
        self.env.flush_all()
        filed = Domain("id", "in", SQL("(%s)", self._filed_everywhere_sql()))
        return filed if True in value else ~filed

    def _filed_everywhere_sql(self):
        """What ``_has_filed_everywhere`` asks of one bankruptcy, for all of them.

        In: bankruptcies with their claims. Out: the ids of those that are filed.
        Example: two companies are owed money and one has filed: no row.
        """
        return SQL(
            """
            WITH filed AS (SELECT bankruptcy_id, company_id FROM collection_claim
                            WHERE date_filed IS NOT NULL AND state != 'withdrawn'),
                 stayed AS (%(stayed)s)
            SELECT bankruptcy.id FROM collection_bankruptcy bankruptcy
             WHERE bankruptcy.id IN (SELECT bankruptcy_id FROM filed)
               AND NOT EXISTS (SELECT FROM collection_claim claim
                                WHERE claim.bankruptcy_id = bankruptcy.id
                                  AND claim.state IN %(unfiled)s
                                  AND claim.previous_id IS NULL)
               AND NOT EXISTS (
                   SELECT FROM stayed
                     JOIN account_move_line line ON line.id = stayed.id
                     JOIN account_move move ON move.id = line.move_id
                     JOIN res_partner member
                       ON member.id IN (line.partner_id, move.partner_id)
                    WHERE line.reconciled IS NOT TRUE
                      AND (bankruptcy.partner_id
                               IN (member.id, member.commercial_partner_id)
                           OR bankruptcy.partner_id = member.parent_id
                              AND member.is_company IS NOT TRUE)
                      AND line.company_id NOT IN (
                          SELECT company_id FROM filed
                           WHERE bankruptcy_id = bankruptcy.id))
            """,
            stayed=self.env["collection.stay"]._stayed_lines_sql(),
            unfiled=UNFILED_STATES,
        )

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
