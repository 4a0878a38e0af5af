"""Which warnings in Odoo's log are not this addon's.

Everything Odoo logs as WARNING or worse while it installs the addon or runs its tests
is a failure, but for what is listed here. A test that provokes a message expects it
with `assertLogs` or `mute_logger`.
"""

import re

# Each: the logger, what the message matches, and why it is not ours.
KNOWN_NOISE = [
    (
        "py.warnings",
        r"^(?!.*/account_collections/).*DeprecationWarning",
        "libraries Odoo is pinned to; those of this addon's files are not excused",
    ),
    (
        "odoo.addons.base.models.ir_actions_report",
        r"^wkhtmltopdf: (QSslSocket: cannot [^\n]*\n?)+$",
        "its OpenSSL is no longer to be had; letters load nothing over https",
    ),
]

_RECORD = re.compile(
    r"^[\d-]{10} [\d:,]{12} \d+ (?P<level>[A-Z]+) \S+ (?P<logger>[\w.]+): ",
    re.MULTILINE,
)


def is_noise(logger, message):
    """Answer whether a message is known and not this addon's."""
    return any(
        logger == known and re.search(pattern, message.strip())
        for known, pattern, _why in KNOWN_NOISE
    )


def complaints(log):
    """Answer the warnings and errors of ours in a log file of Odoo."""
    text = log.read_text(errors="replace")
    records = list(_RECORD.finditer(text))
    ends = [record.start() for record in records[1:]] + [len(text)]
    return [
        text[record.start() : end].rstrip()
        for record, end in zip(records, ends, strict=True)
        if record["level"] in ("WARNING", "ERROR", "CRITICAL")
        and not is_noise(record["logger"], text[record.end() : end])
    ]
