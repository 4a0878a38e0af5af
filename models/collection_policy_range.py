from odoo import api, models
from odoo.exceptions import ValidationError


class CollectionPolicy(models.Model):
    """What keeps a policy from stopping the run of a whole company."""

    _inherit = "collection.policy"

    # Further away there are days that neither PostgreSQL nor Python can count to.
    _days_within_reach = models.Constraint(
        "CHECK (quiet_days <= 3650 AND task_patience <= 3650"
        " AND promise_days_max <= 3650 AND promise_tolerance <= 3650"
        " AND promise_remind_days <= 3650 AND plan_offer_days <= 3650"
        " AND plan_tolerance_days <= 3650 AND plan_cure_days <= 3650"
        " AND plan_remind_days <= 3650 AND plan_remind_late_days <= 3650)",
        "The days of a policy are at most 3650, ten years.",
    )
    _months_within_reach = models.Constraint(
        "CHECK (tenure_min <= 1200 AND tenure_max <= 1200 AND plan_months_max <= 1200)",
        "The months of a policy are at most 1200, a hundred years.",
    )

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
                        "Customers follow policy “%s”, so it stays with its company."
                        " Make a copy for the other one.",
                        policy.name,
                    )
                )
