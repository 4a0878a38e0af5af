"""What every room needs: the company's clock and lock, settings, protected fields,
evidence, reasons and the calendar of working days.

Calls ``tools/`` only; anybody may call it.
"""

# isort: off
from . import (
    collection_evidence_mixin,
    collection_protected_mixin,
    collection_signed_mixin,
    collection_signature,
    collection_reason,
    collection_calendar,
    res_company,
    res_config_settings,
    ir_attachment,
    ir_model_data,
    ir_actions_report,
)
