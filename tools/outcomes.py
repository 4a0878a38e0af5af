"""What the outcome of a contact means. Pure Python, no ORM.

The codes are those of ``collection.contact.outcome``, whose labels are translated
there.
"""

from typing import NamedTuple


class Outcome(NamedTuple):
    """What follows from the outcome of a contact.

    ``is_conversation``: somebody of the customer was spoken with or wrote, about the
    matter. ``is_attempt``: a try to reach the customer, if it went out.
    ``off_days``: days for which the customer needs no more work, 0: stays on the
    worklist. ``next_step``: what to do next, a key of ``collection.contact.next_step``.
    ``by_hand``: whether a person may choose it; the rest is written by the program.
    """

    is_conversation: bool = False
    is_attempt: bool = True
    off_days: int = 0
    next_step: str = ""
    by_hand: bool = True


OUTCOMES = {
    "reached": Outcome(is_conversation=True, off_days=7),
    "third_person": Outcome(off_days=1, next_step="call"),
    "no_answer": Outcome(off_days=1, next_step="call"),
    "message_left": Outcome(off_days=2, next_step="call"),
    "wrong_number": Outcome(next_step="address"),
    "call_back": Outcome(is_conversation=True, off_days=1, next_step="call"),
    "refused": Outcome(is_conversation=True, off_days=7, next_step="escalate"),
    "promise": Outcome(is_conversation=True, off_days=7, next_step="promise"),
    "dispute": Outcome(is_conversation=True, off_days=7, next_step="dispute"),
    "plan_wanted": Outcome(is_conversation=True, off_days=3, next_step="plan"),
    "hardship": Outcome(is_conversation=True, off_days=3, next_step="plan"),
    "insolvency": Outcome(is_conversation=True, off_days=1, next_step="insolvency"),
    "paid_already": Outcome(is_conversation=True, off_days=3, next_step="payment"),
    "received": Outcome(is_conversation=True, next_step="reply"),
    "sent": Outcome(by_hand=False),
    "bounced": Outcome(is_attempt=False, next_step="address", by_hand=False),
    "returned": Outcome(is_attempt=False, next_step="address"),
    "link_sent": Outcome(is_attempt=False, by_hand=False),
    "opened": Outcome(is_attempt=False, by_hand=False),
    "auto_reply": Outcome(is_attempt=False, by_hand=False),
    "override": Outcome(is_attempt=False, by_hand=False),
}


def meaning(code):
    """Return what an outcome means; one that another module adds means an attempt.

    :param str code: a code of ``collection.contact.outcome``
    :rtype: Outcome

    >>> meaning("promise").next_step
    'promise'
    >>> meaning("sent").by_hand
    False
    >>> meaning("of another module") == Outcome(False, True, 0, "", True)
    True

    Somebody was spoken with, or wrote, about the matter; and nobody was tried:

    >>> [code for code, row in OUTCOMES.items() if row.is_conversation][:5]
    ['reached', 'call_back', 'refused', 'promise', 'dispute']
    >>> [code for code, row in OUTCOMES.items() if row.is_conversation][5:]
    ['plan_wanted', 'hardship', 'insolvency', 'paid_already', 'received']
    >>> print(*(code for code, row in OUTCOMES.items() if not row.is_attempt))
    bounced returned link_sent opened auto_reply override

    What the program alone writes, and how long the customer needs no more work:

    >>> print(*(code for code, row in OUTCOMES.items() if not row.by_hand))
    sent bounced link_sent opened auto_reply override
    >>> for days in (1, 2, 3, 7):
    ...     print(days, *(code for code in OUTCOMES if OUTCOMES[code].off_days == days))
    1 third_person no_answer call_back insolvency
    2 message_left
    3 plan_wanted hardship paid_already
    7 reached refused promise dispute
    """
    return OUTCOMES.get(code, Outcome())
