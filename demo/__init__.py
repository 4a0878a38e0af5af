# The last inherits from the others.
from . import (
    collection_demo_agreement,
    collection_demo_claim,
    collection_demo_insolvency,
    collection_demo_ledger,
)

# isort: split
from . import collection_demo
