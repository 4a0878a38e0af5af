"""The case, its items, holds and figures; the review keeps them like the ledger."""

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
    account_move,
    res_partner,
)
