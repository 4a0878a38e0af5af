from . import (
    test_portal_account,
    test_portal_account_figures,
    test_portal_attack,
    test_portal_link,
    test_portal_payment,
    test_portal_plan,
    test_portal_plan_request,
    test_portal_promise,
    test_portal_settlement,
)
