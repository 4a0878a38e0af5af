"""Which step is next and why; the outbox is filled."""

# isort: off
from . import (
    collection_decision_statement,
    collection_planner,
    collection_policy_backtest,
)
