"""The command line of the comparison with Odoo alone."""

import argparse
import json
import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from time import perf_counter

from . import databases
from .bench_command import describe_machine, say

SCRIPT = Path(__file__).with_name("interference.py")
MODULES = [
    "account",
    "account_payment",
    "portal",
    "mail",
    "sms",
    "snailmail",
    "sale",
    "stock",
]
SIDES = ("alone", "with the addon")
DESCRIPTION = """\
Run the tests of Odoo's own modules on two databases that differ in the addon alone, and
compare what became of each test. What differs is run again on both, so that only what
differs always is told: the exit code is 1 if there is any. It takes hours.
"""


def main(arguments):
    """Run the command; answer the exit code."""
    parser = argparse.ArgumentParser(
        prog="./dev interference",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("modules", nargs="*", help=f"by default {', '.join(MODULES)}")
    parser.add_argument(
        "--again", type=int, default=2, help="run what differs so often again (2)"
    )
    options = parser.parse_args(arguments)
    names = options.modules or MODULES
    comparison = Comparison(names)
    try:
        rows = [comparison.compare(name, options.again) for name in names]
    finally:
        comparison.close()
    print(format_report(describe_machine(), rows))
    return int(any(row["differ"] for row in rows))


class Comparison:
    """The two databases, and a log for each."""

    def __init__(self, names):
        self.databases = [
            databases.full_name(f"interference_{number}") for number in (1, 2)
        ]
        alone, both = self.databases
        say("Making the databases ...")
        databases.create(alone)
        databases.install(alone, *names)
        databases.create(both, template=alone)
        databases.install(both, databases.ADDON)

    def close(self):
        """Remove what was made; the logs stay."""
        for name in self.databases:
            databases.drop(name)

    def compare(self, name, again):
        """Run the tests of a module on both sides.

        :param int again: how often what differs is run again
        :return: a dict, a row of the report
        """
        say(f"Tests of {name} ...")
        started = perf_counter()
        outcomes = self._run(name, [])
        differing = differ(*outcomes)
        for _number in range(again):
            if differing:
                say(f"  {len(differing)} again ...")
                differing &= differ(*self._run(name, sorted(differing)))
        return {
            "module": name,
            "tests": [len(one) for one in outcomes],
            "passed": [list(one.values()).count("passed") for one in outcomes],
            "differ": sorted(differing),
            "seconds": perf_counter() - started,
        }

    def _run(self, name, wanted):
        """:return: for each side a dict of outcomes by test"""
        with ThreadPoolExecutor(len(SIDES)) as pool:
            return list(
                pool.map(lambda base: run_worker(base, name, wanted), self.databases)
            )


def differ(alone, both):
    """Answer the tests that end differently, or run on one side only.

    >>> sorted(differ({"a": "passed", "b": "failed"}, {"a": "passed", "c": "passed"}))
    ['b', 'c']
    """
    return {test for test, _outcome in alone.items() ^ both.items()}


def run_worker(base, name, wanted):
    """Run tests of a module on a database, in a process of their own.

    :param list wanted: ids of tests; none means all
    :return: a dict of outcomes by test
    :raises SystemExit: the process broke off
    """
    log = Path(os.environ["ODOO_RC"]).with_name(f"{base}_{name}.log")
    command = [sys.executable, SCRIPT, "--worker", base, str(_get_port()), name]
    with log.open("w") as stream:
        done = subprocess.run(
            [*command, json.dumps(wanted)],
            stdout=subprocess.PIPE,
            stderr=stream,
            text=True,
            check=False,
        )
    if done.returncode:
        sys.exit(f"The tests of {name} broke off: {log}")
    return json.loads(done.stdout.splitlines()[-1])


def _get_port():
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def format_report(machine, rows):
    """Answer the rows as a table in Markdown, with the tests that differ below."""
    lines = [
        "",
        "{date}: {cores} cores ({processor}), {memory_gb} GB, {system}".format(
            **machine
        ),
        "",
        "| Module | tests | passed alone | passed with the addon | differ | minutes |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        cells = [row["module"], row["tests"][0], *row["passed"], len(row["differ"])]
        cells.append(f"{row['seconds'] / 60:.0f}")
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    lines += [f"{test} differs" for row in rows for test in row["differ"]]
    return "\n".join(lines)
