from odoo.tests import tagged

from ..common.plan import PlanCommon
from ..common.reference_model import Plan
from . import test_promise_dispute_property as promises


@tagged("post_install", "-at_install")
class TestPlanProperty(PlanCommon, promises.TestPromiseDisputeProperty):
    """Random days of a ledger with installment plans among promises and disputes.

    No amount is counted twice: disputed first, then promised, then planned; and what
    was paid undone is planned again.
    """

    sequences = (31, 35, 46, 95, 116, 126, 134)

    def act(self):
        """Now and then a plan, else something with promises and disputes."""
        chance = self.random.random()
        if chance < 0.25 and self.do_plan():
            return self.log.append((self.book.today, "do_plan"))
        if chance < 0.3 and self.do_cancel():
            return self.log.append((self.book.today, "do_cancel"))
        return super().act()

    def do_plan(self):
        if not (invoice := self.choose(self.book.open_invoices())):
            return False
        taken = self.book.on_plans()
        free = [
            each
            for each in self.book.open_invoices(invoice.customer)
            if each.currency == invoice.currency
            and each not in taken
            and self.is_known(each)
            and round(each.residual() - self.book.disputed(each), 2) >= 0.02
        ]
        if not free:
            return False
        invoices = self.random.sample(free, self.random.randint(1, len(free)))
        moves = self.env["account.move"].union(*map(self.record, invoices))
        day = self.book.today
        record = self.make_plan(
            moves, installment_count=2, date_first=self.day(300), day=day
        )
        self.accept(record, day)
        # What was promised is on the plan now.
        for promise in self.book.promises:
            covered = set(promise.invoices) & set(invoices)
            if covered and promise.state(day) == "open":
                promise.is_withdrawn = True
                promise.end_state = "replaced"
        plan = Plan(invoices, record.amount, next(self.book.numbers))
        self.book.plans.append(plan)
        self.records[plan] = record
        return True

    def is_known(self, invoice):
        return bool(self.get_items(self.record(invoice)).filtered("is_open"))

    def accept(self, plan, day):
        """Put a plan in force without its documents, which take time to make."""
        own = self.as_of(plan.sudo(), day)
        agreement = own.env["collection.installment.agreement"]
        own._set_state("offered", **agreement._prepare_lateness_vals(own))
        own._set_state("accepted")
        own._activate()

    def do_cancel(self):
        running = [plan for plan in self.book.plans if self.book.is_running(plan)]
        if plan := self.choose(running):
            self.as_of(self.record(plan), self.book.today)._end("cancelled", "A test")
            plan.is_cancelled, plan.end = True, next(self.book.numbers)
        return bool(plan)

    # ------------------------------------------------------------------
    # What must be the same
    # ------------------------------------------------------------------

    def compare(self):
        for plan in self.book.plans:
            record = self.record(plan)
            record.invalidate_recordset()
            expected = "active" if self.book.is_running(plan) else "completed"
            if plan.is_cancelled:
                expected = "cancelled"
            self.assertEqual(record.state, expected, self.log)
            if not plan.is_cancelled:
                self.assertAlmostEqual(
                    record.amount_remaining, self.book.remaining(plan), 2, self.log
                )
        return super().compare()

    def compare_row(self, invoice, row, totals):
        self.assertEqual(
            round(row.amount_planned, 2),
            round(self.book.planned(invoice), 2),
            self.log,
        )
        parts = row.amount_disputed + row.amount_promised + row.amount_planned
        self.assertLessEqual(
            round(parts, 2), round(row.amount_residual_currency, 2), self.log
        )
        return super().compare_row(invoice, row, totals)
