from . import (
    test_charge_rules,
    test_charges,
    test_late_interest,
)
