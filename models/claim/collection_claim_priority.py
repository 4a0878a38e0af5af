from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .collection_claim_priority_cap import PRIORITIES


class CollectionClaimPriority(models.Model):
    """An amount of a claim that is paid before the others, up to its cap."""

    _name = "collection.claim.priority"
    _description = "Priority of a Claim"
    _inherit = ["collection.claim.part.mixin"]
    _order = "id"
    _rec_names_search = ["subsection", "claim_id"]

    claim_id = fields.Many2one(
        "collection.claim", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="claim_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="claim_id.currency_id")
    kind = fields.Selection(PRIORITIES, required=True)
    subsection = fields.Char(help="Of 11 U.S.C. § 507(a), for another priority.")
    amount_claimed = fields.Monetary(
        "Amount of this kind", required=True, help="In the claim's currency."
    )
    amount_cap = fields.Monetary("Cap", compute="_compute_amount", store=True)
    amount = fields.Monetary(
        "Entitled to priority",
        compute="_compute_amount",
        store=True,
        help="Up to the cap of the petition date; the rest is general unsecured.",
    )
    warning = fields.Char(compute="_compute_warning")

    _amount_positive = models.Constraint(
        "CHECK (amount_claimed > 0)", "An amount with priority must be above zero."
    )

    @api.depends("amount_claimed", "kind", "claim_id.date_petition")
    def _compute_amount(self):
        for row in self:
            claim = row.claim_id
            cap = row._find_cap()
            # A cap is in US dollars, the claim possibly in another currency.
            row.amount_cap = cap.currency_id._convert(
                cap.amount, claim.currency_id, claim.company_id, claim.date_petition
            )
            row.amount = (
                min(row.amount_claimed, row.amount_cap) if cap else row.amount_claimed
            )

    def _find_cap(self):
        day = self.claim_id.date_petition
        Cap = self.env["collection.claim.priority.cap"]
        return Cap._find(self.kind, day) if self.kind and day else Cap

    @api.depends("amount_claimed", "kind", "amount_cap", "claim_id.date_petition")
    @api.depends_context("lang")
    def _compute_warning(self):
        for row in self:
            row.warning = row._get_warning()

    def _get_warning(self):
        """:return: translated sentence, or False"""
        # No cap is two cases: the law has none for this kind, or ours is out of date.
        if not self._find_cap():
            if self.kind and self.env["collection.claim.priority.cap"]._is_capped(
                self.kind
            ):
                return self.env._(
                    "No cap is known for this petition date. Look it up and have it"
                    " added (Configuration > Priority caps)."
                )
            return False
        if self.currency_id.compare_amounts(self.amount_claimed, self.amount_cap) > 0:
            return self.env._(
                "Above the cap of %s: the rest is general unsecured.",
                self.currency_id.format(self.amount_cap),
            )
        return False

    @api.constrains("kind", "subsection")
    def _check_subsection(self):
        if any(row.kind == "other" and not row.subsection for row in self):
            raise ValidationError(
                self.env._("Name the subsection of § 507(a) of the other priority.")
            )

    @api.constrains("amount_claimed", "kind")
    def _check_total(self):
        for claim in self.claim_id:
            claim._check_rank_total()
