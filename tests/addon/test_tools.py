import doctest
import importlib
import pkgutil
from datetime import date, timedelta

import holidays
from odoo.addons.account_collections import tools
from odoo.tests import BaseCase, tagged

from ...tools.ageing import BUCKETS, find_bucket
from ...tools.channels import CHANNELS, channels
from ...tools.claims import find_private
from ...tools.days_off import Calendar, days_off, region_of


@tagged("post_install", "-at_install")
class TestTools(BaseCase):
    """The pure tools are explained by examples, which pytest runs as doctests."""

    def test_examples(self):
        names = [
            name for _finder, name, _is_package in pkgutil.iter_modules(tools.__path__)
        ]
        self.assertTrue(names)
        for name in names:
            module = importlib.import_module(f"{tools.__name__}.{name}")
            with self.subTest(name):
                found = doctest.DocTestFinder().find(module)
                self.assertTrue(any(test.examples for test in found), "no example")

    def test_tools_know_nothing_of_odoo(self):
        for _finder, name, _is_package in pkgutil.iter_modules(tools.__path__):
            source = importlib.import_module(f"{tools.__name__}.{name}").__file__
            with self.subTest(name), open(source, encoding="utf-8") as lines:
                self.assertFalse([line for line in lines if "odoo" in line.lower()])


@tagged("post_install", "-at_install")
class TestDaysOff(BaseCase):
    """Weekends and holidays, compared with the package day by day."""

    def find_differences(self, country, region="", years=range(2024, 2036)):
        """:return: dict of what the package calls a weekday that is not what we say"""
        calendar = holidays.country_holidays(
            country, subdiv=region or None, years=years, language="en_US"
        )
        own, day, found = Calendar(country, region), date(years[0], 1, 1), {}
        while day.year in years:
            if own.is_day_off(day) == calendar.is_working_day(day):
                found[day] = calendar.get(day, "worked")
            day += timedelta(days=1)
        return found

    def test_countries_without_regions_and_regions(self):
        for country, region in (
            *(("DK", ""), ("IE", ""), ("LU", ""), ("SE", ""), ("FR", ""), ("AT", "9")),
            *(("DE", "BY"), ("DE", "SN"), ("GB", "SCT"), ("GB", "ENG"), ("CH", "ZH")),
            *(("CA", "ON"), ("AU", "NSW"), ("ES", "CT"), ("IT", "RM"), ("SA", "")),
            ("HU", ""),
        ):
            with self.subTest(country, region=region):
                self.assertEqual(self.find_differences(country, region), {})

    def test_without_a_region_what_most_regions_keep(self):
        """Some regions do without, so the package leaves it out of the country's."""
        found = self.find_differences("GB", years=range(2026, 2027))
        self.assertEqual(
            found, {date(2026, 4, 6): "worked", date(2026, 8, 31): "worked"}
        )
        self.assertFalse(
            Calendar("DE").is_day_off(date(2028, 10, 31)), "nine of sixteen"
        )
        self.assertTrue(Calendar("DE", "SN").is_day_off(date(2028, 10, 31)))

    def test_nationwide_holidays_hold_in_every_region(self):
        """Offices of the federation and banks are closed, whatever the state says."""
        columbus = date(2026, 10, 12)
        self.assertTrue(Calendar("US", "CA").is_day_off(columbus))
        self.assertIn(columbus, self.find_differences("US", "CA"))

    def test_observed_days(self):
        for country, day in (
            ("US", date(2026, 7, 3)),
            ("US", date(2021, 12, 31)),
            ("US", date(2027, 12, 31)),
            ("GB", date(2026, 12, 28)),
            ("GB", date(2027, 12, 28)),
        ):
            with self.subTest(country, day=day):
                self.assertLess(day.weekday(), 5)
                self.assertTrue(Calendar(country).is_day_off(day))

    def test_every_country_in_any_year(self):
        """No country and no year fails, and nobody works on every day of a year."""
        for country in (*holidays.list_supported_countries(), "XX", ""):
            for year in (1970, 2026, 2101):
                days = days_off(country, "", year)
                self.assertTrue(52 <= len(days) <= 200, (country, year, len(days)))
                self.assertEqual({day.year for day in days}, {year})

    def test_regions_as_people_and_odoo_write_them(self):
        for country, names, region in (
            ("US", ("CA", "California"), "CA"),
            ("CH", ("ZH-FR", "Zurich"), "ZH"),
            ("ES", ("M", "Madrid"), "MD"),
            ("FR", ("Alsace",), "6AE"),
            ("NL", ("FR", "Friesland"), ""),
            ("US", ("",), ""),
        ):
            with self.subTest(country, names=names):
                self.assertEqual(region_of(country, *names), region)


@tagged("post_install", "-at_install")
class TestTables(BaseCase):
    """The tables of channels and ageing buckets, and numbers found in texts."""

    def test_each_day_is_in_one_bucket(self):
        for days in range(-400, 1200):
            fitting = [
                bucket
                for bucket in BUCKETS
                if (bucket.first is None or days >= bucket.first)
                and (bucket.last is None or days <= bucket.last)
            ]
            self.assertEqual(fitting, [find_bucket(days)])

    def test_channels(self):
        steps = [code for code, channel in CHANNELS.items() if channel.step_label]
        self.assertEqual(set(CHANNELS) - set(steps), {"portal", "other"})
        # A step is written by the program or done by a person, never both.
        self.assertEqual(
            sorted(channels(is_written=True) + channels(is_manual=True)), sorted(steps)
        )
        for code, channel in CHANNELS.items():
            with self.subTest(code):
                self.assertLessEqual(channel.is_paper, channel.is_postal)
                self.assertLessEqual(channel.is_paper, channel.is_written)
                self.assertLessEqual(channel.is_call, channel.is_spoken)
                self.assertLessEqual(channel.is_portal, channel.is_preference)
                self.assertFalse(channel.is_free and channel.is_timed)

    def test_account_numbers_of_all_countries_are_found(self):
        """With and without blanks, at the end and within a sentence; not with a wrong
        check digit."""
        for number in (
            "NO93 8601 1117 947",
            "BE71 0961 2345 6769",
            "DE89 3704 0044 0532 0130 00",
            "GB29 NWBK 6016 1331 9268 19",
            "FR14 2004 1010 0505 0001 3M02 606",
            "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
            "BR18 0036 0305 0000 1000 9795 493C 1",
        ):
            bare = number.replace(" ", "")
            for text in (number, bare, f"Pay to {number} BIC ABCDEF, 1,000.00 EUR"):
                with self.subTest(text):
                    self.assertIn(("iban", bare), find_private(text))
            wrong = bare[:2] + f"{(int(bare[2:4]) + 1) % 100:02}" + bare[4:]
            self.assertNotIn(("iban", wrong), find_private(wrong))
