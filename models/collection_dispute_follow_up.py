from odoo import api, models
from odoo.exceptions import UserError

from .collection_dispute import OPEN_STATES

# So long after the answer was due the managers hear of it.
ESCALATE_DAYS = 5


class CollectionDispute(models.Model):
    """The answer to a dispute: sent to the customer, and reminded of when overdue."""

    _inherit = "collection.dispute"

    def _send_answer(self):
        """Send the reasoned answer to the customer."""
        template = self.env.ref("account_collections.mail_template_dispute_answer")
        for dispute in self:
            if not dispute.case_id:
                raise UserError(
                    self.env._("The customer owes nothing any more; there is no case.")
                )
            self.env["collection.notice"]._send(dispute, template, dispute.move_id)

    @api.model
    def _follow_up(self, company, today):
        """Remind the owner of an answer that is overdue, then the managers.

        :param company: res.company record
        :param date today: the day, in the company's time zone
        """
        overdue = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "in", OPEN_STATES),
                ("date_answer_due", "<", today),
                ("escalation", "<", 2),
            ]
        )
        isolate = self.env["collection.notice"]._isolate
        for dispute in overdue:
            late = (today - dispute.date_answer_due).days
            reached = 2 if late > ESCALATE_DAYS else 1
            # After nights that were missed, both.
            for level in range(dispute.escalation + 1, reached + 1):
                isolate(dispute._remind_of_answer, level)

    def _remind_of_answer(self, level):
        managers = self.env.ref("account_collections.group_collection_manager")
        users = self.user_id if level == 1 else managers.all_user_ids.filtered("active")
        for user in users.filtered(lambda user: self.company_id in user.company_ids):
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Answer to the dispute is overdue"),
                user_id=user.id,
            )
        self.sudo().escalation = level
