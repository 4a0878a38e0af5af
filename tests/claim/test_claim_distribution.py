from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common.claim import ClaimCommon


@tagged("post_install", "-at_install")
class TestClaimDistribution(ClaimCommon):
    """Dividends, told by their payments, and what is left for the write-off."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.setup_other_currency("EUR", rates=[(cls.day(-100), 2.0)])
        cls.invoice = cls.make_invoice(cls.customer, 1000, cls.day(-40))
        cls.foreign = cls.make_invoice(
            cls.customer, 400, cls.day(-39), currency=cls.euro
        )
        cls.claim = cls.make_filed(cls.make_claim(), cls.day(-5))
        cls.account = cls.company_data["default_account_expense"]
        cls.Distribution = cls.env["collection.claim.distribution"]

    def distribute(self, amount=None, payment=None, day=0, **vals):
        vals = {"claim_id": self.claim.id, "date": self.day(day), **vals}
        if amount:
            vals["amount"] = amount
        if payment:
            vals["payment_id"] = payment.id
        return self.Distribution.create(vals)

    def test_a_payment_makes_it_received_and_its_undoing_undoes_it(self):
        self.claim._decide(self.today, 800, "In part.")
        self.claim.percent_expected = 25
        self.assertEqual(self.claim.amount_expected, 200)
        self.distribute(80, reference="First interim dividend")
        self.assertEqual(
            (self.claim.amount_announced, self.claim.amount_received), (80, 0)
        )
        payment = self.receive(self.customer, 80)
        row = self.claim.distribution_ids
        row.payment_id = payment
        self.assertTrue(row.is_received)
        self.assertEqual(self.claim.amount_received, 80)
        self.assertEqual(self.claim.percent_received, 10)
        payment.action_draft()
        self.assertFalse(row.is_received)
        self.assertEqual(self.claim.amount_received, 0)
        payment.action_post()
        payment.move_id._reverse_moves([{"date": self.today}], cancel=True)
        self.assertEqual(self.claim.amount_received, 0)

    def test_the_amount_is_that_of_the_payment_converted(self):
        row = self.distribute(
            payment=self.receive(self.customer, 50, currency=self.euro)
        )
        self.assertEqual(row.amount, 25)
        with self.assert_refused("is less than what was distributed"):
            row.amount = 26
        with self.assert_refused("Missing required value"):
            row.date = False

    def test_only_a_standing_claim_is_paid_on(self):
        self.claim._set_state("objected")
        with self.assert_refused("Only a filed or allowed claim"):
            self.distribute(10)
        self.claim._set_state("allowed")
        row = self.distribute(10, payment=self.receive(self.customer, 10))
        with self.assert_refused("before the claim was filed"):
            row.date = self.day(-6)
        with self.assert_refused("Undo its payment"):
            row.unlink()
        self.claim._set_state("closed")
        with self.assert_refused("Only a filed or allowed claim"):
            row.amount = 9

    def test_several_until_the_final_one(self):
        for amount in (100, 60, 40):
            payment = self.receive(self.customer, amount)
            self.distribute(payment=payment, is_final=amount == 40)
        self.assertEqual(self.claim.amount_received, 200)
        self.assertAlmostEqual(self.claim.percent_received, 200 / 1200 * 100, 2)
        self.assertTrue(self.claim.is_final)

    def test_what_is_left_is_proposed_never_posted(self):
        payment = self.receive(self.customer, 300)
        self.distribute(payment=payment)
        (self.receivable(self.invoice) | self.receivable(payment.move_id)).reconcile()
        self.assertEqual(self.claim.amount_left, 900)
        self.claim._set_state("closed")
        with self.assert_refused("Set the account for write-offs"):
            self.claim.action_propose_writeoff()
        self.company.collection_writeoff_account_id = self.account
        self.claim.action_propose_writeoff()
        move = self.claim.writeoff_move_id
        self.assertEqual(move.state, "draft")
        expense = move.line_ids.filtered(lambda line: line.account_id == self.account)
        self.assertEqual(expense.balance, 900)
        self.assertEqual(
            sorted((move.line_ids - expense).mapped("amount_currency")), [-700, -400]
        )
        self.assertEqual(self.invoice.amount_residual, 700)
        self.claim.action_propose_writeoff()
        self.assertEqual(self.claim.writeoff_move_id, move)
        # Somebody posts it: then it is matched with what it is about.
        move.action_post()
        for invoice in (self.invoice, self.foreign):
            self.assertEqual(invoice.amount_residual, 0)
        self.assertEqual(self.claim.amount_left, 0)
        self.assertEqual(self.claim.amount_total, 1200)

    def test_nothing_left_nothing_written_off(self):
        self.company.collection_writeoff_account_id = self.account
        self.pay(self.invoice)
        self.pay(self.foreign)
        self.claim._set_state("closed")
        with self.assert_refused("Nothing is left"):
            self.claim.action_propose_writeoff()

    def test_a_proposal_that_was_deleted_can_be_made_again(self):
        self.company.collection_writeoff_account_id = self.account
        self.claim._set_state("closed")
        self.claim.action_propose_writeoff()
        self.claim.writeoff_move_id.unlink()
        self.claim.action_propose_writeoff()
        self.assertEqual(self.claim.writeoff_move_id.state, "draft")

    def test_collectors_enter_dividends_and_propose_no_write_off(self):
        users = self.make_users()
        self.company.collection_writeoff_account_id = self.account
        row = self.Distribution.with_user(users["collector"]).create(
            {"claim_id": self.claim.id, "amount": 5, "date": self.today}
        )
        self.assertEqual(row.company_id, self.company)
        self.claim._set_state("closed")
        with self.assertRaises(AccessError):
            self.claim.with_user(users["collector"]).action_propose_writeoff()
        manager = self.claim.with_user(users["manager"])
        manager.action_propose_writeoff()
        self.assertEqual(self.claim.writeoff_move_id.state, "draft")
        with self.assertRaises(AccessError):
            self.Distribution.with_user(users["readonly"]).create(
                {"claim_id": self.claim.id, "amount": 5}
            )

    def test_an_amendment_takes_over_what_was_distributed(self):
        """Received and announced; the next payment belongs to the new version."""
        self.claim.percent_expected = 20
        self.distribute(payment=self.receive(self.customer, 100), day=-3)
        announced = self.distribute(60, day=-2)
        new = self.claim._amend("A rate was wrong.")
        self.assertEqual((new.amount_received, new.percent_expected), (0, 20))
        new.currency_id = self.euro
        self.assertEqual(new.amount_total, 2400)
        self.make_filed(new, number="22-2")
        self.assertEqual(self.claim.state, "amended")
        self.assertEqual((new.amount_received, new.amount_announced), (200, 120))
        self.assertEqual(new.amount_expected, 480)
        self.assertEqual(self.claim.amount_received, 0)
        announced.payment_id = self.receive(self.customer, 60)
        self.assertEqual(new.amount_received, 320)

    def test_a_dropped_amendment_leaves_them(self):
        self.distribute(payment=self.receive(self.customer, 100), day=-3)
        new = self.claim._amend("Perhaps.")
        new._set_state("withdrawn", withdrawal_reason="No.")
        self.assertEqual(self.claim.amount_received, 100)
