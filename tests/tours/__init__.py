from . import (
    test_tours,
    test_tours_bankruptcy,
    test_tours_call,
    test_tours_charges,
    test_tours_claim,
    test_tours_plan,
    test_tours_portal_account,
    test_tours_promise,
    test_tours_settlement,
    test_tours_terms,
)
