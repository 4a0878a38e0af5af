from odoo import fields, models


class CollectionPlanEnd(models.TransientModel):
    """Cancel a plan, note that it was declined, or put it in force again: each with the
    reason that stays on record."""

    _name = "collection.installment.plan.end"
    _description = "End of an Installment Plan"

    plan_ids = fields.Many2many("collection.installment.plan", required=True)
    outcome = fields.Selection(
        [
            ("cancelled", "Cancel"),
            ("declined", "Declined by the customer"),
            ("active", "Reinstate"),
        ],
        required=True,
        default="cancelled",
    )
    reason = fields.Char(required=True)

    def action_end(self):
        """Do what was chosen."""
        self.ensure_one()
        if self.outcome == "active":
            self.plan_ids._reinstate(self.reason)
        else:
            self.plan_ids._end(self.outcome, self.reason)
        return {"type": "ir.actions.act_window_close"}
