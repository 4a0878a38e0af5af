"""Tell mail that a machine answered from mail that somebody wrote. Pure Python, no ORM.

Source: RFC 3834 (Auto-Submitted), and the headers that were used before it.
"""

MACHINE_HEADERS = (
    "X-Autoreply",
    "X-Autorespond",
    "X-AutoReply-From",
    "X-Mail-Autoreply",
    "X-FC-MachineGenerated",
)
MACHINE_PRECEDENCES = ("auto_reply", "auto-reply", "bulk", "junk", "list")


def is_automatic(headers):
    """Return whether a machine wrote a message: an out-of-office note, a receipt.

    :param headers: mapping of header names, as of ``email.message``

    >>> from email import message_from_string
    >>> is_automatic(message_from_string("Auto-Submitted: auto-replied"))
    True
    >>> is_automatic(message_from_string("Auto-Submitted: no"))
    False
    >>> is_automatic(message_from_string("precedence: Bulk"))
    True
    >>> is_automatic(message_from_string("Subject: Re: Reminder"))
    False
    """
    submitted = str(headers.get("Auto-Submitted") or "no").strip().lower()
    precedence = str(headers.get("Precedence") or "").strip().lower()
    return (
        submitted != "no"
        or precedence in MACHINE_PRECEDENCES
        or str(headers.get("Return-Path") or "").strip() == "<>"
        or any(headers.get(name) for name in MACHINE_HEADERS)
    )
