from . import (
    collection_document,
    report_collection_case_statement,
    report_collection_claim,
    report_collection_letter,
    report_collection_promise,
    report_collection_statement,
)
