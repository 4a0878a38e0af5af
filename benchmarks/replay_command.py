"""The command line of the replay."""

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from time import perf_counter

from . import databases
from .ledger_file import COLUMNS, DATE_EXAMPLES, LedgerError, read_ledger
from .progress import Progress
from .replay_check import Checker, read_rules
from .replay_life import Replay, get_days
from .replay_report import format_report, summarize

DESCRIPTION = """\
Load a ledger of invoices and settlement dates into a fresh database and replay it day
by day: post what is invoiced, register what is paid, let the scheduler review, plan
and execute, and a simulated collector approve the letters and make the calls. An
invoice without a settlement date stays open. A disputed invoice is put on hold for ten
days on the day after it is first reminded. At the end the whole history is checked
against the file; a violation makes the exit code 1.
"""

EPILOG = """\
columns, and what they are called in "Late Payment Histories" (IBM):
{columns}
"disputed" may be missing. Other names: --columns number=Invoice,customer=Client,...
A file that is malformed is refused, with the lines and the reasons, before anything is
written.
"""


def main(arguments):
    """Run the command; answer the exit code."""
    options = _parse(arguments)
    try:
        invoices = read_ledger(
            options.file, options.columns, options.dates, options.encoding
        )
    except OSError as error:
        return _refuse(f"{options.file}: {error.strerror}")
    except LedgerError as error:
        return _refuse(f"{options.file} cannot be used:\n{error}")
    name = databases.full_name(options.database)
    print(f"{len(invoices)} invoices. Making the database {name} ...", flush=True)
    databases.create(name)
    databases.install(name, databases.ADDON)
    summary = _live(name, invoices, get_days(invoices, options.until, options.days))
    print(format_report(summary))
    if options.json:
        options.json.write_text(json.dumps(summary, indent=2) + "\n")
    print(f"\nThe database {name} is kept; open it with ./dev odoo -d {name}")
    return 1 if summary["violations"] else 0


def _refuse(reason):
    print(reason, file=sys.stderr)
    return 2


def _parse(arguments):
    columns = "\n".join(f"  {key:10} {name}" for key, name in COLUMNS.items())
    parser = argparse.ArgumentParser(
        prog="./dev replay",
        description=DESCRIPTION,
        epilog=EPILOG.format(columns=columns),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_file_arguments(parser)
    _add_replay_arguments(parser)
    options = parser.parse_args(arguments)
    if options.days is not None and options.days < 1:
        parser.error("--days is at least 1")
    return options


def _add_file_arguments(parser):
    parser.add_argument("file", type=Path, help="the ledger, a CSV file")
    parser.add_argument(
        "--columns",
        type=_parse_columns,
        default={},
        metavar="WHAT=NAME,...",
        help="names of columns that differ from those below",
    )
    examples = ", ".join(f"{key}: {day}" for key, day in DATE_EXAMPLES.items())
    parser.add_argument(
        "--dates",
        choices=DATE_EXAMPLES,
        default="dmy",
        help=f"how dates are written ({examples}; dmy if not given)",
    )
    parser.add_argument("--encoding", default="utf-8-sig", help="utf-8 if not given")


def _add_replay_arguments(parser):
    parser.add_argument("--days", type=int, help="replay so many days only")
    parser.add_argument("--until", type=date.fromisoformat, help="last day, 2012-12-31")
    parser.add_argument("--json", type=Path, help="write the report to this file too")
    parser.add_argument(
        "--database", default="replay", help="name of the database to make"
    )


def _parse_columns(text):
    columns = {}
    for pair in text.split(","):
        what, _, name = pair.partition("=")
        if what not in COLUMNS or not name:
            raise argparse.ArgumentTypeError(
                f"{pair!r} is not WHAT=NAME with one of {', '.join(COLUMNS)}"
            )
        columns[what] = name
    return columns


def _live(name, invoices, days):
    started = perf_counter()
    with databases.environment(name) as env:
        company = databases.prepare_company(env)
        replay = Replay(env, company, invoices)
        progress = Progress(len(days), "days")

        def after_day(day):
            env.cr.commit()
            progress.show(day.toordinal() - days[0].toordinal() + 1, str(day))

        journal = replay.live(days, after_day)
        checker = Checker(invoices, journal, *read_rules(env, company))
        checker.check()
        return summarize(checker, perf_counter() - started)
