from . import (
    letters,
    portal,
    portal_account,
    portal_link,
    portal_payment,
    portal_plan,
    portal_plan_request,
    portal_settlement,
    portal_terms,
)
