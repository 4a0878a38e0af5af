"""Replay a ledger day by day."""

import time
from contextlib import contextmanager
from datetime import datetime, timedelta
from datetime import time as clock_time

from freezegun import freeze_time

from .replay_collector import Collector
from .replay_journal import Journal, Recorder
from .replay_world import World

MORNING = clock_time(9, 0)
# Days to live on after the last invoice that stays open fell due.
AFTERLIFE = 60
REQUESTS = 1000


def get_days(invoices, until=None, count=None):
    """Answer the days of a ledger, from its first invoice to its last event.

    :param list invoices: ledger_file.Invoice
    :param date until: last day to replay
    :param int count: how many days at most
    """
    first = min(invoice.date for invoice in invoices)
    last = max(
        invoice.settled or invoice.due + timedelta(days=AFTERLIFE)
        for invoice in invoices
    )
    last = min(last, until) if until else last
    days = (last - first).days + 1
    return [first + timedelta(days=n) for n in range(min(days, count or days))]


class Replay:
    """Replays a ledger: invoices, payments, the scheduler and a collector.

    :param env: Odoo's environment, as superuser
    :param company: res.company record with a chart of accounts
    :param list invoices: ledger_file.Invoice
    """

    def __init__(self, env, company, invoices):
        self.env = env
        self.company = company
        self.invoices = invoices
        self.journal = Journal()
        self.world = World(env, company, invoices)
        self.collector = Collector(env, company)
        self.recorder = Recorder(env, company, self.journal)
        self.disputed = {line.number for line in invoices if line.disputed}
        self.posted_on = _group(invoices, "date")
        self.settled_on = _group(invoices, "settled")
        # Kept here, where freezegun does not replace it.
        self.clock = time.perf_counter

    def live(self, days, after_day=None):
        """Replay days.

        :param list days: consecutive dates, from the first invoice on
        :param after_day: function called with each day when it is over
        :return: the Journal
        """
        # The clock of the day: whatever is written down bears the day's date.
        with freeze_time(datetime.combine(days[0], MORNING)) as clock:
            for day in days:
                clock.move_to(datetime.combine(day, MORNING))
                self._live_day(day)
                if after_day:
                    after_day(day)
        return self.journal

    def _live_day(self, day):
        with self._timed("ledger"):
            self.world.post(self.posted_on.get(day, []))
            self.world.pay(self.settled_on.get(day, []), day)
        with self._timed("plan"):
            self._bring_up_holds(day)
            self._review_changes(day)
            self._run(day)
        with self._timed("execute"):
            self._execute(day)
        with self._timed("collector"):
            is_released = self.collector.approve(day)
        with self._timed("execute"):
            if is_released:
                self._execute(day)
        with self._timed("collector"):
            self.collector.do_tasks(day)
            self.collector.post_letters(day)
        with self._timed("mail"):
            self._deliver()
        with self._timed("record"):
            self.recorder.record(day)
        self.env.invalidate_all()

    def _at(self, day):
        return self.env(context={**self.env.context, "collection_as_of": day})

    @contextmanager
    def _timed(self, what):
        started = self.clock()
        yield
        seconds = self.journal.seconds
        seconds[what] = seconds.get(what, 0) + self.clock() - started

    def _bring_up_holds(self, day):
        """Customers answer the next day that they dispute; old holds are reviewed."""
        yesterday = day - timedelta(days=1)
        messages = [m for m in self.journal.messages[-200:] if m.day == yesterday]
        self.collector.hold_disputed(day, messages, self.disputed)
        self._at(day)["collection.hold"]._review_due(self.company, day)

    def _review_changes(self, day):
        """Review the customers who paid, as the scheduler does after a payment."""
        changed = self.env["collection.review.request"]._take(REQUESTS)
        if partner_ids := changed.get(self.company.id):
            self._run(day, partner_ids=list(partner_ids), kind="changes")

    def _run(self, day, **kwargs):
        self._at(day)["collection.scheduler"]._run(self.company, day, **kwargs)

    def _execute(self, day):
        counts = {"done_count": 0, "failed_count": 0, "cancelled_count": 0}
        sender = self._at(day)["collection.executor"]
        while sender._execute_batch(self.company, day, counts):
            pass

    def _deliver(self):
        """The mail server takes everything: nothing really leaves this machine."""
        mails = self.env["mail.mail"].search(
            [("state", "=", "outgoing"), ("model", "=", "collection.case")]
        )
        if mails:
            mails.write({"state": "sent"})
            mails._postprocess_sent_message(success_pids=[], success_emails=[])


def _group(invoices, name):
    groups = {}
    for invoice in invoices:
        groups.setdefault(getattr(invoice, name), []).append(invoice)
    return groups
