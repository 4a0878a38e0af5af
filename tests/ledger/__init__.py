from . import (
    test_companies,
    test_ledger_changes,
)
