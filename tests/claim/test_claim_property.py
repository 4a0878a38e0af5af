import os
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from odoo.tests import tagged

from ..common.claim import ClaimCommon

SEQUENCES = 25
EVENTS = 14
# To look at one sequence that failed: its number.
ONLY = os.environ.get("COLLECTION_SEQUENCE")


class Entry:
    """An entry of the plain ledger: its day, currency, and signed amount."""

    def __init__(self, line, day, currency, amount):
        self.line, self.day = line, day
        self.currency, self.amount = currency, amount
        self.matches = []

    def open_on(self, day):
        """What was open at the end of a day: its amount, less what entries of that day
        or before have taken of it, whenever they were matched."""
        if self.day > day:
            return 0.0
        taken = sum(part for other, part in self.matches if other.day <= day)
        return round(self.amount - taken, 2)

    def open_now(self):
        return round(self.amount - sum(part for _other, part in self.matches), 2)


@tagged("post_install", "-at_install")
class TestClaimProperty(ClaimCommon):
    """Random ledgers, replayed by a plain loop in Python and by the claim."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rates = {cls.day(-100): 2.0, cls.day(-20): 1.6, cls.day(-5): 2.5}
        euro = cls.setup_other_currency("EUR", rates=list(cls.rates.items()))
        cls.currencies = {"USD": cls.env.company.currency_id, "EUR": euro}

    def rate(self, day):
        return self.rates[max(known for known in self.rates if known <= day)]

    def test_sequences(self):
        for seed in [int(ONLY)] if ONLY else range(SEQUENCES):
            with self.subTest(sequence=seed), self.env.cr.savepoint() as savepoint:
                self.run_sequence(seed)
                savepoint.rollback()
                self.env.invalidate_all()

    def run_sequence(self, seed):
        self.random, self.entries, self.log = Random(seed), [], []
        weights = {
            self.do_invoice: 5,
            self.do_payment: 5,
            self.do_credit: 2,
            self.do_match: 4,
            self.do_unmatch: 1,
            self.do_reverse: 1,
        }
        for _number in range(2):
            self.do_invoice()
        for _number in range(EVENTS):
            [event] = self.random.choices(list(weights), weights.values())
            event()
        self.env.flush_all()
        self.compare()

    # ------------------------------------------------------------------
    # Events, in Odoo and in the plain ledger
    # ------------------------------------------------------------------

    def any_day(self):
        return self.day(self.random.randint(-60, 0))

    def add(self, line, day, currency, amount):
        self.entries.append(Entry(line, day, currency, amount))
        self.log.append((str(day), currency, amount))

    def do_invoice(self):
        day, currency = self.any_day(), self.random.choice(("USD", "USD", "EUR"))
        amount = self.random.randint(1000, 90000) / 100
        move = self.make_invoice(
            self.customer,
            amount,
            day + timedelta(days=15),
            issued=day,
            currency=self.currencies[currency],
        )
        self.add(self.receivable(move), day, currency, amount)

    def do_credit(self):
        day, currency = self.any_day(), self.random.choice(("USD", "EUR"))
        amount = self.random.randint(500, 30000) / 100
        move = self.make_credit(
            self.customer, amount, day, currency=self.currencies[currency]
        )
        self.add(self.receivable(move), day, currency, -amount)

    def do_payment(self):
        day, currency = self.any_day(), self.random.choice(("USD", "EUR"))
        amount = self.random.randint(500, 50000) / 100
        payment = self.receive(
            self.customer, amount, day, currency=self.currencies[currency]
        )
        self.add(self.receivable(payment.move_id), day, currency, -amount)

    def do_match(self):
        """Match a debt and a credit of one currency, whatever their days are."""
        debts = [each for each in self.entries if each.open_now() > 0]
        debt = self.random.choice(debts) if debts else None
        if not debt:
            return
        credits_ = [
            each
            for each in self.entries
            if each.open_now() < 0 and each.currency == debt.currency
        ]
        if credits_:
            self.match(debt, self.random.choice(credits_))

    def match(self, debt, credit):
        part = min(debt.open_now(), -credit.open_now())
        (debt.line | credit.line).reconcile()
        debt.matches.append((credit, part))
        credit.matches.append((debt, -part))
        self.log.append(("match", part))

    def do_unmatch(self):
        matched = [each for each in self.entries if each.matches]
        if matched:
            entry = self.random.choice(matched)
            entry.line.remove_move_reconcile()
            for other, _part in entry.matches:
                other.matches = [pair for pair in other.matches if pair[0] is not entry]
            entry.matches = []
            self.log.append(("unmatch", entry.amount))

    def do_reverse(self):
        """Reverse an entry on a later day: a payment that bounced, a wrong invoice."""
        free = [each for each in self.entries if not each.matches]
        if not free:
            return
        entry = self.random.choice(free)
        day = min(entry.day + timedelta(days=self.random.randint(0, 30)), self.today)
        move = entry.line.move_id._reverse_moves(
            [{"date": day, "invoice_date": day}], cancel=False
        )
        move.action_post()
        self.add(self.receivable(move), day, entry.currency, -entry.amount)
        debt, credit = sorted((entry, self.entries[-1]), key=lambda each: -each.amount)
        if not (debt.line | credit.line).filtered("reconciled"):
            self.match(debt, credit)
        else:
            part = abs(entry.amount)
            debt.matches.append((credit, part))
            credit.matches.append((debt, -part))

    # ------------------------------------------------------------------
    # What must be the same
    # ------------------------------------------------------------------

    def compare(self):
        claim = self.make_claim(self.make_bankruptcy())
        rate = self.rate(self.petition)
        expected = {}
        for entry in self.entries:
            if amount := entry.open_on(self.petition):
                own = amount
                if entry.currency == "EUR":
                    exact = Decimal(str(amount)) / Decimal(str(rate))
                    own = float(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))
                expected[entry.line.id] = (amount, own)
        found = {
            line.move_line_id.id: (round(line.amount_open, 2), round(line.amount, 2))
            for line in claim.line_ids
        }
        self.assertEqual(found, expected, self.log)
        total = round(sum(own for _amount, own in expected.values()), 2)
        self.assertAlmostEqual(claim.amount_total, total, 2, self.log)
        self.assertFalse(claim.is_outdated)
        self.check_reconciliation(claim, total)

    def check_reconciliation(self, claim, total):
        """The table adds up to the cent, from what the ledger says now."""
        rows = {row["kind"]: row["amount"] for row in claim.reconciliation}
        items = self.env["account.move.line"].search(
            [
                ("partner_id", "=", self.customer.id),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ]
        )
        self.assertAlmostEqual(
            rows["today"], sum(items.mapped("amount_residual")), 2, self.log
        )
        steps = sum(
            amount
            for kind, amount in rows.items()
            if kind.startswith(("today", "settled", "posted"))
        )
        self.assertAlmostEqual(rows["total_booked"], steps, 2, self.log)
        self.assertAlmostEqual(
            rows["total_petition"], rows["total_booked"] + rows["rate"], 2, self.log
        )
        self.assertAlmostEqual(rows["total_petition"], total, 2, self.log)
        for row in claim.reconciliation:
            if row.get("entries"):
                entries = sum(entry["amount"] for entry in row["entries"])
                self.assertAlmostEqual(entries, row["amount"], 2, self.log)
                for entry in row["entries"]:
                    self.assertGreater(entry["date"], self.petition.isoformat())
