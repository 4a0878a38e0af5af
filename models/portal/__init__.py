"""What a customer sees and says."""

# isort: off
from . import (
    collection_portal,
    collection_portal_account,
    collection_portal_rate_limit,
)
