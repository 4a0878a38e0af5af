"""The front door of the night, the queue of the small review, the log of runs."""

# isort: off
from . import (
    collection_scheduler,
    collection_run,
    collection_review_request,
    account_partial_reconcile,
)
