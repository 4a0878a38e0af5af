from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CollectionStage(models.Model):
    """The discount for prompt payment that the message of a stage offers."""

    _inherit = "collection.stage"

    discount_percent = fields.Float(
        "Discount for prompt payment (%)",
        digits=(16, 2),
        help="The message offers to take so much off, when the rest arrives in time."
        " Once for an item; not of what is disputed or agreed on otherwise. Zero: no"
        " offer.",
    )
    discount_days = fields.Integer("if paid within (days)", default=7)

    _discount_valid = models.Constraint(
        "CHECK (discount_percent >= 0 AND discount_percent < 100"
        " AND discount_days BETWEEN 1 AND 365)",
        "A discount is less than 100 percent, and open for 1 to 365 days.",
    )

    @api.constrains("discount_percent", "policy_id")
    def _check_discount(self):
        for stage in self:
            most = stage.policy_id.settlement_manager_max
            if stage.discount_percent > most:
                raise ValidationError(
                    self.env._("The policy allows a reduction of at most %g %%.", most)
                )
