from . import (
    automatic_mail,
    contact_limits,
    outcomes,
    public_holidays,
    retry,
    time_zones,
    working_days,
)
