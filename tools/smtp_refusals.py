"""What a mail server means by refusing a message. Pure Python, no ORM.

RFC 5321, 4.2.1: a reply that begins with 4 is transient, the sender should try again;
one that begins with 5 is permanent.
"""

import re

# As Python shows the answer of a server: (450, b'try later').
REPLY = re.compile(r"\((\d{3}), b?['\"]")
# No answer: the way there is broken, or the server went away.
BROKEN_WAY = (
    "timed out",
    "TimeoutError",
    "SMTPServerDisconnected",
    "Connection unexpectedly closed",
    "ConnectionError",
    "ConnectionResetError",
    "ConnectionAbortedError",
    "ConnectionRefusedError",
    "BrokenPipeError",
    "gaierror",
    "SSLError",
    "SSLEOFError",
)
# The kind of failure of a server that cannot be connected to.
NO_CONNECTION = "mail_smtp"


def is_temporary(reason, failure_type=""):
    """Tell whether a message that was refused should be tried again.

    :param str reason: what was written down, with the answer of the server in it
    :param str failure_type: the name of the kind of failure
    :return: whether it may be taken later, as it is

    >>> is_temporary("SMTPRecipientsRefused: {'a@b.example': (450, b'greylisted')}")
    True
    >>> is_temporary("SMTPDataError: (554, b'5.7.1 rejected, see (421, b')")
    False
    >>> is_temporary("SMTPServerDisconnected: Connection unexpectedly closed")
    True
    >>> is_temporary("(535, b'authentication failed')", "mail_smtp")
    True
    >>> is_temporary("No valid recipient found")
    False
    """
    if failure_type == NO_CONNECTION:
        # Nobody's address is the cause; an administrator has time to put it right.
        return True
    reply = REPLY.search(reason or "")
    if reply:
        return reply[1].startswith("4")
    return any(text in (reason or "") for text in BROKEN_WAY)
