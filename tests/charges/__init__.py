from . import (
    test_charge_follow_up,
    test_charge_replay,
    test_charge_rules,
    test_charges,
    test_late_interest,
)
