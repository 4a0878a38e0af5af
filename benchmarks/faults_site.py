"""The place where things go wrong: a database, a mail server, and who works there.

All that works here runs in processes of its own, which are killed at any moment; so
nothing is wrapped, and each begins where Odoo's workers begin.
"""

import contextlib
import os
import random
import resource
import signal
import time
from datetime import date
from pathlib import Path
from typing import NamedTuple

import psycopg2
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.model import retrying

PAUSE = 0.1  # seconds
SAMPLE = 0.02  # seconds
# No document fits into it.
FULL_DISK = 4096  # bytes


class Site(NamedTuple):
    """Where and when: a database, a folder for what is noted outside of it, the company
    and its customers. ``today``: instead of the real day, for tests."""

    database: str
    folder: str
    company_id: int
    partner_ids: list
    today: date | None = None

    @contextlib.contextmanager
    def environment(self):
        """Give Odoo's environment, as superuser; committed in the end."""
        context = {"collection_as_of": self.today} if self.today else {}
        with Registry(self.database).cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, context)

    @property
    def payments(self):
        """The file in which the payer notes how long each payment took."""
        return Path(self.folder) / "payments"

    @property
    def locks(self):
        """The file in which the longest wait for a lock is noted."""
        return Path(self.folder) / "locks"


def _work(site, act):
    random.seed()
    while True:
        # Whatever happens, the next worker begins anew, as the scheduler has it.
        with contextlib.suppress(Exception), site.environment() as env:
            act(env)
        time.sleep(PAUSE)


def execute(site, is_disk_full=False):
    """Be an executor, without end."""
    if is_disk_full:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (FULL_DISK, resource.RLIM_INFINITY))

    def act(env):
        company = env["res.company"].browse(site.company_id)
        env["collection.scheduler"]._execute_company(company)

    _work(site, act)


def send_mails(site):
    """Be the mail queue, and the review of who has paid, without end."""

    def act(env):
        env["mail.mail"].process_email_queue()
        env["collection.scheduler"]._cron_review_changes()

    _work(site, act)


def pay(site, move_ids, pause):
    """Register the payments of invoices, one after the other, and note how long each
    took, with all its waiting.

    :param list move_ids: of the account.move records
    :param float pause: seconds between two
    """
    # The first payment of a process takes seconds, whatever others do.
    _insist(site, lambda env: (_pay(env, *move_ids[:1]), env.cr.rollback()))
    for move_id in move_ids:
        started, tries = time.monotonic(), []

        def act(env, move_id=move_id, tries=tries):
            tries.append(1)
            _pay(env, move_id)

        _insist(site, lambda env, act=act: retrying(lambda: act(env), env))
        with site.payments.open("a") as file:
            file.write(f"{time.monotonic() - started:.3f} {len(tries)}\n")
        time.sleep(pause)


def _insist(site, act):
    """Try again when the connection is gone, as people do."""
    while True:
        with contextlib.suppress(psycopg2.Error), site.environment() as env:
            act(env)
            return


def _pay(env, *move_ids):
    move = env["account.move"].browse(move_ids)
    if move.filtered("amount_residual"):
        Register = env["account.payment.register"].with_company(move.company_id)
        Register.with_context(active_model="account.move", active_ids=move.ids).create(
            {}
        ).action_create_payments()


def read_payments(site):
    """Answer a list of how long each payment took, in seconds, and in how many tries:
    Odoo repeats what another has overtaken."""
    if not site.payments.exists():
        return []
    lines = site.payments.read_text().splitlines()
    return [(float(line.split()[0]), int(line.split()[1])) for line in lines]


def watch_locks(site):
    """Note the longest time for which anybody waits for a lock, without end."""
    longest = 0.0
    while True:
        [[waited]] = _ask_server(
            """
            SELECT EXTRACT(EPOCH FROM MAX(CLOCK_TIMESTAMP() - query_start))
              FROM pg_stat_activity
             WHERE datname = %s AND wait_event_type = 'Lock'
            """,
            site.database,
        )
        if waited and waited > longest:
            longest = float(waited)
            site.locks.write_text(f"{longest:.3f}")
        time.sleep(SAMPLE)


def read_locks(site):
    """Answer the longest time that anybody was seen to wait for a lock, in seconds."""
    return float(site.locks.read_text() or 0) if site.locks.exists() else 0.0


def terminate_backend(site):
    """End one of PostgreSQL's own processes that work for the database."""
    _ask_server(
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = %s AND state <> 'idle' ORDER BY RANDOM() LIMIT 1
        """,
        site.database,
    )


def wake_server(site):
    """Have a whole server look for scheduled actions that are due."""
    _ask_server("SELECT pg_notify('cron_trigger', %s)", site.database)


def _ask_server(query, name):
    with contextlib.closing(psycopg2.connect(dbname="postgres")) as connection:
        connection.autocommit = True
        with connection.cursor() as cr:
            cr.execute(query, [name])
            return cr.fetchall()


def get_server_command(site, python):
    """Answer the command of a whole Odoo server that works for the database."""
    return [
        *(python, "-m", "odoo", "server", "-c", os.environ["ODOO_RC"]),
        *("-d", site.database, "--no-http", "--workers=0", "--max-cron-threads=3"),
        "--log-level=critical",
    ]
