from . import (
    test_portal_terms,
    test_terms,
)
