# The last inherits from the others.
from . import (
    collection_demo_agreement,
    collection_demo_claim,
    collection_demo_insolvency,
    collection_demo_ledger,
    collection_demo_mail,
    collection_demo_portal,
)

# isort: split
from . import collection_demo
