from . import claims, retry, working_days
