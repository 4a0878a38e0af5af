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
    Promise,
    Step,
    read_words,
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
        self.others = []
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
        return Message(
            *(day, "Ann", 1, stage_id, "email", "Carla <carla@example.com>", "Ann"),
            *(listed, amount or self.amount, set(), [], "Please contact Carla."),
        )

    def change_message(self, **changes):
        """Let the first message be otherwise."""
        self.journal.messages[0] = self.journal.messages[0]._replace(**changes)

    def make_step(self, day, stage_id, **changes):
        step = Step(day, "Ann", 1, stage_id, "email", "done", True, "")
        return step._replace(**changes)

    def make_evening(self, day):
        if day >= self.invoice.settled:
            return Evening({}, [], set(), {}, set())
        stage_id = None
        if day >= self.reminded:
            stage_id = self.second if day >= self.called else self.first
        return Evening(
            {self.number: stage_id}, [("Ann", 1)], set(), {}, {"Leo", "Carl"}
        )

    def change_evenings(self, first, **changes):
        """Let evenings from a day on, while the invoice is open, be otherwise."""
        for day, evening in self.journal.evenings.items():
            if first <= day < self.invoice.settled:
                self.journal.evenings[day] = evening._replace(**changes)

    def assert_found(self, *sentences):
        """Check that a run of the checker finds these violations among others."""
        found = "\n".join(self.make_checker().check())
        for sentence in sentences:
            self.assertRegex(found, sentence)

    def make_checker(self):
        return Checker(
            [self.invoice, *self.others], self.journal, self.stages, self.policies
        )

    def test_a_good_history(self):
        checker = self.make_checker()
        self.assertEqual(checker.check(), [])
        self.assertEqual(len(checker.checked), 18)

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

    def test_only_a_final_demand_lists_apart(self):
        self.add_invoice("2", date(2026, 1, 3), "30.00")
        self.change_message(
            listed={"1": self.amount, "2": Decimal("30.00")}, besides={"2"}
        )
        self.assert_found("lists 1: 50.00, 2: 30.00, total 50.00, instead of")
        self.stages[self.first] = self.stages[self.first]._replace(is_final=True)
        self.assertNotIn("lists 1", "\n".join(self.make_checker().check()))

    def test_wrong_total(self):
        message = self.journal.messages[0]._replace(total=None)
        self.journal.messages = [message]
        self.assert_found("lists 1: 50.00, total None")

    def add_invoice(self, number, due, amount):
        """Let Ann have another invoice all the time, that nobody may be reminded of."""
        other = self.invoice._replace(
            number=number, due=due, amount=Decimal(amount), settled=None
        )
        self.others.append(other)

    def test_what_credits_cover_is_not_asked_for(self):
        self.change_evenings(self.reminded, credits={"Ann": Decimal("50.00")})
        self.assert_found(
            "2026-01-05 Ann “First”: written to, with a net debt of 0.00",
            "2026-01-05 Ann “First”: lists 1: 50.00, total 50.00, instead of",
            "2026-01-05 Ann “First”: asks for 1, which credits cover",
        )

    def test_credits_cover_the_oldest_first(self):
        self.add_invoice("2", date(2026, 1, 1), "30.00")
        self.change_evenings(self.reminded, credits={"Ann": Decimal("45.00")})
        self.change_message(
            listed={"1": self.amount, "2": Decimal("30.00")}, total=Decimal("80.00")
        )
        # Of the newer one, they cover a part only.
        self.assert_found("“First”: asks for 2, which credits cover")
        self.change_message(listed={"1": self.amount}, total=self.amount)
        found = [line for line in self.make_checker().check() if "“First”:" in line]
        self.assertEqual(found, [])

    def test_credits_where_the_policy_does_not_net(self):
        self.policies[1] = self.policies[1]._replace(is_net=False)
        self.change_evenings(self.reminded, credits={"Ann": Decimal("50.00")})
        self.assertEqual(self.make_checker().check(), [])

    def promise(self, last, tolerance=0):
        """Let Ann have promised the invoice, and the first message call it broken."""
        self.journal.promises.append(
            Promise(
                *("Ann", self.amount, self.issued, last, tolerance),
                *(Decimal(100), [self.number]),
            )
        )
        self.change_message(day=self.called, breaches=[(self.amount, last)])

    def find_breaches(self):
        return [line for line in self.make_checker().check() if "promise" in line]

    def test_a_promise_that_was_kept(self):
        self.invoice = self.invoice._replace(settled=date(2026, 1, 9))
        self.promise(date(2026, 1, 7), tolerance=2)
        self.assert_found("2026-01-12 Ann: calls the promise of 50.00 by 2026-01-07")

    def test_a_promise_that_was_covered(self):
        """The money came in time, and waits to be matched."""
        self.promise(date(2026, 1, 7))
        self.change_evenings(date(2026, 1, 7), credits={"Ann": self.amount})
        self.assert_found("2026-01-12 Ann: calls the promise of 50.00 by 2026-01-07")

    def test_a_promise_that_was_broken(self):
        self.promise(date(2026, 1, 7))
        self.assertEqual(self.find_breaches(), [])
        # The day after is too late, as are credits that were there before.
        self.change_evenings(date(2026, 1, 8), credits={"Ann": self.amount})
        self.assertEqual(self.find_breaches(), [])
        self.change_evenings(self.issued, credits={"Ann": self.amount})
        self.assertEqual(self.find_breaches(), [])

    def test_a_promise_that_nobody_made(self):
        self.change_message(breaches=[(self.amount, self.issued)])
        self.assert_found("2026-01-05 Ann: calls the promise of 50.00 by 2025-12-29")

    def test_somebody_who_has_left(self):
        self.change_message(
            sender='"Leo" <leo@example.com>', addressee="Leo", words="Please ask Leo."
        )
        self.assert_found(
            "2026-01-05 Ann: names Leo as sender, Leo as addressee, Leo as collector,"
            " who has left"
        )

    def test_what_a_message_says(self):
        """The history may name who has left; whom to contact is read."""
        breaches, words = read_words(
            "<div><p>Please contact <b>Carla</b></p><table><thead><tr><th>Date</th>"
            "<th>What</th><th>With whom</th></tr></thead><tr><td>01/08/2026</td><td>The"
            " payment of $ 1,050.00 promised by 01/07/2026 did not arrive</td><td>Leo"
            "</td></tr><tr><td>01/08/2026</td><td>Of $ 50.00 promised by 01/06/2026 we"
            " received $ 20.00</td><td>Leo</td></tr></table><p>Regards</p></div>"
        )
        self.assertEqual(
            breaches,
            [
                (Decimal("1050.00"), date(2026, 1, 7)),
                (Decimal("50.00"), date(2026, 1, 6)),
            ],
        )
        self.assertEqual(words, "Please contact Carla Regards")

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
