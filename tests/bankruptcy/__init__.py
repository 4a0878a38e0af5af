from . import (
    test_bankruptcy,
    test_bankruptcy_deadlines,
    test_loopholes,
    test_stay,
    test_stay_companies,
    test_stay_concurrency,
    test_stay_plan,
    test_stay_refusals,
    test_stay_sending,
)
