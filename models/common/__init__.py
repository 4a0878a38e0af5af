"""The company clock, settings, protected fields, evidence, calendar."""

# isort: off
from . import (
    collection_evidence_mixin,
    collection_protected_mixin,
    collection_reason,
    collection_calendar,
    res_company,
    res_config_settings,
    ir_attachment,
    ir_model_data,
    ir_actions_report,
)
