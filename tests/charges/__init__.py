from . import test_late_interest
