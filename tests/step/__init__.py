from . import (
    test_demand_history,
    test_steps,
)
