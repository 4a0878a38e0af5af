from . import (
    test_demand_history,
    test_lanes,
    test_steps,
)
