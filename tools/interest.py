"""Simple interest. Pure Python, no ORM."""

from decimal import Decimal

from .installments import to_steps

DAYS_OF_YEAR = 365


def get_interest(parts, rate, start, step):
    """Return simple interest on what is open, actual days over 365.

    :param parts: list of (date, amount that is open until that day, paid on it)
    :param rate: per cent a year
    :param date start: from the day after this one
    :param step: smallest amount of the currency; the sum is rounded half up to it
    :rtype: Decimal

    >>> from datetime import date
    >>> get_interest([(date(2026, 12, 31), 1000)], 10, date(2025, 12, 31), "0.01")
    Decimal('100.00')
    >>> get_interest([(date(2026, 1, 31), 500), (date(2026, 3, 2), 500)], "7.3",
    ...              date(2026, 1, 1), "0.01")  # 1000 for 30 days, 500 for 30 more
    Decimal('9.00')
    >>> get_interest([(date(2026, 3, 2), 10000)], 11.75, date(2026, 1, 1), "0.01")
    Decimal('193.15')
    """
    yearly = sum(
        (
            Decimal(str(amount)) * Decimal(str(rate)) / 100 * max((day - start).days, 0)
            for day, amount in parts
        ),
        Decimal(0),
    )
    return to_steps(yearly / DAYS_OF_YEAR, step) * Decimal(str(step))
