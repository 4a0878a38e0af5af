from . import letters, portal, portal_plan
from . import letters, portal, portal_account, portal_payment
