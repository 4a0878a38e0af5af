from odoo.exceptions import UserError
from odoo.tests import tagged

from ...models.agreement.collection_installment_plan import STATES, TRANSITIONS
from ..common.plan import PlanCommon


@tagged("post_install", "-at_install")
class TestPlanEvaluation(PlanCommon):
    """What the ledger says of a plan, case by case."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.make_invoice(cls.customer, 1000)
        cls.plan()
        cls.case = cls.get_case(cls.customer)

    def begin(self, moves, *dates, day=None, **vals):
        """Put a plan in force without its documents, which take time to make."""
        plan = self.make_plan(moves, *dates, day=day, **vals)
        self.accept(plan, day)
        return plan

    def assert_plan(self, plan, state, paid=None, late=None, day=None):
        plan = self.as_of(plan, day)
        plan.invalidate_recordset()
        self.assertEqual(plan.state, state)
        if paid is not None:
            self.assertEqual(plan.line_ids.mapped("amount_paid"), paid)
        if late is not None:
            self.assertEqual(plan.amount_late, late)

    def test_every_transition(self):
        """Legal or not: the table is the rule."""
        plan = self.make_plan(self.invoice, (5, 1000))
        names = [name for name, _label in STATES]
        self.assertEqual(set(names), set(TRANSITIONS))
        for before in names:
            for after in names:
                plan.sudo().state = before
                with self.subTest(before=before, after=after):
                    if after in TRANSITIONS[before]:
                        plan._set_state(after)
                        self.assertEqual(plan.state, after)
                    else:
                        with self.assertRaises(UserError):
                            plan._set_state(after)
                        self.assertEqual(plan.state, before)

    def test_buttons_where_they_do_not_belong(self):
        plan = self.make_plan(self.invoice, (5, 1000))
        buttons = {
            "action_offer": {"draft"},
            "action_approve": {"approve"},
            "action_send_offer": {"offered"},
            "action_to_draft": {"approve", "offered"},
            "action_refresh": {"draft"},
            "action_renegotiate": {
                "active",
                "notice",
                "suspended",
                "defaulted",
                "declined",
                "expired",
                "void",
            },
        }
        for button, states in buttons.items():
            for state, _label in STATES:
                if state in states:
                    continue
                plan.sudo().state = state
                with self.subTest(button=button, state=state):
                    with self.assertRaises(UserError):
                        getattr(self.as_of(plan), button)()
                    self.assertEqual(plan.state, state)

    def test_oldest_installment_first(self):
        """Irregular payments: what is too much counts towards the next one."""
        plan = self.begin(self.invoice, (10, 300), (40, 300), (70, 400))
        self.pay(self.invoice, 100, self.day(2))
        self.assert_plan(plan, "active", [100, 0, 0], 0, self.day(5))
        self.pay(self.invoice, 450, self.day(9))
        self.assert_plan(plan, "active", [300, 250, 0], 0, self.day(9))
        self.night(42)
        self.assert_plan(plan, "active", [300, 250, 0], 50, self.day(42))
        self.night(43)
        self.assert_plan(plan, "notice", [300, 250, 0], 50, self.day(43))
        self.pay(self.invoice, 50, self.day(43))
        self.night(43)
        self.assert_plan(plan, "active", [300, 300, 0], 0, self.day(43))

    def test_tolerance_of_the_amount(self):
        self.policy.plan_tolerance_amount = 10
        plan = self.begin(self.invoice, (5, 500), (35, 500))
        self.pay(self.invoice, 490, self.day(5))
        self.night(20)
        self.assert_plan(plan, "active")
        plan.sudo().tolerance_amount = 9.99
        self.night(21)
        self.assert_plan(plan, "notice")

    def test_missed_installments_allowed(self):
        self.policy.plan_missed_max = 1
        plan = self.begin(self.invoice, (5, 300), (12, 300), (50, 400))
        self.night(12)
        self.assert_plan(plan, "active", late=300, day=self.day(12))
        self.night(15)
        self.assert_plan(plan, "notice", late=600, day=self.day(15))
        self.pay(self.invoice, 600, self.day(15))
        self.night(52)
        self.assert_plan(plan, "active")
        # After the last date no installment is allowed to be missing.
        self.night(53)
        self.assert_plan(plan, "notice")

    def test_credit_note_shortens_the_plan_at_its_end(self):
        plan = self.begin(self.invoice, (5, 400), (35, 300), (65, 300))
        credit = self.make_credit(self.customer, 350, self.day(1))
        self.receivable(self.invoice | credit).reconcile()
        self.assert_plan(plan, "active", [0, 0, 0], day=self.day(1))
        self.assertEqual(plan.amount_remaining, 650)
        lines = plan.line_ids
        self.assertEqual(lines.mapped("amount_open"), [400, 250, 0])
        self.assert_exposure(self.invoice, amount_planned=650, amount_due=0)
        self.pay(self.invoice, 650, self.day(4))
        self.night(5)
        self.assert_plan(plan, "completed", [400, 250, 0])

    def test_open_credit_counts(self):
        """Money that waits to be matched is no reason for a notice."""
        plan = self.begin(self.invoice, (5, 400), (35, 600))
        self.receive(self.customer, 400, self.day(4))
        self.night(10)
        self.assert_plan(plan, "active")
        self.policy.net_credits = False
        self.night(11)
        self.assert_plan(plan, "notice")

    def test_money_that_waits_is_not_reminded_of(self):
        """The first installment has come, unmatched; the second is announced."""
        self.policy.plan_remind_days = 3
        plan = self.begin(self.invoice, (10, 400), (20, 600))
        self.receive(self.customer, 400, self.day(3))
        for offset in range(4, 12):
            self.night(offset)
        self.assertFalse(any(plan.line_ids.mapped("is_reminded")))
        self.night(18)
        self.assertEqual(plan.line_ids.mapped("is_reminded"), [False, True])

    def test_dispute_during_the_plan(self):
        """The disputed part is not asked for, and comes back when it is rejected."""
        plan = self.begin(self.invoice, (5, 500), (35, 500))
        self.pay(self.invoice, 500, self.day(5))
        dispute = self.make_dispute(self.invoice, 200, self.day(6))
        self.assert_exposure(
            self.invoice, amount_disputed=200, amount_planned=300, amount_due=0
        )
        self.assert_plan(plan, "active", [500, 0])
        self.assertEqual(plan.amount_remaining, 300)
        self.resolve(dispute, self.day(7), decision="reject")
        self.assert_exposure(self.invoice, amount_disputed=0, amount_planned=500)

    def test_promise_and_plan_do_not_overlap(self):
        promise = self.make_promise(self.invoice, (5, 1000))
        plan = self.begin(self.invoice, (5, 1000))
        self.assertEqual(promise.state, "replaced")
        self.assert_exposure(
            self.invoice, amount_promised=0, amount_planned=1000, amount_due=0
        )
        with self.assert_refused("is on an installment plan"):
            self.make_promise(self.invoice, (5, 10))
        self.assertFalse(self.case._get_promisable_items())
        with self.assert_refused("a plan already covers it"):
            self.case.action_propose_plan()
        with self.assert_refused("already on an installment plan"):
            self.make_plan(self.invoice)
        plan._end("cancelled", "Test")
        self.make_promise(self.invoice, (5, 10))

    def test_promised_then_planned_are_never_counted_twice(self):
        """Even if both cover an item, the sum is what is open."""
        self.begin(self.invoice, (5, 1000))
        second = self.make_invoice(self.customer, 500)
        self.night(0)
        promise = self.make_promise(second, (5, 500))
        self.env.flush_all()
        # No button leads here.
        self.env.cr.execute(
            "INSERT INTO collection_promise_item_rel (promise_id, item_id)"
            " VALUES (%s, %s)",
            [promise.id, self.get_items(self.invoice).id],
        )
        self.env.invalidate_all()
        row = self.get_rows(self.invoice)
        self.assertEqual(row.amount_promised + row.amount_planned, 1000)
        self.assertEqual(row.amount_due, 0)

    def test_new_invoices_must_stay_current(self):
        self.policy.plan_current = True
        plan = self.begin(self.invoice, (50, 1000))
        new = self.make_invoice(self.customer, 200, self.day(5))
        self.night(7)
        self.assert_plan(plan, "active")
        self.night(8)
        self.assert_plan(plan, "notice")
        self.assertEqual(plan.breach, "current")
        self.pay(new, day=self.day(9))
        self.night(9)
        self.assert_plan(plan, "active")

    def test_hold_pauses_the_evaluation(self):
        """What customers may not be told is not held against them."""
        plan = self.begin(self.invoice, (5, 1000))
        hold = self.make_hold(self.case, self.day(6), self.day(60))
        self.nights(7, 20)
        self.assert_plan(plan, "active")
        self.assertFalse(self.get_letters())
        self.lift(hold, self.day(21))
        self.night(21)
        self.assert_plan(plan, "notice")

    def test_hold_stops_the_time_to_cure(self):
        """What was left of it when the hold began goes on when it is lifted, once."""
        plan = self.begin(self.invoice, (5, 1000))
        self.nights(6, 8)
        self.assert_plan(plan, "notice")
        self.assertEqual(plan.date_cure, self.day(13))
        hold = self.make_hold(self.case, self.day(10), self.day(60))
        other = self.make_hold(self.case, self.day(12), self.day(60))
        self.nights(10, 20)
        self.assert_plan(plan, "notice")
        self.assertEqual(plan.date_paused, self.day(10))
        self.lift(hold, self.day(20))
        self.nights(20, 25)
        self.assert_plan(plan, "notice")
        self.lift(other, self.day(25))
        self.night(25)
        self.assertEqual((plan.date_cure, plan.date_paused), (self.day(28), False))
        self.nights(26, 28)
        self.assert_plan(plan, "notice")
        self.night(29)
        self.assert_plan(plan, "defaulted")

    def test_payment_on_its_way_stops_the_time_to_cure(self):
        plan = self.begin(self.invoice, (5, 1000))
        self.nights(8, 9)
        payment = self.announce(self.invoice, 1000, self.day(9))
        self.nights(10, 20)
        self.assert_plan(plan, "notice")
        payment.action_cancel()
        self.night(21)
        self.assert_plan(plan, "notice")
        self.assertEqual(plan.date_cure, self.day(13 + 11))
        self.pay(self.invoice, day=self.day(22))
        self.night(22)
        self.assert_plan(plan, "completed")
        self.assertFalse(plan.date_paused)

    def test_payment_on_its_way_pauses_the_evaluation(self):
        """For as long as it may take."""
        plan = self.begin(self.invoice, (5, 1000))
        self.company.collection_transit_days = 10
        self.announce(self.invoice, 1000, self.day(5))
        self.nights(7, 15)
        self.assert_plan(plan, "active")
        self.night(16)
        self.assert_plan(plan, "notice")

    def test_a_small_payment_on_its_way_pauses_nothing(self):
        plan = self.begin(self.invoice, (5, 1000))
        self.announce(self.invoice, 10, self.day(5))
        self.nights(7, 9)
        self.assert_plan(plan, "notice")

    def test_reminders_before_and_after(self):
        """Each once; what is paid is not reminded of."""
        self.policy.write({"plan_remind_days": 3, "plan_remind_late_days": 1})
        plan = self.begin(self.invoice, (10, 400), (20, 600))
        self.night(6)
        self.assertEqual(self.get_letters(), [])
        self.nights(7, 10)
        self.assertEqual(
            self.get_letters(), [f"Coming up: your installment to {self.company.name}"]
        )
        self.nights(11, 12)
        self.assertEqual(
            self.get_letters()[1:], [f"Your installment to {self.company.name}"]
        )
        self.pay(self.invoice, 1000, self.day(12))
        self.nights(13, 25)
        self.assertEqual(len(self.get_letters()), 3)
        self.assert_plan(plan, "completed")

    def test_without_an_address_the_collector_calls(self):
        self.customer.email = False
        self.policy.plan_remind_days = 3
        self.begin(self.invoice, (2, 1000))
        self.night(0)
        self.assertIn(
            "Remind the customer of the installment", self.get_summaries(self.case)
        )

    def test_suspended_and_resumed(self):
        """Nothing falls due meanwhile; what was not paid moves later."""
        plan = self.begin(self.invoice, (5, 400), (35, 600))
        self.pay(self.invoice, 400, self.day(5))
        suspension = self.env["collection.installment.suspension"]
        draft = self.make_plan(self.make_extra())
        self.assertFalse(suspension._suspend(draft, "No"))
        suspension._suspend(self.as_of(plan, self.day(30)), "Bankruptcy")
        self.assert_plan(plan, "suspended")
        self.assert_exposure(self.invoice, status="planned")
        self.nights(36, 45)
        self.assert_plan(plan, "suspended")
        suspension._resume(self.as_of(plan, self.day(50)), "Dismissed")
        self.assert_plan(plan, "active")
        self.assertEqual(plan.line_ids.mapped("date"), [self.day(5), self.day(55)])
        self.night(58)
        self.assert_plan(plan, "notice")

    def make_extra(self):
        invoice = self.make_invoice(self.customer, 70)
        self.plan()
        return invoice

    def test_put_in_force_again(self):
        plan = self.begin(self.invoice, (5, 1000))
        self.nights(8, 14)
        self.assert_plan(plan, "defaulted")
        users = self.make_users()
        with self.assert_refused("manager"):
            plan.with_user(users["collector"])._reinstate("Please")
        self.as_of(plan, self.day(15))._reinstate("He called")
        # What is missing is still missing: there is time to cure it once more.
        self.assert_plan(plan, "notice")
        self.assertEqual(plan.date_cure, self.day(20))
        self.assertFalse(plan.date_default)

    def test_two_currencies(self):
        """Each in its own; a payment of one says nothing of the other."""
        foreign = self.setup_other_currency("EUR")
        other = self.make_invoice(self.customer, 600, currency=foreign)
        self.plan()
        plan = self.begin(self.invoice, (5, 500), (35, 500))
        second = self.begin(other, (5, 300), (35, 300))
        self.assertEqual(second.currency_id, foreign)
        self.pay(other, 300, self.day(5))
        self.night(8)
        self.assert_plan(plan, "notice", [0, 0])
        self.assert_plan(second, "active", [300, 0])
        self.assert_exposure(other, amount_planned=300, amount_due=0)

    def test_renegotiated_while_running(self):
        """The old one holds until the new one is signed, and never both."""
        plan = self.begin(self.invoice, (5, 500), (35, 500))
        self.pay(self.invoice, 500, self.day(5))
        new = self.make_plan(
            self.invoice, (40, 250), (70, 250), day=self.day(6), replaces_id=plan.id
        )
        self.assert_plan(plan, "active")
        own = self.as_of(new.sudo(), self.day(6))
        own._set_state("offered")
        own._set_state("accepted")
        own._activate()
        self.assert_plan(plan, "renegotiated")
        self.assert_plan(new, "active", [0, 0])
        self.assert_exposure(self.invoice, amount_planned=500, amount_due=0)
        self.pay(self.invoice, 500, self.day(7))
        self.night(7)
        self.assert_plan(new, "completed", [250, 250])
        self.assertEqual(plan.amount_paid, 500)

    def test_expected_money(self):
        """What the analysis shows is what the ledger leaves."""
        plan = self.begin(self.invoice, (5, 400), (35, 300), (65, 300))
        self.pay(self.invoice, 500, self.day(4))
        rows = self.env["collection.installment.forecast"].search(
            [("plan_id", "=", plan.id)]
        )
        self.assertEqual(rows.mapped("amount_paid"), [400, 100, 0])
        self.assertEqual(rows.mapped("amount_expected"), [0, 200, 300])
        self.nights(36, 45)
        self.env.invalidate_all()
        self.assertEqual(plan.state, "defaulted")
        self.assertEqual(rows.mapped("amount_expected"), [0, 0, 0])
        self.assertEqual(plan.default_percent, 100)

    def test_statement_shows_it_apart(self):
        self.begin(self.invoice, (5, 1000))
        second = self.make_invoice(self.customer, 70)
        self.night(0)
        values = self.env["collection.statement"]._prepare_cases(self.case)[self.case]
        sections = {
            section["key"]: [row["number"] for row in section["rows"]]
            for section in values["statements"][0]["sections"]
        }
        self.assertEqual(
            sections, {"overdue": [second.name], "planned": [self.invoice.name]}
        )

    def test_merged_customers(self):
        """The plan goes with the items."""
        plan = self.begin(self.invoice, (5, 1000))
        other = self.make_customer("Keeps its name")
        self.make_invoice(other, 50)
        self.plan()
        kept = self.get_case(other)
        self.env["base.partner.merge.automatic.wizard"].with_user(1)._merge(
            (self.customer | other).ids, other
        )
        self.env.invalidate_all()
        self.assertEqual((plan.case_id, plan.partner_id), (kept, other))
        self.night(8)
        self.assert_plan(plan, "notice")
