from odoo.fields import Command
from odoo.tests import tagged

from ..common.promise import PromiseCommon


@tagged("post_install", "-at_install")
class TestPromiseEvaluation(PromiseCommon):
    """The ledger decides whether a promise was kept, and nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.make_invoice(cls.customer, 1000)
        cls.other = cls.make_invoice(cls.customer, 700, cls.day(-9))
        cls.plan()
        cls.case = cls.get_case(cls.customer)
        # By day 7; the tolerance of three days ends with day 10.
        cls.promise = cls.make_promise(cls.invoice, (7, 600))

    # ------------------------------------------------------------------
    # One date
    # ------------------------------------------------------------------

    def test_nothing_came(self):
        for offset, state in ((7, "open"), (10, "open"), (11, "broken")):
            self.night(offset)
            self.assert_state(self.promise, state, 0)
        self.assertEqual(self.promise.line_ids.state, "broken")
        self.assertEqual(
            (self.promise.kept_percent, self.promise.amount_fallen_due), (0, 600)
        )

    def test_money_by_day(self):
        """In time, on the last day of the tolerance, a day late, the day before."""
        for offset, state in ((0, "kept"), (7, "kept"), (10, "kept"), (11, "broken")):
            with self.subTest(offset), self.env.cr.savepoint() as savepoint:
                self.pay(self.invoice, 600, self.day(offset))
                self.night(11)
                self.assert_state(self.promise, state)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_kept_early(self):
        """Fulfilled before its date, it covers nothing any more: no flag stays."""
        self.pay(self.invoice, 600, self.day(2))
        self.night(2)
        self.assert_state(self.promise, "kept", 600)
        self.assertEqual(
            (self.promise.kept_percent, self.promise.amount_kept), (100, 600)
        )
        self.assert_exposure(
            self.invoice, status="open", amount_promised=0, amount_due=400
        )
        self.assertEqual(self.case.amount_promised, 0)

    def test_part_in_time(self):
        self.pay(self.invoice, 599.99, self.day(3))
        self.night(10)
        self.assert_state(self.promise, "open", 599.99)
        self.assert_exposure(
            self.invoice, amount_promised=0.01, amount_due=400, status="open"
        )
        self.night(11)
        self.assert_state(self.promise, "partial", 599.99)
        self.assertEqual(
            (self.promise.amount_fallen_due, self.promise.amount_kept), (600, 0)
        )
        self.assert_exposure(self.invoice, amount_promised=0, amount_due=400.01)

    def test_threshold(self):
        self.promise.sudo().threshold = 90
        self.pay(self.invoice, 539.99, self.day(3))
        self.night(11)
        self.assert_state(self.promise, "partial")
        self.pay(self.invoice, 0.01, self.day(10))
        self.night(12)
        self.assert_state(self.promise, "kept")

    def test_money_from_before(self):
        """A receipt that lay about when the promise was taken was not promised."""
        receipt = self.receive(self.customer, 600, self.day(-1))
        lines = self.receivable(receipt.move_id) | self.receivable(self.invoice)
        lines.reconcile()
        self.night(11)
        self.assert_state(self.promise, "broken", 0)

    def test_payment_earlier_on_the_day_of_the_promise(self):
        """Paid 300 in the morning, promised 400 in the afternoon: 400 are to come."""
        self.pay(self.other, 300, self.today)
        promise = self.make_promise(self.other, (7, 400))
        self.assert_state(promise, "open", 0)
        self.assert_exposure(
            self.other, amount_residual=400, amount_promised=400, status="promised"
        )
        self.pay(self.other, 100, self.day(1))
        self.night(11)
        self.assert_state(promise, "partial", 100)

    def test_money_on_another_item(self):
        self.pay(self.other, 600, self.day(3))
        self.night(11)
        self.assert_state(self.promise, "broken", 0)

    # ------------------------------------------------------------------
    # What is money
    # ------------------------------------------------------------------

    def match(self, credit):
        lines = self.receivable(credit) | self.receivable(self.invoice)
        lines.reconcile()

    def make_entry(self, amount, account, day):
        """Book an amount off the customer's account in a miscellaneous entry."""
        receivable = self.company_data["default_account_receivable"]
        entry = self.env["account.move"].create(
            {
                "date": day,
                "journal_id": self.company_data["default_journal_misc"].id,
                "line_ids": [
                    Command.create({"account_id": account.id, "debit": amount}),
                    Command.create(
                        {
                            "account_id": receivable.id,
                            "partner_id": self.customer.id,
                            "credit": amount,
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        return entry

    def test_credit_note_is_not_money(self):
        self.match(self.make_credit(self.customer, 600, self.day(3)))
        self.night(11)
        self.assert_state(self.promise, "broken", 0)

    def test_credit_note_and_payment(self):
        self.match(self.make_credit(self.customer, 300, self.day(3)))
        self.pay(self.invoice, 300, self.day(4))
        self.night(5)
        # 400 are open, and 300 of them are still to come.
        self.assert_exposure(self.invoice, amount_promised=300, amount_due=100)
        self.night(11)
        self.assert_state(self.promise, "partial", 300)

    def test_entry_of_a_bank(self):
        account = self.company_data["default_journal_bank"].default_account_id
        self.match(self.make_entry(600, account, self.day(3)))
        self.night(3)
        self.assert_state(self.promise, "kept", 600)

    def test_write_off_is_not_money(self):
        account = self.company_data["default_account_expense"]
        self.match(self.make_entry(600, account, self.day(3)))
        self.night(11)
        self.assert_state(self.promise, "broken", 0)

    def test_what_a_payment_writes_off_is_not_money(self):
        self.pay_and_write_off(self.invoice, 100, self.day(3))
        self.night(11)
        self.assert_state(self.promise, "partial", 100)

    def test_bank_statement(self):
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": self.day(3),
                "payment_ref": "Transfer",
                "partner_id": self.customer.id,
                "amount": 600,
            }
        )
        _liquidity, suspense, _other = line._seek_for_lines()
        line.move_id.button_draft()
        suspense.account_id = self.company_data["default_account_receivable"]
        line.move_id.action_post()
        self.match(line.move_id)
        self.night(3)
        self.assert_state(self.promise, "kept", 600)

    def test_exchange_difference_is_not_money(self):
        """Half of it was paid; the rest of the entry is what the rate has changed."""
        currency = self.setup_other_currency(
            "EUR", rates=[(self.day(-100), 2.0), (self.day(0), 1.0)]
        )
        invoice = self.make_invoice(self.customer, 900, currency=currency)
        self.plan()
        promise = self.make_promise(invoice, (7, 900))
        self.assertEqual(promise.currency_id, currency)
        self.pay(invoice, 450, self.day(3))
        self.night(4)
        self.assert_state(promise, "open", 450)
        self.assert_exposure(
            invoice, amount_residual_currency=450, amount_promised=450, amount_due=0
        )
        self.pay(invoice, 450, self.day(9))
        self.night(11)
        self.assertTrue(invoice.line_ids.matched_credit_ids.exchange_move_id)
        self.assert_state(promise, "kept", 900)

    # ------------------------------------------------------------------
    # Undone
    # ------------------------------------------------------------------

    def test_payment_undone_and_done_again(self):
        payment = self.pay(self.invoice, 600, self.day(2))
        self.night(3)
        self.assert_state(self.promise, "kept")
        self.cancel_payments(payment)
        self.night(4)
        self.assert_state(self.promise, "open", 0)
        self.assert_exposure(self.invoice, amount_promised=600, amount_due=400)
        self.night(11)
        self.assert_state(self.promise, "broken")
        self.pay(self.invoice, 600, self.day(9))
        self.night(12)
        self.assert_state(self.promise, "kept", 600)
        self.assertEqual(self.promise.amount_kept, 600)

    def test_kept_then_undone_after_its_day(self):
        payment = self.pay(self.invoice, 600, self.day(5))
        self.night(20)
        self.assert_state(self.promise, "kept")
        self.cancel_payments(payment)
        self.night(21)
        self.assert_state(self.promise, "broken", 0)
        self.assertEqual((self.promise.kept_percent, self.promise.amount_kept), (0, 0))

    def test_check_returned(self):
        payment = self.pay(self.invoice, 600, self.day(2))
        self.night(3)
        self.cancel_payments(payment)
        self.night(4)
        self.assert_state(self.promise, "open", 0)

    def test_payment_reversed_by_an_entry(self):
        payment = self.pay(self.invoice, 600, self.day(2))
        self.night(3)
        self.assert_state(self.promise, "kept")
        payment.move_id._reverse_moves([{"date": self.day(4)}], cancel=True)
        self.night(5)
        self.assert_state(self.promise, "open", 0)

    def reverse(self, day):
        self.invoice._reverse_moves([{"invoice_date": day, "date": day}], cancel=True)

    def assert_void(self):
        """What was promised is not owed: no reproach, and nothing to count."""
        self.assert_state(self.promise, "void", 0)
        self.assertEqual(self.promise.line_ids.state, "void")
        promise = self.promise
        self.assertEqual((promise.amount_fallen_due, promise.amount_kept), (0, 0))
        self.assertNotIn("Promise not kept", self.get_summaries(self.case))
        self.assertFalse(self.case.promise_text)

    def test_invoice_reversed(self):
        self.reverse(self.day(2))
        self.night(3)
        self.assert_void()
        self.night(11)
        self.assert_void()

    def test_reversed_after_the_date(self):
        """It was owed on that day, and the promise was broken."""
        self.night(11)
        self.reverse(self.day(12))
        self.night(13)
        self.assert_state(self.promise, "broken", 0)

    def test_credit_note_undone(self):
        self.reverse(self.day(2))
        self.night(3)
        self.unpay(self.invoice)
        self.invoice.reversal_move_ids.button_draft()
        self.night(4)
        self.assert_state(self.promise, "open", 0)
        self.night(11)
        self.assert_state(self.promise, "broken", 0)

    def test_the_rest_after_a_credit_note_is_enough(self):
        """Of 1,000 all was promised, 400 are credited: 600 keep it."""
        promise = self.make_promise(self.other, (7, 700))
        credit = self.make_credit(self.customer, 300, self.day(3))
        (self.receivable(credit) | self.receivable(self.other)).reconcile()
        self.night(4)
        self.assert_state(promise, "open", 0)
        self.pay(self.other, 400, self.day(5))
        self.night(6)
        self.assert_state(promise, "kept", 400)

    def test_credit_note_that_waits_to_be_matched(self):
        """The decision counts it, so the promise does."""
        self.make_credit(self.customer, 1000, self.day(3))
        self.night(11)
        self.assert_state(self.promise, "void", 0)

    # ------------------------------------------------------------------
    # Money that is not matched yet
    # ------------------------------------------------------------------

    def test_money_that_waits_to_be_matched(self):
        receipt = self.receive(self.customer, 600, self.day(7))
        self.night(11)
        self.assert_state(self.promise, "kept", 600)
        self.assertNotIn("Promise not kept", self.get_summaries(self.case))
        self.match(receipt.move_id)
        self.night(12)
        self.assert_state(self.promise, "kept", 600)

    def test_it_is_matched_with_something_else(self):
        receipt = self.receive(self.customer, 600, self.day(7))
        self.night(11)
        lines = self.receivable(receipt.move_id) | self.receivable(self.other)
        lines.reconcile()
        self.night(12)
        self.assert_state(self.promise, "broken", 0)

    def test_it_came_too_late_or_was_there_before(self):
        self.receive(self.customer, 600, self.day(11))
        self.night(11)
        self.assert_state(self.promise, "broken", 0)
        self.receive(self.customer, 700, self.day(11))
        promise = self.make_promise(self.other, (14, 700), day=self.day(11))
        self.night(18)
        self.assert_state(promise, "broken", 0)

    def test_part_of_it_came(self):
        self.receive(self.customer, 599.99, self.day(7))
        self.night(11)
        self.assert_state(self.promise, "partial", 599.99)

    def test_a_policy_that_does_not_net_does_not_count_it(self):
        self.policy.net_credits = False
        self.receive(self.customer, 600, self.day(7))
        self.night(11)
        self.assert_state(self.promise, "broken", 0)

    def test_money_on_its_way(self):
        """Announced by the promised day, it is waited for, and no longer than that."""
        self.company.collection_transit_days = 10
        self.announce(self.invoice, 600, self.day(9))
        for offset, state in ((11, "open"), (19, "open"), (20, "broken")):
            self.night(offset)
            self.assert_state(self.promise, state, 0)

    def test_too_little_is_on_its_way(self):
        self.announce(self.invoice, 100, self.day(9))
        self.night(11)
        self.assert_state(self.promise, "broken", 0)

    def test_announced_too_late(self):
        self.announce(self.invoice, 600, self.day(11))
        self.night(11)
        self.assert_state(self.promise, "broken", 0)

    def test_money_in_another_currency(self):
        currency = self.setup_other_currency("EUR")
        self.receive(self.customer, 6000, self.day(7), currency)
        self.night(11)
        self.assert_state(self.promise, "broken", 0)

    def test_invoice_cancelled(self):
        self.invoice.button_draft()
        self.invoice.button_cancel()
        self.night(3)
        self.assert_void()
        self.assertEqual(self.case.amount_promised, 0)
        self.assertEqual(self.case.amount_open, 700)
        self.night(11)
        self.assertNotIn("Promise not kept", self.get_summaries(self.case))
