"""The outbox and its executor; what a final demand recites."""

# isort: off
from . import (
    collection_step,
    collection_case,
    collection_executor,
    collection_demand_history,
    mail_activity,
)
