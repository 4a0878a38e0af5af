import random
from datetime import date, timedelta
from decimal import Decimal

from odoo.tests import tagged

from ..common.late_charge_model import Item, Law
from .test_charges import ChargeCommon

CURRENCIES = {"EUR": Decimal("0.01"), "JPY": Decimal(1), "KWD": Decimal("0.001")}
FIRST, LAST = date(2025, 11, 3), date(2026, 11, 2)
ROUNDS = 14


@tagged("post_install", "-at_install")
class TestChargeReplay(ChargeCommon):
    """A year of payments in part, credit notes, half-years and petitions, beside a
    model that counts day by day. Nobody is charged more than the law grants on any day,
    and who still owes is charged exactly that."""

    expected_seconds = 120

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.stage_ids.charges = "none"
        for name in CURRENCIES:
            cls.env.ref(f"base.{name}").active = True
        cls.laws = {
            "de": cls.read_law("de", "9", lump=Decimal(40)),
            "uk": cls.read_law("uk", "8", is_refixed=False),
            "nl": cls.read_law("ecb", "8", is_compound=True),
        }
        # Their lump sums depend on rates of exchange, and have tests of their own.
        rules = cls.env["collection.charge.rule"].search(
            [("country_ids.code", "in", ("GB", "NL"))]
        )
        rules.lump_kind = "none"

    @classmethod
    def read_law(cls, kind, points, **vals):
        """Take the rates from the table, and the rest from the design."""
        rows = cls.env["collection.reference.rate"].search(
            [("kind", "=", kind), ("company_id", "=", False)], order="date_from"
        )
        rates = [
            (row.date_from, row.date_to, Decimal(str(round(row.percent, 3))))
            for row in rows
        ]
        return Law(rates, Decimal(points), **vals)

    def setUp(self):
        super().setUp()
        self.random = random.Random(20261130)
        self.items, self.paid, self.stayed = {}, {}, set()

    def invoice_late(self, country, name):
        """A customer with one invoice, in the ledger and in the model."""
        customer = self.make_customer(
            f"{country} {name}", country_id=self.env.ref(f"base.{country}").id
        )
        step = CURRENCIES[name]
        amount = self.random.randint(10**5, 10**7) * step
        due = FIRST - timedelta(days=self.random.randint(0, 200))
        move = self.make_invoice(
            customer, float(amount), due, currency=self.env.ref(f"base.{name}")
        )
        self.items[move] = Item(due, amount, step, self.laws[country])
        self.paid[move] = []

    def draw(self, move, most=0.4):
        """Answer a part of what is open."""
        item = self.items[move]
        share = Decimal(self.random.randint(1, int(100 * most))) / 100
        return (item.get_left() * share / item.step).to_integral_value() * item.step

    # ------------------------------------------------------------------
    # What happens
    # ------------------------------------------------------------------

    def pay_a_part(self, move, day):
        amount, paid_on = self.draw(move), day - timedelta(days=self.draw_days(40))
        payment = self.pay(move, float(amount), paid_on)
        entry = [paid_on, amount]
        self.items[move].payments.append(entry)
        self.paid[move].append((payment, entry))

    def pay_the_rest(self, move, day):
        if self.random.random() < 0.4:
            amount = self.items[move].get_left()
            self.pay(move, float(amount), day)
            self.items[move].payments.append([day, amount])

    def credit(self, move, day):
        amount = self.draw(move, 0.2)
        note = self.make_credit(
            move.partner_id, float(amount), day, currency=move.currency_id
        )
        self.receivable(move | note).reconcile()
        self.items[move].credits.append([day, amount])

    def bounce(self, move, _day):
        if self.paid[move]:
            payment, entry = self.paid[move].pop()
            self.cancel_payments(payment)
            self.items[move].payments.remove(entry)

    def post(self, move, day):
        drafts = self.of(move).move_id.filtered(lambda one: one.state == "draft")
        if drafts:
            drafts.invoice_date = day
            drafts.action_post()
            # A correction is matched with what it corrects; open, it would be set off.
            self.receivable(self.of(move).move_id).filtered(
                lambda line: not line.reconciled
            ).reconcile()

    def file_petition(self, move, day):
        if len(self.stayed) < 2:
            self.stayed.add(move)
            self.env["collection.bankruptcy"].create(
                {
                    "partner_id": move.partner_id.id,
                    "date_petition": day,
                    "court_id": self.env["collection.court"].search([], limit=1).id,
                }
            )

    def draw_days(self, most):
        return self.random.choice((0, 0, 1, self.random.randint(2, most)))

    # ------------------------------------------------------------------
    # What is compared
    # ------------------------------------------------------------------

    def of(self, move):
        """Answer the charges for an invoice that count."""
        charges = self.env["collection.charge"].search(
            [("line_id", "in", self.receivable(move).ids)]
        )
        return charges.filtered(lambda one: one.state != "cancelled")

    def total(self, move, kind):
        amounts = self.of(move).filtered(lambda one: one.kind == kind).mapped("amount")
        step = self.items[move].step
        return sum((Decimal(str(round(one, 3))) for one in amounts), 0 * step)

    def check(self, day, is_charged):
        """Compare each item with the model."""
        for move, item in self.items.items():
            until = max(self.of(move).mapped("date_to"), default=None)
            if not until:
                continue
            found = self.total(move, "interest"), self.total(move, "lump")
            granted = item.get_interest(until), item.get_lump()
            with self.subTest(move=move.partner_id.name, day=day):
                self.assertLessEqual(found, granted)
                if is_charged and item.get_left() and move not in self.stayed:
                    self.assertEqual((until, *found), (day, *granted))

    def test_a_year(self):
        for country in self.laws:
            for name in CURRENCIES:
                self.invoice_late(country, name)
        events = (
            self.pay_a_part,
            self.pay_a_part,
            self.credit,
            self.bounce,
            self.post,
            self.post,
            self.pay_the_rest,
            self.file_petition,
        )
        length = (LAST - FIRST).days
        for number in range(1, ROUNDS + 1):
            day = FIRST + timedelta(days=number * length // ROUNDS)
            for move, item in self.items.items():
                if item.get_left() and move not in self.stayed:
                    self.random.choice(events)(move, day)
            self.env.flush_all()
            self.env.invalidate_all()
            self.follow(day)
            self.check(day, is_charged=False)
            if self.random.random() < 0.7 or number == ROUNDS:
                for partner in [move.partner_id for move in self.items]:
                    self.charge(day, partner)
                self.check(day, is_charged=True)
        self.assertEqual(len(self.stayed), 2)
        charged = [move for move in self.items if self.of(move)]
        self.assertGreater(len(charged), len(self.items) // 2)
        for move in self.stayed:
            self.assertNotIn("draft", self.of(move).mapped("state"))
