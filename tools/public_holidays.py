"""Public holidays and weekends of countries. Pure Python, no ORM.

Nationwide holidays on which offices are closed; regional ones are not among them, and
can be added to the company's own public holidays. A country that is not listed has
weekends only.
"""

from datetime import date, timedelta
from functools import lru_cache

from .contact_limits import WEEKEND

# Where the weekend is not Saturday and Sunday (Monday is 0).
WEEKENDS = {
    **dict.fromkeys(("BH", "DZ", "EG", "IQ", "JO", "KW", "OM", "QA", "SA"), (4, 5)),
    "IL": (4, 5),
    "IR": (3, 4),
    "NP": (5,),
}
# "m-d": a date; "e+n": n days after Easter Sunday; "m/w/n": the n-th weekday w of month
# m, the last one if n is -1. "*" after a date: on a weekend it moves to a working day,
# in the United States to the nearest one, elsewhere to the next.
_CHRISTMAS = "12-25 12-26"
_RULES = {
    "AT": f"1-1 1-6 e+1 5-1 e+39 e+50 e+60 8-15 10-26 11-1 12-8 {_CHRISTMAS}",
    "AU": "1-1* 1-26* e-2 e+1 4-25 12-25* 12-26*",
    "BE": "1-1 e+1 5-1 e+39 e+50 7-21 8-15 11-1 11-11 12-25",
    "CA": "1-1* e-2 7-1* 9/0/1 9-30* 10/0/2 11-11* 12-25* 12-26*",
    "CH": f"1-1 e-2 e+1 e+39 e+50 8-1 {_CHRISTMAS}",
    "DE": f"1-1 e-2 e+1 5-1 e+39 e+50 10-3 {_CHRISTMAS}",
    "DK": f"1-1 e-3 e-2 e+1 e+39 e+50 6-5 {_CHRISTMAS}",
    "ES": "1-1 1-6 e-2 5-1 8-15 10-12 11-1 12-6 12-8 12-25",
    "FR": "1-1 e+1 5-1 5-8 e+39 e+50 7-14 8-15 11-1 11-11 12-25",
    "GB": "1-1* e-2 e+1 5/0/1 5/0/-1 8/0/-1 12-25* 12-26*",
    "IE": "1-1* 2/0/1 3-17* e+1 5/0/1 6/0/1 8/0/1 10/0/-1 12-25* 12-26*",
    "IT": f"1-1 1-6 e+1 4-25 5-1 6-2 8-15 11-1 12-8 {_CHRISTMAS}",
    "LU": f"1-1 e+1 5-1 5-9 e+39 e+50 6-23 8-15 11-1 {_CHRISTMAS}",
    "NL": f"1-1 e+1 4-27 e+39 e+50 {_CHRISTMAS}",
    "NO": f"1-1 e-3 e-2 e+1 5-1 5-17 e+39 e+50 {_CHRISTMAS}",
    "PL": f"1-1 1-6 e+1 5-1 5-3 e+60 8-15 11-1 11-11 {_CHRISTMAS}",
    "PT": "1-1 e-2 4-25 5-1 e+60 6-10 8-15 10-5 11-1 12-1 12-8 12-25",
    "SE": f"1-1 1-6 e-2 e+1 5-1 e+39 6-6 {_CHRISTMAS}",
    "US": "1-1* 1/0/3 2/0/3 5/0/-1 6-19* 7-4* 9/0/1 10/0/2 11-11* 11/3/4 12-25*",
}


def is_weekend(day, country):
    """Return whether a day belongs to the weekend of a country.

    >>> is_weekend(date(2026, 6, 5), "SA"), is_weekend(date(2026, 6, 5), "BE")
    (True, False)
    """
    return day.weekday() in WEEKENDS.get(country, WEEKEND)


def is_holiday(day, country):
    """Return whether a day is a nationwide public holiday of a country.

    >>> is_holiday(date(2026, 11, 26), "US")  # Thanksgiving
    True
    >>> is_holiday(date(2026, 7, 3), "US")  # the 4th is a Saturday
    True
    >>> is_holiday(date(2026, 12, 28), "GB")  # the 26th is a Saturday
    True
    >>> is_holiday(date(2026, 11, 26), "XX")
    False
    """
    # What falls on the first of January may be kept in the year before.
    return any(day in _holidays(country, year) for year in (day.year, day.year + 1))


@lru_cache(maxsize=256)
def _holidays(country, year):
    days = set()
    for rule in _RULES.get(country, "").split():
        day = _day_of(rule.rstrip("*"), year)
        if rule.endswith("*"):
            day = _observed(day, country, days)
        days.add(day)
    return frozenset(days)


def _day_of(rule, year):
    if rule.startswith("e"):
        return easter(year) + timedelta(days=int(rule[1:]))
    if "/" in rule:
        month, weekday, number = map(int, rule.split("/"))
        return _nth_weekday(year, month, weekday, number)
    month, day = map(int, rule.split("-"))
    return date(year, month, day)


def _observed(day, country, taken):
    if country == "US" and day.weekday() == WEEKEND[0]:
        return day - timedelta(days=1)
    while day.weekday() in WEEKEND or day in taken:
        day += timedelta(days=1)
    return day


def _nth_weekday(year, month, weekday, number):
    if number > 0:
        first = date(year, month, 1)
        return first + timedelta((weekday - first.weekday()) % 7 + 7 * (number - 1))
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return last - timedelta((last.weekday() - weekday) % 7)


def easter(year):
    """Return Easter Sunday (the Gregorian computus of Meeus, Jones and Butcher).

    >>> easter(2026)
    datetime.date(2026, 4, 5)
    """
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)
