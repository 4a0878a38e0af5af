import os
from datetime import timedelta
from random import Random

from odoo.fields import Command
from odoo.tests import tagged

from ..common.bankruptcy import BankruptcyCommon
from ..common.plan import PlanCommon

SEQUENCES = 6
OPERATIONS = 12
# To look at one sequence that failed: its number.
ONLY = os.environ.get("COLLECTION_SEQUENCE")


class FrozenCommon(PlanCommon, BankruptcyCommon):
    """Items that are paused for several reasons at a time."""

    @classmethod
    def accept(cls, moves, day):
        """Put a plan in force without its documents, which take time to make."""
        plan = cls.make_plan(
            moves, installment_count=2, date_first=cls.day(900), day=day
        )
        own = cls.as_of(plan.sudo(), day)
        own._set_state(
            "offered",
            **own.env["collection.installment.agreement"]._prepare_lateness_vals(own),
        )
        own._set_state("accepted")
        own._activate()
        cls.env.invalidate_all()
        return plan

    @classmethod
    def cancel(cls, plan, day):
        cls.as_of(plan, day)._end("cancelled", "A test")
        cls.env.invalidate_all()

    def assert_frozen(self, moves, days, resumed=None):
        self.env.invalidate_all()
        [item] = self.get_items(moves)
        self.assertEqual(item.days_frozen, days)
        if resumed is not None:
            self.assertEqual(item.date_resumed, resumed)


@tagged("post_install", "-at_install")
class TestFrozenDays(FrozenCommon):
    """However pauses overlap, a day is frozen once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.make_invoice(cls.customer)
        cls.live(0, 0)
        cls.case = cls.get_case(cls.customer)

    def test_plan_and_hold(self):
        """A plan from day 0 to 30, a hold from day 10 to 40: 40 days."""
        plan = self.accept(self.invoice, self.today)
        hold = self.make_hold(self.case, self.day(10), self.day(90))
        self.cancel(plan, self.day(30))
        self.lift(hold, self.day(40))
        self.assert_frozen(self.invoice, 40, self.day(40))
        self.plan(self.day(40))
        # The second stage is due 30 days after the first one's day: 10 to 40 on.
        self.assertEqual(self.case.date_next, self.working_day(40 + 10))

    def working_day(self, offset):
        day = self.day(offset)
        return day + timedelta(days=(7 - day.weekday()) % 7 if day.weekday() > 4 else 0)

    def test_hold_within_a_plan(self):
        plan = self.accept(self.invoice, self.day(2))
        self.lift(self.make_hold(self.case, self.day(5)), self.day(9))
        self.cancel(plan, self.day(20))
        self.assert_frozen(self.invoice, 18, self.day(20))

    def test_plan_within_a_hold(self):
        hold = self.make_hold(self.case, self.day(1), self.day(90))
        plan = self.accept(self.invoice, self.day(5))
        self.cancel(plan, self.day(9))
        self.lift(hold, self.day(12))
        self.assert_frozen(self.invoice, 11, self.day(12))

    def test_default_after_a_hold(self):
        """The night ends a plan as people do."""
        plan = self.accept(self.invoice, self.today)
        self.lift(self.make_hold(self.case, self.day(3)), self.day(6))
        line = plan.line_ids[:1]
        line.sudo().date = self.day(8)
        for offset in range(8, 25):
            self.night(offset)
            if plan.state == "defaulted":
                break
        self.assertEqual(plan.state, "defaulted")
        self.assert_frozen(self.invoice, offset, self.day(offset))

    def test_default_that_raises_the_stage(self):
        """Frozen days belong to the wait they interrupted."""
        self.policy.plan_raise_stage = True
        plan = self.accept(self.invoice, self.today)
        self.lift(self.make_hold(self.case, self.day(3)), self.day(6))
        plan.line_ids[:1].sudo().date = self.day(8)
        for offset in range(8, 25):
            self.night(offset)
        self.assertEqual(plan.state, "defaulted")
        [item] = self.get_items(self.invoice)
        self.assertEqual(item.stage_id.name, "Stage 2")
        self.assert_frozen(self.invoice, 0, item.date_stage)

    def test_hold_and_stay(self):
        """The petition was filed before the hold, and recorded after it."""
        self.lift(self.make_hold(self.case, self.day(5)), self.day(15))
        bankruptcy = self.make_bankruptcy(day=self.day(20), date_petition=self.day(2))
        self.happen(bankruptcy, "dismissed", self.day(40))
        self.assert_frozen(self.invoice, 38, self.day(40))

    def test_hold_within_a_stay(self):
        bankruptcy = self.make_bankruptcy()
        self.lift(self.make_hold(self.case, self.day(5)), self.day(15))
        self.happen(bankruptcy, "dismissed", self.day(40))
        self.assert_frozen(self.invoice, 40, self.day(40))

    def test_plan_and_stay(self):
        plan = self.accept(self.invoice, self.day(1))
        bankruptcy = self.make_bankruptcy(day=self.day(10), date_petition=self.day(4))
        self.happen(bankruptcy, "dismissed", self.day(30))
        self.assertEqual(plan.state, "active")
        self.cancel(plan, self.day(35))
        self.assert_frozen(self.invoice, 34, self.day(35))

    def test_promise_and_stay(self):
        """A promise freezes nothing, and takes nothing off what the stay freezes."""
        self.make_promise(self.invoice, (30, 1000), day=self.day(1))
        bankruptcy = self.make_bankruptcy(day=self.day(10), date_petition=self.day(2))
        self.happen(bankruptcy, "dismissed", self.day(40))
        self.assert_frozen(self.invoice, 38, self.day(40))

    def test_dispute_and_stay(self):
        dispute = self.make_dispute(self.invoice, day=self.day(1))
        bankruptcy = self.make_bankruptcy(day=self.day(2), date_petition=self.day(2))
        self.as_of(dispute, self.day(20)).cause_id = self.reason_cause
        self.as_of(dispute, self.day(20)).action_withdraw()
        self.happen(bankruptcy, "dismissed", self.day(40))
        self.assert_frozen(self.invoice, 38, self.day(40))

    def test_promise_within_a_hold(self):
        hold = self.make_hold(self.case, self.day(1), self.day(90))
        promise = self.make_promise(self.invoice, (8, 1000), day=self.day(2))
        self.as_of(promise, self.day(6))._end("withdrawn", "A test")
        self.lift(hold, self.day(10))
        self.assert_frozen(self.invoice, 9, self.day(10))

    def test_promise_and_dispute_freeze_nothing(self):
        """The ladder goes on the next day."""
        promise = self.make_promise(self.invoice, (8, 1000), day=self.day(2))
        self.as_of(promise, self.day(6))._end("withdrawn", "A test")
        self.assert_frozen(self.invoice, 0, self.day(6))
        dispute = self.make_dispute(self.invoice, day=self.day(7))
        self.as_of(dispute, self.day(9)).action_withdraw()
        self.assert_frozen(self.invoice, 0, self.day(9))

    def test_two_stays(self):
        """A second petition before the first case is dismissed."""
        first = self.make_bankruptcy(case_number="24-11334")
        second = self.make_bankruptcy(
            day=self.day(10), date_petition=self.day(10), case_number="24-11335"
        )
        self.happen(first, "dismissed", self.day(20))
        self.happen(second, "dismissed", self.day(40))
        self.assert_frozen(self.invoice, 40, self.day(40))

    def test_stay_that_begins_again(self):
        """Between a dismissal and the day the case is reopened nothing is frozen."""
        bankruptcy = self.make_bankruptcy()
        self.happen(bankruptcy, "dismissed", self.day(10))
        self.happen(bankruptcy, "reopened", self.day(15))
        self.happen(bankruptcy, "dismissed", self.day(20))
        self.assert_frozen(self.invoice, 15, self.day(20))

    def test_payment_that_is_undone(self):
        """A hold ended when the case was settled; its days count when it is not."""
        self.make_hold(self.case, self.day(2), self.day(90))
        self.pay(self.invoice)
        self.plan(self.day(8))
        self.assertEqual(self.case.state, "closed")
        self.unpay(self.invoice)
        self.plan(self.day(11))
        # The payment is a credit now.
        self.assertEqual(self.case.state, "covered")
        self.assert_frozen(self.invoice, 6)

    def test_any_pauses_in_any_order(self):
        """Whatever was written down, compared with the days counted one by one."""
        [item] = self.get_items(self.invoice)
        random, spans = Random(1), []
        for _number in range(80):
            start = random.randint(-20, 300)
            spans.append((start, start + random.randint(0, 25)))
            item._resume(self.day(spans[-1][1]), frozen_since=self.day(spans[-1][0]))
            frozen = {day for first, last in spans for day in range(first, last)}
            self.assertEqual(item.days_frozen, sum(day >= 0 for day in frozen), spans)

    def test_another_due_date(self):
        """The clock of what was never reminded of runs from its due date, also when
        that is another one by now."""
        invoice = self.make_invoice(self.customer, 70, self.day(1))
        self.plan(self.day(1))
        self.lift(self.make_hold(self.case, self.day(1)), self.day(11))
        self.assert_frozen(invoice, 10)
        for due, days in ((5, 6), (30, 0), (-4, 10)):
            with self.subTest(due):
                self.receivable(invoice).date_maturity = self.day(due)
                self.plan(self.day(11))
                self.assert_frozen(invoice, days)


@tagged("post_install", "-at_install")
class TestFrozenDaysProperty(FrozenCommon):
    """Random holds, promises, disputes, plans and stays, compared with the days
    counted one by one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.write({"promise_days_max": 0, "promise_count_max": 0})
        # Its holds are never up for review before the sequence ends.
        cls.company.collection_horizon = 3650
        # Reminded of, overdue, due in a while, and posted after the first petitions.
        reminded = cls.make_invoice(cls.customer, 400)
        cls.live(0, 0)
        cls.moves = [
            reminded,
            cls.make_invoice(cls.customer, 300, cls.day(0)),
            cls.make_invoice(cls.customer, 200, cls.day(20)),
            cls.make_invoice(cls.customer, 100, cls.day(9), issued=cls.day(6)),
        ]
        cls.plan()
        cls.case = cls.get_case(cls.customer)

    def test_sequences(self):
        for seed in [int(ONLY)] if ONLY else range(SEQUENCES):
            with self.subTest(sequence=seed), self.env.cr.savepoint() as savepoint:
                self.run_sequence(seed)
                savepoint.rollback()
                self.env.invalidate_all()

    def run_sequence(self, seed):
        self.random, self.now, self.log = Random(seed), 1, []
        # What runs: record, first day, covered invoices; and what has frozen each day.
        self.running, self.spans = {}, []
        for _number in range(OPERATIONS):
            self.now += self.random.randint(0, 5)
            self.act()
        for kind in list(self.running):
            self.now += self.random.randint(0, 5)
            self.end(kind)
        self.compare()

    def act(self):
        kinds = ("hold", "items", "plan", "promise", "dispute", "stay")
        kind = self.random.choice(kinds)
        self.end(kind) if kind in self.running else self.begin(kind)

    def begin(self, kind):
        if self.is_stayed() and kind in ("plan", "promise", "dispute", "stay"):
            return
        covered = self.random.sample(self.moves, self.random.randint(1, 3))
        if kind == "hold":
            covered = self.moves
        start = self.now
        if kind == "stay":
            start -= self.random.choice((0, 0, 3, 8))
        if record := getattr(self, f"begin_{kind}")(covered, start):
            self.running[kind] = record, start, covered
            self.log.append((self.now, "begin", kind, start))

    def end(self, kind):
        record, start, covered = self.running.pop(kind)
        day = self.day(self.now)
        if kind in ("hold", "items"):
            self.lift(record, day)
        elif kind == "plan":
            self.cancel(record, day)
        elif kind == "promise" and record.state == "open":
            self.as_of(record, day)._end("withdrawn", "A test")
        elif kind == "dispute":
            self.as_of(record, day).action_withdraw()
        elif kind == "stay":
            self.happen(record, "dismissed", day)
            # What was posted later was never stayed.
            covered = [
                move for move in self.moves if move.invoice_date <= self.day(start)
            ]
        if kind not in ("promise", "dispute"):
            self.spans.append((start, self.now, covered))
        self.log.append((self.now, "end", kind))
        self.env.invalidate_all()

    def begin_hold(self, _covered, _start):
        day = self.day(self.now)
        return self.make_hold(self.case, day, day + timedelta(days=900))

    def begin_items(self, covered, _start):
        items = self.get_items(self.join(covered))
        day = self.day(self.now)
        return self.make_hold(
            self.case,
            day,
            day + timedelta(days=900),
            scope="items",
            item_ids=[Command.set(items.ids)],
        )

    def begin_plan(self, covered, _start):
        if "promise" in self.running or "dispute" in self.running:
            return None
        return self.accept(self.join(covered), self.day(self.now))

    def begin_promise(self, covered, _start):
        if "plan" in self.running:
            return None
        return self.make_promise(
            self.join(covered), (self.now + 800, 50), day=self.day(self.now)
        )

    def begin_dispute(self, covered, _start):
        if "plan" in self.running:
            return None
        return self.make_dispute(covered[0], 50, day=self.day(self.now))

    def begin_stay(self, _covered, start):
        return self.make_bankruptcy(
            day=self.day(self.now), date_petition=self.day(start)
        )

    def is_stayed(self):
        return "stay" in self.running

    def join(self, moves):
        return self.env["account.move"].union(*moves)

    # ------------------------------------------------------------------
    # What must be the same
    # ------------------------------------------------------------------

    def compare(self):
        for move in self.moves:
            item = self.get_items(move)
            self.assertEqual(item.days_frozen, self.count(move, item), self.log)

    def count(self, move, item):
        """Walk from the day the item waits since, day by day."""
        day, frozen = item.date_stage or item.date_maturity, 0
        while day < self.day(self.now):
            frozen += any(
                self.day(start) <= day < self.day(end) and move in covered
                for start, end, covered in self.spans
            )
            day += timedelta(days=1)
        return frozen
