"""The file of a bankruptcy: court, deadlines, events; how a stay begins and ends.

Stops what is under way in the rooms below. What is stayed is said in ``stay``.
"""

# isort: off
from . import (
    collection_bankruptcy,
    collection_bankruptcy_deadline,
    collection_bankruptcy_event,
    collection_stay_enforcement,
    collection_court,
    collection_case,
    collection_contact,
    account_move,
    account_move_send,
    res_partner,
)
