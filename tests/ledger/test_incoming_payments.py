from datetime import datetime, time

from odoo.fields import Command
from odoo.tests import tagged

from ..common.base import CollectionCommon


@tagged("post_install", "-at_install")
class TestIncomingPayments(CollectionCommon):
    """Money on its way takes off its amount, for a time, and no more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.make_policy({"days": 1}, quiet_days=1)
        cls.customer = cls.make_customer("Hopfen und Malz")
        cls.invoice = cls.make_invoice(cls.customer, 1000, cls.day(-10))

    def get_row(self, day=0, invoice=None):
        """:return: the exposure of an invoice as of a day"""
        exposure = self.env["collection.exposure"].with_context(
            collection_as_of=self.day(day)
        )
        exposure.invalidate_model()
        return exposure.search([("move_id", "=", (invoice or self.invoice).id)])

    def begin_online(self, amount, state="pending", day=0, invoices=None, **vals):
        """Begin an online payment of invoices."""
        method = self.root["payment.method"].search(
            [("code", "=", "card"), ("active", "in", (True, False))], limit=1
        )
        provider = self.root["payment.provider"].create(
            {
                "name": "Test provider",
                "code": "none",
                "company_id": self.company.id,
                "payment_method_ids": [Command.set(method.ids)],
                "state": "test",
            }
        )
        payment = self.root["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "amount": amount,
                "currency_id": self.currency.id,
                "partner_id": self.customer.id,
                "invoice_ids": [Command.set((invoices or self.invoice).ids)],
                "last_state_change": datetime.combine(self.day(day), time(9)),
                **vals,
            }
        )
        self.env.flush_all()
        # Odoo has no provider of its own that captures later.
        self.env.cr.execute(
            "UPDATE payment_transaction SET state = %s WHERE id = %s",
            [state, payment.id],
        )
        payment.invalidate_recordset()
        return payment

    def test_a_part_is_on_its_way(self):
        """10 of 1,000 are registered without an entry: 990 are asked for."""
        self.announce(self.invoice, 10)
        row = self.get_row()
        self.assertEqual(
            (row.status, row.amount_in_transit, row.amount_due), ("open", 10, 990)
        )
        self.plan()
        case = self.get_case(self.customer)
        self.assertEqual((case.amount_net, case.reason), (990, "due"))
        self.execute()
        [letter] = case.letter_ids
        self.assertIn("990.00", letter.body)
        self.assertIn("10.00 on its way", letter.body.replace("\xa0", " "))

    def test_an_online_payment_takes_off_its_amount(self):
        for state in ("pending", "authorized"):
            with self.subTest(state), self.env.cr.savepoint() as savepoint:
                self.begin_online(50, state)
                self.assertEqual(self.get_row().amount_due, 950)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_what_was_captured_of_an_authorization_is_not_on_its_way(self):
        parent = self.begin_online(500, "authorized")
        vals = {"source_transaction_id": parent.id, "invoice_ids": [Command.clear()]}
        self.begin_online(200, "done", **vals)
        self.assertEqual(self.get_row().amount_in_transit, 300)

    def test_a_payment_of_two_invoices_pays_the_older_first(self):
        newer = self.make_invoice(self.customer, 500, self.day(-5))
        self.announce(self.invoice | newer, 1200)
        self.assertEqual(self.get_row().status, "in_transit")
        row = self.get_row(invoice=newer)
        self.assertEqual((row.amount_in_transit, row.amount_due), (200, 300))

    def test_what_has_arrived_is_not_on_its_way(self):
        """The bank's line of the announced payment is matched with the invoice."""
        self.announce(self.invoice, 400)
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": self.day(1),
                "payment_ref": "Hopfen",
                "partner_id": self.customer.id,
                "amount": 400,
            }
        )
        _liquidity, suspense, _other = line.with_context(
            skip_account_move_synchronization=True
        )._seek_for_lines()
        suspense.account_id = self.receivable(self.invoice).account_id
        (suspense | self.receivable(self.invoice)).reconcile()
        row = self.get_row(1)
        self.assertEqual((row.amount_in_transit, row.amount_due), (0, 600))

    def test_it_counts_for_a_time(self):
        """What was never captured does not keep an invoice from being collected."""
        self.company.collection_transit_days = 10
        self.announce(self.invoice, 1000)
        self.assertEqual(self.get_row(10).status, "in_transit")
        self.assertEqual(self.get_row(11).status, "open")
        self.plan(self.day(10))
        case = self.get_case(self.customer)
        self.assertEqual(case.reason, "nothing_open")
        self.plan(self.day(11))
        self.assertEqual((case.amount_net, case.reason), (1000, "due"))

    def test_the_collector_sees_what_has_not_come(self):
        self.begin_online(50, "authorized", day=-15)
        self.plan()
        case = self.get_case(self.customer).with_context(collection_as_of=self.today)
        self.assertIn("50.00", case.missing_payment_text)
        with self.subTest("Not while it is on its way"):
            earlier = case.with_context(collection_as_of=self.day(-2))
            self.assertFalse(earlier.missing_payment_text)
        with self.subTest("Not when it is paid"):
            self.pay(self.invoice)
            case.invalidate_recordset()
            self.assertFalse(case.missing_payment_text)

    def test_statement_and_portal_show_the_part(self):
        self.announce(self.invoice, 10)
        self.plan()
        case = self.get_case(self.customer).with_context(collection_as_of=self.today)
        statement = self.env["collection.statement"].with_context(
            collection_as_of=self.today
        )
        [group] = statement._prepare_cases(case)[case]["statements"]
        sections = {section["key"]: section["total"] for section in group["sections"]}
        self.assertEqual(list(sections), ["overdue", "in_transit"])
        self.assertIn("10.00", sections["in_transit"])
        self.assertIn("990.00", sections["overdue"])
        account = self.env["collection.portal.account"]
        texts = [text for text, _color in account._get_badges(self.get_row())]
        self.assertEqual(texts[0], "Overdue")
        self.assertRegex(texts[1], "^Payment on its way: .*10.00")
