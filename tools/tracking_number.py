"""Tracking numbers of certified mail. Pure Python, no ORM.

Source of the rule: United States Postal Service, Publication 199 (package
identification code, check digit modulo 10). Other countries number differently.
"""

import re

LENGTHS = (20, 22)
SEPARATORS = re.compile(r"[\s.\-]+")
# What a scanner reads on the label: 420, the ZIP code, and then the number itself.
ROUTING = re.compile(r"420(?:\d{5}|\d{9})(?=9\d{21}$)")


def clean_number(text):
    """Return a tracking number without blanks, and without the routing code that a
    scanner reads before it.

    :param str text: as typed or scanned
    :return: the number, in capitals; empty if there is none
    :rtype: str

    >>> clean_number(" 9400 1112 0108 0805 4830 16 ")
    '9400111201080805483016'
    >>> clean_number("420902109400111201080805483016")
    '9400111201080805483016'
    >>> clean_number("rr 123456785 us")
    'RR123456785US'
    """
    number = SEPARATORS.sub("", text or "").upper()
    return ROUTING.sub("", number)


def check_digit(body):
    """Return the check digit of the digits before it: from the right they count 3, 1,
    3, 1, ... times, and the sum with the check digit is a multiple of ten.

    :param str body: digits without the last one
    :rtype: int

    >>> check_digit("7112345678912345678")
    7
    >>> check_digit("7000000000000000003")
    0
    """
    total = sum(
        int(digit) * (1 if place % 2 else 3)
        for place, digit in enumerate(reversed(body))
    )
    return (10 - total % 10) % 10


def check_number(text):
    """Say whether a tracking number of certified mail can be right.

    :param str text: as typed or scanned
    :return: ``valid``; ``wrong`` when it has the length of a number in the United
        States and another check digit; ``unknown`` when it is built otherwise, as in
        other countries
    :rtype: str

    >>> check_number("7112 3456 7891 2345 6787")
    'valid'
    >>> check_number("9400 1112 0108 0805 4830 16")
    'valid'
    >>> check_number("9400 1112 0108 0805 4830 17")
    'wrong'
    >>> check_number("RR 123 456 785 DE")
    'unknown'
    """
    number = clean_number(text)
    if not (number.isascii() and number.isdigit() and len(number) in LENGTHS):
        return "unknown"
    return "valid" if check_digit(number[:-1]) == int(number[-1]) else "wrong"


def write_number(text):
    """Return a tracking number in groups of four, as it stands on the receipt.

    >>> write_number("9400111201080805483016")
    '9400 1112 0108 0805 4830 16'
    >>> write_number("RR123456785DE")
    'RR123456785DE'
    """
    number = clean_number(text)
    if not number.isdigit():
        return number
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))
