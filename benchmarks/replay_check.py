"""Check the history of a replay against the ledger it was made from. Plain Python.

Nothing here asks the addon what would have been right: what is open, late, held and due
on a day is worked out once more from the lines of the file and from the stages as they
are set up.
"""

import re
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

SATURDAY = 5
EVER = 10**6  # days
# Longest wait for the first step that the rules explain: the quiet time after a step
# for another invoice, a weekend, and a task nobody made for as long as it may wait.
SLACK = timedelta(days=7)
# A newer invoice is left to a firmer step that comes within so many days.
FIRMER_WITHIN = timedelta(days=30)


class Stage(NamedTuple):
    """A stage as it is set up."""

    name: str
    policy_id: int
    sequence: int
    days: int
    gap: int
    is_final: bool = False  # a final demand lists apart what is newer


class Policy(NamedTuple):
    """A policy as it is set up."""

    quiet: int
    tolerance: Decimal
    working_days_only: bool
    first_days: int  # of its first stage for what is overdue
    is_net: bool = True  # credits come off what is asked for


def read_rules(env, company):
    """Answer stages and policies of a company by id.

    :param env: Odoo's environment
    :param company: res.company record
    :return: dict of Stage and dict of Policy
    """
    records = env["collection.policy"].with_context(active_test=False)
    policies = records.search([("company_id", "=", company.id)])
    stages = {
        stage.id: Stage(
            stage.name,
            stage.policy_id.id,
            stage.sequence,
            stage.days,
            stage.gap_days,
            stage.is_final_demand,
        )
        for stage in policies.stage_ids
    }
    return stages, {
        policy.id: Policy(
            policy.quiet_days,
            Decimal(str(policy.tolerance)),
            policy.working_days_only,
            min(
                s.days
                for s in stages.values()
                if s.policy_id == policy.id and s.days >= 0
            ),
            policy.net_credits,
        )
        for policy in policies
    }


class Checker:
    """Finds what went against the rules; each check adds to ``violations``.

    :param list invoices: ledger_file.Invoice
    :param Journal journal: the history
    :param dict stages: Stage per id
    :param dict policies: Policy per id
    """

    def __init__(self, invoices, journal, stages, policies):
        self.invoices = {invoice.number: invoice for invoice in invoices}
        self.journal = journal
        self.stages = stages
        self.policies = policies
        self.violations = []
        self.checked = defaultdict(int)
        self.by_customer = defaultdict(list)
        for invoice in invoices:
            self.by_customer[invoice.customer].append(invoice)
        self.steps_on = defaultdict(list)
        for step in journal.steps:
            self.steps_on[step.day, step.customer].append(step)

    def check(self):
        """Check everything.

        :return: list of sentences, one per violation
        """
        for message in self.journal.messages:
            self.check_message(message)
            self.check_breaches(message)
            self.check_people(message)
        self.check_rhythm()
        self.check_ladders()
        self.check_cases()
        self.check_decisions()
        self.check_failures()
        return self.violations

    def _expect(self, kind, is_right, sentence):
        self.checked[kind] += 1
        if not is_right:
            self.violations.append(sentence)

    # What the ledger says

    def is_open(self, invoice, day):
        """Answer whether an invoice is posted and unpaid at the end of a day."""
        return invoice.date <= day and not (invoice.settled and invoice.settled <= day)

    def get_debt(self, customer, day, horizon=-1):
        """Answer what can be asked for on a day: open, and not on hold.

        :param int horizon: days until the due date; -1: overdue only
        :return: dict of amount per number
        """
        held = self.journal.evenings[day].held
        return {
            invoice.number: invoice.amount
            for invoice in self.by_customer[customer]
            if self.is_open(invoice, day)
            and invoice.number not in held
            and (invoice.due - day).days <= horizon
        }

    def get_covered(self, customer, day, is_net=True):
        """Answer what open credits cover of what can be asked for: they pay the oldest
        due date first, and each is used once.

        :param bool is_net: whether the policy has them cover anything
        :return: dict of amount per number
        """
        left = self.journal.evenings[day].credits.get(customer, 0) if is_net else 0
        debt = self.get_debt(customer, day, EVER)
        own = [self.invoices[number] for number in debt]
        covered = {}
        for invoice in sorted(own, key=lambda one: (one.due, one.date, one.line)):
            covered[invoice.number] = min(left, invoice.amount)
            left -= covered[invoice.number]
        return covered

    def get_net(self, customer, day, horizon=-1, is_net=True):
        """Answer what can be asked for on a day after open credits."""
        covered = self.get_covered(customer, day, is_net)
        debt = self.get_debt(customer, day, horizon)
        return sum(amount - covered[number] for number, amount in debt.items())

    def is_kept(self, promise):
        """Answer whether the ledger covered a promise in time: what it was about was
        paid by then, or came in and waits to be matched."""
        end = promise.last + timedelta(days=promise.tolerance)
        owed = [
            invoice
            for invoice in map(self.invoices.__getitem__, promise.numbers)
            if not (invoice.settled and invoice.settled < promise.taken)
        ]
        paid = sum(
            invoice.amount
            for invoice in owed
            if invoice.settled and invoice.settled <= end
        )
        evenings, customer = self.journal.evenings, promise.customer
        before, after = (
            evenings[day].credits.get(customer, 0) if day in evenings else 0
            for day in (promise.taken, end)
        )
        promised = min(promise.amount, sum(invoice.amount for invoice in owed))
        return paid + max(after - before, 0) >= promised * promise.share / 100

    # Messages

    def check_message(self, message):
        """Nobody without debt is written to, the amounts are the ledger's, and nothing
        is asked for that credits cover."""
        stage = self.stages[message.stage_id]
        policy = self.policies[stage.policy_id]
        where = f"{message.day} {message.customer} “{stage.name}”"
        horizon = -stage.days if stage.days < 0 else -1
        debt = self.get_debt(message.customer, message.day, horizon)
        covered = self.get_covered(message.customer, message.day, policy.is_net)
        expected = {
            number: amount
            for number, amount in debt.items()
            if covered[number] < amount
        }
        scope = EVER if stage.days < 0 else -1
        net = self.get_net(message.customer, message.day, scope, policy.is_net)
        self._expect(
            "message to somebody with net debt",
            net > policy.tolerance,
            f"{where}: written to, with a net debt of {net}",
        )
        self._expect(
            "amounts of a message are the ledger's",
            message.listed == expected
            and message.total == self._get_demanded(message, stage, expected),
            f"{where}: lists {_show(message.listed)}, total {message.total}, instead of"
            f" {_show(expected)}",
        )
        paid = sorted(
            number
            for number, amount in covered.items()
            if number in message.listed and amount >= self.invoices[number].amount
        )
        self._expect(
            "nothing asked for that credits cover",
            not paid,
            f"{where}: asks for {', '.join(paid)}, which credits cover",
        )

    def _get_demanded(self, message, stage, amounts):
        """:return: what a message has to ask for: all of it, but a final demand lists
        apart what has not had the stage before it"""
        evening = self.journal.evenings.get(message.day - timedelta(days=1))
        return sum(
            amount
            for number, amount in amounts.items()
            if not (
                stage.is_final
                and number in message.besides
                and not (evening and self._had_one_before(evening, number, stage))
            )
        )

    def _had_one_before(self, evening, number, stage):
        """:return: whether an invoice has had the stage before a final demand"""
        reached = self.stages.get(evening.stages.get(number))
        earlier = [
            one.sequence
            for one in self.stages.values()
            if one.policy_id == stage.policy_id
            and one.days >= 0
            and one.sequence < stage.sequence
        ]
        return bool(reached and reached.sequence >= max(earlier, default=0))

    def check_breaches(self, message):
        """No promise is called broken that was kept, or that nobody made."""
        wrong = [
            f"{amount} by {last}"
            for amount, last in message.breaches
            if not any(
                not self.is_kept(promise)
                for promise in self.journal.promises
                if (promise.customer, promise.amount, promise.last)
                == (message.customer, amount, last)
            )
        ]
        self._expect(
            "no promise called broken that was kept",
            not wrong,
            f"{message.day} {message.customer}: calls the promise of"
            f" {', '.join(wrong)} broken, which the ledger does not say",
        )

    def check_people(self, message):
        """Nobody who has left writes, is written to, or is whom to ask."""
        gone = self.journal.evenings[message.day].gone
        named = [
            f"{name} as {place}"
            for place, words in (
                ("sender", message.sender),
                ("addressee", message.addressee),
                ("collector", message.words),
            )
            for name in sorted(gone)
            if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words)
        ]
        self._expect(
            "nobody named who has left",
            not named,
            f"{message.day} {message.customer}: names {', '.join(named)}, who has left",
        )

    # Steps of a customer

    def check_rhythm(self):
        """Steps keep the quiet time between them, and the weekend."""
        last = {}
        for step in self.journal.steps:
            if step.state != "done":
                continue
            stage = self.stages[step.stage_id]
            policy = self.policies[stage.policy_id]
            where = f"{step.day} {step.customer} “{stage.name}”"
            days = (step.day - last.get(step.case_id, step.day.min)).days
            self._expect(
                "quiet days between two steps",
                days >= policy.quiet,
                f"{where}: only {days} days after the step before",
            )
            self._expect(
                "steps on working days",
                not (policy.working_days_only and step.day.weekday() >= SATURDAY),
                f"{where}: on a weekend",
            )
            last[step.case_id] = step.day

    # Stages of an invoice

    def check_ladders(self):
        """Invoices climb the ladder once, in order, not too early, by a step each."""
        climbs = defaultdict(list)
        before = {}
        for day, evening in self.journal.evenings.items():
            for number, stage_id in evening.stages.items():
                old_id = before.get(number)
                if stage_id != old_id:
                    self._check_climb(day, number, old_id, stage_id, climbs)
                    before[number] = stage_id
            self._check_forgotten(day, evening)
        self._check_steps_climb(climbs)

    def _check_climb(self, day, number, old_id, new_id, climbs):
        invoice = self.invoices[number]
        old, new = self.stages.get(old_id), self.stages.get(new_id)
        where = f"{day} {number} from “{old and old.name}” to “{new and new.name}”"
        if new is None or (old and old.policy_id != new.policy_id):
            # Another policy: only from a courtesy before the due date.
            self._expect("ladder not restarted", old.days < 0, f"{where}: it restarts")
            return
        is_higher = old is None or new.sequence > old.sequence
        self._expect("ladder not restarted", is_higher, f"{where}: it does not rise")
        is_first = all(new_id != stage_id for stage_id, _day in climbs[number])
        self._expect("no stage twice", is_first, f"{where}: for the second time")
        last = climbs[number][-1][1] if climbs[number] else None
        ready = self._get_ready(invoice, new, last)
        waited = day - timedelta(days=self._count_held(number, last, day))
        self._expect(
            "not too early", waited >= ready, f"{where}: too early, ready on {ready}"
        )
        steps = self.steps_on[day, invoice.customer]
        taken = [self.stages[step.stage_id] for step in steps]
        self._expect(
            "a stage is reached by a step",
            any(
                t.policy_id == new.policy_id and t.sequence >= new.sequence
                for t in taken
            ),
            f"{where}: without a step",
        )
        climbs[number].append((new_id, day))

    def _get_ready(self, invoice, stage, last):
        ready = invoice.due + timedelta(days=stage.days)
        return max(ready, last + timedelta(days=stage.gap)) if last else ready

    def _count_held(self, number, since, day):
        """:return: how many evenings an invoice was on hold since a day"""
        evenings = self.journal.evenings
        return sum(
            number in evening.held
            for evening_day, evening in evenings.items()
            if (not since or evening_day >= since) and evening_day < day
        )

    def _check_forgotten(self, day, evening):
        """Whoever is late for long has been reminded."""
        for number, stage_id in evening.stages.items():
            invoice = self.invoices[number]
            if stage_id or number in evening.held or (day - invoice.due).days < 10:
                continue
            held = timedelta(days=self._count_held(number, None, day))
            policies = self.policies.values()
            first = timedelta(
                max(policy.first_days + policy.quiet for policy in policies)
            )
            debt = self.get_net(invoice.customer, day)
            tolerance = max(policy.tolerance for policy in policies)
            latest = invoice.due + first + held + SLACK
            self._expect(
                "nobody forgotten",
                day <= latest
                or debt <= tolerance
                or day <= latest + self._count_left_to_firmer(invoice, day),
                f"{day} {number}: due on {invoice.due} and never reminded",
            )

    def _count_left_to_firmer(self, invoice, day):
        """:return: how long another invoice of the customer was on the ladder since the
        due date, up to the longest that a newer one is left to it"""
        others = {other.number for other in self.by_customer[invoice.customer]}
        evenings = sum(
            any(evening.stages.get(number) for number in others)
            for evening_day, evening in self.journal.evenings.items()
            if invoice.due <= evening_day <= day
        )
        return min(timedelta(days=evenings), FIRMER_WITHIN)

    def _check_steps_climb(self, climbs):
        """A step that lifts no invoice was taken before, or for nothing."""
        lifted = {
            (day, self.invoices[number].customer, stage_id)
            for number, reached in climbs.items()
            for stage_id, day in reached
        }
        for step in self.journal.steps:
            if step.state in ("done", "skipped"):
                self._expect(
                    "no step twice",
                    (step.day, step.customer, step.stage_id) in lifted,
                    f"{step.day} {step.customer} “{self.stages[step.stage_id].name}”:"
                    " no invoice reached the stage by it",
                )

    # Cases and decisions

    def check_cases(self):
        """Who has something open has one open case, and nobody else has."""
        for day, evening in self.journal.evenings.items():
            owing = {
                customer
                for customer, invoices in self.by_customer.items()
                if any(self.is_open(invoice, day) for invoice in invoices)
            }
            customers = [customer for customer, _case_id in evening.cases]
            self._expect(
                "at most one open case",
                len(customers) == len(set(customers)),
                f"{day}: somebody has two open cases",
            )
            self._expect(
                "a case for everybody who owes",
                set(customers) == owing,
                f"{day}: open cases and open invoices differ for"
                f" {sorted(set(customers) ^ owing)}",
            )

    def check_decisions(self):
        """Every decision has a reason, and every step a decision before it."""
        due, decided = defaultdict(list), {}
        for decision in self.journal.decisions:
            decided.setdefault(decision.case_id, decision.day)
            if decision.reason == "due":
                due[decision.case_id, decision.stage_id].append(decision.day)
            self._expect(
                "a reason for every decision",
                decision.reason,
                f"{decision.day}: case {decision.case_id} has no reason",
            )
        for step in self.journal.steps:
            if step.state == "done":
                days = due[step.case_id, step.stage_id]
                self._expect(
                    "a decision before every step",
                    any(day <= step.day for day in days),
                    f"{step.day} {step.customer}: no decision says that"
                    f" “{self.stages[step.stage_id].name}” was due",
                )
        for day, evening in self.journal.evenings.items():
            for customer, case_id in evening.cases:
                self._expect(
                    "a decision for every case",
                    decided.get(case_id, day.max) <= day,
                    f"{day} {customer}: an open case without a decision",
                )

    def check_failures(self):
        """Everybody can be reached here, so nothing may fail."""
        for step in self.journal.steps:
            self._expect(
                "no step fails",
                step.state != "failed",
                f"{step.day} {step.customer}: failed: {step.error}",
            )


def _show(amounts):
    return ", ".join(
        f"{number}: {amount}" for number, amount in sorted(amounts.items())
    )
