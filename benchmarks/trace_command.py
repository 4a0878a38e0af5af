"""The command line of the trace."""

import argparse

from . import databases
from .bench_command import say
from .bench_worker import AS_OF
from .trace_night import count_files, find_switches, trace_item

DESCRIPTION = """\
Follow an item that is due from the run of the night until its mail has left, and count
the files of models/ that are entered on the way, and how often the way turns from one
to another.
"""


def main(arguments):
    """Run the command; answer the exit code."""
    parser = argparse.ArgumentParser(prog="./dev trace", description=DESCRIPTION)
    parser.add_argument("--list", action="store_true", help="print the way itself")
    parser.add_argument("--database", help="use what ./dev newdb has made, unchanged")
    options = parser.parse_args(arguments)
    name = databases.full_name(options.database or "trace")
    if not options.database:
        say("Making a database ...")
        databases.create(name)
        databases.install(name, databases.ADDON)
    with databases.environment(name) as env:
        trace = trace_item(env, AS_OF)
    if not options.database:
        databases.drop(name)
    print(format_report(trace, options.list))
    return 0


def format_report(trace, is_listed=False):
    """Answer what was counted as text.

    :param Trace trace: the way
    :param bool is_listed: with every switch
    """
    lines = []
    for phase, calls in [*trace.phases.items(), ("in all", trace.calls)]:
        switches = find_switches(calls)
        if is_listed and phase in trace.phases:
            lines += [f"{file} {function}" for file, function in calls[:1] + switches]
        lines.append(
            f"{phase:8} {count_files(calls):4} files {len(switches):4} switches"
        )
    return "\n".join(lines)
