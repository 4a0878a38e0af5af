"""Tell mail that a machine answered from mail that somebody wrote. Pure Python, no ORM.

Source: RFC 3834 (Auto-Submitted), and the headers that were used before it.
"""

from contextlib import suppress
from email.errors import HeaderParseError
from email.header import decode_header, make_header

MACHINE_HEADERS = (
    "X-Autoreply",
    "X-Autorespond",
    "X-AutoReply-From",
    "X-Mail-Autoreply",
    "X-FC-MachineGenerated",
)
# "list" says how mail was passed on, not who wrote it.
# What Exchange, and what writes like it, puts before the subject of an answer.
AUTOMATIC_SUBJECTS = (
    *("automatic reply:", "auto reply:", "autoreply:", "auto:", "out of office:"),
    *("automatische antwort:", "abwesenheitsnotiz:", "automatisch antwoord:"),
    *("réponse automatique", "risposta automatica:", "respuesta automática:"),
    *("resposta automática:", "autosvar:", "automatiskt svar:", "automaattinen"),
    *("automatyczna odpowiedź:", "自动答复:", "自動返信:"),
)
MACHINE_PRECEDENCES = ("auto_reply", "auto-reply", "bulk", "junk")


def is_automatic(headers):
    r"""Return whether a machine wrote a message: an out-of-office note, a receipt.

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

    Each of the headers is enough; "no", and how a list passed it on, is nothing:

    >>> yes = [f"{name}: yes" for name in MACHINE_HEADERS]
    >>> yes += [f"Precedence: {value}" for value in MACHINE_PRECEDENCES]
    >>> yes += ["Return-Path: <>", "Auto-Submitted: auto-generated (x); owner=me"]
    >>> all(is_automatic(message_from_string(header)) for header in yes)
    True
    >>> no = [f"{name}: No" for name in (*MACHINE_HEADERS, "Auto-Submitted")]
    >>> no += ["Precedence: list", "Return-Path: <a@b.c>", "Auto-Submitted: no (x); y"]
    >>> any(is_automatic(message_from_string(header)) for header in no)
    False

    People's mail has the header of Exchange as well; with its subject, it is proof:

    >>> suppress = "X-Auto-Response-Suppress: All\n"
    >>> is_automatic(message_from_string(f"{suppress}Subject: Re: Reminder"))
    False
    >>> is_automatic(message_from_string("Subject: Automatic reply: who answers?"))
    False
    >>> is_automatic(message_from_string(f"{suppress}Subject: Automatic reply: away"))
    True
    >>> french = "=?utf-8?q?R=C3=A9ponse_automatique_=3A_absence?="
    >>> is_automatic(message_from_string(f"{suppress}Subject: {french}"))
    True
    """
    submitted = str(headers.get("Auto-Submitted") or "no").split(";")[0].split("(")[0]
    submitted = submitted.strip().lower()
    precedence = str(headers.get("Precedence") or "").strip().lower()
    return (
        submitted != "no"
        or precedence in MACHINE_PRECEDENCES
        or str(headers.get("Return-Path") or "").strip() == "<>"
        or _is_answer_of_exchange(headers)
        or any(
            str(headers.get(name) or "no").strip().lower() != "no"
            for name in MACHINE_HEADERS
        )
    )


def _is_answer_of_exchange(headers):
    if "X-Auto-Response-Suppress" not in headers:
        return False
    subject = str(headers.get("Subject") or "")
    # What cannot be decoded is taken as it stands.
    with suppress(HeaderParseError, LookupError, UnicodeError):
        subject = str(make_header(decode_header(subject)))
    return " ".join(subject.split()).lower().startswith(AUTOMATIC_SUBJECTS)


def is_failure(mail):
    r"""Return whether a report says that a message failed for good; mail that is no
    report, or one without details, is taken for a failure.

    Source: RFC 3464 (delivery status, "delayed" is no failure) and RFC 8098 (receipts).

    :param mail: email.message.Message

    >>> from email import message_from_string
    >>> is_failure(message_from_string("Subject: undeliverable"))
    True
    >>> receipt = "Content-Type: multipart/report; report-type=disposition-notification"
    >>> is_failure(message_from_string(receipt))
    False

    What is only late is no failure, unless another address failed for good; nor is a
    report without details anything but one:

    >>> def report(*actions):
    ...     blocks = [f"Action: {action}" for action in actions]
    ...     text = "\n".join([
    ...         "Content-Type: multipart/report; boundary=x", "", "--x",
    ...         "Content-Type: message/delivery-status", "", *blocks, "--x--", ""])
    ...     return message_from_string(text.replace("\nAction", "\n\nAction"))
    >>> is_failure(report("delayed")), is_failure(report("delayed", "Failed"))
    (False, True)
    >>> is_failure(report())
    True
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
