"""What rules.md says of promises and disputes, slowly and obviously.

Plain Python without database: the property test lives the same days through this model
and through the program, and compares.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count


@dataclass(eq=False)
class Invoice:
    """An invoice with one due date, and what was allocated to it."""

    amount: float
    currency: str
    due: date
    customer: int
    is_held: bool = False
    allocations: list = field(default_factory=list)

    def residual(self):
        return round(self.amount - sum(part.amount for part in self.allocations), 6)


@dataclass(eq=False)
class Allocation:
    """Money, or a credit note, that was matched with an invoice."""

    amount: float
    day: date
    is_money: bool
    number: int


@dataclass(eq=False)
class Receipt:
    """Money, or a credit note, of a customer: matched, or waiting to be."""

    amount: float
    day: date
    is_money: bool
    number: int
    customer: int
    currency: str
    parts: list = field(default_factory=list)

    def left(self):
        return round(self.amount - sum(part.amount for part in self.parts), 6)


@dataclass(eq=False)
class Promise:
    """Dates and amounts promised for invoices."""

    invoices: list
    parts: list  # of (date, amount)
    taken: date
    number: int
    tolerance: int
    receipts: list  # all of the book
    is_withdrawn: bool = False
    end_state: str = "withdrawn"

    def received(self, until):
        """Answer the money that came in since it was taken, dated up to a day."""
        return round(
            sum(
                part.amount
                for invoice in self.invoices
                for part in invoice.allocations
                if part.is_money
                and part.number > self.number
                and self.taken <= part.day <= until
            ),
            6,
        )

    def waiting(self, until, is_money):
        """Answer what came in since it was taken, and is not matched with anything."""
        [customer] = {invoice.customer for invoice in self.invoices}
        [currency] = {invoice.currency for invoice in self.invoices}
        return sum(
            receipt.left()
            for receipt in self.receipts
            if (receipt.customer, receipt.currency) == (customer, currency)
            and receipt.is_money == is_money
            and receipt.number > self.number
            and self.taken <= receipt.day <= until
        )

    def came(self, until):
        """Answer all the money that came in by a day, matched or not."""
        return round(self.received(until) + self.waiting(until, is_money=True), 6)

    def owed(self, until):
        """Answer what was owed by a day: credit notes up to it have reduced it."""
        settled = sum(
            part.amount
            for invoice in self.invoices
            for part in invoice.allocations
            if part.number > self.number
            and part.day >= self.taken
            and (part.is_money or part.day > until)
        )
        is_open = sum(invoice.residual() for invoice in self.invoices)
        return round(settled + max(is_open - self.waiting(until, False), 0), 6)

    def state(self, today):
        """Evaluate: every date is met by all that came in until then, as far as it was
        owed."""
        if self.is_withdrawn:
            return self.end_state
        promised, met, missed, void = 0, True, False, True
        for day, amount in sorted(self.parts):
            promised += amount
            end = day + timedelta(days=self.tolerance)
            if self.owed(end) <= 0 and self.came(end) <= 0:
                continue
            void = False
            if self.came(end) < round(min(promised, self.owed(end)), 6):
                met = False
                missed = missed or today > end
        if void or met:
            return "void" if void else "kept"
        if not missed:
            return "open"
        last = max(day for day, _amount in self.parts)
        end = last + timedelta(days=self.tolerance)
        return "partial" if self.came(end) > 0 else "broken"


@dataclass(eq=False)
class Dispute:
    """An amount of an invoice that is contested, or granted and not yet credited."""

    invoice: Invoice
    amount: float
    is_active: bool = True


@dataclass(eq=False)
class Plan:
    """An installment plan over invoices, whose dates are still far ahead."""

    invoices: list
    amount: float
    number: int
    end: float = float("inf")
    is_cancelled: bool = False

    def received(self):
        """Answer the money that was allocated while it was in force."""
        return round(
            sum(
                part.amount
                for invoice in self.invoices
                for part in invoice.allocations
                if part.is_money and self.number < part.number < self.end
            ),
            6,
        )


@dataclass(eq=False)
class Book:
    """The whole ledger of the test."""

    today: date
    invoices: list = field(default_factory=list)
    promises: list = field(default_factory=list)
    disputes: list = field(default_factory=list)
    plans: list = field(default_factory=list)
    receipts: list = field(default_factory=list)
    numbers: count = field(default_factory=lambda: count(1))

    def receive(self, customer, currency, amount, day, is_money=True):
        """Book money, or a credit note, that is not matched yet."""
        number = next(self.numbers)
        receipt = Receipt(amount, day, is_money, number, customer, currency)
        self.receipts.append(receipt)
        return receipt

    def match(self, receipt, invoice):
        """Match what is left of a receipt with an invoice, at most what is open."""
        amount = min(receipt.left(), invoice.residual())
        part = Allocation(amount, receipt.day, receipt.is_money, next(self.numbers))
        invoice.allocations.append(part)
        receipt.parts.append(part)
        return part

    def unmatch(self, receipt, invoice):
        """Undo what was matched of a receipt."""
        for part in receipt.parts:
            invoice.allocations.remove(part)
        receipt.parts.clear()

    def disputed(self, invoice):
        """Answer what is disputed of an invoice: at most what is open."""
        claims = sum(
            dispute.amount
            for dispute in self.disputes
            if dispute.invoice is invoice and dispute.is_active
        )
        return round(min(claims, invoice.residual()), 6)

    def promised(self, invoice):
        """Answer what is promised of an invoice, after what is disputed: by several
        promises, if an undone payment has opened an older one again."""
        total = sum(
            self.spread(promise)[invoice]
            for promise in self.promises
            if invoice in promise.invoices and promise.state(self.today) == "open"
        )
        free = invoice.residual() - self.disputed(invoice)
        return round(max(min(total, free), 0), 6)

    def spread(self, promise):
        """Lay what is still to come of a promise on its invoices, oldest first."""
        rest = sum(amount for _day, amount in promise.parts)
        rest -= promise.received(date.max)
        shares = {}
        for invoice in sorted(promise.invoices, key=lambda each: each.due):
            free = invoice.residual() - self.disputed(invoice)
            shares[invoice] = round(max(min(rest, free), 0), 6)
            rest -= shares[invoice]
        return shares

    def remaining(self, plan):
        """Answer what is still to come of a plan: at most what is open."""
        free = sum(
            invoice.residual() - self.disputed(invoice) for invoice in plan.invoices
        )
        return round(max(min(plan.amount - plan.received(), free), 0), 6)

    def is_running(self, plan):
        """Disputing what is open is not paying it: the plan is not complete by that."""
        is_short = plan.received() < plan.amount and any(
            invoice.residual() > 0 for invoice in plan.invoices
        )
        return not plan.is_cancelled and (self.remaining(plan) > 0 or is_short)

    def planned(self, invoice):
        """Answer what is on plans of an invoice, after disputes and promises."""
        total = 0
        for plan in filter(self.is_running, self.plans):
            rest = self.remaining(plan)
            for each in sorted(plan.invoices, key=lambda each: each.due):
                free = each.residual() - self.disputed(each)
                share = max(min(rest, free), 0)
                total += share if each is invoice else 0
                rest -= share
        free = invoice.residual() - self.disputed(invoice) - self.promised(invoice)
        return round(max(min(total, free), 0), 6)

    def due(self, invoice):
        """Answer what is collected of an invoice."""
        if invoice.is_held:
            return 0
        apart = self.disputed(invoice) + self.promised(invoice) + self.planned(invoice)
        return round(max(invoice.residual() - apart, 0), 6)

    def open_invoices(self, customer=None):
        return [
            invoice
            for invoice in self.invoices
            if invoice.residual() > 0 and customer in (None, invoice.customer)
        ]

    def promisable(self, customer, currency):
        """Answer the open invoices that no open promise covers."""
        covered = [
            invoice
            for promise in self.promises
            if promise.state(self.today) == "open"
            for invoice in promise.invoices
        ]
        covered += self.on_plans()
        return [
            invoice
            for invoice in self.open_invoices(customer)
            if invoice.currency == currency and invoice not in covered
        ]

    def on_plans(self):
        """Answer the invoices that running plans cover."""
        running = filter(self.is_running, self.plans)
        return [invoice for plan in running for invoice in plan.invoices]
