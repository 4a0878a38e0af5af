from . import (
    collection_claim_document,
    collection_claim_letter,
    report_collection_claim,
)
