from . import (
    contact_limits,
    outcomes,
    public_holidays,
    retry,
    time_zones,
    working_days,
)
