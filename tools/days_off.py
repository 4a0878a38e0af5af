"""Days off of countries and their regions. Pure Python, no ORM.

Holidays, observed days, weekends and weekends that are worked are those of the package
``holidays``; a country that it does not know has weekends only.
"""

import warnings
from calendar import isleap
from collections import Counter
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

import holidays

# Of moving feasts in years far ahead; nobody is asked about a day so far ahead.
warnings.filterwarnings("ignore", "Requested Holidays are available only")

SATURDAY, SUNDAY = 5, 6
WEEKEND = frozenset((SATURDAY, SUNDAY))


@lru_cache(maxsize=1024)
def region_of(country, *names):
    """Return the region that the calendar of a country tells apart, "" if it does not.

    :param str country: ISO 3166-1 code
    :param names: what the region may be called: the code after ISO 3166-2, with or
        without the country, or its name
    :rtype: str

    >>> region_of("DE", "BY"), region_of("DE", "DE-BY"), region_of("DE", "", "Bayern")
    ('BY', 'BY', 'BY')
    >>> region_of("GB", "A1", "Aberdeenshire"), region_of("XX", "BY")
    ('', '')
    """
    calendar = _calendar(country)
    if calendar is None:
        return ""
    for name in names:
        for part in (name, *name.split("-")):
            code = calendar.subdivisions_aliases.get(part, part)
            if code in calendar.subdivisions:
                return code
    return ""


class Calendar(NamedTuple):
    """Which days are worked somewhere.

    ``country``: ISO 3166-1 code, empty for Saturdays and Sundays off only. ``region``:
    what ``region_of`` answered. ``closed``: what is off besides, such as the holidays
    of one company.
    """

    country: str = ""
    region: str = ""
    closed: frozenset = frozenset()

    def is_day_off(self, day):
        """Return whether a day is a weekend, a public holiday or closed besides.

        >>> Calendar("US").is_day_off(date(2026, 7, 3))  # the 4th is a Saturday
        True
        >>> corpus_christi = date(2026, 6, 4)
        >>> [Calendar("DE", region).is_day_off(corpus_christi) for region in ("", "BY")]
        [False, True]
        >>> [Calendar(country).is_day_off(date(2026, 6, 5)) for country in ("SA", "XX")]
        [True, False]
        """
        return day in self.closed or day in days_off(
            self.country, self.region, day.year
        )

    def roll_forward(self, day):
        """Return the day, or the next one that is worked.

        >>> Calendar("BE").roll_forward(date(2026, 12, 25))  # a Friday
        datetime.date(2026, 12, 28)
        >>> Calendar("BE").roll_forward(date(2026, 12, 28))
        datetime.date(2026, 12, 28)
        """
        while self.is_day_off(day):
            day += timedelta(days=1)
        return day

    def roll_back(self, day):
        """Return the day, or the last one before it that is worked.

        >>> Calendar("US").roll_back(date(2026, 9, 7))  # Labor Day
        datetime.date(2026, 9, 4)
        """
        while self.is_day_off(day):
            day -= timedelta(days=1)
        return day

    def find_days_off(self, first_year, last_year):
        """Return the days off of some years in order, each with the working day that
        follows it.

        :rtype: dict[date, date]

        >>> shop = Calendar(closed=frozenset([date(2026, 3, 6)]))  # a Friday
        >>> days = shop.find_days_off(2026, 2026)
        >>> len(days), next(iter(days))  # Saturdays and Sundays, and one day more
        (105, datetime.date(2026, 1, 3))
        >>> days[date(2026, 3, 6)]
        datetime.date(2026, 3, 9)
        """
        years = range(first_year, last_year + 1)
        days = {day for day in self.closed if day.year in years}
        days |= set().union(
            *(days_off(self.country, self.region, year) for year in years)
        )
        return {day: self.roll_forward(day) for day in sorted(days)}


@lru_cache(maxsize=1024)
def days_off(country, region, year):
    """Return the weekends and public holidays of a year.

    :param str country: ISO 3166-1 code, empty for Saturdays and Sundays only
    :param str region: what ``region_of`` answered; without one, a holiday of two thirds
        of the regions counts as one of the country
    :param int year: the year
    :rtype: frozenset[date]

    >>> len(days_off("", "", 2026))  # Saturdays and Sundays
    104
    >>> date(2026, 4, 6) in days_off("GB", "", 2026)  # not in Scotland
    True

    Exactly two thirds are enough: the second day of Kurban Bajram in 2
    of 3 parts of Bosnia. Of 13
    provinces, 9 keep Victoria Day and 8 Family Day, which is too few:

    >>> date(2026, 5, 28) in days_off("BA", "", 2026)
    True
    >>> [date(2026, *day) in days_off("CA", "", 2026) for day in ((5, 18), (2, 16))]
    [True, False]

    A Saturday is off where the law has Sunday alone (Hong Kong), not where it has
    Friday alone (Iran):

    >>> [date(2026, 6, 6) in days_off(country, "", 2026) for country in ("HK", "IR")]
    [True, False]
    """
    calendar = _calendar(country, region, year)
    free = _holidays(country, region, year)
    days = (
        date(year, 1, 1) + timedelta(days=number)
        for number in range(365 + isleap(year))
    )
    return frozenset(day for day in days if day in free or _is_weekend(day, calendar))


@lru_cache(maxsize=64)
def nationwide_holidays(country, year):
    """Return what the law of the whole country calls a holiday, observed days included.

    :param str country: ISO 3166-1 code
    :param int year: the year; of the next one, what is observed in this
    :rtype: frozenset[date]

    >>> date(2021, 12, 31) in nationwide_holidays("US", 2021)  # New Year's Day of 2022
    True
    >>> date(2029, 1, 20) in nationwide_holidays("US", 2029)  # Inauguration Day: in DC
    False
    """
    return frozenset(_calendar(country, "", year) or ())


def _holidays(country, region, year):
    nationwide = nationwide_holidays(country, year)
    if region:
        # Some regions do not keep each holiday of the country, but its banks do.
        return nationwide | set(_calendar(country, region, year))
    regions = getattr(_calendar(country), "subdivisions", ())
    count = Counter(day for name in regions for day in _calendar(country, name, year))
    common = {day for day, times in count.items() if 3 * times >= 2 * len(regions)}
    return nationwide | common


def _is_weekend(day, calendar):
    if calendar is None:
        return day.weekday() in WEEKEND
    if day in calendar.weekend_workdays:
        return False
    # Where the law has Sunday alone, offices are closed on Saturday all the same.
    return calendar.is_weekend(day) or (
        day.weekday() == SATURDAY and calendar.weekend == {SUNDAY}
    )


def _calendar(country, region="", year=None):
    """:return: the calendar of the package, None if it does not know the country"""
    try:
        return holidays.country_holidays(country, subdiv=region or None, years=year)
    except NotImplementedError:
        return None
