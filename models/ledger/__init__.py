"""What can be collected of each open item: the ledger less what is stayed, promised,
disputed or planned.

Reads Odoo's journal items; calls ``stay``. Whoever reserves an amount tells it from
above.
"""

# isort: off
from . import (
    collection_exposure,
    collection_reserving_mixin,
    collection_reserved_amount,
    collection_received_money,
    collection_incoming_payment,
    account_payment,
    collection_credit_allocation,
    collection_writeoff,
)
