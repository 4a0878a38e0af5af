"""Until when a claim is filed in an insolvency: suggestions. Pure Python, no ORM.

A person can always change them, and what the court or the office-holder says goes
before. Sources: Federal Rules of Bankruptcy Procedure 1019(b), 3002(c), 3003(c) and
9006(a), 11 U.S.C. 502(b)(9); Insolvenzordnung section 28; Code de commerce R622-24;
Regulation (EU) 2015/848 article 55(6); Bankruptcy and Insolvency Act (Canada);
Corporations Act (Australia). Nothing here is legal advice.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from .days_off import WEEKEND, nationwide_holidays

CREDITOR_DAYS = 70
INVOLUNTARY_DAYS = 90
ASSET_NOTICE_DAYS = 90
GOVERNMENT_DAYS = 180
GERMAN_DAYS = 14
EUROPEAN_DAYS = 30
CANADIAN_DAYS = 30
AUSTRALIAN_DAYS = 21


@dataclass(frozen=True)
class Insolvency:
    """What the rules look at. Days that are not known are None."""

    chapter: str  # 7, 9, 11, 12, 13, 15 or foreign
    petition: date | None = None
    procedure: str | None = None  # uk, de, fr, eu, ca, au, other
    is_voluntary: bool = True
    is_subchapter_v: bool = False
    is_governmental: bool = False
    is_abroad: bool = False  # the creditor is outside metropolitan France
    assets: str = "unknown"  # unknown, expected, none
    relief: date | None = None  # order for relief
    conversion: date | None = None  # to the present chapter
    first_bar: date | None = None  # end of the time in the first chapter 7
    asset_notice: date | None = None  # mailing of the clerk's notice of assets
    publication: date | None = None  # in the register or gazette
    notice: date | None = None  # of the trustee or liquidator


def suggest_deadline(insolvency):
    """Suggest the last day to file a claim.

    :param Insolvency insolvency: what is known of it
    :return: the day, None when only a notice or an order sets it; and the rule's key
    :rtype: tuple[date | None, str]

    >>> suggest_deadline(Insolvency("7", date(2026, 3, 2)))
    (datetime.date(2026, 5, 11), 'us_70')
    >>> suggest_deadline(Insolvency("13", date(2026, 2, 20)))
    (datetime.date(2026, 5, 1), 'us_70')
    >>> suggest_deadline(Insolvency("7", date(2026, 1, 5), is_voluntary=False))
    (datetime.date(2026, 4, 6), 'us_90')
    >>> suggest_deadline(Insolvency("11", date(2026, 1, 5)))
    (None, 'us_order')
    """
    if insolvency.chapter == "foreign":
        return _suggest_foreign(insolvency)
    day, rule = _suggest_us(insolvency)
    # Rule 9006(a) moves the end of a period, not a date that the clerk names.
    if day and rule != "us_no_asset":
        day = roll_forward(day)
    return day, rule


def _suggest_us(case):
    if case.chapter == "15":
        return None, "us_ancillary"
    if case.chapter == "9":
        return None, "us_order"
    # The notice says that there are assets after all, whatever the file says by then.
    was_no_asset = case.asset_notice and case.asset_notice > (
        case.conversion or case.petition
    )
    if case.chapter == "7" and (case.assets == "none" or was_no_asset):
        return _suggest_no_asset(case)
    if case.chapter == "7" and _has_expired(case):
        return None, "us_expired"
    if case.is_governmental:
        return _get_governmental_day(case), "us_180"
    if case.chapter == "11":
        return None, "us_subchapter_v" if case.is_subchapter_v else "us_order"
    if case.chapter == "7" and not case.is_voluntary and not case.conversion:
        return _after(case.relief or case.petition, INVOLUNTARY_DAYS), "us_90"
    start = case.conversion or case.relief or case.petition
    return _after(start, CREDITOR_DAYS), "us_70"


def _has_expired(case):
    """Back in chapter 7, whose first time had ended, no new one begins (Rule
    1019(b)(2))."""
    return case.conversion and case.first_bar and case.first_bar < case.conversion


def _suggest_no_asset(case):
    """Not before 90 days after the mailing (Rule 3002(c)(5)); a governmental unit has
    its own time in any case (11 U.S.C. 502(b)(9))."""
    day = _after(case.asset_notice, ASSET_NOTICE_DAYS)
    if day and case.is_governmental and not _has_expired(case):
        own = roll_forward(_get_governmental_day(case))
        if own > day:
            return own, "us_180"
    return day, "us_no_asset"


def _get_governmental_day(case):
    # Only a conversion to chapter 7 begins a new time (Rules 1019(b)(1), 3002(c)(1)).
    start = case.relief or case.petition
    if case.chapter == "7":
        start = case.conversion or start
    return _after(start, GOVERNMENT_DAYS)


def _suggest_foreign(case):
    """Not rolled forward: the holidays of the place are not known, and the earlier day
    is the safe one."""
    if case.procedure == "fr":
        months = 4 if case.is_abroad else 2
        day = case.publication and case.publication + relativedelta(months=months)
        return day, f"fr_{months}"
    days = {
        "de": (case.petition, GERMAN_DAYS),
        "eu": (case.publication, EUROPEAN_DAYS),
        "ca": (case.notice, CANADIAN_DAYS),
        "au": (case.notice, AUSTRALIAN_DAYS),
    }
    start, count = days.get(case.procedure, (None, 0))
    return _after(start, count), case.procedure or "other"


def _after(day, count):
    return day + timedelta(days=count) if day else None


def roll_forward(day):
    """Return the day, or the next one that is no weekend and no legal holiday.

    The holidays of the federal courts; those of the court's state are not among them,
    and the earlier day is the safe one.

    :param date day: any day
    :return: the last day of a period that ends on that day (Rule 9006(a)(1)(C))
    :rtype: date

    >>> roll_forward(date(2026, 4, 5))  # a Sunday
    datetime.date(2026, 4, 6)
    >>> roll_forward(date(2026, 5, 23))  # Saturday, then Sunday and Memorial Day
    datetime.date(2026, 5, 26)
    """
    while day.weekday() in WEEKEND or day in nationwide_holidays("US", day.year):
        day += timedelta(days=1)
    return day
