from . import (
    test_claim_amounts,
    test_claim_distribution,
    test_claim_exhibit_printing,
    test_claim_form,
    test_claim_packet,
    test_claim_property,
    test_claim_states,
)
