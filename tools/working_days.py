"""Calendar arithmetic on working days. Pure Python, no ORM."""

from datetime import timedelta

SATURDAY = 5


def next_working_day(day):
    """Return the day itself, or the Monday after it if it is a weekend day.

    :param date day: any day
    :return: the same day, or the next Monday
    :rtype: date

    >>> from datetime import date
    >>> next_working_day(date(2026, 3, 6))  # a Friday
    datetime.date(2026, 3, 6)
    >>> next_working_day(date(2026, 3, 7))  # a Saturday
    datetime.date(2026, 3, 9)
    >>> next_working_day(date(2026, 3, 8))  # a Sunday
    datetime.date(2026, 3, 9)
    """
    if day.weekday() < SATURDAY:
        return day
    return day + timedelta(days=7 - day.weekday())
