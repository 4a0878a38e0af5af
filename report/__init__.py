from . import (
    collection_document,
    collection_plan_forecast,
    report_collection_case_policy,
    report_collection_case_statement,
    report_collection_claim,
    report_collection_letter,
    report_collection_plan,
    report_collection_plan_signature,
    report_collection_policy,
    report_collection_promise,
    report_collection_statement,
    report_collection_summary,
)
