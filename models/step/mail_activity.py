from odoo import models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        """A call ticked off in the chatter or the activity view is a step done."""
        steps = (
            self.env["collection.step"]
            .sudo()
            .search([("activity_id", "in", self.ids), ("state", "=", "todo")])
        )
        result = super()._action_done(feedback, attachment_ids)
        for step in steps:
            step._complete(feedback or "")
        return result
