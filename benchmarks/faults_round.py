"""A round of the fault bench: some kinds of fault, and so many kills."""

import os
import random
import subprocess
import sys
import tempfile
import time
from statistics import median
from typing import NamedTuple

from . import faults_printer, faults_sink, faults_site, faults_tally, processes

# Between two kills, in seconds.
LIFE = (0.3, 2.0)
# A whole server takes its time to start.
SERVER_LIFE = (6.0, 12.0)
PAY_PAUSE = 0.3  # seconds
SHARE_OF_PAYERS = 5
MAX_LANES = 4


class Faults(NamedTuple):
    """What goes wrong in a round, beside the kills. ``manner``: of the mail server, a
    key of ``faults_sink.MANNERS``."""

    title: str
    manner: str = "well"
    printer_fails: bool = False
    is_disk_full: bool = False
    backends_end: bool = False
    is_server: bool = False


FAULTS = (
    Faults("executors and mail queue killed"),
    Faults("mail server refuses (4xx, 5xx)", manner="refuses"),
    Faults("mail server slow, goes away", manner="breaks"),
    Faults("wkhtmltopdf hangs, dies, writes half", printer_fails=True),
    Faults("disk full", is_disk_full=True),
    Faults("backends terminated", backends_end=True),
    Faults("everything at once", "breaks", True, True, True),
    Faults("whole servers killed", is_server=True),
)


class Round:
    """Starts and kills, then lets everything calm down and counts."""

    def __init__(self, site, faults, kills):
        """Be ready to begin.

        :param site: faults_site.Site
        :param Faults faults: what goes wrong
        :param int kills: how often somebody is killed
        """
        self.site = site
        self.faults = faults
        self.kills = kills
        self.lanes = []
        self.queue = None

    def run(self, payers):
        """Do it.

        :param list payers: ids of the account.move records that are paid meanwhile
        :return: dict of what is to be told
        """
        started = time.monotonic()
        self._set_faults(self.faults)
        payer = processes.fork(faults_site.pay, self.site, payers, PAY_PAUSE)
        watcher = processes.fork(faults_site.watch_locks, self.site)
        try:
            if self.faults.is_server:
                self._kill_servers()
            else:
                self._kill_workers()
        finally:
            self._set_faults(Faults("calm"))
            for child in filter(None, [*self.lanes, self.queue, watcher]):
                processes.kill(child)
        processes.wait(payer)
        return {"title": self.faults.title, "kills": self.kills} | finish(
            self.site, started
        )

    def _set_faults(self, faults):
        faults_sink.set_manner(self.site.folder, faults.manner)
        faults_printer.set_printer(self.site.folder, faults.printer_fails)

    # ------------------------------------------------------------------
    # Executors, and the mail queue
    # ------------------------------------------------------------------

    def _kill_workers(self):
        """From one to four executors at a time, and the mail queue beside them."""
        for number in range(self.kills):
            while len(self.lanes) < 1 + number % MAX_LANES:
                self._start_lane()
            if not self.queue:
                self.queue = processes.fork(faults_site.send_mails, self.site)
            time.sleep(random.uniform(*LIFE))
            if self.faults.backends_end and number % 2:
                faults_site.terminate_backend(self.site)
            else:
                self._kill_one()

    def _start_lane(self):
        is_full = self.faults.is_disk_full and random.random() < 1 / 2
        self.lanes.append(processes.fork(faults_site.execute, self.site, is_full))

    def _kill_one(self):
        """The queue is killed as often as an executor."""
        if random.random() < 1 / 2:
            processes.kill(self.queue)
            self.queue = None
        else:
            processes.kill(self.lanes.pop(random.randrange(len(self.lanes))))

    # ------------------------------------------------------------------
    # Whole servers
    # ------------------------------------------------------------------

    def _kill_servers(self):
        processes.ask(_set_lanes, self.site, 2)
        command = faults_site.get_server_command(self.site, sys.executable)
        for _kill in range(self.kills):
            server = subprocess.Popen(
                command,
                # Odoo started in the checkout would take it for a part of itself.
                cwd=tempfile.gettempdir(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            end = time.monotonic() + random.uniform(*SERVER_LIFE)
            while time.monotonic() < end:
                processes.ask(_have_actions_due, self.site)
                faults_site.wake_server(self.site)
                time.sleep(1)
            os.killpg(server.pid, 9)
            server.wait()


def _set_lanes(site, count):
    with site.environment() as env:
        env["collection.lane"]._set_count(count)


def _have_actions_due(site):
    """Let ten minutes pass for the scheduled actions that are not at work."""
    with site.environment() as env:
        lanes = env["collection.lane"]._get_active()
        lanes |= env.ref("mail.ir_cron_mail_scheduler_action")
        env.cr.execute(
            "UPDATE ir_cron SET nextcall = NOW() AT TIME ZONE 'UTC' WHERE id IN ("
            " SELECT id FROM ir_cron WHERE id = ANY(%s) FOR UPDATE SKIP LOCKED)",
            [lanes.ids],
        )


def finish(site, started):
    """Let all calm down, and count.

    :param float started: when the round has begun, on the monotonic clock
    :return: dict of numbers and seconds
    """
    seconds = time.monotonic() - started
    by_person = processes.ask(faults_tally.calm_down, site)
    mails = faults_sink.read_mails(site.folder)
    payments = faults_site.read_payments(site) or [(0.0, 1)]
    return processes.ask(faults_tally.count, site, mails) | {
        "by_person": by_person,
        "payments": len(payments),
        "repeated": sum(tries > 1 for _seconds, tries in payments),
        "wait_median": median(seconds for seconds, _tries in payments),
        "wait_longest": max(seconds for seconds, _tries in payments),
        "lock_longest": faults_site.read_locks(site),
        "seconds": seconds,
    }


def measure_lanes(site, lanes, payers):
    """Let executors work side by side until all is sent, while others pay.

    :param int lanes: how many executors
    :param list payers: ids of the account.move records that are paid meanwhile
    :return: dict of what is to be told
    """
    started = time.monotonic()
    payer = processes.fork(faults_site.pay, site, payers, PAY_PAUSE)
    workers = [processes.fork(faults_site.watch_locks, site)]
    workers += [processes.fork(faults_site.send_mails, site)]
    workers += [processes.fork(faults_site.execute, site) for _lane in range(lanes)]
    try:
        while processes.ask(_count_waiting, site):
            time.sleep(1)
        seconds = time.monotonic() - started
    finally:
        for worker in workers:
            processes.kill(worker)
    processes.wait(payer)
    told = {"title": f"no faults, executors side by side: {lanes}", "kills": 0}
    return told | finish(site, started) | {"seconds": seconds}


def _count_waiting(site):
    partners = site.partner_ids
    with site.environment() as env:
        steps = env["collection.step"].search_count(
            [
                ("case_id.partner_id", "in", partners),
                ("state", "in", ("planned", "failed")),
            ]
        )
        return steps or env["collection.letter"].search_count(
            [("customer_id", "in", partners), ("delivery_state", "=", "queued")]
        )
