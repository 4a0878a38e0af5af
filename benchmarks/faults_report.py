"""The results of the fault bench as a table."""

from statistics import median

COLUMNS = {
    "title": "",
    "kills": "kills",
    "steps": "steps",
    "letters": "letters",
    "entries": "log entries",
    "mails": "mails at the server",
    "lost": "lost",
    "doubled": "doubled",
    "again": "repeated, killed before the note",
    "unanswered": "repeated, not answered",
    "stuck": "stuck",
    "by_person": "taken up by a person",
    "payments": "payments",
    "repeated": "repeated by Odoo",
    "wait_median": "median payment",
    "wait_longest": "longest payment",
    "lock_longest": "longest wait for a lock",
    "seconds": "seconds",
}
SUMMED = [name for name in COLUMNS if name not in ("title", "wait_longest", "seconds")]


def format_report(machine, results):
    """Answer the results as a table in Markdown.

    :param dict machine: what is known of it
    :param list results: a dict per round
    """
    rows = [list(COLUMNS.values()), *(_get_row(one) for one in _add_sum(results))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["| " + " | ".join(_pad(row, widths)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    title = "{date}: {cores} cores ({processor}), {memory_gb} GB, {system}".format(
        **machine
    )
    return "\n".join(["", title, "", *lines])


def _add_sum(results):
    killed = [one for one in results if one["kills"]]
    if len(killed) < 2:
        return results
    total = {name: sum(one[name] for one in killed) for name in SUMMED}
    total |= {
        "title": "all with kills",
        "wait_median": median(one["wait_median"] for one in killed),
        "wait_longest": max(one["wait_longest"] for one in killed),
        "lock_longest": max(one["lock_longest"] for one in killed),
        "seconds": sum(one["seconds"] for one in killed),
    }
    return [*results, total]


def _get_row(one):
    values = {
        **one,
        "wait_median": f"{one['wait_median']:.1f} s",
        "wait_longest": f"{one['wait_longest']:.1f} s",
        "lock_longest": f"{one['lock_longest']:.2f} s",
        "seconds": f"{one['seconds']:.0f}",
    }
    return [str(values[name]) for name in COLUMNS]


def _pad(row, widths):
    first, *rest = zip(row, widths, strict=True)
    yield first[0].ljust(first[1])
    for text, width in rest:
        yield text.rjust(width)
