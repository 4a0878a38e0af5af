from odoo.fields import Command
from odoo.tests import tagged

from ..common.promise import PromiseCommon


@tagged("post_install", "-at_install")
class TestDisputeCredit(PromiseCommon):
    """The credit note of an accepted dispute: exact, and out of collection until it is
    posted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.taxes = {
            key: cls.env["account.tax"].create(
                {
                    "name": f"Tax {key}",
                    "amount": amount,
                    "type_tax_use": "sale",
                    "price_include_override": include,
                }
            )
            for key, amount, include in (
                ("21", 21, "tax_excluded"),
                ("21 included", 21, "tax_included"),
                ("7", 7, "tax_excluded"),
            )
        }
        cls.invoice = cls.make_invoice(cls.customer, 1000)
        cls.plan()
        cls.case = cls.get_case(cls.customer)

    def make_lines(self, *lines, currency=None):
        """Post an invoice.

        :param lines: tuples of quantity, price, discount and keys of the taxes
        """
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": self.day(-40),
                "invoice_date_due": self.day(-10),
                "invoice_payment_term_id": False,
                "currency_id": (currency or self.env.company.currency_id).id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.product_a.id,
                            "quantity": quantity,
                            "price_unit": price,
                            "discount": discount,
                            "tax_ids": [
                                Command.set([self.taxes[key].id for key in taxes])
                            ],
                        }
                    )
                    for quantity, price, discount, taxes in lines
                ],
            }
        )
        invoice.action_post()
        return invoice

    def assert_credits(self, invoice, *amounts):
        """Accept amounts, and check the drafts to the cent."""
        currency = invoice.currency_id
        for amount in amounts:
            with self.subTest(amount=amount, currency=currency.name):
                dispute = self.make_dispute(invoice, max(amount, currency.rounding))
                dispute._accept(amount)
                note = dispute.credit_note_id
                self.assertEqual((note.state, note.move_type), ("draft", "out_refund"))
                self.assertEqual(currency.compare_amounts(note.amount_total, amount), 0)
                self.assertEqual(note.currency_id, currency)
                self.assertEqual(note.partner_id, invoice.partner_id)
                # The tax is corrected in proportion; rounding is a few cents at most.
                share = amount / invoice.amount_total
                few = 3 * currency.rounding
                self.assertAlmostEqual(
                    note.amount_tax, invoice.amount_tax * share, delta=few
                )
                rounding = note.invoice_line_ids[len(invoice.invoice_line_ids) :]
                self.assertLessEqual(abs(sum(rounding.mapped("price_total"))), few)
                note.unlink()
                dispute.action_withdraw()

    def test_tax(self):
        invoice = self.make_lines((1, 100, 0, ["21"]))
        self.assertEqual(invoice.amount_total, 121)
        self.assert_credits(invoice, 121, 60.5, 33.33, 0.01, 120.99)

    def test_tax_included(self):
        invoice = self.make_lines((3, 33.33, 0, ["21 included"]))
        self.assertEqual(invoice.amount_total, 99.99)
        self.assert_credits(invoice, 99.99, 50, 33.33, 0.01)

    def test_discounts_and_several_lines(self):
        invoice = self.make_lines(
            (7, 13.99, 12.5, ["21"]),
            (2, 49.95, 0, ["21", "7"]),
            (1, 0.07, 0, []),
            (11, 3.33, 33.33, ["21 included"]),
            (1, -20, 0, ["21"]),
        )
        total = invoice.amount_total
        self.assert_credits(invoice, total, 100, 77.77, 1, 0.01)

    def test_currency_with_three_decimals(self):
        currency = self.setup_other_currency("KWD", rounding=0.001)
        invoice = self.make_lines(
            (3, 33.333, 10, ["21"]), (1, 0.005, 0, ["21"]), currency=currency
        )
        self.assert_credits(invoice, invoice.amount_total, 33.337, 0.001)

    def test_currency_without_decimals(self):
        currency = self.setup_other_currency("JPY", rounding=1.0)
        invoice = self.make_lines(
            (3, 333, 10, ["21"]), (1, 5, 0, ["21"]), currency=currency
        )
        self.assert_credits(invoice, invoice.amount_total, 777, 1)

    def test_only_the_disputed_lines(self):
        invoice = self.make_lines((1, 100, 0, ["21"]), (1, 200, 0, ["7"]))
        line = invoice.invoice_line_ids[0]
        dispute = self.make_dispute(invoice, line_ids=[Command.set(line.ids)])
        self.assertEqual(dispute.amount, 121)
        dispute._accept(60.5)
        self.assertEqual(dispute.credit_note_id.amount_tax, 10.5)
        self.assertEqual(dispute.credit_note_id.amount_total, 60.5)

    def test_lines_that_come_to_nothing(self):
        """Goods and their full discount were chosen: then all lines are credited."""
        invoice = self.make_lines((1, 50, 0, []), (1, -50, 0, []), (1, 100, 0, ["21"]))
        lines = invoice.invoice_line_ids[:2]
        dispute = self.make_dispute(invoice, 30, line_ids=[Command.set(lines.ids)])
        dispute._accept(30)
        self.assertEqual(dispute.credit_note_id.amount_total, 30)

    def test_amount_within_the_dispute(self):
        dispute = self.make_dispute(self.invoice, 300)
        for amount in (0, -1, 300.01):
            with self.assert_refused("Accept an amount above zero and up to"):
                dispute._accept(amount)
        self.assertFalse(dispute.credit_note_id)

    def test_invoice_that_was_cancelled(self):
        dispute = self.make_dispute(self.invoice, 300)
        self.invoice.button_draft()
        with self.assert_refused("no longer posted"):
            dispute._accept(300)

    # ------------------------------------------------------------------
    # Out of collection until it is posted
    # ------------------------------------------------------------------

    def post(self, note):
        note.invoice_date = self.today
        note.action_post()
        self.env.flush_all()
        self.plan()
        self.env.invalidate_all()

    def test_accepted_as_a_whole(self):
        dispute = self.make_dispute(self.invoice, 300)
        self.resolve(dispute, decision="accept", amount=300)
        self.assertEqual((dispute.state, dispute.is_active), ("accepted", True))
        self.assert_exposure(self.invoice, amount_disputed=300, amount_due=700)
        self.assertEqual(self.case.amount_net, 700)
        self.post(dispute.credit_note_id)
        self.assertFalse(dispute.is_active)
        self.assert_exposure(
            self.invoice, amount_residual=700, amount_disputed=0, amount_due=700
        )
        self.assertEqual((self.case.amount_net, self.case.amount_disputed), (700, 0))

    def test_accepted_in_part(self):
        """What was not granted is collected at once."""
        dispute = self.make_dispute(self.invoice, 300)
        self.resolve(dispute, decision="accept", amount=100)
        self.assertEqual((dispute.state, dispute.amount_accepted), ("partial", 100))
        self.assert_exposure(self.invoice, amount_disputed=100, amount_due=900)
        self.assertEqual(self.case.amount_net, 900)
        self.post(dispute.credit_note_id)
        self.assert_exposure(self.invoice, amount_disputed=0, amount_due=900)
        self.assertEqual(self.case.amount_net, 900)

    def test_never_posted_by_itself(self):
        dispute = self.make_dispute(self.invoice, 300)
        dispute._accept(300)
        for offset in (1, 30, 60):
            self.night(offset)
        self.assertEqual(dispute.credit_note_id.state, "draft")
        self.assert_exposure(self.invoice, amount_disputed=300, amount_due=700)

    def test_paid_in_between(self):
        """Credited more than is open: the rest is the customer's money."""
        dispute = self.make_dispute(self.invoice, 800)
        self.pay(self.invoice, 500)
        dispute._accept(800)
        self.assert_exposure(self.invoice, amount_disputed=500, amount_due=0)
        other = self.make_invoice(self.customer, 1000)
        self.post(dispute.credit_note_id)
        self.assertEqual(self.invoice.amount_residual, 0)
        self.assertEqual((self.case.amount_credit, self.case.amount_net), (300, 700))
        self.assert_exposure(other, amount_due=1000)

    def assert_open_again(self, dispute):
        self.assertEqual((dispute.state, dispute.amount_accepted), ("review", 0))
        self.assertFalse(dispute.credit_note_id)
        self.assert_exposure(self.invoice, amount_disputed=300, amount_due=700)
        self.assertIn("cancelled", dispute.message_ids[0].body)
        self.assertEqual(dispute.activity_ids.user_id, dispute.user_id)

    def test_credit_note_cancelled(self):
        """What was granted is neither chased nor forgotten."""
        dispute = self.make_dispute(self.invoice, 300)
        dispute._accept(200)
        dispute.credit_note_id.button_cancel()
        self.assert_open_again(dispute)

    def test_credit_note_deleted(self):
        dispute = self.make_dispute(self.invoice, 300)
        dispute._accept(300)
        dispute.credit_note_id.unlink()
        self.assert_open_again(dispute)
        dispute._accept(300)
        self.assertEqual(dispute.credit_note_id.state, "draft")

    def test_credit_note_from_elsewhere(self):
        dispute = self.make_dispute(self.invoice, 600)
        credit = self.make_credit(self.customer, 700, self.today)
        (self.receivable(credit) | self.receivable(self.invoice)).reconcile()
        self.assert_exposure(self.invoice, amount_disputed=300, amount_due=0)
        dispute.action_withdraw()
        self.assert_exposure(self.invoice, amount_disputed=0, amount_due=300)

    def test_dispute_and_promise_on_one_item(self):
        """Each amount counts once, whichever came first."""
        self.make_promise(self.invoice, (7, 1000))
        dispute = self.make_dispute(self.invoice, 300)
        self.assert_exposure(
            self.invoice, amount_disputed=300, amount_promised=700, amount_due=0
        )
        self.assertEqual(
            (self.case.amount_disputed, self.case.amount_promised), (300, 700)
        )
        dispute.action_withdraw()
        self.assert_exposure(self.invoice, amount_disputed=0, amount_promised=1000)

    def test_what_is_changed_on_the_invoice_is_changed_here(self):
        dispute = self.make_dispute(self.invoice, 200)
        seller = self.make_seller()
        self.invoice.invoice_user_id = seller
        self.assertEqual(dispute.salesperson_id, seller)
        self.invoice.button_draft()
        self.invoice.name = "INV/2026/09999"
        self.invoice.action_post()
        self.assertEqual(dispute.name, "INV/2026/09999: Promiser")
        self.assertEqual(dispute.amount, 200)
        self.assertEqual(dispute.company_id, self.company)
        self.assertEqual(dispute.amount_residual, 1000)
