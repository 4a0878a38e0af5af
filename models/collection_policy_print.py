from odoo import fields, models


class CollectionPolicy(models.Model):
    """What only the printed policy says, and the button that prints it."""

    _inherit = "collection.policy"

    charges_text = fields.Text(
        "Charges",
        translate=True,
        help="What the printed policy says on interest and costs.",
    )
    hours_text = fields.Char(
        "Office hours",
        translate=True,
        help="When customers reach us, as the printed policy says it.",
    )

    def action_print_policy(self):
        """Print this policy for customers, in the language of who prints it."""
        return self.env.ref("account_collections.action_report_policy").report_action(
            self, config=False
        )
