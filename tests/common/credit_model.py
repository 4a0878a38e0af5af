"""What open credits cover, slowly and obviously.

Plain Python without database: the property test lays the credits of a customer through
this and through the program, and compares.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(eq=False)
class Debt:
    """What may be asked for of an item, in its currency and in the company's."""

    number: int
    due: date
    currency: str
    amount: float
    value: float
    is_payback: bool

    def is_late(self, today):
        """What we have paid back is not waited for."""
        return self.is_payback or self.due < today


def lay(debts, purses, today):
    """Lay credits on debts: what we paid back first, then the oldest.

    :param list debts: of Debt
    :param dict purses: the credits as [amount, value] per currency
    :param date today: what falls due from that day on is not late
    :return: dict of what is left per Debt, in its currency
    """
    left = {debt: debt.amount for debt in debts}
    order = sorted(debts, key=lambda debt: (not debt.is_payback, debt.due, debt.number))
    late = [debt for debt in order if debt.is_late(today)]
    _pay_own(late, purses, left)
    _pay_other(late, purses, left)
    _pay_own([debt for debt in order if debt not in late], purses, left)
    return left


def _pay_own(debts, purses, left):
    for debt in debts:
        amount, value = purses.get(debt.currency, (0, 0))
        paid = min(amount, left[debt])
        left[debt] = round(left[debt] - paid, 9)
        if paid:
            rest = (amount - paid) / amount
            purses[debt.currency] = [round(amount - paid, 9), value * rest]


def _pay_other(debts, purses, left):
    spare = total = sum(value for _amount, value in purses.values())
    if total < 0.01:
        return
    for debt in debts:
        value = debt.value * left[debt] / debt.amount
        paid = min(spare, value)
        if value:
            left[debt] *= 1 - paid / value
        spare -= paid
    for currency, (amount, value) in purses.items():
        purses[currency] = [amount * spare / total, value * spare / total]
