from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CollectionPolicy(models.Model):
    """The cases that follow a policy."""

    _inherit = "collection.policy"

    case_ids = fields.One2many("collection.case", "policy_id")
    case_count = fields.Integer("Open cases", compute="_compute_case_count")

    takeover_text = fields.Char("Whom it would take", compute="_compute_takeover_text")

    @api.depends(
        "state",
        "sequence",
        "tenure_min",
        "tenure_max",
        "turnover_operator",
        "turnover_min",
        "turnover_max",
        "overdue_min",
        "overdue_max",
        "overdue_ratio_max",
        "partner_category_ids",
        "country_ids",
    )
    @api.depends_context("lang")
    def _compute_takeover_text(self):
        """What activating a draft would change, by the figures of the last review."""
        for policy in self:
            is_draft = policy.state == "draft" and bool(policy._origin)
            policy.takeover_text = is_draft and policy._get_takeover_text()

    def _get_takeover_text(self):
        counts = self.env["collection.policy.matching"]._count_takeover(self._origin)
        if not counts:
            return self.env._("At present it would take over nobody.")
        parts = [
            self.env._("%(count)s from “%(policy)s”", count=count, policy=policy.name)
            if policy
            else self.env._("%s without a policy", count)
            for policy, count in counts.items()
        ]
        return self.env._(
            "Customers it would take over: %(count)s (%(parts)s).",
            count=sum(counts.values()),
            parts=", ".join(parts),
        )

    @api.depends("case_ids.state")
    def _compute_case_count(self):
        counts = dict(
            self.env["collection.case"]._read_group(
                [("policy_id", "in", self.ids), ("state", "!=", "closed")],
                ["policy_id"],
                ["__count"],
            )
        )
        for policy in self:
            policy.case_count = counts.get(policy, 0)

    @api.constrains("company_id")
    def _check_company_of_cases(self):
        """Cases, closed ones too, keep to the policies of their own company."""
        # Sudo: cases that the user cannot see count as well.
        Case = self.env["collection.case"].sudo()
        for policy in self:
            others = [("company_id", "!=", policy.company_id.id)]
            if Case.search_count([("policy_id", "=", policy.id), *others], limit=1):
                raise ValidationError(
                    self.env._(
                        "Customers follow policy “%s”, so it cannot be moved to "
                        "another company. Make a copy for that one.",
                        policy.name,
                    )
                )

    def action_view_cases(self):
        """Open the open cases that follow this policy."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collections.collection_case_action"
        )
        return {**action, "domain": [("policy_id", "=", self.id)], "context": {}}
