from odoo.tests import tagged

from ..common.bankruptcy import BankruptcyCommon
from ..common.plan import PlanCommon


@tagged("post_install", "-at_install")
class TestStayPlan(BankruptcyCommon, PlanCommon):
    """A bankruptcy meets installment plans and the contact guard."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.make_invoice(cls.customer, 1000)
        cls.plan()
        cls.case = cls.get_case(cls.customer)

    def test_plan_in_force_rests_and_goes_on(self):
        plan = self.offer(self.make_plan(self.invoice, (7, 400), (14, 600)))
        self.assertFalse(self.sign(plan))
        self.assertEqual(plan.state, "active")
        bankruptcy = self.make_bankruptcy()
        self.assertEqual(plan.state, "suspended")
        self.assertEqual(self.statuses(self.invoice), ["stayed"])
        self.night(30)
        self.env.invalidate_all()
        self.assertEqual(plan.state, "suspended")
        self.happen(bankruptcy, "dismissed", self.day(40))
        self.assertEqual(plan.state, "active")
        self.assertEqual(
            plan.line_ids.mapped("date"), [self.day(7 + 40), self.day(14 + 40)]
        )
        self.assertEqual(self.statuses(self.invoice), ["planned"])

    def test_offer_ends_and_is_not_signed(self):
        plan = self.offer(self.make_plan(self.invoice, (7, 1000)))
        letters = self.case.letter_ids
        self.make_bankruptcy()
        self.assertEqual(plan.state, "void")
        self.assertTrue(self.sign(plan))
        self.assertEqual(plan.state, "void")
        self.assertEqual(self.case.letter_ids, letters)

    def test_proposal_ends(self):
        plan = self.make_plan(self.invoice, (7, 1000))
        self.make_bankruptcy()
        self.assertEqual(plan.state, "cancelled")

    def test_nothing_new_is_proposed(self):
        self.make_bankruptcy()
        with self.assert_refused("bankrupt"):
            self.make_plan(self.invoice, (7, 1000))

    def test_guard(self):
        guard = self.env["collection.contact.guard"]
        trustee = self.env["res.partner"].create({"name": "Trustee"})
        self.make_bankruptcy(trustee_id=trustee.id)
        self.env.invalidate_all()
        for channel in ("phone", "email", "visit"):
            answer = guard._ask(self.case, channel)[self.case]
            self.assertEqual((answer.allowed, answer.level), (False, "stop"))
            self.assertIn("bankrupt", answer.reason)
        answer = guard._ask(self.case, "email", partner=trustee)[self.case]
        self.assertNotEqual(answer.level, "stop")

    def test_guard_lets_new_business_be_talked_about(self):
        later = self.make_invoice(
            self.customer, 500, due=self.day(5), issued=self.day(2)
        )
        self.make_bankruptcy()
        self.night(6)
        self.env.invalidate_all()
        self.assertEqual(self.statuses(later), ["open"])
        answer = self.env["collection.contact.guard"]._ask(self.case, "email")[
            self.case
        ]
        self.assertNotEqual(answer.level, "stop")
