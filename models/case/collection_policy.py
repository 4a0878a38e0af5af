from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CollectionPolicy(models.Model):
    """The cases that follow a policy."""

    _inherit = "collection.policy"

    case_ids = fields.One2many("collection.case", "policy_id")
    case_count = fields.Integer("Open cases", compute="_compute_case_count")

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
