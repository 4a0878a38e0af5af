from odoo.tests import tagged

from ..common.plan import PlanCommon


@tagged("post_install", "-at_install")
class TestPlanCost(PlanCommon):
    """What a plan may cost: by the policy, above which a manager approves, and by the
    law, above which nobody does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls.make_users()
        cls.invoice = cls.make_invoice(cls.customer, 1000)
        cls.plan()
        cls.policy.write({"plan_rate_max": 12, "plan_charge_max": 5})
        cls.cap = cls.env["collection.interest.cap"].create(
            {
                "country_id": cls.customer.country_id.id,
                "kind": "company",
                "date_from": cls.day(-100),
                "rate": 20,
                "source": "Law of a test, article 1",
                "date_checked": cls.today,
            }
        )

    def make(self, **vals):
        """:return: a plan of two dates, the second in a year"""
        return self.make_plan(self.invoice, installment_count=2, **vals)

    def get_state(self, **vals):
        """:return: the state of a plan that a collector has offered"""
        plan = self.make(**vals)
        self.offer(self.as_user("collector", plan))
        state, reason = plan.state, plan.approval_reason
        plan._set_state("cancelled")
        return state, reason

    def as_user(self, kind, record):
        return self.as_of(record.with_user(self.users[kind]))

    def test_the_limits_of_the_policy(self):
        for vals, state, sentence in (
            ({"charge_kind": "interest", "charge_rate": 12}, "offered", None),
            ({"charge_kind": "interest", "charge_rate": 12.01}, "approve", "12 %"),
            ({"charge_kind": "none", "charge_rate": 500, "charge": 500}, "offered", 0),
        ):
            found, reason = self.get_state(**vals)
            self.assertEqual(found, state, vals)
            self.assertIn(sentence or "", reason or "")
        self.cap.rate = 1000
        for charge, state in ((50, "offered"), (50.01, "approve")):
            found, reason = self.get_state(charge_kind="charge", charge=charge)
            self.assertEqual(found, state, charge)
        self.assertIn("5 %", reason)
        self.policy.write({"plan_rate_max": 0, "plan_charge_max": 0})
        found, _reason = self.get_state(charge_kind="charge", charge=900)
        self.assertEqual(found, "offered")

    def test_nobody_exceeds_the_law(self):
        """With the law and its limit in the refusal, for managers as well."""
        for vals in (
            {"charge_kind": "interest", "charge_rate": 20.01},
            {"charge_kind": "charge", "charge": 900},
        ):
            with self.assert_refused(r"allows 20 % a year .Law of a test"):
                self.make(**vals)
        self.make(charge_kind="interest", charge_rate=20)

    def test_a_charge_counts_as_interest(self):
        """10 days to pay all of it: 1.00 of 1,000.00 comes to 3.65 % a year."""
        dates = ((10, 1001),)
        self.cap.rate = 3.65
        vals = {"charge_kind": "charge", "charge": 1}
        plan = self.make_plan(self.invoice, *dates, **vals)
        plan._set_state("cancelled")
        self.cap.rate = 3.64
        with self.assert_refused("costs 3.65 % a year"):
            self.make_plan(self.invoice, *dates, **vals)

    def test_the_law_changes_after_the_draft(self):
        plan = self.make(charge_kind="interest", charge_rate=15)
        self.cap.rate = 10
        with self.assert_refused("allows 10 %"):
            plan.action_offer()

    def test_which_law(self):
        """Of the place, the kind of debtor, the size of the debt and the day; of those
        that apply the strictest."""
        find = self.env["collection.interest.cap"]._find
        company, currency = self.company, self.company.currency_id

        def rate(debtor=self.customer, amount=1000, day=self.today):
            return find(debtor, amount, currency, company, day).rate

        self.assertEqual(rate(), 20)
        self.assertEqual(rate(day=self.day(-101)), 0)
        self.cap.date_to = self.day(-1)
        self.assertEqual((rate(), rate(day=self.day(-1))), (0, 20))
        self.cap.date_to = False
        self.cap.amount_min = 1000
        self.assertEqual((rate(), rate(amount=1000.01)), (0, 20))
        self.cap.write({"amount_min": 0, "amount_max": 1000})
        self.assertEqual((rate(), rate(amount=1000.01)), (20, 0))
        self.cap.copy({"kind": "all", "rate": 19})
        self.assertEqual(rate(), 19)
        person = self.make_customer("Person", is_company=False)
        self.assertEqual(rate(person), 19)
        person.country_id = False
        self.assertEqual(rate(person), 0)

    def test_shipped_limits(self):
        find = self.env["collection.interest.cap"]._find
        for country, state, is_company, rate in (
            ("us", "state_us_27", False, 16),
            ("us", "state_us_27", True, 25),
            ("us", "state_us_5", True, 0),
            ("ca", None, False, 35),
            ("pl", None, True, 14.5),
        ):
            debtor = self.make_customer(
                f"{country} {state}",
                is_company=is_company,
                country_id=self.env.ref(f"base.{country}").id,
                state_id=state and self.env.ref(f"base.{state}").id,
            )
            found = find(
                debtor, 100, self.company.currency_id, self.company, self.day(200)
            )
            self.assertEqual(found.rate, rate, (country, state, is_company))

    def test_wrong_limits(self):
        for vals in ({"rate": 0}, {"amount_min": -1}, {"date_to": self.day(-200)}):
            with self.assert_refused("The limit is above zero"):
                self.cap.write(vals)
        with self.assert_refused("cannot be negative"):
            self.policy.plan_rate_max = -1
