from . import (
    test_addressees,
    test_call_summary,
    test_delivery,
    test_document_faults,
    test_final_demand,
    test_letter_proof,
    test_letters,
    test_messages,
    test_never_left,
    test_payment_codes,
)
