"""The contact log and its seals, the guard of contact limits, whom to address, and
the call list.

Whoever contacts a customer, by hand or not, asks the guard and is logged here.
"""

# isort: off
from . import (
    collection_contact,
    collection_contact_seal,
    collection_contact_lock,
    collection_contact_guard,
    collection_recipient,
    collection_case,
    res_partner,
    account_move,
)
