# isort: off
from . import (
    collection_document,
    ir_actions_report,
    policy,
    agreement,
    claim,
)
