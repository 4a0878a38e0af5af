"""Case numbers of the United States bankruptcy courts. Pure Python, no ORM."""

import re

# Office, year, kind of case, number, and the initials of the judges.
CASE_NUMBER = re.compile(
    r"^(?:(\d):)?(\d{2}|\d{4})-(?:(bk|ap|mp)-)?(\d{5})(?:-([A-Za-z0-9]{1,6}))*$"
)
DASHES = re.compile(r"\s*[-\u2010-\u2015\u2212]\s*")
KIND = re.compile(r"-(bk|ap|mp)-", re.IGNORECASE)


def clean_case_number(text):
    """Write a case number the way courts do: plain dashes, no blanks, small ``bk``.

    :param str text: a case number as somebody typed it
    :rtype: str

    >>> clean_case_number(" 2:10-BK\u201338052 ")
    '2:10-bk-38052'
    >>> clean_case_number("24-11334-abc")
    '24-11334-abc'
    """
    text = DASHES.sub("-", (text or "").strip())
    return KIND.sub(lambda match: match.group(0).lower(), text)


def case_number_key(text):
    """Return what identifies a case within its court.

    The initials of a judge change in the course of a case, and the year is written
    with two digits or with four.

    :param str text: a case number, clean already
    :return: the key, or None when it is not a case number of these courts
    :rtype: str | None

    >>> case_number_key("2:10-bk-38052"), case_number_key("2:2010-bk-38052-VZ")
    ('2:10-bk-38052', '2:10-bk-38052')
    >>> case_number_key("24-11334-abc")
    '24-bk-11334'
    >>> case_number_key("24-1133") is None
    True
    """
    match = CASE_NUMBER.match(text)
    if not match:
        return None
    office, year, kind, number = match.group(1, 2, 3, 4)
    prefix = f"{office}:" if office else ""
    return f"{prefix}{year[-2:]}-{kind or 'bk'}-{number}"
