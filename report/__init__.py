# isort: off
from . import (
    collection_document,
    ir_actions_report,
    common,
    terms,
    policy,
    agreement,
    claim,
)
