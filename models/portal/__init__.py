"""What customers see of their account and what they say there: payments, promises,
disputes, plans, questions.

Calls the rooms below as a collector would; no room calls it.
"""

# isort: off
from . import (
    account_move,
    collection_portal,
    collection_portal_account,
    collection_portal_rate_limit,
)
