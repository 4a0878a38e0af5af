"""Tell whether a mail server has found the sender of a mail to be genuine. Pure Python.

Source: RFC 8601 (Authentication-Results), RFC 7489 3.1 (aligned domains).
"""

import re

COMMENT = re.compile(r"\([^()]*\)")
# Which property of a result names the domain that was checked.
DOMAINS = {"dkim=pass": ("header.d", "header.i"), "spf=pass": ("smtp.mailfrom",)}


def is_authenticated(headers, server, address):
    """Return whether a server of ours says that a mail is from its sender.

    Anybody can write such a header into a mail; our own server removes those that bear
    its name, so only these count.

    :param headers: email.message.Message
    :param str server: the name that our server puts first in its headers
    :param str address: the sender's, as the mail has it

    >>> from email import message_from_string
    >>> def ask(results, address="ann@example.com"):
    ...     mail = message_from_string(f"Authentication-Results: {results}")
    ...     return is_authenticated(mail, "mx.example.org", address)
    >>> ask("mx.example.org; dmarc=pass (p=reject) header.from=example.com")
    True
    >>> ask("mx.example.org; spf=fail; dkim=pass header.d=example.com")
    True
    >>> ask("mx.example.org 1; spf=pass smtp.mailfrom=ann@mail.example.com")
    True

    Of another domain, by another server, or none at all:

    >>> ask("mx.example.org; dkim=pass header.d=example.net; dmarc=fail")
    False
    >>> ask("mx.forged.net; dmarc=pass")
    False
    >>> ask("mx.example.org; none")
    False
    >>> is_authenticated(message_from_string("Subject: x"), "", "ann@example.com")
    False
    """
    domain = address.rpartition("@")[2].lower()
    for header in headers.get_all("Authentication-Results", []) if server else ():
        name, *results = COMMENT.sub("", str(header)).lower().split(";")
        if name.split()[:1] != [server.lower()]:
            continue
        if any(_is_passed(result.split(), domain) for result in results):
            return True
    return False


def _is_passed(words, domain):
    if not words or words[0] == "dmarc=pass":
        return bool(words)
    names = DOMAINS.get(words[0], ())
    for word in words[1:]:
        name, _equals, value = word.partition("=")
        checked = value.rpartition("@")[2].strip('"')
        if name in names and _is_aligned(checked, domain):
            return True
    return False


def _is_aligned(checked, domain):
    return bool(checked) and (
        checked == domain
        or domain.endswith(f".{checked}")
        or checked.endswith(f".{domain}")
    )
