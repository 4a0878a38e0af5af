from . import (
    test_calendar,
    test_decisions,
    test_ladder,
    test_last_look,
    test_open_credits,
    test_open_credits_property,
)
