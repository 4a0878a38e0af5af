from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common.promise import PromiseCommon

NOT_KEPT = "Promise not kept"


@tagged("post_install", "-at_install")
class TestPromiseNight(PromiseCommon):
    """What promises with several dates come to, and what the nights do with them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.make_invoice(cls.customer, 1000)
        cls.plan()
        cls.case = cls.get_case(cls.customer)

    # ------------------------------------------------------------------
    # Several dates, the whole account
    # ------------------------------------------------------------------

    def test_dates_add_up(self):
        """More than the first part at once counts for the second one."""
        promise = self.make_promise(self.invoice, (5, 300), (12, 300), (19, 400))
        self.assertEqual((promise.amount, promise.date_last), (1000, self.day(19)))
        self.pay(self.invoice, 500, self.day(4))
        self.night(13)
        self.assertEqual(promise.line_ids.mapped("state"), ["kept", "open", "open"])
        self.assert_state(promise, "open", 500)
        self.assert_exposure(self.invoice, status="promised", amount_promised=500)
        self.pay(self.invoice, 100, self.day(15))
        self.pay(self.invoice, 400, self.day(22))
        self.night(30)
        self.assertEqual(promise.line_ids.mapped("state"), ["kept"] * 3)
        self.assert_state(promise, "kept", 1000)

    def test_one_missed_date_ends_it(self):
        promise = self.make_promise(self.invoice, (5, 500), (25, 500))
        self.night(8)
        self.assert_state(promise, "open")
        self.night(9)
        self.assertEqual(promise.line_ids.mapped("state"), ["broken", "open"])
        self.assert_state(promise, "broken")
        self.assert_exposure(self.invoice, amount_promised=0, amount_due=1000)

    def test_second_date_missed(self):
        """Something came, so it is partly kept, as it would be with one date."""
        promise = self.make_promise(self.invoice, (5, 500), (12, 500))
        self.pay(self.invoice, 500, self.day(5))
        self.night(16)
        self.assertEqual(promise.line_ids.mapped("state"), ["kept", "broken"])
        self.assert_state(promise, "partial", 500)

    def test_threshold_counts_for_each_date(self):
        self.policy.promise_threshold = 90
        promise = self.make_promise(self.invoice, (5, 500), (12, 500))
        self.pay(self.invoice, 450, self.day(5))
        self.night(9)
        self.assert_state(promise, "open")
        self.pay(self.invoice, 450, self.day(12))
        self.night(20)
        self.assert_state(promise, "kept")

    def test_whole_account(self):
        second = self.make_invoice(self.customer, 500, self.day(-5))
        euro = self.setup_other_currency("EUR")
        foreign = self.make_invoice(self.customer, 80, currency=euro)
        self.plan()
        promise = self.as_of(self.env["collection.promise"]).create(
            {
                "case_id": self.case.id,
                "scope": "account",
                "line_ids": [(0, 0, {"date": self.day(7), "amount": 1200})],
            }
        )
        # All of its currency; what comes later was not promised.
        self.assertEqual(promise.item_ids.move_id, self.invoice | second)
        later = self.make_invoice(self.customer, 50, self.day(-1))
        self.night(1)
        # Laid on the oldest first.
        self.assert_exposure(self.invoice, amount_promised=1000, amount_due=0)
        self.assert_exposure(second, amount_promised=200, amount_due=300)
        self.assert_exposure(foreign, amount_promised=0, amount_due=80)
        self.assert_exposure(later, amount_promised=0, amount_due=50)
        # Whichever of them is paid, it counts.
        self.pay(second, day=self.day(2))
        self.night(2)
        self.assert_exposure(self.invoice, amount_promised=700, amount_due=300)
        self.pay(self.invoice, 700, self.day(6))
        self.night(6)
        self.assert_state(promise, "kept", 1200)

    # ------------------------------------------------------------------
    # The ladder waits
    # ------------------------------------------------------------------

    def test_steps_wait_and_go_on_at_the_same_stage(self):
        self.assertEqual(self.live(0, 0, self.customer), {0: "Stage 1"})
        promise = self.make_promise(self.invoice, (12, 1000))
        self.assertEqual((self.case.reason, self.case.state), ("promised", "covered"))
        self.assertEqual(self.live(1, 15, self.customer), {})
        self.assertEqual(self.case.stage_id.name, "Stage 1")
        # Day 16 is the first one after the tolerance; the next step leaves a day later.
        self.assertEqual(self.live(16, 17, self.customer), {17: "Stage 2"})
        self.assert_state(promise, "broken")

    def test_resumes_with_the_next_stage(self):
        self.live(0, 0, self.customer)
        self.make_promise(self.invoice, (7, 1000))
        # Missed on a Friday: the next step is on Monday.
        steps = self.live(1, 40, self.customer)
        self.assertEqual(steps, {14: "Stage 2", 30: "Stage 3"})

    def test_the_rest_of_a_partly_kept_promise_returns(self):
        self.make_promise(self.invoice, (7, 1000))
        self.pay(self.invoice, 250, self.day(7))
        self.night(10)
        self.assertEqual(self.case.amount_collectable, 0)
        self.night(11)
        self.assertEqual(self.case.amount_collectable, 750)
        self.assertEqual(self.case.date_next, self.day(14))
        self.night(14)
        self.assertEqual((self.case.amount_collectable, self.case.reason), (750, "due"))

    def test_withdrawn_today_goes_on_tomorrow(self):
        promise = self.make_promise(self.invoice, (7, 1000))
        promise._end("withdrawn", "Will not pay after all.")
        self.plan()
        self.assertEqual(
            (self.case.reason, self.case.date_next), ("waiting", self.day(1))
        )
        self.assertEqual(self.live(0, 2, self.customer), {1: "Stage 1"})

    def test_what_was_not_promised_goes_on(self):
        self.make_promise(self.invoice, (7, 400))
        self.assertEqual((self.case.reason, self.case.amount_net), ("due", 600))

    def test_step_that_was_planned_or_approved_is_dropped(self):
        self.policy.stage_ids.is_automatic = False
        customer = self.make_customer("Approved")
        invoice = self.make_invoice(customer, 1000)
        self.plan()
        for move in (self.invoice, invoice):
            step = self.open_steps(move.partner_id)
            if step.state == "approve":
                step.action_approve()
            self.make_promise(move, (7, 1000))
            self.assertEqual((step.state, step.reason), ("cancelled", "promised"))
        self.execute()
        self.assertFalse(self.env["collection.letter"].search([]))

    def test_queued_mail_is_cancelled(self):
        self.execute()
        mail = self.case.letter_ids.sudo().mail_id
        self.assertEqual(mail.state, "outgoing")
        promise = self.make_promise(self.invoice, (90, 1000))
        # It waits for approval, so nothing changes yet.
        self.assertEqual((promise.state, mail.state), ("approve", "outgoing"))
        self.as_of(promise).action_approve()
        self.assertEqual(mail.state, "cancel")
        self.assertNotIn(self.case.letter_ids.delivery_state, ("queued", "sent"))

    # ------------------------------------------------------------------
    # Broken
    # ------------------------------------------------------------------

    def test_escalated_once(self):
        promise = self.make_promise(self.invoice, (7, 1000))
        for offset in (10, 11, 11, 12):
            self.night(offset)
        self.assertEqual(self.get_summaries(self.case), [NOT_KEPT])
        self.case.sudo().activity_ids.action_done()
        payment = self.pay(self.invoice, 1000, self.day(7))
        self.night(13)
        self.assert_state(promise, "kept")
        self.cancel_payments(payment)
        self.night(14)
        self.assert_state(promise, "broken")
        self.assertEqual(self.get_summaries(self.case), [])

    def test_kept_after_all_clears_its_flag(self):
        """The statement of the bank was late, not the customer."""
        promise = self.make_promise(self.invoice, (7, 400))
        self.night(11)
        self.assertEqual(self.get_summaries(self.case), [NOT_KEPT])
        self.pay(self.invoice, 400, self.day(9))
        self.night(12)
        self.assert_state(promise, "kept")
        self.assertEqual(self.get_summaries(self.case), [])

    def test_level_and_priority_rise(self):
        self.night(1)
        promise = self.make_promise(self.invoice, (5, 1000), day=self.day(1))
        self.assertEqual(promise.level, 1)
        self.night(8)
        calm = self.make_customer("Calm")
        self.make_invoice(calm, 1000)
        self.night(9)
        self.assert_state(promise, "broken")
        self.assertGreater(self.case.priority, self.get_case(calm).priority)
        second = self.make_promise(self.invoice, (12, 1000), day=self.day(9))
        self.assertEqual((second.level, second.state), (2, "open"))
        self.night(16)
        self.assertEqual(self.get_summaries(self.case), [NOT_KEPT] * 2)

    def test_other_items_do_not_raise_the_level(self):
        self.make_promise(self.invoice, (5, 1000))
        other = self.make_invoice(self.customer, 100)
        self.night(9)
        self.assertEqual(self.make_promise(other, (5, 100)).level, 1)

    # ------------------------------------------------------------------
    # Reminded of
    # ------------------------------------------------------------------

    def get_reminders(self):
        return self.env["collection.letter"].search(
            [("case_id", "=", self.case.id), ("subject", "like", "Coming up%")]
        )

    def test_reminded_once(self):
        self.make_promise(self.invoice, (10, 1000))
        counts = []
        for offset in (7, 8, 8, 9, 10, 13):
            self.night(offset)
            counts.append(len(self.get_reminders()))
        self.assertEqual(counts, [0, 1, 1, 1, 1, 1])
        letter = self.get_reminders()
        self.assertIn("1,000.00", letter.body)
        self.assertEqual(letter.sudo().mail_id.recipient_ids, self.customer)
        self.assertIn(letter, self.case.contact_ids.letter_id)

    def test_each_date_is_reminded_of(self):
        self.make_promise(self.invoice, (10, 500), (20, 500))
        for offset in range(7, 21):
            if offset == 9:
                self.pay(self.invoice, 500, self.day(9))
            self.night(offset)
        self.assertEqual(len(self.get_reminders()), 2)

    def test_date_that_was_met_early_is_not_reminded_of(self):
        self.make_promise(self.invoice, (10, 500), (20, 500))
        self.pay(self.invoice, 500, self.day(3))
        for offset in range(3, 17):
            self.night(offset)
        self.assertFalse(self.get_reminders())

    def test_money_that_waits_is_not_reminded_of(self):
        promise = self.make_promise(self.invoice, (10, 1000))
        self.night(2)
        self.receive(self.customer, 1000, self.day(3))
        for offset in range(4, 17):
            self.night(offset)
        self.assertFalse(self.get_reminders())
        self.assertNotEqual(promise.state, "broken")

    def test_what_was_credited_is_not_reminded_of(self):
        self.make_promise(self.invoice, (10, 1000))
        self.night(2)
        credit = self.make_credit(self.customer, 1000, self.day(3))
        (self.receivable(self.invoice) | self.receivable(credit)).reconcile()
        for offset in range(3, 17):
            self.night(offset)
        self.assertFalse(self.get_reminders())

    def test_policy_without_reminders(self):
        self.policy.promise_remind_days = 0
        self.make_promise(self.invoice, (10, 1000))
        for offset in range(6, 11):
            self.night(offset)
        self.assertFalse(self.get_reminders())

    def test_no_reminder_of_what_is_not_open(self):
        kept = self.make_promise(self.invoice, (10, 1000))
        self.pay(self.invoice, 1000, self.day(3))
        self.night(8)
        self.assert_state(kept, "kept")
        self.assertFalse(self.get_reminders())

    def test_nothing_leaves_while_the_case_is_on_hold(self):
        self.make_promise(self.invoice, (10, 1000))
        hold = self.make_hold(self.case, self.day(7), self.day(30))
        self.night(8)
        self.assertFalse(self.get_reminders())
        self.lift(hold, self.day(9))
        self.night(9)
        self.assertTrue(self.get_reminders())

    def test_without_address_a_person_is_told(self):
        self.customer.email = False
        self.make_promise(self.invoice, (10, 1000))
        for offset in (8, 9):
            self.night(offset)
        self.assertFalse(self.get_reminders())
        self.assertEqual(
            self.get_summaries(self.case), ["Remind the customer of the promise"]
        )

    def test_one_bad_customer_fails_alone(self):
        """Whatever goes wrong for one, the others are reminded and escalated."""
        template = self.root.ref("account_collections.mail_template_promise_reminder")
        template.subject = (
            "{{ 1 / 0 if object.partner_id.ref == 'bad' else 'Coming up' }}"
        )
        bad = self.make_customer("Bad", ref="bad")
        invoice = self.make_invoice(bad, 100)
        self.plan()
        for move in (invoice, self.invoice):
            self.make_promise(move, (10, 100))
        logger = (
            "odoo.addons.account_collections.models.letter.collection_customer_notice"
        )
        with mute_logger(logger):
            self.night(9)
        self.assertEqual(len(self.get_reminders()), 1)
