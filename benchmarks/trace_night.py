"""The way of one due item through the files of `models/`, until its mail has left.

What counts is each call that enters a function of `models/`, comprehensions and lambdas
included. When it is in another file than the call before it, that is a switch: there a
reader who follows the item turns to another file.
"""

import sys
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

from odoo.addons.base.models.ir_mail_server import IrMail_Server

from .bench_ledger import post_sample

MODELS = str(Path(__file__).parents[1] / "models")


class Trace:
    """The calls of each phase of the way: pairs of file and function."""

    def __init__(self):
        self.phases = {}

    @contextmanager
    def phase(self, name):
        """Note the calls of what is done meanwhile."""
        calls = self.phases[name] = []

        def note(frame, event, _argument):
            path = frame.f_code.co_filename
            if event == "call" and path.startswith(MODELS):
                calls.append((path[len(MODELS) + 1 :], frame.f_code.co_qualname))

        sys.setprofile(note)
        try:
            yield
        finally:
            sys.setprofile(None)

    @property
    def calls(self):
        """Answer the calls of all phases, one after the other."""
        return [call for calls in self.phases.values() for call in calls]


def count_files(calls):
    """Answer how many files are entered.

    >>> count_files([("a.py", "f"), ("a.py", "g"), ("b.py", "h"), ("a.py", "f")])
    2
    """
    return len({file for file, _function in calls})


def find_switches(calls):
    """Answer the calls that enter another file than the call before them.

    >>> find_switches([("a.py", "f"), ("a.py", "g"), ("b.py", "h"), ("a.py", "f")])
    [('b.py', 'h'), ('a.py', 'f')]
    """
    return [call for before, call in pairwise(calls) if before[0] != call[0]]


def trace_item(env, as_of):
    """Follow an item of a customer with an address that is ten days late.

    :param env: Odoo's environment, as superuser; nothing is committed
    :param date as_of: the day of the run
    :return: the Trace
    """
    env = env(context={**env.context, "collection_as_of": as_of})
    _make_item(env, as_of)
    env.registry.clear_cache()
    trace, company = Trace(), env.company
    with trace.phase("run"):
        env["collection.scheduler"]._run(company, as_of)
        env.flush_all()
    counts = {"done_count": 0, "failed_count": 0, "cancelled_count": 0}
    with trace.phase("execute"):
        env["collection.executor"]._execute_batch(company, as_of, counts)
        env.flush_all()
    with trace.phase("send"), _accepting_server():
        env["mail.mail"].search([("state", "=", "outgoing")]).send()
        env.flush_all()
    return trace


def _make_item(env, as_of):
    invoice = post_sample(env, as_of)
    env.company.email = "us@example.com"
    due = invoice.line_ids.filtered("date_maturity")
    due.date_maturity = as_of - timedelta(days=10)
    env.flush_all()


@contextmanager
def _accepting_server():
    """Let every mail be taken, without a connection."""
    with (
        patch.object(IrMail_Server, "_disable_send", return_value=False),
        patch.object(IrMail_Server, "_connect__", return_value=None),
        patch.object(
            IrMail_Server,
            "send_email",
            side_effect=lambda mail, *_, **__: mail["Message-Id"],
        ),
    ):
        yield
