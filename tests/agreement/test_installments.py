import random
from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from odoo.addons.account_collections.tools.days_off import Calendar
from odoo.addons.account_collections.tools.installments import (
    add_months,
    is_month_end,
    make_dates,
    make_schedule,
    split_by_amount,
    split_by_count,
    to_steps,
)
from odoo.addons.account_collections.tools.interest import get_interest
from odoo.tests import BaseCase, tagged

# JPY, CHF in cash, USD, KWD.
STEPS = ("1", "0.05", "0.01", "0.001")
RHYTHMS = ("weekly", "fortnightly", "monthly")


@tagged("post_install", "-at_install")
class TestInstallments(BaseCase):
    """What holds of every schedule, whatever the amount, currency and calendar."""

    def setUp(self):
        super().setUp()
        self.random = random.Random(20260302)

    def draw(self):
        step = self.random.choice(STEPS)
        total = self.random.randint(1, 10**7) * Decimal(step)
        first = date(2026, 1, 1) + timedelta(days=self.random.randint(0, 1500))
        return step, total, self.random.choice(RHYTHMS), first

    def test_by_count_adds_up(self):
        for _round in range(2000):
            step, total, rhythm, first = self.draw()
            count = self.random.randint(1, 60)
            if to_steps(total, step) < count:
                with self.assertRaises(ValueError):
                    make_schedule(total, step, rhythm, first, count=count)
                continue
            parts = [
                part
                for _day, part in make_schedule(total, step, rhythm, first, count=count)
            ]
            self.assertEqual(sum(parts), total)
            self.assertEqual(len(parts), count)
            self.assertEqual(len(set(parts[:-1])), min(count - 1, 1))
            # Only the last one absorbs, and by less than a step for each.
            self.assertLessEqual(parts[0], parts[-1])
            self.assertLess(parts[-1] - parts[0], count * Decimal(step))

    def test_the_smallest_and_the_longest_schedules(self):
        first = date(2026, 3, 2)
        self.assertEqual(split_by_count(3, 3), [1, 1, 1])
        self.assertEqual(split_by_amount(600, 1), [1] * 600)
        self.assertEqual(make_schedule(1, 1, "weekly", first, amount=1), [(first, 1)])
        for split, steps, parts in (
            (split_by_count, 5, 0),
            (split_by_count, 2, 3),
            (split_by_amount, 5, 0),
            (split_by_amount, 601, 1),
        ):
            with self.subTest(split, parts=parts), self.assertRaises(ValueError):
                split(steps, parts)
        with self.assertRaisesRegex(ValueError, "nothing to pay"):
            make_schedule(0, 1, "weekly", first, amount=1)

    def test_by_amount_adds_up(self):
        for _round in range(2000):
            step, total, rhythm, first = self.draw()
            amount = self.random.randint(1, 10**6) * Decimal(step)
            if total > amount * 600:
                with self.assertRaises(ValueError):
                    make_schedule(total, step, rhythm, first, amount=amount)
                continue
            schedule = make_schedule(total, step, rhythm, first, amount=amount)
            parts = [part for _day, part in schedule]
            self.assertEqual(sum(parts), total)
            self.assertEqual(set(parts[:-1]), {amount} if len(parts) > 1 else set())
            self.assertTrue(0 < parts[-1] <= amount)

    def test_floats_of_the_ledger_add_up(self):
        """Amounts come as floats, and the parts go back as floats."""
        for _round in range(2000):
            digits = self.random.choice((0, 2, 3))
            step = str(Decimal(10) ** -digits)
            total = round(self.random.uniform(60, 10**6), digits)
            count = self.random.randint(1, 60)
            parts = make_schedule(
                total, step, "monthly", date(2026, 1, 31), count=count
            )
            self.assertEqual(
                round(sum(float(part) for _day, part in parts), digits), total
            )

    def test_wrong_terms(self):
        day = date(2026, 3, 2)
        for total, terms in (
            (0, {"count": 3}),
            (-5, {"count": 3}),
            (100, {"amount": 0}),
            (100, {"amount": -1}),
            (100, {}),
            (2, {"count": 3}),
            (601, {"amount": 1}),
        ):
            with self.subTest(total=total, **terms), self.assertRaises(ValueError):
                make_schedule(total, 1, "monthly", day, **terms)

    def test_months(self):
        """Each date is in the next month; month ends stay month ends."""
        for _round in range(500):
            first = date(2026, 1, 1) + timedelta(days=self.random.randint(0, 1500))
            dates = make_dates(first, "monthly", 40)
            for number, day in enumerate(dates):
                months = first.year * 12 + first.month + number
                self.assertEqual(day.year * 12 + day.month, months)
                last = monthrange(day.year, day.month)[1]
                expected = last if is_month_end(first) else min(first.day, last)
                self.assertEqual(day.day, expected)
                self.assertEqual(add_months(first, number), day)

    def test_weeks(self):
        for rhythm, days in (("weekly", 7), ("fortnightly", 14)):
            dates = make_dates(date(2026, 12, 25), rhythm, 20)
            gaps = {(later - day).days for day, later in pairwise(dates)}
            self.assertEqual(gaps, {days})

    def test_working_days(self):
        """A day off moves its own date only, forward, and by as little as possible."""
        for _round in range(300):
            _step, _total, rhythm, first = self.draw()
            nominal = make_dates(first, rhythm, 24)
            moved = make_dates(first, rhythm, 24, Calendar().roll_forward)
            for before, after in zip(nominal, moved, strict=True):
                self.assertLess(after.weekday(), 5)
                self.assertTrue(0 <= (after - before).days <= 2)
                if before.weekday() < 5:
                    self.assertEqual(before, after)

    def test_interest(self):
        """The same as day by day on what is still open."""
        for _round in range(50):
            start = date(2026, 3, 2)
            parts = make_schedule(
                self.random.randint(100, 10**5),
                "0.01",
                self.random.choice(RHYTHMS),
                start + timedelta(days=self.random.randint(0, 40)),
                count=self.random.randint(1, 8),
            )
            rate = Decimal(self.random.choice(("4", "7.5", "11.27")))
            interest, day = Decimal(0), start
            while day < parts[-1][0]:
                day += timedelta(days=1)
                still_open = sum(part for due, part in parts if due >= day)
                interest += still_open * rate / 100 / 365
            found = get_interest(parts, rate, start, "0.01")
            self.assertLessEqual(abs(found - interest), Decimal("0.005001"))
