"""A simulated collector: does on the same day what waits for a person."""

from datetime import timedelta

DISPUTE_DAYS = 10


class Collector:
    """Approves letters, makes calls, and holds invoices that are disputed.

    Works through the public methods behind the buttons, with a collector's rights.
    """

    def __init__(self, env, company):
        self.env = env
        self.company = company
        self.user = (
            env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                {
                    "name": "Carla Collector",
                    "login": "replay_collector",
                    "email": "collector@example.com",
                    "company_id": company.id,
                    "company_ids": [(6, 0, company.ids)],
                    "group_ids": [
                        (4, env.ref("account_collections.group_collection_user").id),
                    ],
                }
            )
        )
        self.disputed = set()

    def _at(self, day):
        """:return: the environment of the collector on a day"""
        context = {"collection_as_of": day, "allowed_company_ids": self.company.ids}
        return self.env(user=self.user.id, context=context)

    def approve(self, day):
        """Approve every message that waits for it.

        :param date day: today
        :return: how many
        """
        steps = self._search(day, "approve")
        if steps:
            steps.action_approve()
        return len(steps)

    def do_tasks(self, day):
        """Do every task that waits for a person, and log how it went.

        :param date day: today
        """
        env = self._at(day)
        for step in self._search(day, "todo"):
            log = env["collection.call.screen"].create(
                {
                    "case_id": step.case_id.id,
                    "step_id": step.id,
                    "channel": step.channel,
                    "outcome": "no_answer",
                    "note": "Left a message.",
                }
            )
            log.action_log()

    def post_letters(self, day):
        """Print what is to be printed and take it to the post.

        :param date day: today
        """
        letters = self._at(day)["collection.letter"].search(
            [
                ("company_id", "=", self.company.id),
                ("delivery_state", "=", "to_print"),
            ]
        )
        if letters:
            letters.action_print()
            letters.action_post()

    def hold_disputed(self, day, messages, disputed):
        """Hold the invoices that customers dispute once they are reminded of them.

        :param date day: today
        :param messages: the messages of the day before, as the journal has them
        :param disputed: set of the numbers that are disputed sooner or later
        """
        for message in messages:
            numbers = (message.listed.keys() & disputed) - self.disputed
            if numbers:
                self._hold(day, message.case_id, numbers)
                self.disputed |= numbers

    def _hold(self, day, case_id, numbers):
        env = self._at(day)
        case = env["collection.case"].browse(case_id)
        items = case.item_ids.filtered(lambda item: item.move_id.ref in numbers)
        if not items:
            return
        env["collection.hold"].create(
            {
                "case_id": case.id,
                "scope": "items",
                "item_ids": [(6, 0, items.ids)],
                "reason_id": env.ref("account_collections.reason_hold_dispute").id,
                "date_review": day + timedelta(days=DISPUTE_DAYS),
                "on_review": "resume",
            }
        )

    def _search(self, day, state):
        return self._at(day)["collection.step"].search(
            [("company_id", "=", self.company.id), ("state", "=", state)]
        )
