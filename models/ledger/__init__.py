"""What can be collected of each open item."""

# isort: off
from . import (
    collection_exposure,
    collection_reserving_mixin,
    collection_reserved_amount,
    collection_received_money,
    collection_credit_value,
)
