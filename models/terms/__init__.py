"""What a customer has signed beforehand: payment term, limit, interest and costs.

Calls ``common`` and ``policy``; whoever charges, claims or explains asks
``collection.terms._get_valid``.
"""

# isort: off
from . import (
    collection_terms,
    res_partner,
)
