"""When to try a failed step again. Pure Python, no ORM."""

from datetime import timedelta

FIRST_DELAY = timedelta(minutes=5)
GROWTH = 4
MAX_ATTEMPTS = 6


def retry_delay(attempts):
    """Return how long to wait after the given number of failed attempts.

    The delay grows fourfold each time (5 minutes, 20 minutes, 80 minutes, ...), so
    that a mail server that is down for a night is found again in the morning and a
    broken template is not tried a thousand times.

    :param int attempts: failed attempts so far, at least 1
    :return: the delay, or None when a person has to look
    :rtype: timedelta | None

    >>> retry_delay(1)
    datetime.timedelta(seconds=300)
    >>> retry_delay(3)
    datetime.timedelta(seconds=4800)
    >>> retry_delay(6) is None
    True
    """
    if attempts >= MAX_ATTEMPTS:
        return None
    return FIRST_DELAY * GROWTH ** (attempts - 1)
