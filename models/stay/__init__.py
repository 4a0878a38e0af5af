"""What the petition of a bankrupt customer stays, who may be written to all the same,
and what was refused because of it.

Low in the house, so that whoever is about to act can ask. It knows customers and their
journal items, but neither cases nor messages; the file is kept in ``bankruptcy``.
"""

# isort: off
from . import (
    collection_bankruptcy,
    collection_stay,
    collection_blocked_attempt,
)
