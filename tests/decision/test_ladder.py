from odoo.tests import tagged

from ..common.base import CollectionCommon


@tagged("post_install", "-at_install")
class TestLadder(CollectionCommon):
    """Which stage is due on which day, with gaps, quiet days and weekends."""

    expected_seconds = 100

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_customer("Ladder")

    def assert_reasons(self, expected):
        """Plan day by day without taking a step, and compare the reasons."""
        reasons = {}
        for offset in expected:
            self.plan(self.day(offset))
            reasons[offset] = self.get_case(self.customer).reason
        self.assertEqual(reasons, expected)

    def test_default_policy_day_by_day(self):
        # Day 20 is a Sunday.
        self.make_invoice(self.customer, 1000, self.day(0))
        self.assertEqual(
            self.live(-8, 75, self.customer),
            {
                -5: "Courtesy reminder",
                3: "First reminder",
                10: "Call",
                21: "Second reminder",
                35: "Formal demand",
                50: "Final demand",
                70: "Referral",
            },
        )
        self.assertEqual(self.get_case(self.customer).reason, "ladder_end")

    def test_small_amount_gets_no_courtesy(self):
        self.make_invoice(self.customer, 499.99, self.day(0))
        self.assertEqual(self.live(-8, 4, self.customer), {3: "First reminder"})

    def test_courtesy_from_its_minimum_on(self):
        self.make_invoice(self.customer, 500, self.day(0))
        self.assertEqual(self.live(-6, 2, self.customer), {-5: "Courtesy reminder"})

    def test_invoice_issued_after_its_courtesy_day(self):
        """A reminder before the due date is still one when it is a little late."""
        self.make_invoice(self.customer, 1000, self.day(3), issued=self.day(0))
        # Two days of waiting are left to the first reminder's quiet time.
        self.assertEqual(
            self.live(0, 8, self.customer),
            {0: "Courtesy reminder", 7: "First reminder"},
        )

    def test_no_courtesy_for_who_has_something_overdue(self):
        """Not even when the overdue one is between two stages."""
        self.make_policy({"days": -5}, {"days": 3}, {"days": 30}, quiet_days=1)
        self.make_invoice(self.customer, 1000, self.day(0), issued=self.day(0))
        self.assertEqual(self.live(1, 3, self.customer), {3: "Stage 2"})
        self.make_invoice(self.customer, 1000, self.day(20))
        self.assertEqual(self.live(4, 22, self.customer), {})
        self.assertEqual(self.live(23, 23, self.customer), {23: "Stage 2"})

    def test_customer_found_late_walks_every_stage(self):
        self.make_invoice(self.customer, 1000, self.day(0))
        self.assertEqual(
            self.live(60, 120, self.customer),
            {
                60: "First reminder",
                67: "Call",
                74: "Second reminder",
                85: "Formal demand",  # day 84 is Memorial Day
                99: "Final demand",
                119: "Referral",  # day 118 is a Sunday
            },
        )

    def test_customer_found_late_starts_where_it_fits(self):
        self.policy_default.catch_up = "fit"
        self.make_invoice(self.customer, 1000, self.day(0))
        self.assertEqual(
            self.live(60, 85, self.customer), {60: "Final demand", 80: "Referral"}
        )

    def test_fit_is_for_the_first_run_only(self):
        """Whoever is on the ladder climbs it step by step, also after a pause."""
        self.policy_default.catch_up = "fit"
        self.make_invoice(self.customer, 1000, self.day(0))
        self.assertEqual(self.live(3, 3, self.customer), {3: "First reminder"})
        self.assertEqual(self.live(60, 60, self.customer), {60: "Call"})

    def test_gap_since_the_previous_stage(self):
        self.make_policy(
            {"days": 1}, {"days": 2, "gap_days": 12}, quiet_days=1, name="Gap"
        )
        self.make_invoice(self.customer, 1000, self.day(0))
        self.assertEqual(self.live(0, 16, self.customer), {1: "Stage 1", 14: "Stage 2"})

    def test_quiet_days_between_two_steps(self):
        self.make_policy({"days": 1}, {"days": 2}, {"days": 3}, quiet_days=10)
        self.make_invoice(self.customer, 1000, self.day(0))
        # Days 11 and 21 are a Friday and a Monday.
        self.assertEqual(
            self.live(0, 24, self.customer),
            {1: "Stage 1", 11: "Stage 2", 21: "Stage 3"},
        )

    def test_weekend(self):
        policy = self.make_policy({"days": 5})
        self.make_invoice(self.customer, 1000, self.day(0))
        self.assert_reasons(
            {4: "waiting", 5: "not_working_day", 6: "not_working_day", 7: "due"}
        )
        policy.working_days_only = False
        self.assert_reasons({4: "waiting", 5: "due", 6: "due"})

    def test_waiting_names_a_working_day(self):
        self.make_policy({"days": 5})
        self.make_invoice(self.customer, 1000, self.day(0))
        self.plan(self.day(1))
        case = self.get_case(self.customer)
        self.assertEqual((case.reason, case.date_next), ("waiting", self.day(7)))

    def test_quiet_names_its_last_day(self):
        self.make_policy({"days": 1}, {"days": 2}, quiet_days=8)
        self.make_invoice(self.customer, 1000, self.day(0))
        self.live(1, 2)
        case = self.get_case(self.customer)
        self.assertEqual((case.reason, case.date_next), ("quiet", self.day(9)))

    def test_one_step_for_many_invoices(self):
        """A customer is not contacted once for each invoice."""
        for offset in range(6):
            self.make_invoice(self.customer, 100, self.day(offset))
        steps = self.live(3, 9, self.customer)
        self.assertEqual(steps, {3: "First reminder"})
        steps = self.live(10, 10, self.customer)
        self.assertEqual(steps, {10: "Call"})

    def test_highest_ready_stage_is_taken(self):
        """An old invoice at the second reminder and a new one at the first: one
        message, the firmer one, and each keeps its own place."""
        self.make_policy({"days": 1}, {"days": 10}, quiet_days=1)
        old = self.make_invoice(self.customer, 100, self.day(0))
        self.assertEqual(self.live(1, 1, self.customer), {1: "Stage 1"})
        new = self.make_invoice(self.customer, 100, self.day(9))
        self.assertEqual(self.live(2, 11, self.customer), {10: "Stage 2"})
        stages = self.get_items(old + new).sorted("date_maturity").stage_id
        self.assertEqual(stages.mapped("name"), ["Stage 2", "Stage 1"])

    def test_no_softer_message_after_a_firmer_one(self):
        """Whoever has a formal demand gets no first reminder for a newer invoice: it
        stands in the next demand, and is lifted to its own stage by it."""
        self.make_invoice(self.customer, 1000, self.day(0))
        self.live(3, 35)
        self.assertEqual(self.get_case(self.customer).stage_id.name, "Formal demand")
        new = self.make_invoice(self.customer, 500, self.day(36))
        self.assertEqual(self.live(36, 50, self.customer), {50: "Final demand"})
        self.assertEqual(self.get_items(new).stage_id.name, "First reminder")
        letter = self.get_case(self.customer).letter_ids.sorted("id")[-1:]
        self.assertIn(new.name, str(letter.body))

    def test_newer_invoice_waits_and_says_for_what(self):
        """The simulation, "why" and the run say the same: the firmer one is next."""
        self.make_policy({"days": 1}, {"days": 10}, {"days": 30}, quiet_days=1)
        self.make_invoice(self.customer, 1000, self.day(0))
        self.live(1, 10, self.customer)
        self.make_invoice(self.customer, 500, self.day(12))
        self.plan(self.day(14))
        case = self.get_case(self.customer)
        found = (case.reason, case.next_stage_id.name, case.date_next)
        self.assertEqual(found, ("waiting", "Stage 3", self.day(30)))
        (row,) = self.root["collection.scheduler"]._simulate(
            self.company, self.day(14), [self.customer.id]
        )
        self.assertEqual(
            (row["reason"], row["stage_id"], row["date_next"]),
            ("waiting", case.next_stage_id.id, self.day(30)),
        )

    def test_newer_invoice_is_not_forgotten(self):
        """With nothing firmer to come for more than a month, or at all, a newer
        invoice is reminded of by itself."""
        self.make_policy({"days": 1}, {"days": 10}, {"days": 60}, quiet_days=1)
        self.make_invoice(self.customer, 1000, self.day(0))
        self.live(1, 10, self.customer)
        newer = self.make_invoice(self.customer, 500, self.day(20))
        self.assertEqual(
            self.live(11, 70, self.customer),
            {21: "Stage 1", 30: "Stage 2", 60: "Stage 3"},
        )
        self.pay(newer, day=self.day(70))
        self.make_invoice(self.customer, 200, self.day(70))
        self.assertEqual(self.live(71, 72, self.customer), {71: "Stage 1"})

    def test_newer_invoice_is_reminded_when_the_older_one_is_paid(self):
        """The reminder waits for the firmer letter only as long as there is one."""
        self.make_policy({"days": 1}, {"days": 10}, {"days": 30}, quiet_days=1)
        old = self.make_invoice(self.customer, 1000, self.day(0))
        self.live(1, 10, self.customer)
        self.make_invoice(self.customer, 500, self.day(12))
        self.assertEqual(self.live(11, 14, self.customer), {})
        self.pay(old, day=self.day(14))
        self.assertEqual(self.live(15, 16, self.customer), {15: "Stage 1"})

    def test_stage_with_a_minimum_is_left_out(self):
        self.make_policy(
            {"days": 1}, {"days": 10, "amount_min": 500}, {"days": 20}, quiet_days=1
        )
        invoice = self.make_invoice(self.customer, 400, self.day(0))
        self.assertEqual(self.live(1, 21, self.customer), {1: "Stage 1", 21: "Stage 3"})
        self.assertEqual(self.get_items(invoice).stage_id.name, "Stage 3")

    def test_archived_stage_is_left_out(self):
        policy = self.make_policy({"days": 1}, {"days": 10}, {"days": 20})
        policy.stage_ids[1].active = False
        self.make_invoice(self.customer, 400, self.day(0))
        self.assertEqual(self.live(1, 21, self.customer), {1: "Stage 1", 21: "Stage 3"})

    def test_call_that_nobody_makes_expires(self):
        """The ladder does not stand still because of a forgotten call."""
        self.make_policy(
            {"days": 1, "channel": "phone", "template_id": False},
            {"days": 2},
            quiet_days=1,
            task_patience=7,
        )
        invoice = self.make_invoice(self.customer, 400, self.day(0))
        for offset in range(1, 9):
            self.plan(self.day(offset))
            self.execute(self.day(offset))
        call = self.open_steps(self.customer)
        self.assertEqual((call.state, call.stage_id.name), ("todo", "Stage 1"))
        self.assertTrue(call.activity_id)
        self.plan(self.day(9))
        call.invalidate_recordset()
        self.assertEqual((call.state, call.note), ("skipped", "Not done in time."))
        self.assertFalse(call.activity_id)
        self.assertEqual(self.open_steps(self.customer).stage_id.name, "Stage 2")
        self.assertEqual(self.get_items(invoice).stage_id.name, "Stage 1")
        self.assertEqual(self.get_case(self.customer).stage_id.name, "Stage 1")

    def test_a_call_that_expires_counts_for_what_is_new_that_night(self):
        self.make_policy(
            {"days": 1, "channel": "phone", "template_id": False},
            {"days": 30},
            quiet_days=1,
            task_patience=7,
        )
        self.make_invoice(self.customer, 400, self.day(0))
        for offset in range(1, 9):
            self.plan(self.day(offset))
            self.execute(self.day(offset))
        new = self.make_invoice(self.customer, 100, self.day(2))
        self.plan(self.day(9))
        self.assertEqual(self.get_items(new).stage_id.name, "Stage 1")
        self.assertFalse(self.open_steps(self.customer))
        self.assertEqual(self.get_case(self.customer).next_stage_id.name, "Stage 2")

    def test_decision_task_does_not_expire(self):
        """Whether to refer is for a person to decide, however long it takes."""
        self.make_policy({"days": 1, "channel": "task", "template_id": False})
        self.make_invoice(self.customer, 400, self.day(0))
        for offset in (1, 30):
            self.plan(self.day(offset))
            self.execute(self.day(offset))
        self.assertEqual(self.open_steps(self.customer).state, "todo")
