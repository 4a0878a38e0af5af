"""What late payment costs: interest on arrears, lump sums. Pure Python, no ORM."""

from calendar import isleap
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from .installments import to_steps

ONE_DAY = timedelta(days=1)
ACTUAL = "actual"
GENERAL_TERM = 30


class Basis(NamedTuple):
    """How a rate is found, and how days are counted.

    ``percent``: the yearly rate, or the points over the reference rate if
    ``has_reference``. ``round_up``: the sum is rounded up to a multiple of this; 0 for
    not. ``is_refixed``: anew for each half-year; else fixed when interest starts.
    ``year_days``: "365", "360" or ``ACTUAL``. ``is_compound``: the interest of each
    full year bears interest.
    """

    percent: Decimal
    has_reference: bool = False
    round_up: Decimal = Decimal(0)
    is_refixed: bool = True
    year_days: str = "365"
    is_compound: bool = False


class Segment(NamedTuple):
    """Some days at one rate on one amount. Both days count. ``rate`` is None, and the
    amount zero, where no reference rate is known."""

    date_from: date
    date_to: date
    base: Decimal
    rate: Decimal | None
    days: int
    year_days: int
    amount: Decimal

    @property
    def exact(self):
        """The interest, before it is rounded."""
        if self.rate is None:
            return Fraction(0)
        yearly = Fraction(self.base) * Fraction(self.rate) / 100
        return yearly * self.days / self.year_days


def get_start(mode, due, invoiced=None, noticed=None):
    """Return the first day that bears interest.

    :param str mode: "due", from the day after the due date; "term", from the day after
        30 days have passed since the invoice and the due date; "notice", from the day
        after a reminder was received
    :param date due: the due date
    :param date invoiced: the day of the invoice
    :param date noticed: the day on which the reminder arrived, None if none has
    :return: the day, or None when interest has not begun

    >>> get_start("due", date(2026, 5, 31))
    datetime.date(2026, 6, 1)
    >>> get_start("term", date(2026, 3, 1), date(2026, 3, 10))
    datetime.date(2026, 4, 10)
    >>> get_start("notice", date(2026, 3, 31), noticed=date(2026, 4, 20))
    datetime.date(2026, 4, 21)
    >>> get_start("notice", date(2026, 3, 31)) is None
    True

    What is not due yet cannot be demanded.

    >>> get_start("notice", date(2026, 3, 31), noticed=date(2026, 3, 1)) is None
    True
    """
    if mode == "term":
        return max(due, invoiced or due) + timedelta(days=GENERAL_TERM + 1)
    if mode == "notice":
        return noticed + ONE_DAY if noticed and noticed > due else None
    return due + ONE_DAY


def get_rate(basis, rates, day):
    """Return the yearly rate in force on a day.

    :param basis: a ``Basis``
    :param rates: list of (first day, last day, per cent) of the reference
    :param date day: the day on which the rate is fixed
    :return: per cent as Decimal, None when the reference is not known

    >>> rates = [(date(2026, 1, 1), date(2026, 6, 30), "2.15"),
    ...          (date(2026, 7, 1), date(2026, 12, 31), "2.40")]
    >>> get_rate(Basis(8, True), rates, date(2026, 7, 1))
    Decimal('10.40')
    >>> get_rate(Basis(8, True), rates, date(2027, 1, 1)) is None
    True
    >>> get_rate(Basis(8, True), rates, rates[-1][1]) is None
    False
    >>> get_rate(Basis("5"), [], date(2027, 1, 1))
    Decimal('5')

    Belgium rounds up to the next half.

    >>> [str(get_rate(Basis(percent, round_up=Decimal("0.5")), [], date(2026, 1, 1)))
    ...  for percent in ("10.15", "10.40", "10.50", "10.65", "12.25")]
    ['10.5', '10.5', '10.5', '11.0', '12.5']
    """
    percent = Decimal(str(basis.percent))
    if basis.has_reference:
        found = [row for row in rates if row[0] <= day <= row[1]]
        if not found:
            return None
        percent += Decimal(str(max(found)[2]))
    step = Decimal(str(basis.round_up))
    if step:
        percent = (percent / step).to_integral_value(ROUND_CEILING) * step
    return percent


def get_segments(principal, payments, basis, rates, start, until, step):
    """Return the interest on an amount, part by part.

    :param principal: what is owed at first
    :param payments: list of (day, amount) in any order; each lowers the base from the
        next day on
    :param basis: a ``Basis``
    :param rates: list of (first day, last day, per cent) of the reference
    :param date start: the first day that bears interest
    :param date until: the last one
    :param step: smallest amount of the currency; each part is rounded half up to it
    :return: list of ``Segment``, the earliest first; days on which nothing is open are
        left out

    >>> ecb = [(date(2025, 1, 1), date(2025, 6, 30), "3.15"),
    ...        (date(2025, 7, 1), date(2025, 12, 31), "2.15"),
    ...        (date(2026, 1, 1), date(2026, 6, 30), "2.15"),
    ...        (date(2026, 7, 1), date(2026, 12, 31), "2.40")]
    >>> def total(principal, due, paid, basis, rates=ecb, step="0.01", payments=()):
    ...     parts = get_segments(principal, payments, basis, rates,
    ...                          due + ONE_DAY, paid, step)
    ...     return str(get_total(parts))

    EU, with Italy, Spain and Ireland: 8 points over the ECB's rate.

    >>> eu = Basis(8, True)
    >>> total(10000, date(2026, 5, 31), date(2026, 6, 30), eu)
    '83.42'
    >>> total(10000, date(2026, 5, 31), date(2026, 9, 30), eu)
    '345.56'
    >>> total(5000, date(2025, 12, 31), date(2026, 12, 31), eu)
    '513.80'
    >>> total(10000, date(2026, 6, 30), date(2026, 9, 30), Basis(12, True))  # food
    '362.96'
    >>> total(1000, date(2026, 6, 30), date(2026, 12, 31), eu)
    '52.43'

    Germany: 9 points over the base rate, 5 for consumers; 366 days in leap years where
    that is the practice.

    >>> base = [(first, last, Decimal(rate) - Decimal("0.88"))
    ...         for first, last, rate in ecb]
    >>> total(10000, date(2025, 5, 1), date(2026, 9, 30), Basis(9, True), base)
    '1477.42'
    >>> total(5000, date(2026, 6, 15), date(2026, 7, 31), Basis(9, True), base)
    '65.77'
    >>> total(1000, date(2026, 6, 30), date(2026, 9, 30), Basis(5, True), base)
    '16.43'
    >>> early = [(date(2024, 1, 1), date(2024, 6, 30), "3.62")]
    >>> [total(10000, date(2023, 12, 31), date(2024, 6, 30),
    ...        Basis(9, True, year_days=days), early) for days in ("365", ACTUAL)]
    ['629.27', '627.55']

    United Kingdom: 8 points over Bank Rate, fixed when interest starts.

    >>> uk = Basis(8, True, is_refixed=False)
    >>> boe = [(date(2025, 1, 1), date(2025, 6, 30), "4.75"),
    ...        (date(2025, 7, 1), date(2025, 12, 31), "4.25"),
    ...        (date(2026, 1, 1), date(2026, 6, 30), "3.75"),
    ...        (date(2026, 7, 1), date(2026, 12, 31), "3.75")]
    >>> total(10000, date(2026, 1, 31), date(2026, 4, 1), uk, boe)
    '193.15'
    >>> total("999.99", date(2025, 6, 15), date(2025, 12, 31), uk, boe)
    '69.51'
    >>> total(5000, date(2026, 6, 30), date(2026, 8, 29), uk, boe)
    '96.58'

    France: 10 points.

    >>> fr = Basis(10, True)
    >>> total(10000, date(2026, 5, 31), date(2026, 6, 30), fr)
    '99.86'
    >>> total(10000, date(2026, 5, 31), date(2026, 9, 30), fr)
    '412.41'
    >>> total(1200, date(2026, 6, 30), date(2026, 7, 15), fr)
    '6.12'

    Netherlands: the interest of each full year is added.

    >>> nl = Basis(8, True, is_compound=True)
    >>> total(10000, date(2025, 12, 31), date(2026, 6, 30), nl)
    '503.33'
    >>> total(10000, date(2025, 6, 30), date(2026, 9, 30), nl)
    '1303.74'
    >>> total(10000, date(2025, 6, 30), date(2026, 9, 30), eu)
    '1277.14'

    Belgium: rounded up to the next half.

    >>> be = Basis(8, True, Decimal("0.5"))
    >>> total(10000, date(2026, 5, 31), date(2026, 6, 30), be)
    '86.30'
    >>> total(10000, date(2025, 5, 31), date(2025, 9, 30), be)
    '359.18'

    Austria, 9.2 points; 4 % without fault.

    >>> oenb = [(date(2025, 7, 1), date(2026, 12, 31), "1.53")]
    >>> total(1200, date(2026, 5, 31), date(2026, 6, 30), Basis("9.2", True), oenb)
    '10.58'
    >>> total(10000, date(2025, 12, 31), date(2026, 12, 31), Basis("9.2", True), oenb)
    '1073.00'
    >>> total(10000, date(2026, 5, 31), date(2026, 6, 30), Basis(4))
    '32.88'

    Switzerland, 5 %: 365 or 360 days; from the day after the reminder.

    >>> [total(10000, date(2025, 12, 31), date(2026, 3, 31), Basis(5, year_days=days))
    ...  for days in ("365", "360")]
    ['123.29', '125.00']
    >>> total(2500, date(2026, 5, 31), date(2026, 6, 30), Basis(5))
    '10.27'
    >>> total(10000, date(2026, 4, 20), date(2026, 5, 20), Basis(5))
    '41.10'

    Poland, 10 points over the NBP's rate.

    >>> nbp = [(date(2026, 1, 1), date(2026, 6, 30), "4.00"),
    ...        (date(2026, 7, 1), date(2026, 12, 31), "3.75")]
    >>> pl = Basis(10, True)
    >>> total(10000, date(2026, 5, 31), date(2026, 7, 31), pl, nbp)
    '231.85'
    >>> total(4000, date(2026, 6, 30), date(2026, 8, 14), pl, nbp)
    '67.81'
    >>> total(60000, date(2026, 5, 31), date(2026, 6, 30), pl, nbp)
    '690.41'

    By contract or judgment: United States, 18 % for 45 days, 9 % and 10 % for 180;
    Canada, 5 % and 18 % for 90; Australia, 12 % for 30.

    >>> due = date(2025, 12, 31)
    >>> [total(10000, due, due + timedelta(days=days), Basis(rate)) for rate, days in
    ...  ((18, 45), (9, 180), (10, 180), (5, 90), (18, 90), (12, 30))]
    ['221.92', '443.84', '493.15', '123.29', '443.84', '98.63']

    Paid in time, nothing. Paid in parts, less from the day after. Without a rate,
    nothing, and the days stand there without one. Yen have no cents.

    >>> total(10000, date(2026, 5, 31), date(2026, 5, 31), eu)
    '0'
    >>> total(10000, date(2026, 5, 31), date(2026, 6, 30), eu,
    ...       payments=[(date(2026, 6, 20), 4000), (date(2026, 6, 10), 6000)])
    '38.93'
    >>> parts = get_segments(10000, [], eu, ecb, date(2026, 12, 31), date(2027, 1, 9),
    ...                      "0.01")
    >>> [(part.days, part.rate) for part in parts]
    [(1, Decimal('10.40')), (9, None)]
    >>> total(1000000, date(2026, 5, 31), date(2026, 6, 30), eu, step=1)
    '8342'
    """
    money = _Money(principal, payments, basis, start, Decimal(str(step)))
    for first, after in pairwise(_get_days(payments, basis, start, until)):
        year_days = _get_year_days(basis.year_days, first.year)
        rate = get_rate(basis, rates, _get_fixing_day(basis, first, start))
        money.add(first, after - ONE_DAY, rate, year_days)
    return money.segments


def get_total(segments):
    """Return what the parts come to, each rounded.

    >>> get_total([])
    Decimal('0')
    """
    return sum((segment.amount for segment in segments), Decimal(0))


def get_scale_sum(amount, brackets, least=0, most=0, step="0.01"):
    """Return a lump sum that is a percentage, bracket by bracket.

    :param amount: what is owed
    :param brackets: list of (above this amount, per cent)
    :param least: the least that it comes to
    :param most: the most; zero for no limit
    :param step: smallest amount of the currency; rounded half up to it
    :rtype: Decimal

    The Dutch scale of the costs of collection.

    >>> bik = [(0, 15), (2500, 10), (5000, 5), (10000, 1), (200000, "0.5")]
    >>> [str(get_scale_sum(amount, bik, 40, 6775)) for amount in
    ...  (200, 267, 10000, 300000, 2000000)]
    ['40.00', '40.05', '875.00', '3275.00', '6775.00']
    >>> get_scale_sum(0, bik, 40, 6775)
    Decimal('0.00')
    >>> [str(get_scale_sum(amount, bik, 40)) for amount in ("0.50", 4000000)]
    ['40.00', '21775.00']
    >>> get_scale_sum(1, bik)
    Decimal('0.15')
    """
    amount, total = Decimal(str(amount)), Decimal(0)
    limits = sorted((Decimal(str(low)), Decimal(str(rate))) for low, rate in brackets)
    highs = [low for low, _rate in limits[1:]] + [amount]
    for (low, rate), high in zip(limits, highs, strict=True):
        total += max(min(amount, high) - low, 0) * rate / 100
    if amount > 0:
        total = max(total, Decimal(str(least)))
    if most:
        total = min(total, Decimal(str(most)))
    return to_steps(total, step) * Decimal(str(step))


def get_tier_sum(amount, tiers):
    """Return a lump sum that depends on the size of the debt.

    :param amount: what is owed
    :param tiers: list of (from this amount on, lump sum)
    :rtype: Decimal

    United Kingdom; Poland, where the first tier includes its end.

    >>> uk = [(0, 40), (1000, 70), (10000, 100)]
    >>> [str(get_tier_sum(amount, uk)) for amount in
    ...  ("999.99", "1000.00", "9999.99", "10000.00")]
    ['40', '70', '70', '100']
    >>> pl = [(0, 40), ("5000.01", 70), (50000, 100)]
    >>> [str(get_tier_sum(amount, pl)) for amount in (4000, 5000, 10000, 60000)]
    ['40', '40', '70', '100']
    >>> [str(get_tier_sum(amount, uk)) for amount in (0, "0.50")]
    ['0', '40']
    >>> get_tier_sum(5, [(10, 40)])
    Decimal('0')
    """
    amount = Decimal(str(amount))
    if amount <= 0:
        return Decimal(0)
    rows = [(Decimal(str(low)), Decimal(str(fixed))) for low, fixed in tiers]
    return max((row for row in rows if row[0] <= amount), default=(0, Decimal(0)))[1]


def get_half_year(day):
    """Return the first day of the half-year of a day.

    >>> get_half_year(date(2026, 6, 30)), get_half_year(date(2026, 7, 1))
    (datetime.date(2026, 1, 1), datetime.date(2026, 7, 1))
    """
    return day.replace(month=1 if day.month < 7 else 7, day=1)


def get_half_year_end(day):
    """Return the last day of the half-year of a day.

    >>> get_half_year_end(date(2026, 6, 30)), get_half_year_end(date(2026, 7, 1))
    (datetime.date(2026, 6, 30), datetime.date(2026, 12, 31))
    """
    return day.replace(month=6, day=30) if day.month < 7 else date(day.year, 12, 31)


class _Money:
    """What is open from day to day, and the interest on it so far."""

    def __init__(self, principal, payments, basis, start, step):
        self.principal = Decimal(str(principal))
        self.payments = [(day, Decimal(str(amount))) for day, amount in payments]
        self.basis, self.start, self.step = basis, start, step
        self.segments, self.added = [], Decimal(0)

    def add(self, first, last, rate, year_days):
        """Add the interest of some days, to the last part if that is the same."""
        is_new_year = first == _get_birthday(self.start, first.year) > self.start
        if self.basis.is_compound and is_new_year:
            self.added = get_total(self.segments)
        base = self._get_base(first)
        if base <= 0:
            return
        last_part = self.segments[-1] if self.segments else None
        if (
            last_part
            and last_part.date_to + ONE_DAY == first
            and last_part[2:4] == (base, rate)
            and last_part.year_days == year_days
        ):
            first = self.segments.pop().date_from
        days = (last - first).days + 1
        part = Segment(first, last, base, rate, days, year_days, Decimal(0))
        self.segments.append(part._replace(amount=self._round(part.exact)))

    def _get_base(self, day):
        paid = sum(amount for paid_on, amount in self.payments if paid_on < day)
        is_paid = paid >= self.principal
        return Decimal(0) if is_paid else self.principal - paid + self.added

    def _round(self, exact):
        steps = exact / Fraction(self.step)
        whole = (Decimal(steps.numerator) / steps.denominator).quantize(
            Decimal(1), ROUND_HALF_UP
        )
        return whole * self.step


def _get_days(payments, basis, start, until):
    """Answer the days on which base or rate may change, with start and end.

    >>> def show(*days):
    ...     return [str(day) for day in _get_days([], Basis(8), *days)]
    >>> show(date(2026, 6, 30), date(2026, 7, 1))
    ['2026-06-30', '2026-07-01', '2026-07-02']
    >>> show(date(2026, 7, 1), date(2026, 12, 31))
    ['2026-07-01', '2027-01-01']
    >>> show(date(2026, 7, 2), date(2026, 7, 1))
    []
    """
    days = {day + ONE_DAY for day, _amount in payments}
    for year in range(start.year, until.year + 1):
        days |= {date(year, 1, 1), date(year, 7, 1)}
        if basis.is_compound:
            days.add(_get_birthday(start, year))
    inner = {day for day in days if start < day <= until}
    return sorted({start, until + ONE_DAY} | inner) if start <= until else []


def _get_birthday(start, year):
    """Answer the day of a year on which full years since the start have passed.

    >>> [str(_get_birthday(date(2024, 2, 29), year)) for year in (2025, 2028)]
    ['2025-03-01', '2028-02-29']
    >>> [str(_get_birthday(date(2024, *day), 2025)) for day in ((2, 28), (3, 29))]
    ['2025-02-28', '2025-03-29']
    """
    if (start.month, start.day) == (2, 29) and not isleap(year):
        return date(year, 3, 1)
    return start.replace(year=year)


def _get_fixing_day(basis, first, start):
    """Answer the day whose reference rate counts: of the half-year or the start. A
    reference of which nothing is known on the first of a half-year has no rate."""
    return get_half_year(first) if basis.is_refixed else start


def _get_year_days(year_days, year):
    """Answer by how many days a year is divided.

    >>> [_get_year_days(ACTUAL, year) for year in (2023, 2024)]
    [365, 366]
    """
    if year_days == ACTUAL:
        return 366 if isleap(year) else 365
    return int(year_days)
