from odoo import fields, models

CHARGES = [
    ("none", "Say nothing"),
    ("announce", "Announce interest and costs"),
    ("charge", "Charge interest and costs"),
]


class CollectionStage(models.Model):
    """What the message of a stage says, and does, about late charges."""

    _inherit = "collection.stage"

    charges = fields.Selection(
        CHARGES,
        required=True,
        default="none",
        help="Announce: the message shows what late payment costs by the rule of the"
        " customer's country. Charge: a draft invoice over it is made as well.",
    )
    charge_offer_days = fields.Integer(
        "Waived if paid within (days)",
        help="The message offers to waive interest and costs when what is due arrives"
        " by then. Zero: no offer.",
    )

    _charge_offer_days_valid = models.Constraint(
        "CHECK (charge_offer_days BETWEEN 0 AND 3650)",
        "An offer to waive charges is open for 0 to 3650 days.",
    )
