from odoo.fields import Command
from odoo.tests import tagged

from ..common.base import CollectionCommon


@tagged("post_install", "-at_install")
class TestHolds(CollectionCommon):
    """A hold freezes, comes up for review, and is never forgotten."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_customer("Held")
        cls.policy = cls.make_policy(
            {"days": 1}, {"days": 10, "gap_days": 3}, quiet_days=1
        )

    def start(self, due=-1):
        """Reach the first stage today; answer invoice and case."""
        invoice = self.make_invoice(self.customer, due=self.day(due))
        self.assertEqual(self.live(0, 0), {0: "Stage 1"})
        return invoice, self.get_case(self.customer)

    def get_next(self, offset):
        """Plan a day; answer reason and day of the next step."""
        self.plan(self.day(offset))
        case = self.get_case(self.customer)
        return case.reason, (case.date_next - self.today).days

    def test_hold_of_an_item_ends_with_its_payment(self):
        invoice, case = self.start()
        other = self.make_invoice(self.customer)
        self.plan()
        items = self.get_items(invoice)
        hold = self.make_hold(case, scope="items", item_ids=items.ids)
        Hold = self.root["collection.hold"]
        Hold._review_due(self.company, self.today)
        self.assertEqual(hold.state, "active")
        self.pay(invoice)
        self.plan(self.day(1))
        Hold._review_due(self.company, self.day(1))
        self.assertEqual((hold.state, hold.date_end), ("ended", self.day(1)))
        Hold._review_due(self.company, hold.date_review)
        self.assertNotIn("Review the hold", case.sudo().activity_ids.mapped("summary"))
        self.assertTrue(self.get_items(other).is_open)

    # ------------------------------------------------------------------
    # Nothing leaves
    # ------------------------------------------------------------------

    def test_hold_drops_the_planned_step(self):
        self.make_invoice(self.customer)
        self.plan()
        step = self.open_steps(self.customer)
        hold = self.make_hold(step.case_id)
        case = step.case_id
        self.assertEqual((step.state, step.reason), ("cancelled", "hold"))
        self.assertEqual((case.state, case.reason), ("hold", "hold"))
        self.assertEqual(case.date_next, hold.date_review)
        self.assertEqual(case.amount_held, 1000)
        self.assertEqual(case.amount_collectable, 0)

    def test_hold_drops_the_call_and_its_activity(self):
        self.policy.stage_ids[0].write({"channel": "phone", "template_id": False})
        self.make_invoice(self.customer)
        self.plan()
        self.execute()
        step = self.open_steps(self.customer)
        activity = step.activity_id
        self.assertTrue(activity)
        self.make_hold(step.case_id)
        self.assertEqual(step.state, "cancelled")
        self.assertFalse(activity.exists())

    def test_hold_stops_what_was_approved_before(self):
        """Also when the review that drops it has not run yet."""
        self.policy.stage_ids.is_automatic = False
        self.make_invoice(self.customer)
        self.plan()
        step = self.open_steps(self.customer)
        step.action_approve()
        self.make_hold(step.case_id)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE collection_step SET state = 'planned' WHERE id = %s", [step.id]
        )
        self.env.invalidate_all()
        self.assertEqual(self.execute()["cancelled_count"], 1)
        self.assertFalse(step.case_id.letter_ids)

    def test_hold_cancels_the_mail_that_is_still_queued(self):
        _invoice, case = self.start()
        letter = case.letter_ids
        other = self.make_customer("Not held")
        self.make_invoice(other)
        self.live(0, 0)
        self.make_hold(case)
        self.assertEqual(letter.delivery_state, "cancelled")
        self.assertEqual(letter.sudo().mail_id.state, "cancel")
        self.assertEqual(self.get_case(other).letter_ids.delivery_state, "queued")

    def test_hold_leaves_alone_what_has_left(self):
        _invoice, case = self.start()
        mail = case.letter_ids.sudo().mail_id
        mail.state = "sent"
        mail._postprocess_sent_message([], [])
        self.make_hold(case)
        self.assertEqual((mail.state, case.letter_ids.delivery_state), ("sent", "sent"))

    def test_held_item_beside_others(self):
        """The rest is chased; the held item neither counts nor is listed."""
        held = self.make_invoice(self.customer, 700)
        free = self.make_invoice(self.customer, 300)
        self.plan()
        case = self.get_case(self.customer)
        items = self.get_items(held)
        self.make_hold(case, scope="items", item_ids=[Command.set(items.ids)])
        self.assertEqual((case.state, case.reason), ("active", "due"))
        self.assertEqual((case.amount_net, case.amount_held), (300, 700))
        self.plan()
        self.execute()
        self.assertEqual(case.letter_ids.move_ids, free)
        self.assertFalse(items.stage_id)
        self.assertEqual(self.get_items(free).stage_id.name, "Stage 1")

    def test_every_item_held(self):
        invoice = self.make_invoice(self.customer)
        self.plan()
        case = self.get_case(self.customer)
        items = self.get_items(invoice)
        self.make_hold(case, scope="items", item_ids=[Command.set(items.ids)])
        self.assertEqual(case.reason, "nothing_open")
        self.assertFalse(self.open_steps(self.customer))

    # ------------------------------------------------------------------
    # It freezes
    # ------------------------------------------------------------------

    def test_waiting_time_that_was_left(self):
        """Day 9 is the second stage's. Held from day 2 to day 15 there are 7 left."""
        _invoice, case = self.start()
        self.assertEqual(self.get_next(2), ("waiting", 9))
        hold = self.make_hold(case, self.day(2))
        self.assertEqual(self.get_next(8), ("hold", 16))
        self.lift(hold, self.day(15))
        self.assertEqual(case.stage_id.name, "Stage 1")
        self.assertEqual(self.get_next(15), ("waiting", 22))
        self.assertEqual(self.live(15, 23, self.customer), {22: "Stage 2"})

    def test_no_letter_on_the_day_it_is_lifted(self):
        """What was due already goes out on the next working day."""
        _invoice, case = self.start()
        hold = self.make_hold(case, self.day(9))
        self.lift(hold, self.day(11))  # a Friday
        self.assertEqual(self.get_next(11), ("waiting", 14))
        self.assertEqual(self.live(11, 14, self.customer), {14: "Stage 2"})

    def test_two_holds_after_each_other(self):
        _invoice, case = self.start()
        for first, last in ((2, 5), (6, 8)):
            self.lift(self.make_hold(case, self.day(first)), self.day(last))
        self.assertEqual(self.get_next(8), ("waiting", 14))

    def test_holds_that_overlap_are_not_counted_twice(self):
        """From day 2 to 8 in all, in whatever order they begin and end."""
        for name, spans in {
            "one after the other": ((2, 5), (4, 8)),
            "one inside the other": ((2, 8), (4, 5)),
            "begun on the same day": ((2, 8), (2, 4)),
        }.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                invoice, case = self.start()
                item = self.get_items(invoice)
                lasts = {}
                for number, (first, last) in enumerate(spans):
                    vals = {"scope": "items", "item_ids": [Command.set(item.ids)]}
                    hold = self.make_hold(
                        case, self.day(first), **(vals if number else {})
                    )
                    lasts[hold] = last
                for hold in sorted(lasts, key=lasts.get):
                    self.lift(hold, self.day(lasts[hold]))
                self.assertEqual(item.days_frozen, 6)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_hold_does_not_put_off_what_is_not_yet_due(self):
        """A hold because of an old invoice leaves the calendar of later ones alone."""
        _invoice, case = self.start()
        later = self.make_invoice(self.customer, due=self.day(20))
        during = self.make_invoice(self.customer, due=self.day(12))
        self.plan(self.day(1))
        hold = self.make_hold(case, self.day(1))
        self.lift(hold, self.day(15))
        self.assertEqual(self.get_items(later).days_frozen, 0)
        self.assertEqual(self.get_items(during).days_frozen, 3)

    def test_next_stage_starts_afresh(self):
        """Frozen days belong to the wait they interrupted, not to the next one."""
        invoice, case = self.start()
        self.lift(self.make_hold(case, self.day(2)), self.day(5))
        self.assertEqual(self.live(6, 14, self.customer), {14: "Stage 2"})
        item = self.get_items(invoice)
        self.assertEqual((item.days_frozen, item.date_resumed), (0, False))

    # ------------------------------------------------------------------
    # It ends
    # ------------------------------------------------------------------

    def test_review_makes_one_task(self):
        _invoice, case = self.start()
        hold = self.make_hold(case, review=self.day(4))
        review = self.root["collection.hold"]._review_due
        for offset in (3, 4, 5):
            review(self.company, self.day(offset))
        self.assertEqual(case.activity_ids.mapped("summary"), ["Review the hold"])
        self.assertEqual((hold.state, case.state), ("active", "hold"))
        # With a new date it comes up again.
        hold.date_review = self.day(9)
        review(self.company, self.day(8))
        self.assertEqual(len(case.activity_ids), 1)
        review(self.company, self.day(9))
        self.assertEqual(len(case.activity_ids), 2)

    def test_review_resumes_by_itself(self):
        _invoice, case = self.start()
        hold = self.make_hold(case, self.day(2), self.day(4), on_review="resume")
        root = self.root["collection.hold"].with_context(collection_as_of=self.day(4))
        root._review_due(self.company, self.day(3))
        self.assertEqual(hold.state, "active")
        root._review_due(self.company, self.day(4))
        self.assertEqual((hold.state, hold.date_end), ("ended", self.day(4)))
        self.assertFalse(case.activity_ids)
        # The case shows it at once, and goes on with the waiting time that was left.
        self.assertEqual((case.state, case.date_next), ("active", self.day(11)))

    def test_other_companies_are_left_alone(self):
        _invoice, case = self.start()
        hold = self.make_hold(case, review=self.day(1))
        other = self.setup_other_company()["company"]
        self.root["collection.hold"]._review_due(other, self.day(9))
        self.assertFalse(hold.is_reviewed)

    def test_hold_ends_when_the_case_closes(self):
        invoice, case = self.start()
        hold = self.make_hold(case)
        self.pay(invoice)
        self.plan(self.day(3))
        self.assertEqual((case.state, case.closing_reason), ("closed", "settled"))
        self.assertEqual((hold.state, hold.date_end), ("ended", self.day(3)))

    def test_lifted_once(self):
        _invoice, case = self.start()
        hold = self.make_hold(case)
        self.lift(hold, self.day(3))
        with self.assert_refused("The hold has already ended"):
            self.lift(hold, self.day(4))

    def test_refusals(self):
        invoice, case = self.start()
        other = self.make_customer("Other")
        foreign = self.make_invoice(other)
        self.plan()
        foreign_items = [Command.set(self.get_items(foreign).ids)]
        wrong = {
            "no items": ({"scope": "items"}, "Choose the items to hold"),
            "items of somebody else": (
                {"scope": "items", "item_ids": foreign_items},
                "only cover items of its own case",
            ),
            "review before the start": (
                {"review": self.day(-1)},
                "review date comes before the start",
            ),
        }
        for name, (vals, sentence) in wrong.items():
            with self.subTest(name), self.assert_refused(sentence):
                self.make_hold(case, **vals)
        hold = self.make_hold(case)
        with self.assert_refused("stays on record. Lift it"):
            hold.sudo().unlink()
        self.pay(invoice)
        self.plan()
        with self.assert_refused("The case is closed; there is nothing to hold"):
            self.make_hold(case)

    def test_review_date_comes_from_the_reason(self):
        """In the company of the case, whatever the current one is."""
        _invoice, case = self.start()
        self.reason_hold.review_days = 7
        hold = (
            self.root["collection.hold"]
            .with_context(collection_as_of=self.today)
            .create({"case_id": case.id, "reason_id": self.reason_hold.id})
        )
        self.assertEqual(hold.date_start, self.today)
        self.assertEqual(hold.date_review, self.day(7))
