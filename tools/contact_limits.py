"""How often, and when, a customer may be contacted. Pure Python, no ORM.

Source of the default limits: best practice between businesses, after the limits that
the law of several countries sets for consumers.
"""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from .channels import channel_of

WINDOW = 7
CALL_BACK_DAYS = 3


class Limits(NamedTuple):
    """Limits of a policy; zero lifts a limit. Hours are local, as fractions;
    ``is_preference`` where they are those that the customer asked for."""

    once_a_day: bool = True
    call_gap: int = 7
    talk_gap: int = 7
    attempts_max: int = 7
    hour_from: float = 8.0
    hour_to: float = 21.0
    working_days: bool = True
    is_preference: bool = False


class Event(NamedTuple):
    """A contact as the limits see it; ``day`` is local to the customer."""

    day: date
    channel: str
    is_attempt: bool = True
    is_talk: bool = False


def first_day(limits, channel, events):
    """Return the first day on which the limits allow a contact, and which one decides.

    :param Limits limits: the limits of the policy
    :param str channel: how the customer is to be contacted
    :param events: contacts so far, of the last weeks at least
    :return: (day, key of the limit that decides); (date.min, "") without any
    :rtype: tuple[date, str]

    A talk on the 1st: the next call is on the 8th, the day of the talk being day 1.

    >>> talk = Event(date(2026, 6, 1), "phone", is_talk=True)
    >>> first_day(Limits(), "phone", [talk])
    (datetime.date(2026, 6, 8), 'talk')
    >>> first_day(Limits(), "email", [talk])
    (datetime.date(2026, 6, 2), 'day')
    >>> call = Event(date(2026, 6, 1), "phone")
    >>> first_day(Limits(), "phone", [call, Event(date(2026, 6, 3), "email")])
    (datetime.date(2026, 6, 8), 'call')
    >>> first_day(Limits(), "phone", [call._replace(is_attempt=False)])  # called us
    (datetime.date(1, 1, 1), '')
    >>> seven = [Event(date(2026, 6, day), "email") for day in (1, 2, 3, 4, 5, 5, 5)]
    >>> first_day(Limits(once_a_day=False), "email", seven)
    (datetime.date(2026, 6, 8), 'attempts')
    """
    attempts = sorted((event.day for event in events if event.is_attempt), reverse=True)
    bounds = [(date.min, "")]
    if attempts and limits.once_a_day:
        bounds.append((attempts[0] + timedelta(days=1), "day"))
    if limits.attempts_max and len(attempts) >= limits.attempts_max:
        freed = attempts[limits.attempts_max - 1] + timedelta(days=WINDOW)
        bounds.append((freed, "attempts"))
    if channel_of(channel).is_call:
        bounds += _talk_bounds(limits, events)
    return max(bounds, key=lambda bound: bound[0])


def _talk_bounds(limits, events):
    calls = [
        event.day
        for event in events
        if event.is_attempt and channel_of(event.channel).is_call
    ]
    talks = [event.day for event in events if event.is_talk]
    bounds = []
    if talks and limits.talk_gap:
        bounds.append((max(talks) + timedelta(days=limits.talk_gap), "talk"))
    if calls and limits.call_gap:
        bounds.append((max(calls) + timedelta(days=limits.call_gap), "call"))
    return bounds


def next_moment(limits, channel, now, events, is_day_off):
    """Return when a contact is allowed next, in local time, and why not before.

    :param Limits limits: the limits of the policy
    :param str channel: how the customer is to be contacted
    :param datetime now: local time of the customer, without time zone
    :param events: contacts so far, days local to the customer
    :param is_day_off: function of a date, whether nobody is contacted on that day
    :return: (local moment, key of the limit that stands in the way, "" if none)
    :rtype: tuple[datetime, str]

    >>> friday_night = datetime(2026, 6, 5, 21, 0)
    >>> next_moment(Limits(), "phone", friday_night, [], lambda day: day.weekday() > 4)
    (datetime.datetime(2026, 6, 8, 8, 0), 'hours')
    >>> wednesday_night = datetime(2026, 6, 3, 21, 0)
    >>> next_moment(Limits(), "phone", wednesday_night, [], lambda day: False)
    (datetime.datetime(2026, 6, 4, 8, 0), 'hours')
    >>> next_moment(Limits(), "phone", datetime(2026, 6, 4, 7, 0),
    ...             [Event(date(2026, 6, 3), "email")], lambda day: False)
    (datetime.datetime(2026, 6, 4, 8, 0), 'hours')
    """
    day, why = first_day(limits, channel, events)
    if day <= now.date():
        day, why = now.date(), ""
    is_timed = channel_of(channel).is_timed
    opens, closes = to_time(limits.hour_from), to_time(limits.hour_to)
    if is_timed and day == now.date() and closes and now.time() >= closes:
        day, why = day + timedelta(days=1), why or "hours"
    while limits.working_days and is_day_off(day):
        day, why = day + timedelta(days=1), why or "day_off"
    start = datetime.combine(day, opens if is_timed else time.min)
    if start > now:
        return start, why or "hours"
    return now, ""


def to_time(hour):
    """Return the time of day of a fractional hour; None for midnight at the end.

    >>> to_time(8.5)
    datetime.time(8, 30)
    >>> to_time(23.75)
    datetime.time(23, 45)
    >>> to_time(24.0) is None
    True
    """
    minutes = round(hour * 60)
    return None if minutes >= 24 * 60 else time(minutes // 60, minutes % 60)
