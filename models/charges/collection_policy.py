from odoo import fields, models

RESTS = [
    ("ask", "Ask for it"),
    ("carry", "Carry it until something else is overdue"),
    ("waive", "Waive it up to an amount"),
]


class CollectionPolicy(models.Model):
    """How freely late charges are posted and waived."""

    _inherit = "collection.policy"

    charge_post_max = fields.Monetary(
        "Charges post by themselves up to",
        help="Zero: a person posts each draft invoice over late charges.",
    )
    charge_waive_max = fields.Monetary(
        "Collectors waive charges up to",
        default=100,
        help="Of a customer, in a year. Above it a manager waives. Zero: no limit.",
    )
    charge_rest = fields.Selection(
        RESTS,
        "Charges left when the rest is paid",
        required=True,
        default="ask",
    )
    charge_rest_max = fields.Monetary("Waived up to", default=5)

    _charge_amounts_positive = models.Constraint(
        "CHECK (charge_post_max >= 0 AND charge_waive_max >= 0"
        " AND charge_rest_max >= 0)",
        "The limits of late charges cannot be negative.",
    )
