from . import (
    test_holds,
    test_policy_choice,
)
