"""The order of the night, the small review by day, and the log of runs.

It calls the rooms below in their order.
"""

# isort: off
from . import (
    collection_scheduler,
    collection_run,
    collection_review_request,
    account_partial_reconcile,
)
