"""The command line of the benchmark: makes databases, starts the measurements."""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from . import bench_posting, databases
from .bench_oca import installed_oca
from .bench_report import format_report

SCRIPT = Path(__file__).with_name("run.py")
DESCRIPTION = """\
Make ledgers of overdue invoices and measure review and plan on each of them (the first
run ever, a second one on the same day, and the next day's), the execution of e-mails
with a statement as PDF, and the first page of the worklist. Then post, pay and open
again invoices with the addon and without it.
"""
SIZES = ((100_000, 10_000), (1_000_000, 100_000))
QUICK_SIZES = ((5_000, 500), (20_000, 2_000))


def main(arguments):
    """Run the command; answer the exit code."""
    options = _parse(arguments)
    bench = Bench(options)
    results = {
        "machine": describe_machine(),
        "sizes": [] if options.posting else bench.measure(),
        "posting": bench.measure_posting(),
    }
    print(format_report(results))
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")
    return 0


def _parse(arguments):
    parser = argparse.ArgumentParser(prog="./dev bench", description=DESCRIPTION)
    parser.add_argument("--items", type=int, help="measure a ledger of so many items")
    parser.add_argument("--customers", type=int, help="... of so many customers")
    parser.add_argument("--quick", action="store_true", help="small ledgers only")
    parser.add_argument("--messages", type=int, default=500, help="messages to make")
    parser.add_argument(
        "--repeat", type=int, default=3, help="measure the plan so often (3)"
    )
    parser.add_argument(
        "--oca",
        action="store_true",
        help="fetch OCA's account_credit_control from PyPI and measure it on the first"
        " ledger too; it takes minutes",
    )
    parser.add_argument(
        "--posting",
        action="store_true",
        help="measure only what posting, paying and undoing cost",
    )
    parser.add_argument(
        "--invoices", type=int, default=200, help="... of so many invoices (200)"
    )
    parser.add_argument(
        "--pairs", type=int, default=7, help="... in so many paired runs (7)"
    )
    parser.add_argument("--json", type=Path, help="write the results to this file too")
    options = parser.parse_args(arguments)
    options.sizes = QUICK_SIZES if options.quick else SIZES
    if options.items:
        options.sizes = (
            (options.items, options.customers or options.items // 10 or 1),
        )
    return options


class Bench:
    """Measures ledgers of several sizes, each measurement on a copy of its own."""

    def __init__(self, options):
        self.options = options
        self.copy = databases.full_name("bench_copy")

    def measure(self):
        """Answer a dict of results per ledger, the first one with what is measured
        once."""
        results = [self._make_ledger(*size) for size in self.options.sizes]
        self._measure_plans(results)
        for number, result in enumerate(results):
            self._measure_rest(result, is_first=number == 0)
            databases.drop(result.pop("base"))
        databases.drop(self.copy)
        return results

    def measure_posting(self):
        """Answer what posting, paying and undoing cost, with the addon and without."""
        plain, own = (databases.full_name(f"bench_{name}") for name in ("plain", "own"))
        databases.create(plain)
        databases.create(own)
        databases.install(own, databases.ADDON)
        runs = []
        for number in range(self.options.pairs):
            say(f"Posting and paying, {number + 1} of {self.options.pairs} ...")
            runs.append(
                run_worker("posting", own, plain=plain, count=self.options.invoices)
            )
        for name in (plain, own):
            databases.drop(name)
        return {
            "invoices": self.options.invoices,
            "pairs": self.options.pairs,
            "steps": bench_posting.summarize(runs),
        }

    def _make_ledger(self, items, customers):
        say(f"A ledger of {items:,} items of {customers:,} customers ...")
        base = databases.full_name(f"bench_base_{items}")
        databases.create(base)
        databases.install(base, databases.ADDON)
        ledger = run_worker("ledger", base, items=items, customers=customers)
        return {"base": base, "items": items, "customers": customers, "ledger": ledger}

    def _measure_plans(self, results):
        """Take the sizes in turn, so that a machine that is slower for some minutes is
        so for all of them."""
        runs = [[] for _result in results]
        for number in range(self.options.repeat):
            for result, mine in zip(results, runs, strict=True):
                say(
                    f"  Review and plan of {result['items']:,} items,"
                    f" {number + 1} of {self.options.repeat} ..."
                )
                self._make_copy(result)
                mine.append(run_worker("plan", self.copy))
        for result, mine in zip(results, runs, strict=True):
            result["plan"] = _summarize_plans(mine)

    def _measure_rest(self, result, is_first):
        say(f"  The worklist of {result['customers']:,} customers ...")
        self._make_copy(result)
        result["worklist"] = run_worker("worklist", self.copy)
        if is_first:
            say(f"  {self.options.messages} e-mails with PDF ...")
            self._make_copy(result)
            result["messages"] = run_worker(
                "messages", self.copy, count=self.options.messages
            )
        if is_first and self.options.oca:
            result["oca"] = self._measure_oca(result)

    def _make_copy(self, result):
        databases.create(self.copy, template=result["base"])
        databases.settle()

    def _measure_oca(self, result):
        say("  OCA's account_credit_control on the same ledger ...")
        self._make_copy(result)
        with installed_oca(self.copy) as (options, report_url):
            return run_worker(
                "oca", self.copy, odoo_options=options, report_url=report_url
            )


PLAN_KINDS = ("first", "again", "next_day")


def _summarize_plans(runs):
    return {
        **{kind: _summarize([run[kind] for run in runs]) for kind in PLAN_KINDS},
        "peak_mb": max(run["peak_mb"] for run in runs),
    }


def _summarize(runs):
    seconds = [run["seconds"] for run in runs]
    return {
        **runs[0],
        "seconds": median(seconds),
        "seconds_best": min(seconds),
        "seconds_all": [round(s, 3) for s in seconds],
    }


def run_worker(name, database, odoo_options="", **parameters):
    """Run a measurement in a process of its own and answer its result.

    :raises SystemExit: it failed; what it said is on the terminal
    """
    command = [sys.executable, SCRIPT, "--worker", odoo_options, name, database]
    done = subprocess.run(
        [*command, json.dumps(parameters)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"The measurement “{name}” failed.")
    return json.loads(done.stdout.splitlines()[-1])


def describe_machine():
    """Answer what there is to know about the machine and its load."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    version = databases.ask("SHOW server_version")
    release = platform.freedesktop_os_release()
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 2**30),
        "system": release.get("PRETTY_NAME", platform.system()),
        "processor": _read_processor(),
        "postgresql": version.split()[0],
        "python": platform.python_version(),
        "load_before": os.getloadavg()[0],
        "wkhtmltopdf": shutil.which("wkhtmltopdf") or "",
    }


def _read_processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


def say(text):
    """Tell what is going on, apart from the results."""
    print(text, file=sys.stderr, flush=True)
