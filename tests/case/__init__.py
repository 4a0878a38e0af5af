from . import (
    test_case_search,
    test_frozen_days,
    test_holds,
    test_payment_behavior,
    test_policy_choice,
)
