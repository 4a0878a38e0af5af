import random
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from odoo.addons.account_collections.tools.late_interest import (
    ACTUAL,
    Basis,
    get_rate,
    get_segments,
    get_start,
    get_total,
)
from odoo.tests import BaseCase, tagged

# JPY, USD, KWD.
STEPS = ("1", "0.01", "0.001")
DAY = timedelta(days=1)
LAST = date(2027, 12, 31)


@tagged("post_install", "-at_install")
class TestLateInterest(BaseCase):
    """What holds of interest on arrears, whatever the amounts, days and rates."""

    def setUp(self):
        super().setUp()
        self.random = random.Random(20260302)

    def draw(self, step, **kwargs):
        """Answer principal, payments, basis, rates and the first day."""
        principal = self.random.randint(1, 10**7) * Decimal(step)
        start = date(2023, 1, 1) + timedelta(days=self.random.randint(0, 900))
        payments = [
            (
                start + timedelta(days=self.random.randint(-40, 900)),
                principal * self.random.randint(1, 40) / 100,
            )
            for _payment in range(self.random.randint(0, 4))
        ]
        rates = [
            (date(year, month, 1), date(year, month + 5, 30 + (month > 1)), percent)
            for year in range(2023, 2028)
            for month in (1, 7)
            if (percent := self.random.choice((None, "2.15", "-0.88", "4.5")))
        ]
        basis = Basis(
            self.random.choice(("8", "9.2")),
            has_reference=self.random.random() < 0.8,
            is_refixed=self.random.random() < 0.7,
            year_days=self.random.choice(("365", "360", ACTUAL)),
            **kwargs,
        )
        return principal, payments, basis, rates, start

    def test_two_periods_are_the_sum_of_their_parts(self):
        for _round in range(500):
            step = self.random.choice(STEPS)
            *facts, start = self.draw(step)
            basis, rates = facts[2], facts[3]
            until = start + timedelta(days=self.random.randint(1, 900))
            middle = start + timedelta(days=self.random.randint(0, 900))
            middle = min(middle, until)
            whole = get_segments(*facts, start, until, step)
            if not basis.is_refixed:  # what began is not fixed again
                percent = get_rate(basis, rates, start)
                if percent is None:
                    self.assertFalse(get_total(whole))
                    continue
                facts[2] = basis._replace(percent=percent, has_reference=False)
            parts = [
                *get_segments(*facts, start, middle, step),
                *get_segments(*facts, middle + DAY, until, step),
            ]
            self.assertEqual(
                sum((part.exact for part in parts), Fraction(0)),
                sum((part.exact for part in whole), Fraction(0)),
            )

    def test_it_is_what_a_count_of_single_days_finds(self):
        for _round in range(200):
            principal, payments, basis, rates, start = self.draw("0.01")
            until = start + timedelta(days=self.random.randint(0, 700))
            expected, day = Fraction(0), start
            while day <= until:
                paid = sum(amount for paid_on, amount in payments if paid_on < day)
                fixed_on = start
                if basis.is_refixed:
                    fixed_on = date(day.year, 1 if day.month < 7 else 7, 1)
                percent = get_rate(basis, rates, fixed_on)
                year = int(basis.year_days) if basis.year_days != ACTUAL else 365
                if basis.year_days == ACTUAL and day.year % 4 == 0:
                    year = 366
                base = max(principal - paid, 0)
                expected += Fraction(base) * Fraction(percent or 0) / 100 / year
                day += DAY
            parts = get_segments(
                principal, payments, basis, rates, start, until, "0.01"
            )
            found = sum((part.exact for part in parts), Fraction(0))
            self.assertEqual(found, expected)
            self.assertLessEqual(
                abs(Fraction(get_total(parts)) - found),
                Fraction(len(parts), 200),
            )

    def test_the_order_of_allocation_does_not_matter_to_the_cent(self):
        for _round in range(300):
            step = self.random.choice(STEPS)
            principal, payments, basis, rates, start = self.draw(
                step, is_compound=self.random.random() < 0.3
            )
            until = start + timedelta(days=self.random.randint(1, 900))
            totals = set()
            for _order in range(4):
                self.random.shuffle(payments)
                # A payment that is split is the same payment.
                split = [
                    (day, part)
                    for day, amount in payments
                    for part in (amount / 4, amount * 3 / 4)
                ]
                for money in (payments, split):
                    parts = get_segments(
                        principal, money, basis, rates, start, until, step
                    )
                    totals.add(get_total(parts))
            self.assertEqual(len(totals), 1)

    def test_a_payment_lowers_the_base_from_the_next_day(self):
        paid = date(2026, 6, 20)
        parts = get_segments(
            1000, [(paid, 400)], Basis(10), [], date(2026, 6, 1), paid + 5 * DAY, "0.01"
        )
        self.assertEqual(
            [(part.date_from, part.date_to, part.base) for part in parts],
            [
                (date(2026, 6, 1), paid, 1000),
                (paid + DAY, paid + 5 * DAY, 600),
            ],
        )

    def test_charges_to_date_less_what_was_charged_are_the_whole(self):
        for _round in range(200):
            step = self.random.choice(STEPS)
            *facts, start = self.draw(step)
            charged, until = Decimal(0), start
            for _charge in range(6):
                until += timedelta(days=self.random.randint(1, 120))
                total = get_total(get_segments(*facts, start, until, step))
                charged += total - charged
                self.assertEqual(charged % Decimal(step), 0)
            self.assertEqual(
                charged, get_total(get_segments(*facts, start, until, step))
            )

    def test_segments_follow_each_other_and_skip_what_is_paid(self):
        for _round in range(200):
            *facts, start = self.draw("0.01", is_compound=True)
            parts = get_segments(*facts, start, LAST, "0.01")
            for before, after in pairwise(parts):
                self.assertLess(before.date_to, after.date_from)
            for part in parts:
                self.assertGreater(part.base, 0)
                self.assertEqual(part.days, (part.date_to - part.date_from).days + 1)

    def test_a_full_year_of_interest_bears_interest(self):
        start = date(2024, 2, 29)
        parts = get_segments(
            1000, [], Basis(10, is_compound=True), [], start, LAST, "0.01"
        )
        self.assertEqual(parts[1].date_from, date(2025, 3, 1))
        # 366 days over 365: the leap day is one of them.
        self.assertEqual(parts[0].amount, Decimal("100.27"))
        self.assertEqual(parts[1].base, Decimal("1100.27"))

    def test_an_end_before_the_start_is_nothing(self):
        start = get_start("due", date(2026, 3, 2))
        self.assertEqual(
            get_segments(1000, [], Basis(10), [], start, start - DAY, "0.01"), []
        )
