from . import (
    test_concurrency,
    test_crons,
    test_queries,
    test_speed,
)
