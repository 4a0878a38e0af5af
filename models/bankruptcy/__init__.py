"""The file, its deadlines, how a stay begins and ends."""

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
