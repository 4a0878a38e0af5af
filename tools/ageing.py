"""How late a debt is, in the buckets of an aged receivable. Pure Python, no ORM."""

from typing import NamedTuple


class Bucket(NamedTuple):
    """The days late that a bucket takes, first and last day included.

    ``name``: the field of the case with its sum. ``key``: what styles know it by.
    """

    name: str
    key: str
    first: int | None
    last: int | None


# Every debit is in one of them, so that what is open and overdue need no sums of their
# own.
BUCKETS = (
    Bucket("amount_not_due", "not_due", None, 0),
    Bucket("amount_30", "30", 1, 30),
    Bucket("amount_60", "60", 31, 60),
    Bucket("amount_90", "90", 61, 90),
    Bucket("amount_older", "older", 91, None),
)
NAMES = tuple(bucket.name for bucket in BUCKETS)
OVERDUE = tuple(bucket.name for bucket in BUCKETS if bucket.first)


def find_bucket(days_late):
    """Return the bucket of a debt.

    :param int days_late: days after the due date; zero or less: not due
    :rtype: Bucket

    >>> [find_bucket(days).key for days in (-3, 0, 1, 30, 31, 91, 4000)]
    ['not_due', 'not_due', '30', '30', '60', 'older', 'older']
    """
    return next(
        bucket for bucket in BUCKETS if bucket.last is None or days_late <= bucket.last
    )
