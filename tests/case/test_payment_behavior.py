from odoo.tests import tagged

from ..common.base import CollectionCommon


@tagged("post_install", "-at_install")
class TestPaymentBehavior(CollectionCommon):
    """How punctual a customer is: by amount, and what is open counts as well."""

    def rate(self, customer, as_of=None):
        """Answer days late on average, percent on time, and items that count."""
        self.plan(as_of)
        case = self.get_case(customer)
        return (
            round(case.days_late_average, 1),
            round(case.share_on_time, 1),
            case.paid_count,
        )

    def make_invoices(self, *rows):
        """Make a customer with invoices.

        :param rows: amount, day of the due date, and the day it was paid or None
        """
        customer = self.make_customer("Payer")
        for amount, due, paid in rows:
            invoice = self.make_invoice(customer, amount, self.day(due))
            if paid is not None:
                self.pay(invoice, day=self.day(paid))
        return customer

    def test_what_is_open_counts(self):
        """Ten unpaid invoices of 200 days are not 100 % on time."""
        unpaid = [(100, -200, None)] * 10
        customer = self.make_invoices((100, -300, -300), *unpaid)
        self.assertEqual(self.rate(customer), (181.8, 9.1, 11))

    def test_by_amount(self):
        """10,000 five days late, 2,000 sixty days late, 500 early; 100 not due yet."""
        customer = self.make_invoices(
            (10_000, -100, -95), (2000, -100, -40), (500, -30, -40), (100, 10, None)
        )
        self.assertEqual(self.rate(customer), (13.6, 4.0, 3))

    def test_part_of_an_invoice(self):
        """A quarter came in time, a quarter 20 days late, half is open for 40 days."""
        customer = self.make_customer("Payer")
        invoice = self.make_invoice(customer, 400, self.day(-40))
        self.pay(invoice, 100, self.day(-40))
        self.pay(invoice, 100, self.day(-20))
        self.assertEqual(self.rate(customer), (25.0, 25.0, 1))

    def test_as_of_a_past_day(self):
        """What was paid later was open then."""
        customer = self.make_invoices((100, -40, -10), (100, -40, None))
        self.assertEqual(self.rate(customer), (35.0, 0.0, 2))
        self.assertIn("0 % on time", self.get_case(customer).profile)
        self.root["collection.review"]._review(
            self.company, self.day(-20), ledger_date=self.day(-20)
        )
        self.assertEqual(self.get_case(customer).days_late_average, 20)
