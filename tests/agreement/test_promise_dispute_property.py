import os
from datetime import timedelta
from random import Random

from odoo.tests import tagged

from ..common.promise import PromiseCommon
from ..common.reference_model import Book, Dispute, Invoice, Promise

OPERATIONS = 30
# To look at one sequence that failed: its number.
ONLY = os.environ.get("COLLECTION_SEQUENCE")


@tagged("post_install", "-at_install")
class TestPromiseDisputeProperty(PromiseCommon):
    """Random days of a ledger, compared with a slow and obvious model after each step.

    No amount is counted twice: what is collected is what is open, less what is
    disputed, promised or on hold, and never below zero.
    """

    expected_seconds = 100
    # Of the first 150 numbers those which together, and with the sequences that have
    # plans, bring about the most kinds of change of an invoice and of an agreement.
    sequences = (1, 25, 49, 50, 54, 68, 136)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.write(
            {"promise_days_max": 0, "promise_count_max": 0, "promise_tolerance": 1}
        )
        euro = cls.setup_other_currency(
            "EUR",
            rates=[
                (cls.day(-100), 2.0),
                (cls.day(2), 1.6),
                (cls.day(5), 2.5),
                (cls.day(11), 1.9),
            ],
        )
        cls.currencies = {"USD": cls.env.company.currency_id, "EUR": euro}
        cls.customers = [cls.make_customer(name) for name in ("First", "Second")]

    def test_sequences(self):
        for seed in [int(ONLY)] if ONLY else self.sequences:
            with self.subTest(sequence=seed), self.env.cr.savepoint() as savepoint:
                self.run_sequence(seed)
                savepoint.rollback()
                self.env.invalidate_all()

    def run_sequence(self, seed):
        self.random = Random(seed)
        self.book = Book(self.today)
        self.records, self.payments, self.holds, self.log = {}, [], {}, []
        for _number in range(2):
            self.do_invoice()
        self.plan(self.book.today)
        for _number in range(OPERATIONS):
            self.act()
            self.end_holds()
            self.env.flush_all()
            self.plan(self.book.today)
            self.env.invalidate_all()
            self.compare()

    def act(self):
        """Do something that is possible now."""
        weights = {
            self.do_day: 4,
            self.do_pay: 4,
            self.do_undo: 2,
            self.do_redo: 1,
            self.do_credit: 1,
            self.do_promise: 5,
            self.do_withdraw: 1,
            self.do_dispute: 2,
            self.do_resolve: 2,
            self.do_hold: 1,
            self.do_invoice: 1,
        }
        while True:
            [operation] = self.random.choices(list(weights), weights.values())
            if operation():
                self.log.append((self.book.today, operation.__name__))
                return

    # ------------------------------------------------------------------
    # What can happen, in the model and in the program; False if it cannot
    # ------------------------------------------------------------------

    def choose(self, things):
        return self.random.choice(things) if things else None

    def cents(self, limit):
        """Answer an amount up to a limit; often all of it."""
        if self.random.random() < 0.3:
            return limit
        return self.random.randint(1, round(limit * 100)) / 100

    def record(self, thing):
        return self.records[thing]

    def do_day(self):
        self.book.today += timedelta(days=self.random.randint(1, 4))
        return True

    def do_invoice(self):
        customer = self.random.randrange(2)
        # No two on one day, so that "the oldest first" has one meaning.
        taken = {invoice.due for invoice in self.book.invoices}
        due = self.today + timedelta(days=self.random.randint(-20, 10))
        while due in taken:
            due -= timedelta(days=1)
        invoice = Invoice(
            amount=self.random.randint(1, 50000) / 100,
            currency=self.random.choice(("USD", "USD", "EUR")),
            due=due,
            customer=customer,
        )
        self.book.invoices.append(invoice)
        self.records[invoice] = self.make_invoice(
            self.customers[customer],
            invoice.amount,
            due,
            currency=self.currencies[invoice.currency],
            issued=self.day(-60),
        )
        return True

    def do_pay(self):
        if not (invoice := self.choose(self.book.open_invoices())):
            return False
        amount = self.cents(invoice.residual())
        day = self.book.today - timedelta(days=self.random.choice((0, 0, 1, 3)))
        payment = self.pay(self.record(invoice), amount, day)
        receipt = self.book.receive(invoice.customer, invoice.currency, amount, day)
        self.book.match(receipt, invoice)
        self.payments.append((payment, invoice, receipt))
        return True

    def do_undo(self):
        entry = self.choose([entry for entry in self.payments if entry[2].parts])
        if entry:
            payment, invoice, receipt = entry
            self.receivable(payment.move_id).remove_move_reconcile()
            self.book.unmatch(receipt, invoice)
        return bool(entry)

    def do_redo(self):
        undone = [
            entry
            for entry in self.payments
            if not entry[2].parts and entry[1].residual() > 0
        ]
        if entry := self.choose(undone):
            payment, invoice, receipt = entry
            lines = self.receivable(payment.move_id | self.record(invoice))
            lines.reconcile()
            self.book.match(receipt, invoice)
        return bool(entry)

    def do_credit(self):
        if not (invoice := self.choose(self.book.open_invoices())):
            return False
        amount = self.random.randint(1, 30000) / 100
        credit = self.make_credit(
            self.customers[invoice.customer],
            amount,
            self.book.today,
            currency=self.currencies[invoice.currency],
        )
        receipt = self.book.receive(
            invoice.customer, invoice.currency, amount, self.book.today, is_money=False
        )
        if self.random.random() < 0.7:
            self.receivable(credit | self.record(invoice)).reconcile()
            self.book.match(receipt, invoice)
        return True

    def do_hold(self):
        invoice = self.choose(self.book.open_invoices())
        if not invoice:
            return False
        if hold := self.holds.pop(invoice, None):
            self.lift(hold, self.book.today)
        else:
            items = self.get_items(self.record(invoice))
            self.holds[invoice] = self.make_hold(
                items.case_id, self.book.today, scope="items", item_ids=items.ids
            )
        invoice.is_held = not hold
        return True

    def end_holds(self):
        """When a customer has settled everything, their holds end with the case."""
        for invoice in list(self.holds):
            if not self.book.open_invoices(invoice.customer):
                del self.holds[invoice]
                invoice.is_held = False

    def do_promise(self):
        if not (invoice := self.choose(self.book.open_invoices())):
            return False
        free = self.book.promisable(invoice.customer, invoice.currency)
        if not free:
            return False
        invoices = self.random.sample(free, self.random.randint(1, len(free)))
        total = self.cents(round(sum(each.residual() for each in invoices), 2))
        parts = self.split(total, self.random.randint(1, 3))
        days = [self.random.randint(0, 5) for _part in parts]
        promise = Promise(
            invoices,
            [
                (self.book.today + timedelta(days=offset), amount)
                for offset, amount in zip(days, parts, strict=True)
            ],
            self.book.today,
            next(self.book.numbers),
            self.policy.promise_tolerance,
            self.book.receipts,
        )
        moves = self.env["account.move"].union(*map(self.record, invoices))
        self.records[promise] = self.make_promise(
            moves,
            *(((day - self.today).days, amount) for day, amount in promise.parts),
            day=self.book.today,
        )
        self.book.promises.append(promise)
        return True

    def split(self, total, number):
        parts = []
        for left in range(number - 1, 0, -1):
            limit = round(total - 0.01 * left, 2)
            if limit >= 0.01:
                parts.append(self.random.randint(1, round(limit * 100)) / 100)
                total = round(total - parts[-1], 2)
        return [*parts, total]

    def do_withdraw(self):
        today = self.book.today
        states = {promise: promise.state(today) for promise in self.book.promises}
        if promise := self.choose([key for key in states if states[key] == "open"]):
            self.record(promise)._end("withdrawn", "A test")
            self.as_of(self.record(promise).case_id, today)._review_now()
            promise.is_withdrawn = True
        return bool(promise)

    def do_dispute(self):
        invoice = self.choose(self.book.open_invoices())
        claims = [each for each in self.book.disputes if each.invoice is invoice]
        if not invoice:
            return False
        free = invoice.residual() - sum(
            claim.amount for claim in claims if claim.is_active
        )
        if round(free, 2) <= 0:
            return False
        dispute = Dispute(invoice, self.cents(round(free, 2)))
        self.book.disputes.append(dispute)
        self.records[dispute] = self.make_dispute(
            self.record(invoice), dispute.amount, self.book.today
        )
        return True

    def do_resolve(self):
        active = [each for each in self.book.disputes if each.is_active]
        if not (dispute := self.choose(active)):
            return False
        record = self.as_of(self.record(dispute), self.book.today)
        if record.credit_note_id:
            record.credit_note_id.invoice_date = self.book.today
            record.credit_note_id.action_post()
            dispute.is_active = False
            invoice = dispute.invoice
            receipt = self.book.receive(
                invoice.customer,
                invoice.currency,
                dispute.amount,
                self.book.today,
                is_money=False,
            )
            self.book.match(receipt, invoice)
        elif self.random.random() < 0.3:
            dispute.is_active = False
            record._reject("<p>No.</p>")
        else:
            dispute.amount = self.cents(dispute.amount)
            record._accept(dispute.amount)
        return True

    # ------------------------------------------------------------------
    # What must be the same
    # ------------------------------------------------------------------

    def compare(self):
        for promise in self.book.promises:
            record = self.record(promise)
            self.assertEqual(record.state, promise.state(self.book.today), self.log)
            until = record.date_last + timedelta(days=record.tolerance)
            self.assertAlmostEqual(
                record.amount_received, promise.came(until), 2, self.log
            )
        totals = [dict.fromkeys(("open", "disputed", "promised"), 0) for _ in range(2)]
        moves = self.env["account.move"].union(*map(self.record, self.book.invoices))
        rows = self.get_rows(moves).grouped("move_id")
        for invoice in self.book.invoices:
            row = rows.get(self.record(invoice))
            self.assertEqual(bool(row), invoice.residual() > 0, self.log)
            if row:
                self.compare_row(invoice, row, totals[invoice.customer])
        for customer, expected in zip(self.customers, totals, strict=True):
            case = self.get_case(customer)
            for key, amount in expected.items():
                self.assertAlmostEqual(
                    case[f"amount_{key}"] if case else 0,
                    amount,
                    delta=0.05,
                    msg=self.log,
                )

    def compare_row(self, invoice, row, totals):
        expected = {
            "amount_residual_currency": invoice.residual(),
            "amount_disputed": self.book.disputed(invoice),
            "amount_promised": self.book.promised(invoice),
            "amount_due": self.book.due(invoice),
        }
        found = {name: round(row[name], 2) for name in expected}
        self.assertEqual(
            found, {name: round(value, 2) for name, value in expected.items()}, self.log
        )
        ledger = self.receivable(self.record(invoice)).amount_residual
        rate = ledger / invoice.residual()
        self.assertAlmostEqual(
            row.amount_collectable, expected["amount_due"] * rate, delta=0.006
        )
        self.assertGreaterEqual(row.amount_collectable, 0)
        totals["open"] += ledger
        totals["disputed"] += expected["amount_disputed"] * rate
        totals["promised"] += expected["amount_promised"] * rate
