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
    >>> get_interest([(date(2025, 12, 1), 10000)], 10, date(2026, 1, 1), "0.01")
    Decimal('0.00')
    >>> get_interest([], 10, date(2026, 1, 1), "0.001")
    Decimal('0.000')
    """
    yearly = _sum_days(parts, start) * Decimal(str(rate)) / 100
    return to_steps(yearly / DAYS_OF_YEAR, step) * Decimal(str(step))


def get_yearly_rate(parts, charge, start):
    """Return the simple interest that a charge for paying later comes to.

    :param parts: list of (date, amount paid on it), without the charge
    :param charge: what is paid on top, in the same currency
    :param date start: when the time to pay begins
    :return: per cent a year; infinite when nothing is paid later
    :rtype: Decimal

    >>> from datetime import date
    >>> get_yearly_rate([(date(2026, 12, 31), 1000)], 100, date(2025, 12, 31))
    Decimal('10')
    >>> get_yearly_rate([(date(2026, 1, 31), 500), (date(2026, 3, 2), 500)], 9,
    ...                 date(2026, 1, 1))  # 1000 for 30 days, 500 for 30 more
    Decimal('7.3')
    >>> get_yearly_rate([(date(2026, 1, 1), 500)], 1, date(2026, 1, 1))
    Decimal('Infinity')
    >>> get_yearly_rate([(date(2025, 12, 1), 500)], 1, date(2026, 1, 1))
    Decimal('Infinity')
    >>> get_yearly_rate([(date(2026, 1, 1), 500)], 0, date(2026, 1, 1))
    Decimal('0')
    """
    if not charge:
        return Decimal(0)
    days = _sum_days(parts, start)
    if not days:
        return Decimal("Infinity")
    return Decimal(str(charge)) * 100 * DAYS_OF_YEAR / days


def _sum_days(parts, start):
    """Answer the sum of the amounts, each times the days for which it is open."""
    return sum(
        (Decimal(str(amount)) * max((day - start).days, 0) for day, amount in parts),
        Decimal(0),
    )
