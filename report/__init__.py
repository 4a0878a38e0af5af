from . import (
    collection_document,
    report_collection_case_policy,
    report_collection_case_statement,
    report_collection_letter,
    report_collection_policy,
    report_collection_promise,
    report_collection_statement,
    report_collection_summary,
)
