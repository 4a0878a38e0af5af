from . import (
    test_concurrency,
    test_crons,
    test_outbox_faults,
    test_queries,
    test_speed,
)
