"""The results of the benchmark as a table."""

from statistics import median

# The runs that are measured one after the other.
KINDS = {
    "first": "review and plan, first run",
    "again": "the same day again",
    "next_day": "the next day",
}


POSTING = {
    "post": "posting",
    "pay": "registering the payment",
    "undo": "undoing its reconciliation",
}


def format_report(results):
    """Answer the results as text.

    :param dict results: what the command gathered
    """
    lines = ["", _format_machine(results["machine"]), ""]
    for size in results["sizes"]:
        lines += _format_size(size)
    lines += _format_growth(results["sizes"])
    lines += _format_posting(results["posting"])
    return "\n".join(lines)


def _format_machine(machine):
    return (
        "{date}: {cores} cores ({processor}), {memory_gb} GB, {system},"
        " PostgreSQL {postgresql}, Python {python}, load {load_before:.1f}"
    ).format(**machine)


def _format_size(size):
    yield f"{size['items']:,} overdue items of {size['customers']:,} customers"
    yield _row("making the ledger", f"{size['ledger']['seconds']:.1f} s")
    plan = size["plan"]
    for kind, title in KINDS.items():
        run = plan[kind]
        yield _row(
            title,
            f"{run['seconds']:.2f} s (best {run['seconds_best']:.2f}),"
            f" {run['queries']} queries",
        )
    yield _row("peak memory of the process", f"{plan['peak_mb']} MB")
    worklist = size["worklist"]
    yield _row(
        f"worklist, {worklist['rows']} of {worklist['cases']:,} cases",
        f"{worklist['seconds_median'] * 1000:.0f} ms"
        f" (first time {worklist['seconds_first'] * 1000:.0f})",
    )
    if messages := size.get("messages"):
        yield from _format_messages(messages)
    if oca := size.get("oca"):
        yield from _format_oca(size, oca)
    yield ""


def _format_messages(messages):
    yield _row(
        f"{messages['messages']} e-mails, {messages['with_pdf']} with PDF",
        f"{messages['seconds_each'] * 1000:.0f} ms each"
        f" (median batch {messages['seconds_each_median_batch'] * 1000:.0f}),"
        f" {messages['peak_mb']} MB",
    )
    if messages["failed"]:
        yield _row("  FAILED", messages["failed"])


def _format_oca(size, oca):
    first = size["plan"]["first"]["seconds"]
    yield _row(
        "OCA account_credit_control",
        f"{oca['seconds']:.1f} s, {oca['queries']:,} queries,"
        f" {oca['peak_mb_of_generation']} MB, {oca['lines']:,} lines",
    )
    yield _row("  review and plan is faster", f"{oca['seconds'] / first:.0f} times")
    if oca["letters"]:
        yield _row(
            f"  its {oca['letters']} letters by e-mail",
            f"{oca['seconds_per_letter'] * 1000:.0f} ms each",
        )
    if messages := size.get("messages"):
        times = oca["seconds_per_letter"] / messages["seconds_each"]
        yield _row("  messages are faster", f"{times:.0f} times")


def _format_growth(sizes):
    if len(sizes) < 2:
        return
    small, large = sizes[0], sizes[-1]
    items = large["items"] / small["items"]
    yield f"From {small['items']:,} to {large['items']:,} items ({items:g} times)"
    for kind, title in KINDS.items():
        pairs = zip(
            large["plan"][kind]["seconds_all"],
            small["plan"][kind]["seconds_all"],
            strict=True,
        )
        times = sorted(long / short for long, short in pairs)
        yield _row(
            title,
            f"{median(times):.1f} times the time"
            f" (each turn: {', '.join(f'{one:.1f}' for one in times)})",
        )
    queries = [size["plan"]["first"]["queries"] for size in sizes]
    yield _row("queries of the first run", " and ".join(map(str, queries)))


def _format_posting(posting):
    yield (
        f"{posting['invoices']} invoices one by one, without the addon and with it,"
        f" median of {posting['pairs']} paired runs (the process's own time)"
    )
    for step, title in POSTING.items():
        run = posting["steps"][step]
        plain, own = (seconds * 1000 for seconds in run["seconds"])
        times = ", ".join(f"{one:.2f}" for one in run["times_all"])
        queries, own_queries = run["queries"]
        yield _row(
            title,
            f"{run['times']:.2f} times the time ({times}),"
            f" {plain:.0f} and {own:.0f} ms,"
            f" {queries:.1f} and {own_queries:.1f} queries",
        )


def _row(name, value):
    return f"  {name:38} {value}"
