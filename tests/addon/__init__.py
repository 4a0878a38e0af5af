from . import (
    test_boundaries,
    test_demo,
    test_filters,
    test_invariants,
    test_rights,
    test_tools,
    test_translations,
    test_uninstall,
    test_views,
    test_weaknesses,
)
