"""What late payment costs, slowly and obviously: day after day, from a list of events.

Plain Python without database: the replay of a year compares the program with this.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

DAY = timedelta(days=1)


@dataclass
class Law:
    """What counts in a country.

    ``rates``: rows of (first day, last day, per cent) of the reference, as Decimal;
    ``points`` over it. ``is_refixed``: on 1 January and 1 July, else once.
    ``is_compound``: the interest of each full year is added. ``lump``: of a late item.
    """

    rates: list
    points: Decimal
    is_refixed: bool = True
    is_compound: bool = False
    lump: Decimal = Decimal(0)

    def get_rate(self, day):
        """Answer the yearly rate that is fixed on a day, None if it is not known."""
        known = [percent for first, last, percent in self.rates if first <= day <= last]
        return known[-1] + self.points if known else None


@dataclass(eq=False)
class Item:
    """One invoice: ``payments`` and ``credits`` are lists of [day, amount], in the
    order in which they were matched."""

    due: date
    amount: Decimal
    step: Decimal
    law: Law
    payments: list = field(default_factory=list)
    credits: list = field(default_factory=list)

    @property
    def principal(self):
        """What was ever owed: credits say that their part never was."""
        return self.amount - sum(amount for _day, amount in self.credits)

    def get_open(self, day):
        """Answer what is open on a day: money counts from the day after its own."""
        paid = sum(amount for paid_on, amount in self.payments if paid_on < day)
        return self.principal - paid

    def get_left(self):
        """Answer what is open when all that is known is matched."""
        return self.principal - sum(amount for _day, amount in self.payments)

    def get_lump(self):
        """Answer the lump sum: of what is open the day after the due date."""
        return self.law.lump if self.get_open(self.due + DAY) > 0 else Decimal(0)

    def get_interest(self, until):
        """Add up day by day; a change of base or rate ends a part, which is rounded."""
        total, part, before, added = Decimal(0), Fraction(0), None, Decimal(0)
        start = day = self.due + DAY
        while day <= until:
            if self.law.is_compound and self._is_birthday(start, day):
                added = total + self._round(part)
            fixed = day.replace(month=1 if day.month < 7 else 7, day=1)
            rate = self.law.get_rate(fixed if self.law.is_refixed else start)
            base = self.get_open(day)
            now = (base + added, rate) if base > 0 else None
            if now != before:
                total, part, before = total + self._round(part), Fraction(0), now
            if now and rate is not None:
                part += Fraction(now[0]) * Fraction(rate) / 36500
            day += DAY
        return total + self._round(part)

    def _is_birthday(self, start, day):
        return day > start and (day.month, day.day) == (start.month, start.day)

    def _round(self, part):
        steps = part / Fraction(self.step)
        whole = Decimal(steps.numerator) / Decimal(steps.denominator)
        return whole.quantize(Decimal(1), ROUND_HALF_UP) * self.step
