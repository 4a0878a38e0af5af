from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.claim import ClaimCommon


@tagged("post_install", "-at_install")
class TestClaimAmounts(ClaimCommon):
    """What is claimed: principal, interest, charges, and their ranks."""

    def test_the_day_of_the_entry_decides(self):
        """Paid before, matched after: it counts. Matched with a later payment: not."""
        invoice = self.make_invoice(self.customer, 1000, self.day(-40))
        early = self.receive(self.customer, 300, self.day(-15))
        claim = self.make_claim()
        self.assertEqual(claim.amount_total, 700)
        (self.receivable(invoice) | self.receivable(early.move_id)).reconcile()
        self.pay(invoice, 500, self.day(-13))
        claim.action_prepare()
        self.assertEqual(claim.amount_total, 700)
        self.assertEqual(claim.line_ids.amount_open, 700)
        rows = {row["kind"]: row["amount"] for row in claim.reconciliation}
        self.assertEqual(rows["today"], 200)
        self.assertEqual(rows["settled_payment"], 500)
        self.assertIn("Paid after the petition date", claim.reconciliation_html)

    def test_the_petition_day_itself(self):
        """What was posted up to that day is the claim."""
        self.make_invoice(self.customer, 100, self.petition, issued=self.petition)
        self.make_invoice(self.customer, 10, self.day(-13), issued=self.day(-13))
        claim = self.make_claim()
        self.assertEqual(claim.amount_total, 100)
        rows = {row["kind"]: row["amount"] for row in claim.reconciliation}
        self.assertEqual((rows["today"], rows["posted_invoice"]), (110, -10))

    def test_foreign_currency_at_the_rate_of_the_day(self):
        euro = self.setup_other_currency(
            "EUR", rates=[(self.day(-50), 2.0), (self.day(-15), 1.6), (self.day(-1), 4)]
        )
        self.make_invoice(self.customer, 800, self.day(-40), currency=euro)
        claim = self.make_claim()
        self.assertEqual(claim.amount_total, 500)
        line = claim.line_ids
        self.assertEqual((line.amount_open, round(line.rate, 6)), (800, 0.625))
        rows = {row["kind"]: row["amount"] for row in claim.reconciliation}
        self.assertEqual((rows["total_booked"], rows["rate"]), (400, 100))

    def test_currency_of_the_proceedings(self):
        """A claim in a court whose country has another currency is converted to it."""
        euro = self.setup_other_currency("EUR", rates=[(self.day(-50), 2.0)])
        belgian = self.make_court(
            name="Ghent", code="be", is_us=False, country_id=self.env.ref("base.be").id
        )
        self.make_invoice(self.customer, 1000, self.day(-40))
        claim = self.make_claim(
            self.make_bankruptcy(
                court_id=belgian.id, chapter="foreign", procedure="other"
            )
        )
        self.assertEqual((claim.currency_id, claim.amount_total), (euro, 2000))
        self.assertEqual(claim.reconciliation[-1]["kind"], "total_converted")
        claim.currency_id = self.company.currency_id
        self.assertEqual(claim.amount_total, 1000)

    def test_the_law_of_the_place_names_the_currency(self):
        """Dollars in the United States (11 U.S.C. 502(b)), euros in Germany and France;
        where nobody uses them, the claim says so."""
        words = "where the law asks for"
        self.make_invoice(self.customer, 1000, self.day(-40))
        claim = self.make_claim()
        self.assertEqual(claim.currency_id.name, "USD")
        self.assertNotIn(words, str(claim.missing))
        pounds = self.setup_other_currency("GBP", rates=[(self.day(-50), 2.0)])
        claim.currency_id = pounds
        self.assertIn("Claimed in GBP, where the law asks for USD", str(claim.missing))
        euro = self.env.ref("base.EUR")
        for number, procedure in enumerate(("de", "fr")):
            euro.active = procedure == "fr"
            claim = self.make_claim(
                self.make_bankruptcy(
                    self.make_customer(procedure),
                    case_number=f"IN {number}",
                    chapter="foreign",
                    procedure=procedure,
                    court_id=self.make_court(
                        name=procedure, code=procedure, is_us=False, country_id=False
                    ).id,
                )
            )
            with self.subTest(procedure):
                self.assertEqual(claim.currency_id == euro, euro.active)
                self.assertEqual(words in str(claim.missing), not euro.active)

    def test_nothing_is_claimed_in_an_ancillary_case(self):
        bankruptcy = self.make_bankruptcy(chapter="15")
        self.assertIn("foreign proceeding", bankruptcy.claim_text)
        with self.assert_refused("In chapter 15 nothing is claimed here"):
            self.make_claim(bankruptcy)
        bankruptcy.chapter = "7"
        claim = self.make_claim(bankruptcy)
        bankruptcy.chapter = "15"
        self.assertIn("In chapter 15 nothing is claimed here", str(claim.missing))

    def test_interest_ends_the_day_before_a_german_opening(self):
        """From the opening on it is subordinate (InsO 39(1) no. 1)."""
        self.make_invoice(self.customer, 10000, self.day(-74))
        claim = self.make_claim(
            self.make_bankruptcy(chapter="foreign", procedure="de"),
            interest_percent=11.75,
        )
        claim.action_add_interest()
        interest = claim.line_ids.filtered(lambda line: line.kind == "interest")
        # 59 days of 365: one less than elsewhere.
        self.assertEqual(interest.amount, 189.93)
        self.assertEqual(interest.date_to, self.day(-15))
        with self.assert_refused("stop with"):
            interest.date_to = self.petition

    def test_interest_is_itemised_and_stops_with_the_petition(self):
        self.make_invoice(self.customer, 10000, self.day(-74))
        self.make_invoice(self.customer, 500, self.day(10), issued=self.day(-20))
        claim = self.make_claim(interest_percent=11.75)
        claim.action_add_interest()
        interest = claim.line_ids.filtered(lambda line: line.kind == "interest")
        self.assertEqual(interest.amount, 193.15)
        self.assertEqual(interest.date_to, self.petition)
        claim.action_add_interest()
        self.assertEqual(claim.amount_interest, 193.15)
        self.assertEqual(claim.amount_total, 10693.15)
        interest = claim.line_ids.filtered(lambda line: line.kind == "interest")
        with self.assert_refused("stop with 02/16/2026"):
            interest.date_to = self.day(-13)

    def test_interest_by_rule_less_what_was_invoiced(self):
        """Without a rate of its own a claim follows the rule of the customer."""
        self.customer.country_id = self.env.ref("base.de")
        self.make_invoice(self.customer, 10000, self.day(-74))
        claim = self.make_claim(
            self.make_bankruptcy(chapter="foreign", procedure="de"), interest_percent=0
        )
        claim.action_add_interest()
        interest = claim.line_ids.filtered(lambda line: line.kind == "interest")
        # 59 days at 9 points over 1.27 %.
        self.assertEqual((interest.amount, interest.percent), (166.01, 10.27))
        self.assertEqual(interest.date_to, self.day(-15))
        self.assertIn("59 days at 10.27 % on", interest.name)
        self.customer.country_id = self.env.ref("base.us")
        claim.action_add_interest()
        self.assertFalse(claim.amount_interest, "nothing was agreed")

    def test_an_invoice_can_be_interest(self):
        self.make_invoice(self.customer, 900, self.day(-40))
        self.make_invoice(self.customer, 33, self.day(-39))
        claim = self.make_claim()
        claim.line_ids[1].kind = "interest"
        self.assertEqual((claim.amount_principal, claim.amount_interest), (900, 33))
        claim.action_prepare()
        self.assertEqual((claim.amount_principal, claim.amount_interest), (900, 33))

    def test_items_of_the_ledger_are_not_written_by_hand(self):
        self.make_invoice(self.customer, 900, self.day(-40))
        claim = self.make_claim()
        line = claim.line_ids
        for act in (
            lambda: line.write({"amount": 1}),
            lambda: line.write({"move_line_id": False}),
            line.unlink,
            lambda: line.create(
                {
                    "claim_id": claim.id,
                    "name": "More",
                    "amount": 5,
                    "move_line_id": line.move_line_id.id,
                }
            ),
        ):
            with self.assert_refused("read from the ledger"):
                act()
        with self.assert_refused("come from the ledger only"):
            claim.line_ids = [
                Command.create({"kind": "principal", "name": "More", "amount": 5})
            ]

    def test_caps_by_the_day_of_the_petition(self):
        vectors = [
            (date(2025, 4, 1), "deposit", 5000, 3800, "Above the cap"),
            (date(2025, 3, 31), "deposit", 5000, 3350, "Above the cap"),
            (date(2025, 4, 1), "wages", 20000, 17150, "Above the cap"),
            (date(2022, 4, 1), "wages", 20000, 15150, "Above the cap"),
            (date(2025, 6, 1), "deposit", 3800, 3800, False),
            (date(2022, 3, 31), "wages", 20000, 20000, "No cap is known"),
            (date(2025, 6, 1), "taxes", 20000, 20000, False),
        ]
        for number, (day, kind, asked, entitled, warning) in enumerate(vectors):
            with self.subTest(day=day, kind=kind):
                customer = self.make_customer(f"Capped {number}")
                self.make_invoice(customer, 30000, day, issued=day)
                claim = self.make_claim(
                    self.make_bankruptcy(customer, day, case_number=f"25-{number:05}")
                )
                claim.priority_ids = [
                    Command.create({"kind": kind, "amount_claimed": asked})
                ]
                row = claim.priority_ids
                self.assertEqual(row.amount, entitled)
                self.assertEqual(claim.amount_unsecured, 30000 - entitled)
                if warning:
                    self.assertIn(warning, row.warning)
                else:
                    self.assertFalse(row.warning)

    def test_an_administrator_adds_the_next_caps(self):
        Cap = self.env["collection.claim.priority.cap"]
        vals = {"kind": "wages", "date_from": "2028-04-01", "date_to": "2031-03-31"}
        for kind, amount in (("wages", 17150), ("deposit", 3800)):
            self.assertEqual(Cap._find(kind, date(2028, 3, 31)).amount, amount)
            self.assertFalse(Cap._find(kind, date(2028, 4, 1)))
        Cap.create({**vals, "amount": 18500})
        self.assertEqual(Cap._find("wages", date(2028, 4, 1)).amount, 18500)
        with self.assert_refused("for this period"):
            Cap.create({**vals, "amount": 1})
        users = self.make_users()
        with self.assertRaises(AccessError):
            Cap.with_user(users["collector"]).create({**vals, "amount": 1})

    def test_goods_of_the_last_20_days_by_hand(self):
        invoice = self.make_invoice(self.customer, 900, self.day(-10))
        claim = self.make_claim()
        Goods = self.env["collection.claim.goods"]
        vals = {"claim_id": claim.id, "move_id": invoice.id, "amount": 400}
        for day in (self.day(-35), self.petition):
            with self.assert_refused("were received from"):
                Goods.create({**vals, "date_received": day})
        goods = Goods.create({**vals, "date_received": self.day(-34)})
        Goods.create({**vals, "date_received": self.day(-15)})
        self.assertEqual((claim.amount_goods, claim.amount_unsecured), (800, 100))
        with self.assert_refused("The goods are worth more than"):
            goods.amount = 600
        claim.action_prepare()
        self.assertEqual(claim.amount_goods, 800)

    def test_shipped_is_not_received(self):
        """A delivery counts from the day on which the debtor got it in hand."""
        invoice = self.make_invoice(self.customer, 900, self.day(-10))
        claim = self.make_claim()
        vals = {
            "claim_id": claim.id,
            "move_id": invoice.id,
            "is_from_stock": True,
            "amount": 400,
        }
        Goods = self.env["collection.claim.goods"].sudo()
        # Before the 20 days, and on the last of them: they were on their way.
        before = Goods.create({**vals, "name": "OUT/1", "date_shipped": self.day(-37)})
        goods = Goods.create({**vals, "name": "OUT/2", "date_shipped": self.day(-15)})
        document = self.env["collection.claim.document"]
        self.assertEqual(claim.amount_goods, 0)
        self.assertIn("Day the debtor received: OUT/2", claim.missing)
        self.assertNotIn("OUT/1", str(claim.missing))
        with self.assert_refused("Day the debtor received: OUT/2"):
            document._prepare_goods(claim)
        before.date_received = self.day(-34)
        goods.date_received = self.petition
        self.assertEqual((before.is_counted, goods.is_counted), (True, False))
        self.assertEqual(claim.amount_goods, 400)
        self.assertNotIn("OUT/2", str(claim.missing))
        [values] = document._prepare_goods(claim).values()
        self.assertEqual([day["rows"] for day in values["days"]], [before])
        goods.write({"date_received": False, "has_no_proof": True})
        self.assertEqual(claim.amount_goods, 400)
        self.assertNotIn("OUT/2", str(claim.missing))
        with self.assert_refused("The goods are worth more than"):
            before.amount = 901

    def test_no_more_ranks_than_claimed(self):
        self.make_invoice(self.customer, 900, self.day(-40))
        claim = self.make_claim()
        claim.amount_secured = 600
        with self.assert_refused("more than the claim"):
            claim.priority_ids = [
                Command.create({"kind": "taxes", "amount_claimed": 301})
            ]
        with self.assert_refused("cannot be below zero"):
            claim.amount_secured = -1

    def test_payments_of_the_last_90_days_for_counsel(self):
        invoice = self.make_invoice(self.customer, 900, self.day(-100))
        self.pay(invoice, 100, self.day(-105))
        self.pay(invoice, 200, self.day(-104))
        self.pay(invoice, 300, self.petition)
        self.pay(invoice, 50, self.day(-13))
        claim = self.make_claim()
        rows = claim._get_payments()
        self.assertEqual([row["amount"] for row in rows], [200, 300])
        self.assertIn(invoice.name, rows[0]["paid"])
        self.assertIn(invoice.name, claim.payments_html)

    def test_another_day_of_the_petition(self):
        """A draft follows the case file; what was filed says what it said."""
        self.make_invoice(self.customer, 900, self.day(-40))
        bankruptcy = self.make_bankruptcy()
        claim = self.make_claim(bankruptcy)
        bankruptcy.sudo().date_petition = self.day(-80)
        self.assertTrue(claim.is_outdated)
        claim.action_prepare()
        self.assertEqual(claim.amount_total, 0)
        bankruptcy.sudo().date_petition = self.petition
        claim.action_prepare()
        self.make_filed(claim)
        bankruptcy.sudo().date_petition = self.day(-80)
        self.assertEqual(claim.date_petition, self.petition)

    def test_all_is_said_before_the_first_save(self):
        """The ledger is read with it; then more than is claimed cannot be secured."""
        invoice = self.make_invoice(self.customer, 900, self.day(-40))
        bankruptcy = self.make_bankruptcy()
        with self.assert_refused("more than the claim of"):
            self.make_claim(bankruptcy, amount_secured=901)
        claim = self.make_claim(bankruptcy, amount_secured=850, is_secured="yes")
        self.assertEqual((claim.amount_total, claim.amount_unsecured), (900, 50))
        self.pay(invoice, 100, self.day(-15))
        claim.action_prepare()
        self.assertIn("More is secured", str(claim.missing))

    def test_deliveries_are_no_dependency(self):
        """Where Inventory is not installed the goods are entered by hand."""
        self.make_invoice(self.customer, 900, self.day(-40))
        claim = self.make_claim()
        expected = "stock.picking" in self.env and (
            "sale_line_ids" in self.env["account.move.line"]._fields
        )
        self.assertEqual(claim.goods_ids._has_deliveries(), expected)
