from odoo import api, models


class CollectionSender(models.AbstractModel):
    """The execution asks the contact guard, under the locks, before anything leaves."""

    _inherit = "collection.sender"

    @api.model
    def _drop(self, actions, verdicts, counts):
        return self._ask_guard(super()._drop(actions, verdicts, counts))

    @api.model
    def _ask_guard(self, actions):
        """Put off the steps that the limits do not allow at this moment.

        The scheduler keeps the limits, even where the policy only warns people.

        :return: the steps to carry out
        """
        going, written_to = actions.browse(), set()
        for channel, steps in actions.grouped("channel").items():
            answers = self.env["collection.guard"]._ask(steps.case_id, channel)
            for step in steps:
                answer = answers[step.case_id]
                if not step._is_for_person() and step.addressee_id in written_to:
                    # Two customers, one person: the next batch finds this one's message
                    # in the log, and decides.
                    continue
                written_to.add(step.addressee_id)
                if not answer.level or self._is_later(step, answer):
                    going |= step
                elif answer.level == "stop":
                    self._stop(step, answer)
                else:
                    step._put_off(answer)
        return going

    @api.model
    def _is_later(self, step, answer):
        """A call goes on the collector's list at any hour, and waits there for the
        customer's office hours; the guard is asked again when it is made."""
        return step._is_for_person() and answer.limit in ("hours", "day_off")

    @api.model
    def _stop(self, step, answer):
        """A person decides how to go on; the step is not tried again by itself."""
        step._set_state("failed", error=answer.reason, date_try=False)
        step.case_id._add_task(self.env._("Contact is stopped"), answer.reason)
