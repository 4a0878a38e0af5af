"""Rules about claims in a bankruptcy that need no database."""

import re
from datetime import timedelta
from pathlib import Path

from stdnum import numdb
from stdnum.iso7064 import mod_97_10

# 11 U.S.C. 503(b)(9) and 547(b)(4)(A).
GOODS_DAYS = 20
# Goods are on their way for so long at most; those shipped before are not asked about.
TRANSIT_DAYS = 40
PREFERENCE_DAYS = 90


def goods_period(petition):
    """Answer the first and the last day of the 20 days before the petition.

    >>> from datetime import date
    >>> goods_period(date(2026, 3, 21))
    (datetime.date(2026, 3, 1), datetime.date(2026, 3, 20))
    """
    return petition - timedelta(days=GOODS_DAYS), petition - timedelta(days=1)


def shipping_period(petition):
    """Answer from when to when goods that arrived in the 20 days may have been shipped.

    >>> from datetime import date
    >>> shipping_period(date(2026, 3, 21))
    (datetime.date(2026, 1, 20), datetime.date(2026, 3, 20))
    """
    first, last = goods_period(petition)
    return first - timedelta(days=TRANSIT_DAYS), last


_COURT = re.compile(
    r"^\s*(?:(?:the )?(?:u\.? ?s\.?|united states) )?bankruptcy court"
    r"(?:,| for the| of the)?\s*(?:the )?",
    re.IGNORECASE,
)


def district_of(court):
    """Answer the district of a bankruptcy court, as a caption has it.

    >>> district_of("Bankruptcy Court, District of Delaware")
    'District of Delaware'
    >>> district_of("U.S. Bankruptcy Court for the Middle District of Alabama")
    'Middle District of Alabama'
    >>> district_of("United States Bankruptcy Court, the District of Guam")
    'District of Guam'
    >>> district_of("Western District of Texas")
    'Western District of Texas'
    """
    return _COURT.sub("", court)


def preference_period(petition):
    """Answer the first and the last day of the 90 days up to the petition.

    >>> from datetime import date
    >>> preference_period(date(2026, 3, 31))
    (datetime.date(2025, 12, 31), datetime.date(2026, 3, 31))
    """
    return petition - timedelta(days=PREFERENCE_DAYS), petition


# What has to be blacked out before a document is filed (Fed. R. Bankr. P. 9037): only
# the last four digits of account and identity numbers, only the year of birth.
_BIRTH = r"(?:date of birth|birth ?date|born(?: on)?|d\.?o\.?b\.?|geburtsdatum"
_BIRTH += r"|geb(?:oren)?\.? am|date de naissance|née? le)"
_DAY = r"\d{1,4}[./ -]\w{1,9}[./ -]\d{1,4}|\w{3,9} \d{1,2}, \d{4}"
PATTERNS = {
    "ssn": re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])"),
    "account": re.compile(
        r"(?:account|acct|card|konto|compte)\w*[ .:#-]*(?:n(?:o|r|um\w*|°)?[ .:#]*)?"
        r"([a-z]{0,6}\d[\d -]{6,22}\d)",
        re.IGNORECASE,
    ),
    "birth": re.compile(rf"{_BIRTH}[ :]*({_DAY})", re.IGNORECASE),
}


# The lengths of all countries (ISO 13616). The module stdnum.iban itself can't be
# imported where the server has put its own loader before the package.
_IBAN_FILE = Path(numdb.__file__).with_name("iban.dat")
with _IBAN_FILE.open(encoding="utf-8") as lines:
    _IBAN_RULES = numdb.read(lines)
_IBAN_START = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}")


def find_private(text):
    r"""Find what looks like an account number, an identity number or a day of birth.

    :return: set of pairs: kind, the text found

    >>> sorted(find_private("Jane, SSN 123-45-6789, born on 04/05/1980."))
    [('birth', '04/05/1980'), ('ssn', '123-45-6789')]
    >>> sorted(find_private("BE71 0961 2345 6769 BIC GKCC, account no. 12345678"))
    [('account', '12345678'), ('iban', 'BE71096123456769')]
    >>> find_private("on this account: BANK134567890")
    {('account', 'BANK134567890')}
    >>> find_private("on this account:\n BANK134567890")
    {('account', 'BANK134567890')}
    >>> find_private("INV/2026/00012 of 2026-03-02, 1,000.00")
    set()
    """
    # Where a line ends in the text of a PDF says nothing of what belongs together.
    text = " ".join(text.split())
    found = {("iban", number) for number in _find_ibans(text)}
    for kind, pattern in PATTERNS.items():
        for match in pattern.finditer(text):
            found.add((kind, match.group(match.lastindex or 0).strip()))
    return found


def _find_ibans(text):
    for match in _IBAN_START.finditer(text):
        number = match.group().replace(" ", "")
        _country, rules = _IBAN_RULES.info(number)[0]
        if "bban" in rules:
            # As "3!n7!n2!n"; what follows the number may look like a part of it.
            length = sum(map(int, re.findall(r"\d+", rules["bban"])))
            number = number[: 4 + length]
        if mod_97_10.is_valid(number[4:] + number[:4]):
            yield number


def mask(text):
    """Answer a private number as it may be shown: its last four characters.

    >>> mask("123-45-6789")
    '…6789'
    """
    return "…" + re.sub(r"\W", "", text)[-4:]
