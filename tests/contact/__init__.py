from . import (
    test_address_correction,
    test_call,
    test_call_queue,
    test_contact_guard,
    test_contact_limits,
    test_contact_log,
    test_contact_seal,
    test_guard_scheduler,
    test_log_attack,
    test_log_concurrency,
)
