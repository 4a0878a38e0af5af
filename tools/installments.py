"""Schedules of installments: dates and amounts. Pure Python, no ORM.

Amounts are ``Decimal``, counted in whole steps of the currency (1 for JPY, 0.01 for
USD, 0.001 for KWD), so that a schedule adds up exactly.
"""

from calendar import monthrange
from datetime import date, timedelta  # noqa: F401 (date: for the examples)
from decimal import ROUND_HALF_UP, Decimal

from dateutil.relativedelta import relativedelta

RHYTHM_DAYS = {"weekly": 7, "fortnightly": 14}
RHYTHMS = (*RHYTHM_DAYS, "monthly")
# Nobody pays longer than that, and a list has to end.
MAX_COUNT = 600


def to_steps(amount, step):
    """Return how many steps of the currency an amount is, rounded half up.

    :param amount: number
    :param step: smallest amount of the currency
    :rtype: int

    >>> to_steps(100.005, "0.01"), to_steps(1234, 1), to_steps(0.1 + 0.2, "0.001")
    (10001, 1234, 300)
    """
    steps = Decimal(repr(amount)) if isinstance(amount, float) else Decimal(amount)
    return int((steps / Decimal(str(step))).to_integral_value(ROUND_HALF_UP))


def is_month_end(day):
    """Return whether a day is the last one of its month.

    >>> is_month_end(date(2026, 2, 28)), is_month_end(date(2028, 2, 28))
    (True, False)
    """
    return day.day == monthrange(day.year, day.month)[1]


def add_months(day, months):
    """Return the day some months later. Month ends stay month ends.

    >>> [str(add_months(date(2026, 1, 31), number)) for number in range(4)]
    ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30']
    >>> str(add_months(date(2026, 1, 30), 1)), str(add_months(date(2026, 1, 30), 2))
    ('2026-02-28', '2026-03-30')
    >>> str(add_months(date(2026, 4, 30), 1))  # the last of April, so the last of May
    '2026-05-31'
    """
    # A day that the month does not have becomes its last one.
    return day + relativedelta(months=months, day=31 if is_month_end(day) else day.day)


def make_dates(first, rhythm, count, shift=None):
    """Return the due dates of installments.

    :param date first: the first one
    :param str rhythm: weekly, fortnightly or monthly
    :param int count: how many
    :param shift: function that moves a date to a working day; each date is moved from
        its own nominal day, so that a holiday does not move the ones after it
    :rtype: list

    >>> [str(day) for day in make_dates(date(2026, 3, 2), "fortnightly", 3)]
    ['2026-03-02', '2026-03-16', '2026-03-30']
    """
    if rhythm in RHYTHM_DAYS:
        days = RHYTHM_DAYS[rhythm]
        dates = [first + timedelta(days=days * number) for number in range(count)]
    else:
        dates = [add_months(first, number) for number in range(count)]
    return [shift(day) for day in dates] if shift else dates


def split_by_count(steps, count):
    """Split a whole number of steps into equal parts; the last one absorbs the rest.

    :raises ValueError: when there is not one step for each part

    >>> split_by_count(10000, 3)
    [3333, 3333, 3334]
    """
    if count < 1 or steps < count:
        raise ValueError("too many installments for the amount")
    part = steps // count
    return [part] * (count - 1) + [steps - part * (count - 1)]


def split_by_amount(steps, part):
    """Split a whole number of steps into parts of a size; the last one is the rest.

    :raises ValueError: when the parts are too small to come to an end

    >>> split_by_amount(130000, 50000)
    [50000, 50000, 30000]
    """
    if part < 1 or steps > part * MAX_COUNT:
        raise ValueError("the installments are too small for the amount")
    count = -(-steps // part)
    return [part] * (count - 1) + [steps - part * (count - 1)]


def make_schedule(total, step, rhythm, first, *, count=0, amount=0, shift=None):
    """Return a schedule whose amounts sum up exactly to the total.

    :param total: amount to be paid in installments
    :param step: smallest amount of the currency
    :param str rhythm: weekly, fortnightly or monthly
    :param date first: due date of the first installment
    :param int count: number of installments; or
    :param amount: amount of each
    :param shift: function that moves a date to a working day
    :return: list of (date, Decimal)
    :raises ValueError: when no such schedule exists

    >>> for day, part in make_schedule(100, "0.01", "monthly", date(2026, 1, 31),
    ...                                count=3):
    ...     print(day, part)
    2026-01-31 33.33
    2026-02-28 33.33
    2026-03-31 33.34
    >>> [int(part) for _day, part in
    ...  make_schedule(1000, 1, "weekly", date(2026, 3, 2), amount=300)]
    [300, 300, 300, 100]
    """
    steps, size = to_steps(total, step), Decimal(str(step))
    if steps < 1:
        raise ValueError("there is nothing to pay")
    if count:
        parts = split_by_count(steps, count)
    else:
        parts = split_by_amount(steps, to_steps(amount, step))
    dates = make_dates(first, rhythm, len(parts), shift)
    return [(day, part * size) for day, part in zip(dates, parts, strict=True)]
