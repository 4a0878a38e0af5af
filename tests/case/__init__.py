from . import (
    test_frozen_days,
    test_holds,
    test_policy_choice,
)
