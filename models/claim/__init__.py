"""Proof of claim: amounts, form, exhibits, packet, distributions and write-off.

Calls ``bankruptcy``, and the ledger as it stood on the day of the petition.
"""

# isort: off
from . import (
    collection_claim_part_mixin,
    collection_claim_form_mixin,
    collection_claim_amount_mixin,
    collection_claim,
    collection_claim_ledger,
    collection_claim_reconciliation,
    collection_claim_line,
    collection_claim_priority,
    collection_claim_priority_cap,
    collection_claim_goods,
    collection_claim_exhibit,
    collection_claim_redaction,
    collection_claim_distribution,
    collection_claim_comparison,
    collection_claim_writeoff,
    collection_claim_packet,
    collection_bankruptcy,
    account_move,
    account_payment,
    res_partner,
)
