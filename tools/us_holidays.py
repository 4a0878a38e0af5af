"""Legal holidays of the United States, and what a deadline makes of them. Pure Python.

Source: 5 U.S.C. 6103(a) and (b), and Federal Rule of Bankruptcy Procedure 9006(a).
"""

from datetime import date, timedelta

MONDAY, THURSDAY, SATURDAY, SUNDAY = 0, 3, 5, 6
JUNETEENTH_SINCE = 2021
# Month, weekday, which one in the month (-1: the last one).
FLOATING = (
    (1, MONDAY, 3),  # Martin Luther King
    (2, MONDAY, 3),  # Washington
    (5, MONDAY, -1),  # Memorial Day
    (9, MONDAY, 1),  # Labor Day
    (10, MONDAY, 2),  # Columbus
    (11, THURSDAY, 4),  # Thanksgiving
)
FIXED = ((1, 1), (7, 4), (11, 11), (12, 25))


def is_us_holiday(day):
    """Say whether the federal courts are closed for a holiday, observed days included.

    :param date day: any day
    :rtype: bool

    >>> is_us_holiday(date(2026, 7, 3))  # the 4th is a Saturday
    True
    >>> is_us_holiday(date(2027, 12, 31))  # New Year's Day 2028 is a Saturday
    True
    >>> is_us_holiday(date(2026, 5, 25)), is_us_holiday(date(2026, 5, 18))
    (True, False)
    """
    # New Year's Day of the year after may be observed on the last day of this one.
    return day in us_holidays(day.year) or day in us_holidays(day.year + 1)


def us_holidays(year):
    """List the holidays of a year on the days they are observed.

    :param int year: year of the holidays
    :rtype: set[date]

    >>> len(us_holidays(2020)), len(us_holidays(2021))
    (10, 11)
    """
    fixed = [date(year, month, day) for month, day in FIXED]
    if year >= JUNETEENTH_SINCE:
        fixed.append(date(year, 6, 19))
    floating = {_nth_weekday(year, *rule) for rule in FLOATING}
    return floating | {_observed(day) for day in fixed}


def roll_forward(day):
    """Return the day, or the next one that is no weekend and no legal holiday.

    :param date day: any day
    :return: the last day of a period that ends on that day (Rule 9006(a)(1)(C))
    :rtype: date

    >>> roll_forward(date(2026, 4, 5))  # a Sunday
    datetime.date(2026, 4, 6)
    >>> roll_forward(date(2026, 5, 23))  # Saturday, then Sunday and Memorial Day
    datetime.date(2026, 5, 26)
    """
    while day.weekday() in (SATURDAY, SUNDAY) or is_us_holiday(day):
        day += timedelta(days=1)
    return day


def _observed(day):
    if day.weekday() == SATURDAY:
        return day - timedelta(days=1)
    if day.weekday() == SUNDAY:
        return day + timedelta(days=1)
    return day


def _nth_weekday(year, month, weekday, number):
    if number < 0:
        start = date(year + month // 12, month % 12 + 1, 1)
        return start - timedelta(days=(start.weekday() - weekday - 1) % 7 + 1)
    start = date(year, month, 1)
    return start + timedelta(days=(weekday - start.weekday()) % 7 + 7 * (number - 1))
