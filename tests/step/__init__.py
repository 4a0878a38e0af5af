from . import (
    test_recital,
    test_steps,
)
