from . import (
    collection_case_explain,
    collection_policy_backtest,
    collection_simulation,
)
