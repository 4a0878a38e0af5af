"""Policies and their stages."""

# isort: off
from . import (
    collection_policy,
    collection_stage,
    ir_module_module,
    res_company,
)
