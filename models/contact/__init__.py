"""The contact log, the guard, whom to address, the call list."""

# isort: off
from . import (
    collection_contact,
    collection_contact_seal,
    collection_contact_lock,
    collection_contact_guard,
    collection_contact_facts,
    collection_recipient,
    collection_case,
    res_partner,
    account_move,
)
