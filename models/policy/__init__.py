"""Policies and their stages: which customers are asked for money, when and how.

Calls ``common``. Which case follows which policy is not known here, see ``case``.
"""

# isort: off
from . import (
    collection_policy,
    collection_stage,
    collection_interest_cap,
    ir_module_module,
    res_company,
)
