from . import (
    test_call_summary,
    test_delivery,
    test_letter_proof,
    test_letters,
    test_messages,
)
