from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common.base import CollectionCommon


@tagged("post_install", "-at_install")
class TestWeaknesses(CollectionCommon):
    """Where the field is weak, and this product must not be: a test for each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_customer("Weak spot")
        cls.policy = cls.make_policy({"days": 1}, {"days": 10}, quiet_days=1)

    def get_letters(self, customer=None):
        case_of = customer or self.customer
        return self.env["collection.letter"].search([("customer_id", "=", case_of.id)])

    def assert_nothing_sent(self, customer=None):
        self.assertFalse(self.get_letters(customer))
        self.assertFalse(
            self.root["mail.mail"].search(
                [("recipient_ids", "in", (customer or self.customer).ids)]
            )
        )

    # 1. A customer who pays between selection and sending is still chased.

    def test_weakness_01_paid_between_selection_and_sending(self):
        invoice = self.make_invoice(self.customer)
        self.plan()
        step = self.open_steps(self.customer)
        self.assertEqual(step.state, "planned")
        self.pay(invoice)
        counts = self.execute()
        self.assertEqual((counts["done_count"], counts["cancelled_count"]), (0, 1))
        self.assertEqual(step.state, "cancelled")
        self.assertTrue(step.reason)
        self.assert_nothing_sent()

    def test_weakness_01_paid_after_approval(self):
        self.policy.stage_ids.is_automatic = False
        invoice = self.make_invoice(self.customer)
        self.plan()
        step = self.open_steps(self.customer)
        step.action_approve()
        self.pay(invoice)
        self.execute()
        self.assertEqual(step.state, "cancelled")
        self.assert_nothing_sent()

    def test_weakness_01_paid_in_part_between_selection_and_sending(self):
        """The full amount is not asked for: only what is still open is listed."""
        paid, partly = (self.make_invoice(self.customer, n) for n in (100, 300))
        self.plan()
        self.pay(paid)
        self.pay(partly, 120)
        self.execute()
        letter = self.get_letters()
        self.assertEqual(letter.move_ids, partly)

    # 2. Open credit notes or unallocated payments cover the debt.

    def test_weakness_02_credits_cover_the_debt(self):
        by_credit, by_payment = (self.make_customer(n) for n in ("Note", "Receipt"))
        for customer in (by_credit, by_payment):
            self.make_invoice(customer, 1000)
        self.make_credit(by_credit, 999, self.day(-100))
        self.receive(by_payment, 1200)
        self.plan()
        self.execute()
        for customer, net, credit in ((by_credit, 1, 999), (by_payment, -200, 1200)):
            with self.subTest(customer.name):
                case = self.get_case(customer)
                self.assertEqual((case.reason, case.state), ("covered", "covered"))
                self.assertEqual(case.amount_net, net)
                self.assertEqual(case.amount_collectable, max(net, 0) and 1)
                self.assertEqual(case.amount_credit, credit)
                # The collector sees the money to match.
                self.assertEqual(case.credit_ids.amount_residual, -credit)
                self.assert_nothing_sent(customer)

    def test_weakness_02_the_policy_says_whether_it_nets(self):
        self.policy.net_credits = False
        self.make_invoice(self.customer, 1000)
        self.make_credit(self.customer, 1000, self.today)
        self.plan()
        case = self.get_case(self.customer)
        self.assertEqual((case.reason, case.amount_net), ("due", 1000))

    def test_weakness_02_tolerance(self):
        for tolerance, credit, reason in (
            (1, 998.99, "due"),
            (1, 999, "covered"),
            (0, 999.99, "due"),
            (0, 1000, "covered"),
            (50, 950, "covered"),
        ):
            with self.subTest(tolerance=tolerance, credit=credit):
                self.policy.tolerance = tolerance
                customer = self.make_customer(f"Tolerance {tolerance} {credit}")
                self.make_invoice(customer, 1000)
                self.make_credit(customer, credit, self.today)
                self.plan()
                self.assertEqual(self.get_case(customer).reason, reason)

    def test_weakness_02_credit_arrives_between_selection_and_sending(self):
        self.make_invoice(self.customer, 1000)
        self.plan()
        self.receive(self.customer, 1000)
        self.execute()
        self.assert_nothing_sent()
        self.assertEqual(
            self.get_case(self.customer).step_ids.mapped("reason"), ["covered"]
        )

    # 3. One bad template or address stops everybody's reminders.

    def test_weakness_03_one_bad_customer_fails_alone(self):
        """While words are rendered, while rows are written, for lack of an address."""
        self.template.subject = (
            "{{ 1 / 0 if object.partner_id.ref == 'words' else 'Hello' }}"
            r"{{ '\x00' if object.partner_id.ref == 'rows' else '' }}"
        )
        customers = {
            ref: self.make_customer(f"Customer {ref}", ref=ref)
            for ref in ("good", "words", "better", "rows", "address", "best")
        }
        customers["address"].email = False
        for customer in customers.values():
            self.make_invoice(customer)
        self.plan()
        with mute_logger("odoo.sql_db"):
            counts = self.execute()
        self.assertEqual((counts["done_count"], counts["failed_count"]), (3, 3))
        errors = {
            "words": "division by zero",
            "rows": "NUL",
            "address": "Customer address has no valid e-mail address",
        }
        for ref, customer in customers.items():
            with self.subTest(ref):
                case = self.get_case(customer)
                step = case.step_ids
                self.assertEqual(step.state, "failed" if ref in errors else "done")
                self.assertIn(errors.get(ref, ""), step.error or "")
                self.assertEqual(len(case.letter_ids), ref not in errors)
                self.assertEqual(len(case.contact_ids), ref not in errors)
                self.assertEqual(bool(case.stage_id), ref not in errors)
        # Who cannot be reached is a task for a person, not silence.
        self.assertIn(
            "Complete the address",
            self.get_case(customers["address"]).activity_ids.mapped("summary"),
        )

    # 4. Installment invoices are chased late, or for the whole.

    def test_weakness_04_the_unit_is_the_due_item(self):
        terms = self.env["account.payment.term"].create(
            {
                "name": "Three parts",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": share, "nb_days": days}
                    )
                    for share, days in ((30, 10), (30, 20), (40, 60))
                ],
            }
        )
        invoice = self.make_invoice(
            self.customer, 1000, terms=terms, issued=self.day(-12)
        )
        self.plan()
        case = self.get_case(self.customer)
        self.assertEqual(case.item_count, 3)
        self.assertEqual((case.amount_overdue, case.amount_open), (300, 1000))
        self.assertEqual((case.reason, case.amount_net), ("due", 300))
        self.execute()
        items = self.get_items(invoice).sorted("date_maturity")
        self.assertEqual([bool(item.stage_id) for item in items], [True, False, False])
        # What was paid belongs to the first part; the second is late on its own day.
        self.pay(invoice, 300)
        self.plan(self.day(7))
        self.assertEqual((case.reason, case.date_next), ("waiting", self.day(9)))
        self.plan(self.day(9))
        self.assertEqual((case.reason, case.amount_net), ("due", 300))
        self.assertEqual(case.next_stage_id.name, "Stage 1")

    # 6. An excluded or disputed invoice never comes back.

    def test_weakness_06_excluded_comes_back_where_it_was(self):
        invoice = self.make_invoice(self.customer)
        self.plan()
        self.execute()
        line = self.receivable(invoice)
        item = self.get_items(invoice)
        line.no_followup = True
        self.plan(self.day(1))
        self.assertFalse(self.get_case(self.customer))
        line.no_followup = False
        self.plan(self.day(2))
        case = self.get_case(self.customer)
        self.assertEqual((item.case_id, item.is_open), (case, True))
        self.assertEqual((case.stage_id.name, case.reason), ("Stage 1", "due"))
        self.assertEqual(case.next_stage_id.name, "Stage 2")

    def test_weakness_06_blocked_comes_back(self):
        invoice = self.make_invoice(self.customer)
        invoice.action_toggle_block_payment()
        self.plan()
        self.assertEqual(self.get_case(self.customer).reason, "nothing_open")
        invoice.action_toggle_block_payment()
        self.plan()
        self.assertEqual(self.get_case(self.customer).reason, "due")

    def test_weakness_06_hold_resurfaces(self):
        self.make_invoice(self.customer)
        self.plan()
        case = self.get_case(self.customer)
        self.make_hold(case, review=self.day(5))
        review = self.root["collection.hold"]._review_due
        review(self.company, self.day(4))
        self.assertFalse(case.activity_ids)
        review(self.company, self.day(5))
        self.assertEqual(case.activity_ids.mapped("summary"), ["Review the hold"])

    # 7. Messages go to the wrong person or with another customer's documents.

    def test_weakness_07_each_customer_sees_its_own(self):
        other = self.make_customer("Somebody else")
        invoices = {
            customer: self.make_invoice(customer) for customer in (self.customer, other)
        }
        self.plan()
        self.execute()
        for customer, invoice in invoices.items():
            with self.subTest(customer.name):
                letter = self.get_letters(customer)
                self.assertEqual(letter.move_ids, invoice)
                self.assertEqual(letter.partner_id, customer)
                mail = letter.sudo().mail_id
                self.assertEqual(mail.recipient_ids, customer)
                self.assertFalse(mail.email_to)
                self.assertEqual(
                    (mail.model, mail.res_id), ("collection.case", letter.case_id.id)
                )

    # 8. Totals change with the active company; thresholds are converted wrongly.

    def test_weakness_08_currencies(self):
        """A euro is worth half a dollar here, so that the wrong way round shows."""
        currency = self.setup_other_currency("EUR")
        self.make_invoice(self.customer, 3000, currency=currency)
        self.policy.tolerance = 1400
        self.plan()
        case = self.get_case(self.customer)
        self.assertEqual((case.amount_overdue, case.reason), (1500, "due"))
        self.policy.tolerance = 1500
        self.plan()
        self.assertEqual(case.reason, "covered")

    def test_weakness_08_rates(self):
        """What a customer owes and has paid in one currency is even, whatever the rates
        of the two days; what exceeds it counts at its own rate."""
        currency = self.setup_other_currency(
            "EUR", rates=[("1900-01-01", 1.0), (self.day(-20), 2.0)]
        )
        early, late = self.day(-40), self.day(-15)
        self.make_invoice(self.customer, 3000, early, issued=early, currency=currency)
        self.make_credit(self.customer, 1000, late, currency=currency)
        self.plan()
        case = self.get_case(self.customer)
        self.assertEqual((case.amount_overdue, case.amount_credit), (2000, 500))
        self.assertEqual((case.amount_net, case.amount_collectable), (2000, 2000))
        upcoming = self.day(30)
        self.make_invoice(self.customer, 400, upcoming, issued=late, currency=currency)
        self.make_credit(self.customer, 2400, late, currency=currency)
        self.plan()
        self.assertEqual((case.amount_net, case.amount_collectable), (-200, 0))
        self.assertEqual(case.reason, "covered")
        self.make_invoice(self.customer, 250, early, issued=early)
        self.plan()
        self.assertEqual((case.amount_net, case.reason), (50, "due"))

    def test_weakness_08_rates_in_the_queue(self):
        """The last look before a message leaves counts as the run does."""
        currency = self.setup_other_currency(
            "EUR", rates=[("1900-01-01", 1.0), (self.day(-20), 2.0)]
        )
        early, late = self.day(-40), self.day(-15)
        self.make_invoice(self.customer, 3000, early, issued=early, currency=currency)
        self.plan()
        self.execute()
        letter = self.get_case(self.customer).letter_ids
        self.assertEqual(letter.delivery_state, "queued")
        self.make_credit(self.customer, 2900, late, currency=currency)
        self.assertFalse(letter._cancel_obsolete())
        self.make_credit(self.customer, 100, late, currency=currency)
        self.assertEqual(letter._cancel_obsolete(), letter)

    # 9. An invoice in payment is chased.

    def test_weakness_09_payment_on_its_way(self):
        """A payment without a journal entry leaves the residual as it was."""
        invoice = self.make_invoice(self.customer)
        self.plan()
        self.announce(invoice, 1000)
        self.execute()
        self.plan()
        self.assertEqual(invoice.amount_residual, 1000)
        self.assertEqual(self.get_case(self.customer).reason, "nothing_open")
        self.assertEqual(self.get_case(self.customer).state, "covered")
        self.assert_nothing_sent()

    # 10. The status lies.

    def test_weakness_10_sent_is_said_of_what_was_sent(self):
        self.make_invoice(self.customer)
        self.plan()
        self.execute()
        letter = self.get_letters()
        self.assertEqual((letter.delivery_state, letter.date_sent), ("queued", False))
        mail = letter.sudo().mail_id
        for state, failure, expected in (
            ("exception", "Mailbox full", "failed"),
            ("outgoing", False, "queued"),
            ("sent", False, "sent"),
        ):
            with self.subTest(state):
                mail.write({"state": state, "failure_reason": failure})
                mail._postprocess_sent_message([], [], failure)
                self.assertEqual(letter.delivery_state, expected)
                self.assertEqual(bool(letter.date_sent), state == "sent")
                problem = letter.case_id.delivery_problem or ""
                self.assertEqual("Mailbox full" in problem, state == "exception")
        letter.case_id._message_receive_bounce(letter.address, letter.partner_id)
        self.assertEqual(letter.delivery_state, "bounced")
        self.assertIn("returned it", letter.case_id.delivery_problem)
        self.assertEqual(
            letter.case_id.contact_ids.mapped("outcome"), ["bounced", "sent"]
        )
