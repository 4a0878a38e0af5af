from . import (
    test_companies,
    test_exposure,
    test_ledger_changes,
)
