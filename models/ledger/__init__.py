"""What can be collected of each open item."""

# isort: off
from . import (
    collection_exposure,
    collection_reserved_amount,
    collection_credit_value,
    account_move_line,
)
