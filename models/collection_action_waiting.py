from odoo import api, models

LISTED = 5


class CollectionAction(models.Model):
    """A step that the limits put off, and until when."""

    _inherit = "collection.action"

    def _put_off(self, answer):
        """Have this step wait until the guard allows it, with its reason.

        :param answer: the ``Answer`` of the contact guard
        """
        self.ensure_one()
        day = self.company_id._get_collection_day(answer.next_moment)
        # The execution writes the planning fields, nobody else.
        self.sudo().write(
            {
                "date_planned": max(day, self.date_planned),
                "date_allowed": answer.next_moment,
                "reason": "contact_limit",
                "note": answer.reason,
            }
        )

    def _get_waiting_text(self):
        """:return: translated sentence when the limits make this step wait, else
        False"""
        if not self.date_allowed or self.state != "planned":
            return False
        when = self.partner_id._get_collection_local_text(
            self.date_allowed, self.company_id
        )
        return self.env._(
            "“%(stage)s” waits until %(when)s: %(why)s",
            stage=self.stage_id.name,
            when=when,
            why=self.note or "",
        )

    @api.model
    def _tell_approved(self, actions):
        """Say also whose messages have to wait, and why."""
        waiting = []
        for channel, steps in actions.grouped("channel").items():
            answers = self.env["collection.guard"]._ask(steps.case_id, channel)
            for step in steps:
                answer = answers[step.case_id]
                if answer.level:
                    text = self.env["collection.guard"]._get_text(step.case_id, answer)
                    waiting.append(f"{step.case_id.partner_id.display_name}: {text}")
        if not waiting:
            return super()._tell_approved(actions)
        notification = self._tell(
            self.env._(
                "%(count)s approved. %(left)s wait: %(who)s",
                count=len(actions),
                left=len(waiting),
                who=" ".join(waiting[:LISTED]),
            )
        )
        notification["params"] |= {"type": "warning", "sticky": True}
        return notification
