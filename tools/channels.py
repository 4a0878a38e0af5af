"""The channels over which customers are contacted. Pure Python, no ORM.

The codes are those of ``collection.contact.channel``; a stage has those that are a
step, with a label that says what is to be done.
"""

from typing import NamedTuple


class Channel(NamedTuple):
    """What follows from a channel.

    ``label``: what it is called in the contact log. ``step_label``: as a step of a
    policy; empty if it is none. ``is_written``: its words come from a template.
    ``is_paper``: it is printed and goes by post. ``is_postal``: it needs an address.
    ``is_manual``: a person carries the step out. ``is_spoken``: people talk.
    ``is_call``: it counts for the limits between calls. ``is_timed``: it disturbs
    outside office hours and on days off. ``is_free``: no limit holds for it.
    ``is_noticed``: by the customer, so that a final demand lists it and the policy in
    writing names it. ``is_preference``: a customer can prefer it; ``is_portal``: and
    say so in the portal.
    """

    label: str
    step_label: str = ""
    is_written: bool = False
    is_paper: bool = False
    is_postal: bool = False
    is_manual: bool = False
    is_spoken: bool = False
    is_call: bool = False
    is_timed: bool = False
    is_free: bool = False
    is_noticed: bool = True
    is_preference: bool = False
    is_portal: bool = False


CHANNELS = {
    "phone": Channel(
        "Telephone",
        "Telephone call",
        is_manual=True,
        is_spoken=True,
        is_call=True,
        is_timed=True,
        is_preference=True,
        is_portal=True,
    ),
    "email": Channel(
        "E-mail", "E-mail", is_written=True, is_preference=True, is_portal=True
    ),
    "letter": Channel(
        "Letter",
        "Letter",
        is_written=True,
        is_paper=True,
        is_postal=True,
        is_preference=True,
        is_portal=True,
    ),
    "certified": Channel(
        "Certified letter",
        "Certified letter",
        is_written=True,
        is_paper=True,
        is_postal=True,
    ),
    "sms": Channel(
        "Text message",
        "Text message",
        is_written=True,
        is_timed=True,
        is_preference=True,
        is_portal=True,
    ),
    "visit": Channel(
        "Visit",
        "Visit",
        is_postal=True,
        is_manual=True,
        is_spoken=True,
        is_call=True,
        is_timed=True,
        is_preference=True,
    ),
    # By appointment: nobody's disturbance.
    "meeting": Channel(
        "Meeting", "Meeting", is_manual=True, is_spoken=True, is_free=True
    ),
    "portal": Channel("Portal", is_free=True),
    # What a person decides is no contact.
    "task": Channel(
        "Decision", "Task to decide", is_manual=True, is_free=True, is_noticed=False
    ),
    "other": Channel("Other", is_free=True, is_noticed=False),
}


def channels(**properties):
    """Return the codes of the channels with some properties.

    :param properties: what they have to be
    :rtype: list[str]

    >>> channels(is_paper=True)
    ['letter', 'certified']
    >>> channels(is_spoken=True, is_free=False)
    ['phone', 'visit']
    """
    return [
        code
        for code, channel in CHANNELS.items()
        if all(getattr(channel, key) == value for key, value in properties.items())
    ]


def channel_of(code):
    """Return the properties of a channel; of one that another module adds, the least.

    :param str code: a code of ``collection.contact.channel``
    :rtype: Channel

    >>> channel_of("sms").is_timed, channel_of("pigeon").is_timed
    (True, False)
    """
    return CHANNELS.get(code, Channel(code or ""))


def selection(**properties):
    """Return the channels with some properties, as people read them in the log.

    :rtype: list[tuple[str, str]]

    >>> selection(is_paper=True)
    [('letter', 'Letter'), ('certified', 'Certified letter')]
    """
    return [(code, CHANNELS[code].label) for code in channels(**properties)]


def step_selection():
    """Return the channels of steps, as people read them on a step: first what the
    program carries out.

    :rtype: list[tuple[str, str]]

    >>> step_selection()[4]
    ('phone', 'Telephone call')
    """
    codes = channels(is_written=True) + channels(is_manual=True)
    return [(code, CHANNELS[code].step_label) for code in codes]
