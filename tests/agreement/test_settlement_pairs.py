from odoo.tests import tagged

from ..common.bankruptcy import BankruptcyCommon
from ..common.plan import PlanCommon
from ..common.settlement import SettlementCommon


@tagged("post_install", "-at_install")
class TestSettlementPairs(SettlementCommon, BankruptcyCommon):
    """A settlement and something else about the same invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.make_invoice(cls.customer, 1000)
        cls.plan()
        cls.case = cls.get_case(cls.customer)

    def get_row(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["collection.exposure"].search(
            [("move_id", "=", self.invoice.id)]
        )

    def offer(self, amount=700):
        settlement = self.make_settlement(self.invoice, amount)
        self.as_of(settlement).action_offer()
        return settlement

    def test_dispute_before(self):
        self.make_dispute(self.invoice, 200)
        with self.assert_refused("is disputed"):
            self.offer()

    def test_dispute_while_it_is_offered(self):
        settlement = self.offer()
        self.make_dispute(self.invoice, 200)
        self.assertRegex(self.sign(settlement), "is disputed")
        self.assertEqual(settlement.state, "offered")

    def test_dispute_afterwards(self):
        """It comes off first; the sum agreed on is what it was."""
        settlement = self.start(self.invoice, 700)
        self.make_dispute(self.invoice, 200)
        row = self.get_row()
        self.assertEqual((row.amount_disputed, row.amount_due), (200, 0))
        self.pay(self.invoice, 700, self.day(1))
        self.night(1)
        self.assertEqual(settlement.state, "settled")

    def test_promise_before(self):
        promise = self.make_promise(self.invoice, (5, 1000))
        settlement = self.start(self.invoice, 700)
        self.assertEqual(promise.state, "replaced")
        self.assertEqual(settlement.promise_id.kind, "settlement")
        self.assertEqual(self.get_row().amount_due, 0)

    def test_promise_and_plan_afterwards(self):
        self.start(self.invoice, 700)
        with self.assert_refused("already covered"):
            self.make_promise(self.invoice, (5, 1000))
        with self.assert_refused("in a settlement"):
            PlanCommon.make_plan.__func__(type(self), self.invoice)

    def test_plan_before(self):
        plan = PlanCommon.make_plan.__func__(type(self), self.invoice)
        PlanCommon.accept.__func__(type(self), plan)
        with self.assert_refused("on an installment plan"):
            self.offer()

    def test_hold(self):
        """A hold on the case does not move the dates that were agreed on."""
        settlement = self.start(self.invoice, 700)
        self.as_of(self.env["collection.hold"]).create(
            {
                "case_id": self.case.id,
                "reason_id": self.reason_hold.id,
                "date_review": self.day(30),
            }
        )
        self.night(15)
        self.assertEqual(settlement.state, "lapsed")

    def test_credit_note_and_payment_before_the_signature(self):
        settlement = self.offer()
        self.pay(self.invoice, 100, self.day(0))
        self.assertRegex(self.sign(settlement), "have changed")
        self.assertEqual(settlement.state, "void")
        self.assertIn("is open instead of", settlement.end_reason)
        second = self.make_settlement(self.invoice, 700)
        self.as_of(second).action_offer()
        self.pay(self.invoice, 50, self.day(0))
        self.night(1)
        self.assertEqual(second.state, "void")

    def test_credit_note_afterwards(self):
        """What is credited was not owed: less than agreed is enough then."""
        settlement = self.start(self.invoice, 700)
        credit = self.make_credit(self.customer, 400, self.day(1))
        (self.receivable(credit) | self.receivable(self.invoice)).reconcile()
        self.pay(self.invoice, 600, self.day(2))
        self.night(2)
        self.assertEqual(settlement.state, "settled")
        self.assertFalse(settlement.rest_move_ids)

    def test_invoice_cancelled(self):
        settlement = self.start(self.invoice, 700)
        self.invoice.button_draft()
        self.invoice.button_cancel()
        self.night(1)
        self.assertEqual(settlement.state, "void")

    def test_petition_in_between(self):
        """Nothing is settled with a debtor; what was accepted ends, and the claim is
        about the full debt."""
        offered = self.offer()
        self.make_bankruptcy()
        self.assertRegex(self.sign(offered), "insolvency")
        self.assertEqual(self.get_row().status, "stayed")
        with self.assert_refused("."):
            self.make_settlement(self.invoice, 600)

    def test_petition_after_the_signature(self):
        settlement = self.start(self.invoice, 700, day=self.day(-3))
        self.make_bankruptcy()
        self.night(1)
        self.assertEqual(settlement.state, "cancelled")
        row = self.get_row()
        self.assertEqual(row.status, "stayed")
        self.assertEqual(row.amount_residual, 1000)
