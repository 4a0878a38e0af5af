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
# "list" says how mail was passed on, not who wrote it.
MACHINE_PRECEDENCES = ("auto_reply", "auto-reply", "bulk", "junk")


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
    submitted = str(headers.get("Auto-Submitted") or "no").split(";")[0].split("(")[0]
    submitted = submitted.strip().lower()
    precedence = str(headers.get("Precedence") or "").strip().lower()
    return (
        submitted != "no"
        or precedence in MACHINE_PRECEDENCES
        or str(headers.get("Return-Path") or "").strip() == "<>"
        or any(
            str(headers.get(name) or "no").strip().lower() != "no"
            for name in MACHINE_HEADERS
        )
    )


def is_failure(mail):
    """Return whether a report says that a message failed for good; mail that is no
    report, or one without details, is taken for a failure.

    Source: RFC 3464 (delivery status, "delayed" is no failure) and RFC 8098 (receipts).

    :param mail: email.message.Message

    >>> from email import message_from_string
    >>> is_failure(message_from_string("Subject: undeliverable"))
    True
    >>> receipt = "Content-Type: multipart/report; report-type=disposition-notification"
    >>> is_failure(message_from_string(receipt))
    False
    """
    if mail.get_content_type() != "multipart/report":
        return True
    if mail.get_param("report-type") == "disposition-notification":
        return False
    actions = {
        str(block.get("Action")).strip().lower()
        for part in mail.walk()
        if part.get_content_type() == "message/delivery-status" and part.is_multipart()
        for block in part.get_payload()
        if block.get("Action")
    }
    return not actions or "failed" in actions
