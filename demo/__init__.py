# The second inherits from the first.
from . import collection_demo_ledger

# isort: split
from . import collection_demo
