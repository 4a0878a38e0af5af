from . import (
    test_companies,
    test_exposure,
    test_incoming_payments,
    test_ledger_changes,
)
