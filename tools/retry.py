"""When to try a failed step again. Pure Python, no ORM."""

from datetime import timedelta

FIRST_DELAY = timedelta(minutes=5)
GROWTH = 4
MAX_ATTEMPTS = 6
# A mail server is asked that often in the long run.
MAIL_INTERVAL = timedelta(hours=12)
MAIL_SHORT_DELAYS = 4


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
    >>> retry_delay(5)
    datetime.timedelta(seconds=76800)
    >>> retry_delay(6) is None
    True
    """
    if attempts >= MAX_ATTEMPTS:
        return None
    return FIRST_DELAY * GROWTH ** (attempts - 1)


def mail_delay(attempts, waited, hours):
    """Return how long an e-mail waits that a server has refused for now.

    After 5, 20, 80 and 320 minutes, then every 12 hours; the last time when the hours
    are over. RFC 5321, 4.5.4.1, asks for some days; a reminder that comes a week late
    says what is not true any more.

    :param int attempts: refusals so far, at least 1
    :param timedelta waited: since the first of them
    :param int hours: after which it is given up
    :return: the delay, or None when it is given up
    :rtype: timedelta | None

    >>> [mail_delay(n, timedelta(), 48) // timedelta(minutes=1) for n in range(1, 7)]
    [5, 20, 80, 320, 720, 720]
    >>> mail_delay(7, timedelta(hours=43), 48)
    datetime.timedelta(seconds=18000)
    >>> mail_delay(8, timedelta(hours=48), 48) is None
    True
    """
    left = timedelta(hours=hours) - waited
    if left <= timedelta():
        return None
    if attempts <= MAIL_SHORT_DELAYS:
        return min(FIRST_DELAY * GROWTH ** (attempts - 1), left)
    return min(MAIL_INTERVAL, left)
