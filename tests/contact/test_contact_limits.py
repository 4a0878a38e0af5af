import random
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise

from odoo.tests import BaseCase, tagged

from ...tools.channels import channel_of
from ...tools.contact_limits import (
    Event,
    Limits,
    next_moment,
)
from ...tools.days_off import Calendar

CHANNELS = ("phone", "phone", "visit", "email", "letter", "sms")


def assert_within_limits(test, entries, limits=Limits()):  # noqa: B008
    """Check a sequence against the rules as people say them, one by one.

    :param entries: list of (local moment, channel, whether it was a conversation)
    """
    days = [local.date() for local, *_rest in entries]
    if limits.once_a_day:
        test.assertEqual(max(Counter(days).values()), 1, "twice on one day")
    for day in days:
        week = [other for other in days if 0 <= (day - other).days < 7]
        test.assertLessEqual(len(week), limits.attempts_max or 99, "in 7 days")
        test.assertLess(day.weekday(), 5, "weekend")
    for local, channel, _is_talk in entries:
        if channel_of(channel).is_timed:
            hour = local.hour + local.minute / 60
            test.assertTrue(limits.hour_from <= hour < limits.hour_to, local)
    calls = [entry for entry in entries if channel_of(entry[1]).is_call]
    for (first, _one, is_talk), (second, *_other) in pairwise(calls):
        gap = max(limits.call_gap, limits.talk_gap if is_talk else 0)
        test.assertGreaterEqual((second.date() - first.date()).days, gap, "calls")


@tagged("post_install", "-at_install")
class TestContactLimits(BaseCase):
    """The limits alone: none is ever broken, and none is needlessly long."""

    def test_a_hundred_random_sequences_break_no_limit(self):
        luck = random.Random(20260302)
        for number in range(100):
            limits = Limits(
                once_a_day=luck.random() < 0.7,
                call_gap=luck.choice((0, 3, 7)),
                talk_gap=luck.choice((0, 7, 10)),
                attempts_max=luck.choice((0, 2, 7)),
                hour_from=luck.choice((0.0, 8.0, 9.5)),
                hour_to=luck.choice((17.25, 21.0, 24.0)),
            )
            entries = self.live_at_random(luck, limits)
            with self.subTest(number, limits=limits):
                assert_within_limits(self, entries, limits)

    def live_at_random(self, luck, limits):
        """Try to contact at random moments of six weeks; answer what was allowed."""
        now, entries = datetime(2026, 3, 2, 6), []
        while now < datetime(2026, 4, 14):
            now += timedelta(minutes=luck.randrange(1, 900))
            channel = luck.choice(CHANNELS)
            events = [
                Event(local.date(), other, True, is_talk)
                for local, other, is_talk in entries
            ]
            allowed_at, why = self.ask(limits, channel, now, events)
            if why:
                self.assertGreater(allowed_at, now)
                self.assertEqual(self.ask(limits, channel, allowed_at, events)[1], "")
                # Not a minute earlier either.
                before = allowed_at - timedelta(minutes=1)
                if before > now:
                    self.assertTrue(self.ask(limits, channel, before, events)[1])
                continue
            entries.append((now, channel, channel == "phone" and luck.random() < 0.5))
        self.assertTrue(entries)
        return entries

    @staticmethod
    def ask(limits, channel, now, events):
        return next_moment(limits, channel, now, events, Calendar().is_day_off)

    def test_the_last_minute_of_the_day(self):
        for hour, minute, why in (
            (7, 59, "hours"),
            (8, 0, ""),
            (20, 59, ""),
            (21, 0, "hours"),
        ):
            now = datetime(2026, 3, 2, hour, minute)
            with self.subTest(now):
                self.assertEqual(self.ask(Limits(), "phone", now, [])[1], why)
                self.assertEqual(self.ask(Limits(), "email", now, [])[1], "")

    def test_holidays_of_the_table(self):
        for country, days in {
            "US": ("2026-01-01", "2026-05-25", "2026-07-03", "2026-11-26"),
            "GB": ("2026-04-03", "2026-04-06", "2026-05-04", "2026-12-28"),
            "DE": ("2026-05-14", "2026-05-25", "2026-10-03"),
            "FR": ("2026-05-08", "2026-07-14", "2026-11-11"),
            "BE": ("2026-04-06", "2026-07-21"),
        }.items():
            calendar = Calendar(country)
            for day in days:
                with self.subTest(country, day=day):
                    self.assertTrue(calendar.is_day_off(date.fromisoformat(day)))
            self.assertFalse(calendar.is_day_off(date(2026, 3, 2)))
        # New Year's Day of 2022 was a Saturday, and kept on the last day of 2021.
        self.assertTrue(Calendar("US").is_day_off(date(2021, 12, 31)))
