from . import retry, working_days
