from . import (
    test_policy_document,
    test_policy_refusals,
)
