from . import letters, portal, portal_plan
