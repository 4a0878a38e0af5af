from odoo.fields import Command
from odoo.tests import tagged

from ..common.promise import PromiseCommon


@tagged("post_install", "-at_install")
class TestLastLook(PromiseCommon):
    """Whether something is still asked for: the decision says it, and the last look
    before a message leaves, the portal and the words of the message say the same."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.tolerance = 1
        cls.euro = cls.setup_other_currency("EUR", rates=[("1900-01-01", 0.5)])

    def remind(self, *amounts, later=1000):
        """Queue a reminder of overdue invoices; something else is due in 30 days.

        :return: the invoices and the letter
        """
        invoices = self.env["account.move"].union(
            *(self.make_invoice(self.customer, amount) for amount in amounts)
        )
        if later:
            self.make_invoice(self.customer, later, self.day(30), issued=self.day(-5))
        self.plan()
        self.step = self.open_steps(self.customer)
        self.execute()
        letter = self.step.case_id.letter_ids
        self.assertEqual(letter.delivery_state, "queued")
        return invoices, letter

    # ------------------------------------------------------------------
    # Those who are asked
    # ------------------------------------------------------------------

    def ask_decision(self):
        """:return: the net amount that the decision says is asked for, 0 if none is"""
        [row] = self.root["collection.scheduler"]._simulate(
            self.company, self.today, self.customer.ids
        )
        overdue = self.root["collection.exposure"].search(
            [("partner_id", "=", self.customer.id), ("status", "=", "open")]
        )
        is_late = any(item.date_maturity < self.today for item in overdue)
        if not is_late or row["reason"] == "covered":
            return 0
        # Below zero, where credits are left after they have covered what is overdue.
        return max(row["amount_net"], 0)

    def ask_last_look(self, letter):
        """:return: whether the message would leave"""
        with self.env.cr.savepoint() as savepoint:
            # Whoever took a promise has cancelled it; as if that had been missed.
            letter.sudo().delivery_state = "queued"
            stopped = self.as_of(letter)._cancel_obsolete()
            savepoint.rollback()
        self.env.invalidate_all()
        return not stopped

    def ask_portal(self):
        """:return: what the account page asks for, in the company's currency, and the
        invoices that Odoo's list calls overdue"""
        service = self.as_of(self.root["collection.portal.account"])
        values = service._get_values(self.customer, self.company, self.customer)
        total = sum(
            group["currency"]._convert(
                group["asked"], self.company.currency_id, self.company, self.today
            )
            for group in values["groups"]
        )
        return total, service._get_overdue_moves(self.customer)

    def ask_message(self):
        """:return: what the words of the step say is asked for"""
        step = self.as_of(self.step)
        step.invalidate_recordset(["amount_text"])
        return step.amount_text.replace("\xa0", " ")

    def assert_asked(self, letter, amount, text=None):
        """All of them say the same.

        :param amount: what is asked for, in the company's currency
        :param text: the same in words
        """
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertAlmostEqual(self.ask_decision(), amount, msg="decision")
        self.assertEqual(self.ask_last_look(letter), amount > 0, "last look")
        total, moves = self.ask_portal()
        self.assertAlmostEqual(total, amount, msg="portal")
        self.assertEqual(bool(moves), amount > 0, "Odoo's list")
        if text is None:
            text = f"$ {amount:.2f}" if amount else ""
        self.assertEqual(self.ask_message(), text, "message")

    # ------------------------------------------------------------------
    # What they say
    # ------------------------------------------------------------------

    def test_nothing_has_changed(self):
        _invoice, letter = self.remind(100)
        self.assert_asked(letter, 100)

    def test_tolerance(self):
        """Up to the tolerance nothing is asked for, whatever is due later on."""
        for paid, asked in ((98.5, 1.5), (99, 0), (99.5, 0), (100, 0)):
            with self.subTest(paid=paid), self.env.cr.savepoint() as savepoint:
                invoice, letter = self.remind(100)
                self.pay(invoice, paid)
                self.assert_asked(letter, asked)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_credits(self):
        """They count where the policy nets, against what is overdue."""
        for credit, asked in ((50, 50), (99.5, 0), (150, 0), (1100, 0)):
            for nets in (True, False):
                with (
                    self.subTest(credit=credit, nets=nets),
                    self.env.cr.savepoint() as savepoint,
                ):
                    self.policy.net_credits = nets
                    _invoice, letter = self.remind(100)
                    self.make_credit(self.customer, credit, self.day(-3))
                    self.assert_asked(letter, asked if nets else 100)
                    savepoint.rollback()
                    self.env.invalidate_all()

    def test_payment_that_waits_to_be_matched(self):
        _invoice, letter = self.remind(100)
        self.receive(self.customer, 99.5)
        self.assert_asked(letter, 0)

    def test_promise(self):
        """What was promised is not asked for; the rest is, from the tolerance on."""
        for promised, asked in ((60, 40), (99.5, 0), (100, 0)):
            with self.subTest(promised), self.env.cr.savepoint() as savepoint:
                invoice, letter = self.remind(100)
                promise = self.make_promise(invoice, (5, promised))
                self.assertEqual(promise.state, "open")
                self.assert_asked(letter, asked)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_dispute(self):
        for disputed, asked in ((60, 40), (99.5, 0), (100, 0)):
            with self.subTest(disputed), self.env.cr.savepoint() as savepoint:
                invoice, letter = self.remind(100)
                self.make_dispute(invoice, disputed)
                self.assert_asked(letter, asked)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_together(self):
        """A payment, a promise, a dispute and a credit leave what is within the
        tolerance, or a little more."""
        for paid, asked in ((29.5, 0), (28, 2)):
            with self.subTest(paid), self.env.cr.savepoint() as savepoint:
                invoices, letter = self.remind(100, 80, 60, 40)
                first, second, third, last = invoices
                self.make_promise(first, (5, 100))
                self.make_dispute(second, 70)
                self.pay(third, 60)
                self.pay(last, paid)
                self.make_credit(self.customer, 20, self.day(-3))
                self.assert_asked(letter, asked)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_on_hold(self):
        """What is left beside a held item counts alone."""
        invoices, letter = self.remind(100, 50)
        held, other = invoices
        self.pay(other, 49.5)
        self.make_hold(
            self.step.case_id,
            scope="items",
            item_ids=[Command.set(self.get_items(held).ids)],
        )
        self.assert_asked(letter, 0)

    def test_the_rest_of_an_invoice_is_not_due_yet(self):
        """A reminder of its first part does not leave for the sake of the second."""
        terms = self.env["account.payment.term"].create(
            {
                "name": "Half now, half later",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 50, "nb_days": days}
                    )
                    for days in (0, 60)
                ],
            }
        )
        invoice = self.make_invoice(
            self.customer, 200, terms=terms, issued=self.day(-10)
        )
        _invoices, letter = self.remind(later=0)
        self.pay(invoice, 100)
        self.assert_asked(letter, 0)

    def test_other_invoices(self):
        """Settled is settled, though something else has become overdue."""
        invoice, letter = self.remind(100)
        self.pay(invoice)
        self.make_invoice(self.customer, 70, self.day(-2), issued=self.day(-9))
        self.plan()
        self.env.invalidate_all()
        self.assertFalse(self.ask_last_look(letter))
        self.assertAlmostEqual(self.ask_portal()[0], 70)

    def test_credit_in_another_currency(self):
        """A euro is worth two dollars here: what a credit is worth counts, wherever
        there is something to set it off against."""
        for credit, asked in ((20, 60), (49.5, 0), (50, 0), (80, 0)):
            with self.subTest(credit), self.env.cr.savepoint() as savepoint:
                _invoice, letter = self.remind(100)
                self.make_credit(
                    self.customer, credit, self.day(-3), currency=self.euro
                )
                self.assert_asked(letter, asked)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_debts_in_two_currencies(self):
        """First what is owed in the credit's own currency."""
        for credit, asked, text in (
            (10, 180, "$ 100.00 and 40.00 €"),
            (60, 80, "$ 80.00"),
            (99.75, 0, ""),
        ):
            with self.subTest(credit), self.env.cr.savepoint() as savepoint:
                self.make_invoice(self.customer, 50, currency=self.euro)
                _invoice, letter = self.remind(100)
                self.make_credit(
                    self.customer, credit, self.day(-3), currency=self.euro
                )
                self.assert_asked(letter, asked, text)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_reminder_before_the_due_date(self):
        """It asks for what is not due yet: as long as there is more than the policy
        tolerates, nothing being overdue."""
        self.policy.stage_ids[0].days = -5
        for paid, is_asked in ((98, True), (99.5, False)):
            with self.subTest(paid), self.env.cr.savepoint() as savepoint:
                invoice = self.make_invoice(self.customer, 100, self.day(3))
                _invoices, letter = self.remind(later=0)
                self.pay(invoice, paid)
                self.env.invalidate_all()
                self.assertEqual(self.ask_last_look(letter), is_asked)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_without_a_case(self):
        """What was posted a minute ago shows in the portal before the night."""
        customer = self.make_customer("New")
        self.make_invoice(customer, 100)
        self.make_credit(customer, 30, self.day(-3))
        self.env.flush_all()
        service = self.as_of(self.root["collection.portal.account"])
        values = service._get_values(customer, self.company, customer)
        self.assertEqual([group["asked"] for group in values["groups"]], [70])

    # ------------------------------------------------------------------
    # Many at once
    # ------------------------------------------------------------------

    def test_many_letters_are_asked_about_at_once(self):
        """The queue costs as many queries for one letter as for twenty."""
        for number in range(20):
            self.make_invoice(self.make_customer(f"Customer {number}"), 100)
        self.plan()
        self.execute()
        letters = self.root["collection.letter"].search(
            [("delivery_state", "=", "queued"), ("company_id", "=", self.company.id)]
        )
        self.assertEqual(len(letters), 20)

        def count(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertFalse(self.as_of(some)._find_obsolete())
            return self.env.cr.sql_log_count - before

        count(letters[:1])
        self.assertEqual(count(letters), count(letters[:1]))
