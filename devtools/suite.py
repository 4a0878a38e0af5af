"""The whole test suite, dealt out to one process more than there are cores: browsers
and tests of several workers wait half of their time.

Each process has a database of its own, a copy of one with the addon installed, and
takes one class of tests after another (pytest_plugins/deal.py).
"""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from . import console, machine, postgres, results
from .paths import CHECKOUT_HOME, database

FOLDER = CHECKOUT_HOME / "suite"
TAKEN = FOLDER / "taken"
DURATIONS = CHECKOUT_HOME / "durations.json"
# Odoo, its share of PostgreSQL, and sometimes a browser.
MEMORY_MB = 1500


def count_processes():
    """Answer how many processes share the tests out among themselves."""
    return max(1, min((os.cpu_count() or 1) + 1, machine.memory_mb() // MEMORY_MB))


@contextmanager
def threads():
    """Give as many threads as there are to be processes; Ctrl-C ends all of these."""
    with ThreadPoolExecutor(count_processes()) as pool:
        try:
            yield pool
        except BaseException:
            console.end_all()
            raise


class Worker:
    """A process that runs tests, and what it leaves behind."""

    def __init__(self, number):
        self.name = f"test_{number}"
        self.database = database(self.name)
        self.output = FOLDER / f"{self.name}.txt"
        self.results = FOLDER / f"{self.name}.xml"
        self.code = None

    def run(self, command, env):
        """Run tests until all are taken.

        :param command: pytest's, up to the options of this process
        """
        progress = os.dup(1)
        try:
            postgres.copy(database("test"), self.database)
            postgres.plan_quickly(self.database)
            self.code = console.call(
                [
                    *command,
                    *("-p", "deal", "-q", "--no-header", "--disable-warnings"),
                    *("-o", "console_output_style=classic"),
                    *("--deal", TAKEN, "--deal-durations", DURATIONS),
                    *("--deal-progress", str(progress)),
                ],
                log=self.output,
                env=env,
                cwd=CHECKOUT_HOME,
                pass_fds=[progress],
            )
        finally:
            os.close(progress)
            postgres.drop(self.database)


def run(pool, command, env, target):
    """Run all tests in copies of the database `test`.

    :param pool: threads that start the processes, as they become free
    :param command: function that answers pytest's command for a `Worker`
    :param target: file that the results of all processes come into
    :raises Failure: a test failed; what pytest said is shown
    """
    shutil.rmtree(FOLDER, ignore_errors=True)
    TAKEN.mkdir(parents=True)
    workers = [Worker(number) for number in range(1, count_processes() + 1)]
    runs = [pool.submit(each.run, command(each), env) for each in workers]
    for each in runs:
        each.result()
    results.merge([worker.results for worker in workers], target)
    results.keep_durations(target, DURATIONS)
    check(workers)


def check(workers):
    """Show what the processes have complained about.

    :raises Failure: one of them has
    """
    codes = [worker.code for worker in workers]
    if set(codes) == {5}:
        raise console.Failure("No test ran.")
    # Tests that can't be collected are the same everywhere: they are shown once.
    shown = workers[:1] if len(set(codes)) == 1 and codes[0] != 1 else workers
    for worker in shown:
        if worker.code:
            console.say(worker.output.read_text(errors="replace"))
    if any(codes):
        ended = ", ".join(str(code) for code in codes)
        raise console.Failure(f"pytest ended with code {ended}.")
