"""The case of a customer, its items, holds and figures; the review, which keeps them
in line with the ledger; the decision as it is kept.

Calls ``ledger`` and below. One door leads up: ``_review_now()`` asks the scheduler.
"""

# isort: off
from . import (
    collection_case,
    collection_item,
    collection_item_pause,
    collection_hold,
    collection_decision,
    collection_review,
    collection_snapshot,
    collection_case_figures,
    collection_payment_behavior,
    collection_policy_matching,
    collection_priority,
    collection_policy,
    account_move,
    account_move_line,
    res_partner,
)
