"""The outbox and its executor, which asks the decision and the guard once more before
a message leaves; what a final demand lists.

Calls ``letter``, ``contact`` and ``decision``.
"""

# isort: off
from . import (
    collection_step,
    collection_case,
    collection_step_claim,
    collection_lane,
    res_config_settings,
    collection_executor,
    collection_demand_history,
    mail_activity,
)
