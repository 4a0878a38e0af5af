"""What a petition stays, and what was refused because of it."""

# isort: off
from . import (
    collection_bankruptcy,
    collection_stay,
    collection_blocked_attempt,
)
