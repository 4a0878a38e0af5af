from datetime import date, timedelta
from decimal import Decimal

from odoo.addons.account_collections.benchmarks import ledger_file
from odoo.addons.account_collections.benchmarks.replay_check import (
    Checker,
    Policy,
    Stage,
)
from odoo.addons.account_collections.benchmarks.replay_journal import (
    Decision,
    Evening,
    Journal,
    Message,
    Step,
)
from odoo.tests import BaseCase, tagged


@tagged("post_install", "-at_install")
class TestChecker(BaseCase):
    """The check of a replay finds what it is there to find.

    A history of one invoice, due on Friday January 2nd, that is reminded on the 5th and
    the 12th, and paid on the 14th, is spoilt in one way at a time.
    """

    first, second = 11, 12
    number = "1"
    issued = date(2025, 12, 29)
    reminded = date(2026, 1, 5)
    called = date(2026, 1, 12)
    amount = Decimal("50.00")

    def setUp(self):
        super().setUp()
        self.invoice = ledger_file.Invoice(
            line=2,
            number=self.number,
            customer="Ann",
            date=self.issued,
            due=date(2026, 1, 2),
            amount=self.amount,
            settled=date(2026, 1, 14),
            disputed=False,
        )
        self.stages = {
            self.first: Stage("First", 1, sequence=10, days=3, gap=0),
            self.second: Stage("Second", 1, sequence=20, days=10, gap=7),
        }
        self.policies = {1: Policy(7, Decimal(1), True, first_days=3)}
        self.journal = self.make_journal()

    def make_journal(self):
        """Answer the good history."""
        days = [self.issued + timedelta(days=n) for n in range(20)]
        return Journal(
            messages=[self.make_message(self.reminded, self.first)],
            steps=[
                self.make_step(self.reminded, self.first),
                self.make_step(self.called, self.second, channel="phone"),
            ],
            decisions=[
                Decision(self.issued, 1, self.first, "waiting"),
                Decision(self.reminded, 1, self.first, "due"),
                Decision(self.called, 1, self.second, "due"),
            ],
            evenings={day: self.make_evening(day) for day in days},
        )

    def make_message(self, day, stage_id, amount=None):
        listed = {self.number: amount or self.amount}
        return Message(day, "Ann", 1, stage_id, "email", listed, amount or self.amount)

    def make_step(self, day, stage_id, **changes):
        step = Step(day, "Ann", 1, stage_id, "email", "done", True, "")
        return step._replace(**changes)

    def make_evening(self, day):
        if day >= self.invoice.settled:
            return Evening({}, [], set())
        stage_id = None
        if day >= self.reminded:
            stage_id = self.second if day >= self.called else self.first
        return Evening({self.number: stage_id}, [("Ann", 1)], set())

    def change_evenings(self, first, **changes):
        """Let evenings from a day on, while the invoice is open, be otherwise."""
        for day, evening in self.journal.evenings.items():
            if first <= day < self.invoice.settled:
                self.journal.evenings[day] = evening._replace(**changes)

    def assert_found(self, *sentences):
        """Check that a run of the checker finds these violations among others."""
        checker = Checker([self.invoice], self.journal, self.stages, self.policies)
        found = "\n".join(checker.check())
        for sentence in sentences:
            self.assertRegex(found, sentence)

    def test_a_good_history(self):
        checker = Checker([self.invoice], self.journal, self.stages, self.policies)
        self.assertEqual(checker.check(), [])
        self.assertEqual(len(checker.checked), 15)

    def test_message_after_payment(self):
        self.journal.messages.append(self.make_message(date(2026, 1, 14), self.first))
        self.assert_found("2026-01-14 Ann “First”: written to, with a net debt of 0")

    def test_message_about_what_is_held(self):
        self.change_evenings(self.reminded, held={self.number})
        self.assert_found("2026-01-05 Ann “First”: written to, with a net debt of 0")

    def test_message_under_the_tolerance(self):
        self.policies[1] = self.policies[1]._replace(tolerance=self.amount)
        self.assert_found("written to, with a net debt of 50.00")

    def test_wrong_amount(self):
        self.journal.messages = [
            self.make_message(self.reminded, self.first, Decimal("49.00"))
        ]
        self.assert_found("lists 1: 49.00, total 49.00, instead of 1: 50.00")

    def test_wrong_total(self):
        message = self.journal.messages[0]._replace(total=None)
        self.journal.messages = [message]
        self.assert_found("lists 1: 50.00, total None")

    def test_steps_too_close(self):
        self.policies[1] = self.policies[1]._replace(quiet=8)
        self.assert_found("2026-01-12 Ann “Second”: only 7 days after the step before")

    def test_step_on_a_weekend(self):
        self.journal.steps[1] = self.make_step(date(2026, 1, 17), self.second)
        self.assert_found("2026-01-17 Ann “Second”: on a weekend")

    def test_too_early_since_the_due_date(self):
        self.stages[self.first] = self.stages[self.first]._replace(days=4)
        self.assert_found("2026-01-05 1 .*: too early, ready on 2026-01-06")

    def test_too_early_since_the_stage_before(self):
        self.stages[self.second] = self.stages[self.second]._replace(gap=8)
        self.assert_found("2026-01-12 1 .*: too early, ready on 2026-01-13")

    def test_days_on_hold_are_not_waiting(self):
        self.change_evenings(date(2026, 1, 7), held={self.number})
        self.change_evenings(date(2026, 1, 9), held=set())
        self.assert_found("2026-01-12 1 .*: too early, ready on 2026-01-12")

    def test_ladder_restarted(self):
        self.change_evenings(date(2026, 1, 13), stages={self.number: None})
        self.assert_found("2026-01-13 1 from “Second” to “None”: it restarts")

    def test_ladder_falls(self):
        self.change_evenings(date(2026, 1, 13), stages={self.number: self.first})
        self.assert_found(
            "2026-01-13 1 from “Second” to “First”: it does not rise",
            "2026-01-13 1 from “Second” to “First”: for the second time",
        )

    def test_stage_without_a_step(self):
        del self.journal.steps[1]
        self.assert_found("2026-01-12 1 from “First” to “Second”: without a step")

    def test_step_twice(self):
        self.journal.steps.append(self.make_step(date(2026, 1, 13), self.second))
        self.assert_found("2026-01-13 Ann “Second”: no invoice reached the stage by it")

    def test_somebody_forgotten(self):
        self.invoice = self.invoice._replace(due=date(2025, 12, 10))
        self.change_evenings(date(2025, 12, 29), stages={self.number: None})
        self.assert_found("2025-12-29 1: due on 2025-12-10 and never reminded")

    def test_two_cases(self):
        self.change_evenings(self.called, cases=[("Ann", 1), ("Ann", 2)])
        self.assert_found("2026-01-12: somebody has two open cases")

    def test_no_case(self):
        self.change_evenings(self.called, cases=[])
        self.assert_found("2026-01-12: open cases and open invoices differ for .'Ann'.")

    def test_case_without_debt(self):
        self.invoice = self.invoice._replace(settled=date(2026, 1, 13))
        self.assert_found("2026-01-13: open cases and open invoices differ for .'Ann'.")

    def test_decision_without_reason(self):
        self.journal.decisions.append(Decision(self.called, 1, None, ""))
        self.assert_found("2026-01-12: case 1 has no reason")

    def test_step_without_decision(self):
        del self.journal.decisions[2]
        self.assert_found("2026-01-12 Ann: no decision says that “Second” was due")

    def test_case_without_decision(self):
        del self.journal.decisions[0]
        self.assert_found("2025-12-29 Ann: an open case without a decision")

    def test_failed_step(self):
        failed = self.make_step(self.called, self.second)
        self.journal.steps.append(failed._replace(state="failed", error="no ink"))
        self.assert_found("2026-01-12 Ann: failed: no ink")
