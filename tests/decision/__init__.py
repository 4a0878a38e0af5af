from . import (
    test_decisions,
    test_ladder,
)
