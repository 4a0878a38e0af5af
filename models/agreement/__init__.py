"""Promises, disputes, installment plans, judged by the ledger."""

# isort: off
from . import (
    collection_promise,
    collection_promise_line,
    collection_promise_evaluation,
    collection_dispute,
    collection_installment_plan,
    collection_installment_schedule,
    collection_installment_agreement,
    collection_installment_reminder,
    collection_installment_suspension,
    collection_installment,
    collection_installment_evaluation,
    collection_case,
    collection_contact,
    account_move,
    res_partner,
)
