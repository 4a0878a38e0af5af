"""The rooms, from the ground up: whatever is imported later stands above."""

# isort: off
from . import common
from . import policy
from . import stay
from . import ledger
from . import terms
from . import charges
from . import case
from . import decision
from . import contact
from . import letter
from . import correspondence
from . import agreement
from . import step
from . import run
from . import bankruptcy
from . import claim
from . import portal
