"""Which step is next for each case, on which day and why.

Reads cases and the ledger below in a few statements, however many cases there are.
"""

# isort: off
from . import (
    collection_decision_statement,
    collection_decision_grounds,
    collection_planner,
    collection_policy_backtest,
)
