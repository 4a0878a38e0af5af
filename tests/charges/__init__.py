from . import (
    test_charge_rules,
    test_late_interest,
)
