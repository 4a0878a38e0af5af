"""What a replay says at its end: a text for people, and JSON."""

from collections import Counter, defaultdict
from statistics import mean, median


def summarize(checker, seconds):
    """Put the figures of a replay together.

    :param Checker checker: of which ``check`` has run
    :param float seconds: how long the replay took
    :return: dict, ready for JSON
    """
    journal = checker.journal
    held = set().union(*(evening.held for evening in journal.evenings.values()))
    return {
        **_summarize_ledger(checker),
        "cases_opened": journal.cases_opened,
        "cases_closed": journal.cases_closed,
        "steps": _count_steps(checker),
        "messages": dict(Counter(m.channel for m in journal.messages)),
        "invoices_held": len(held),
        "decisions": dict(Counter(d.reason for d in journal.decisions).most_common()),
        "checks": dict(checker.checked),
        "violations": checker.violations,
        "seconds": round(seconds, 1),
        "seconds_by_work": {k: round(v, 1) for k, v in journal.seconds.items()},
    }


def _summarize_ledger(checker):
    days = list(checker.journal.evenings)
    last = days[-1]
    posted = [line for line in checker.invoices.values() if line.date <= last]
    settled = [line for line in posted if line.settled and line.settled <= last]
    return {
        "first_day": days[0].isoformat(),
        "last_day": last.isoformat(),
        "days": len(days),
        "customers": len({line.customer for line in posted}),
        "invoices": len(posted),
        "invoices_open_at_the_end": len(posted) - len(settled),
        "days_to_payment": _spread([(i.settled - i.date).days for i in settled]),
        "days_late": _spread([(i.settled - i.due).days for i in settled]),
        "paid_late": sum(line.settled > line.due for line in settled),
        "paid_after_stage": _count_payments(checker, settled),
    }


def _spread(numbers):
    if not numbers:
        return None
    return {
        "mean": round(mean(numbers), 1),
        "median": median(numbers),
        "most": max(numbers),
    }


def _count_steps(checker):
    """:return: list of dicts per policy, stage and channel, in the order of ladders"""
    counts = defaultdict(Counter)
    for step in checker.journal.steps:
        counts[step.stage_id, step.channel][step.state] += 1
    ordered = sorted(
        counts.items(),
        key=lambda entry: (
            checker.stages[entry[0][0]].policy_id,
            checker.stages[entry[0][0]].sequence,
        ),
    )
    return [
        {"stage": checker.stages[stage_id].name, "channel": channel, **states}
        for (stage_id, channel), states in ordered
    ]


def _count_payments(checker, settled):
    """:return: how many invoices were paid after which stage was the last"""
    reached = {}
    for evening in checker.journal.evenings.values():
        reached.update(evening.stages)
    names = [
        checker.stages[reached[line.number]].name
        if reached.get(line.number)
        else "no step at all"
        for line in settled
    ]
    return dict(Counter(names).most_common())


def format_report(summary):
    """Answer the report as text.

    :param dict summary: what ``summarize`` answers
    """
    parts = (_format_ledger, _format_steps, _format_counts, _format_checks)
    return "\n".join(line for part in parts for line in part(summary))


def _format_ledger(summary):
    yield ""
    yield f"{summary['first_day']} to {summary['last_day']}, {summary['days']} days"
    yield _row("customers", summary["customers"])
    yield _row("invoices", summary["invoices"])
    yield _row("  still open at the end", summary["invoices_open_at_the_end"])
    if summary["days_to_payment"]:
        yield _row("  paid late", summary["paid_late"])
        yield _row("  days to payment", _format_spread(summary["days_to_payment"]))
        yield _row("  days late", _format_spread(summary["days_late"]))
    yield _row("cases opened", summary["cases_opened"])
    yield _row("cases closed", summary["cases_closed"])
    yield _row("invoices on hold at some time", summary["invoices_held"])


def _format_steps(summary):
    yield ""
    yield "Steps"
    for step in summary["steps"]:
        states = {k: v for k, v in step.items() if k not in ("stage", "channel")}
        numbers = ", ".join(f"{count} {state}" for state, count in states.items())
        yield _row(f"  {step['stage']} ({step['channel']})", numbers)


def _format_counts(summary):
    for title, key in (
        ("Messages", "messages"),
        ("Decisions", "decisions"),
        ("Paid after", "paid_after_stage"),
        ("Seconds", "seconds_by_work"),
    ):
        yield ""
        yield title
        for name, count in summary[key].items():
            yield _row(f"  {name}", count)
    yield _row("  in all", summary["seconds"])


def _format_checks(summary):
    yield ""
    yield "Checked against the ledger, day by day"
    for name, count in summary["checks"].items():
        yield _row(f"  {name}", count)
    violations = summary["violations"]
    yield ""
    if violations:
        yield f"{len(violations)} VIOLATIONS:"
        yield from (f"  {violation}" for violation in violations)
    else:
        yield f"No violation in {sum(summary['checks'].values())} checks."


def _format_spread(spread):
    return (
        f"{spread['mean']} on average, {spread['median']:g} in the middle, "
        f"{spread['most']} at most"
    )


def _row(name, value):
    return f"{name:42} {value}"
