from . import (
    collection_claim_step,
)
