from datetime import timedelta

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common.base import CollectionCommon

STATES = ("planned", "approve", "todo", "done", "skipped", "cancelled", "failed")
# What may become what, written down from the design and not read from the code.
LEGAL = {
    *(("planned", to) for to in ("todo", "done", "skipped", "cancelled", "failed")),
    *(("approve", to) for to in ("planned", "skipped", "cancelled")),
    *(("todo", to) for to in ("done", "skipped", "cancelled")),
    *(("failed", to) for to in ("planned", "todo", "done", "failed")),
    *(("failed", to) for to in ("skipped", "cancelled")),
}
DELIVERY = (
    *("queued", "sent", "failed", "bounced", "cancelled"),
    *("to_print", "printed", "posted", "delivered", "refused", "returned"),
)
LEGAL_PAPER = {
    ("to_print", "printed"),
    ("printed", "printed"),
    ("printed", "posted"),
    ("posted", "delivered"),
    ("posted", "refused"),
    ("posted", "returned"),
    ("refused", "returned"),
}


@tagged("post_install", "-at_install")
class TestSteps(CollectionCommon):
    """The life of a step, of its retries and of its letter."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_customer("Steps")
        cls.policy = cls.make_policy({"days": 1}, {"days": 10}, quiet_days=1)
        cls.invoice = cls.make_invoice(cls.customer)
        cls.plan()
        cls.case = cls.get_case(cls.customer)
        cls.step = cls.open_steps(cls.customer)

    def set_state(self, record, **vals):
        """Put a record where a test wants it, behind the back of everything."""
        self.env.flush_all()
        for name, value in vals.items():
            self.env.cr.execute(
                f"UPDATE {record._table} SET {name} = %s WHERE id = ANY(%s)",  # noqa: S608
                [value, record.ids],
            )
        record.invalidate_recordset()

    def break_words(self):
        """Make the words of the stage fail for the customer, until its ``ref`` is set
        to something else. Odoo does not let anybody save words that fail for all."""
        self.template.subject = (
            "{{ 1 / 0 if object.partner_id.ref == 'bad' else 'Written' }}"
        )
        self.customer.ref = "bad"

    def test_every_transition(self):
        for old in STATES:
            for new in STATES:
                with self.subTest(f"{old} to {new}"):
                    self.set_state(self.step, state=old, date_done=None)
                    if (old, new) in LEGAL:
                        self.step._set_state(new)
                        self.assertEqual(self.step.state, new)
                        is_over = new in ("done", "skipped", "cancelled")
                        self.assertEqual(bool(self.step.date_done), is_over)
                    else:
                        with self.assert_refused("cannot become"):
                            self.step._set_state(new)
                        self.assertEqual(self.step.state, old)

    def test_refusal_names_step_and_states(self):
        self.set_state(self.step, state="done")
        with self.assert_refused(
            "“Stage 1: Steps” is “Done” and cannot become “To do”"
        ):
            self.step._set_state("todo")

    def test_buttons_only_where_they_belong(self):
        for state in STATES:
            self.set_state(self.step, state=state)
            for button, where in (
                ("action_approve", "approve"),
                ("action_retry", "failed"),
            ):
                with self.subTest(f"{button} when {state}"):
                    if state == where:
                        getattr(self.step, button)()
                        self.assertEqual(self.step.state, "planned")
                        self.set_state(self.step, state=state)
                    else:
                        with self.assert_refused("None of these steps"):
                            getattr(self.step, button)()

    def test_approve_many_at_once(self):
        self.policy.stage_ids.is_automatic = False
        customers = [self.make_customer(f"Many {number}") for number in range(3)]
        for customer in customers:
            self.make_invoice(customer)
        self.plan()
        steps = self.open_steps()
        self.assertEqual(sorted(steps.mapped("state")), ["approve"] * 3 + ["planned"])
        steps.action_approve()
        self.assertEqual(set(steps.mapped("state")), {"planned"})
        self.assertEqual(self.execute()["done_count"], 4)

    def test_nothing_waiting_for_approval_leaves(self):
        self.set_state(self.step, state="approve")
        self.assertEqual(self.execute()["done_count"], 0)
        self.assertEqual(self.step.state, "approve")

    def test_skipping_goes_on_with_the_next_stage(self):
        Skip = self.env["collection.step.skip"].with_context(
            collection_as_of=self.today
        )
        Skip.create(
            {
                "step_ids": self.step.ids,
                "reason_id": self.reason_skip.id,
                "note": "Spoke with them.",
            }
        ).action_skip()
        self.assertEqual(
            (self.step.state, self.step.note), ("skipped", "Spoke with them.")
        )
        self.assertEqual(self.step.skip_reason_id, self.reason_skip)
        self.assertEqual(self.get_items(self.invoice).stage_id.name, "Stage 1")
        # No contact took place, so nothing keeps the next stage waiting but its day.
        self.assertFalse(self.case.date_last_step)
        self.assertEqual(self.case.next_stage_id.name, "Stage 2")
        self.assertFalse(self.case.letter_ids)

    def test_edited_message_is_the_one_that_leaves(self):
        self.step.action_edit()
        self.assertEqual(self.step.subject, f"Stage 1 for {self.case.name}")
        self.assertIn("Words of the stage.", self.step.body)
        self.step.write({"subject": "Only this once", "body": "<p>My words.</p>"})
        self.execute()
        letter = self.case.letter_ids
        self.assertEqual(letter.subject, "Only this once")
        self.assertIn("My words.", letter.body)
        self.assertNotIn("Words of the stage.", letter.body)
        with self.assertRaises(UserError):
            self.step.action_edit()

    def test_words_that_somebody_has_approved(self):
        self.step.sudo().state = "approve"
        users = self.make_users()
        own = self.step.with_user(users["collector"])
        own.write({"subject": "Mine", "body": "<p>Mine</p>"})
        self.step.with_user(users["manager"]).action_approve()
        for change in (
            own.action_edit,
            own.action_discard_edit,
            lambda: own.write({"body": "<p>We come at night.</p>"}),
        ):
            with self.assert_refused("has approved this text"):
                change()
        self.step.with_user(users["manager"]).write({"subject": "As it should be"})
        self.execute()
        self.assertEqual(self.case.letter_ids.subject, "As it should be")

    def test_discarded_edit(self):
        self.step.action_edit()
        self.step.subject = "Only this once"
        self.step.action_discard_edit()
        self.execute()
        self.assertEqual(self.case.letter_ids.subject, f"Stage 1 for {self.case.name}")

    # ------------------------------------------------------------------
    # Failures
    # ------------------------------------------------------------------

    def test_retry_with_growing_delay(self):
        self.break_words()
        now = fields.Datetime.now()
        expected = [5, 20, 80, 320, 1280, None]
        for attempt, minutes in enumerate(expected, 1):
            with self.subTest(attempt), freeze_time(now):
                self.assertEqual(self.execute()["failed_count"], 1)
                self.assertEqual(
                    (self.step.state, self.step.attempts), ("failed", attempt)
                )
                self.assertIn("division by zero", self.step.error)
                delay = timedelta(minutes=minutes) if minutes else None
                self.assertEqual(
                    self.step.date_try,
                    now.replace(microsecond=0) + delay if delay else False,
                )
                # Not before its time, however often the job runs.
                self.assertEqual(self.execute()["failed_count"], 0)
                now += delay or timedelta()
        with freeze_time(now + timedelta(days=30)):
            self.assertEqual(self.execute()["failed_count"], 0)
            self.customer.ref = "good"
            self.assertEqual(self.execute()["done_count"], 0)
            self.step.action_retry()
            self.assertEqual((self.step.state, self.step.error), ("planned", False))
            self.assertEqual(self.execute()["done_count"], 1)
        self.assertEqual(self.case.letter_ids.subject, "Written")

    def test_failed_step_retried_by_itself_after_repair(self):
        self.break_words()
        self.execute()
        self.customer.ref = "good"
        with freeze_time(fields.Datetime.now() + timedelta(minutes=6)):
            self.assertEqual(self.execute()["done_count"], 1)
        self.assertEqual((self.step.state, self.step.error), ("done", False))

    def test_failed_step_of_a_settled_customer_is_dropped(self):
        self.break_words()
        self.execute()
        self.pay(self.invoice)
        self.plan()
        self.assertEqual((self.step.state, self.step.reason), ("cancelled", "settled"))

    def test_unreachable_is_not_tried_again_by_itself(self):
        self.customer.email = "not an address"
        self.assertEqual(self.execute()["failed_count"], 1)
        self.assertEqual((self.step.state, self.step.date_try), ("failed", False))
        self.assertIn("no valid e-mail address", self.step.error)
        self.plan(self.day(1))
        self.assertEqual(self.execute(self.day(1))["failed_count"], 0)
        self.assertEqual(len(self.case.activity_ids), 1)
        self.customer.email = "steps@example.com"
        self.step.action_retry()
        self.assertEqual(self.execute(self.day(1))["done_count"], 1)

    def test_steps_not_yet_planned_for_are_left(self):
        self.assertEqual(self.execute(self.day(-1))["done_count"], 0)
        self.assertEqual(self.step.state, "planned")

    # ------------------------------------------------------------------
    # Letters
    # ------------------------------------------------------------------

    def test_every_way_of_the_paper(self):
        self.execute()
        letter = self.case.letter_ids
        buttons = {
            "printed": lambda: letter._set_paper_state("printed"),
            "posted": letter.action_post,
            "delivered": lambda: letter._record_delivery_result("delivered"),
            "refused": lambda: letter._record_delivery_result("refused"),
            "returned": lambda: letter._record_delivery_result("returned"),
        }
        for old in DELIVERY:
            for new, button in buttons.items():
                with self.subTest(f"{old} to {new}"):
                    self.set_state(letter, delivery_state=old, date_sent=None)
                    if (old, new) in LEGAL_PAPER:
                        button()
                        self.assertEqual(letter.delivery_state, new)
                        self.assertEqual(bool(letter.date_sent), new == "posted")
                    else:
                        with self.assert_refused("cannot become"):
                            button()

    def test_returned_letter_is_a_task(self):
        self.execute()
        letter = self.case.letter_ids
        self.set_state(letter, delivery_state="posted")
        letter._record_delivery_result("returned")
        self.assertIn("Message not delivered", self.case.activity_ids.mapped("summary"))
        self.assertTrue(self.case.delivery_problem)

    def test_letter_cannot_be_deleted(self):
        self.execute()
        with self.assert_refused("is evidence and cannot be deleted"):
            self.case.letter_ids.sudo().unlink()

    def test_cancelled_mail_shows(self):
        self.execute()
        letter = self.case.letter_ids
        letter.sudo().mail_id.cancel()
        self.assertEqual(letter.delivery_state, "cancelled")
        self.assertTrue(self.case.delivery_problem)
        letter.sudo().mail_id.mark_outgoing()
        self.assertEqual(letter.delivery_state, "queued")

    def test_a_call_has_no_words_to_edit(self):
        self.policy.stage_ids[0].write({"channel": "phone", "template_id": False})
        other = self.make_customer("To be called")
        self.make_invoice(other)
        self.plan()
        step = self.open_steps(other)
        self.assertEqual(step.channel, "phone")
        with self.assert_refused("This step sends no message"):
            step.action_edit()
