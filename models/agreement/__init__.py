"""Promises, disputes and installment plans: made by people, evaluated by the ledger.

They reserve amounts in ``ledger``, hold cases and cancel steps: all of that is below.
"""

# isort: off
from . import (
    collection_promise,
    collection_promise_line,
    collection_promise_evaluation,
    collection_dispute,
    collection_installment_plan,
    collection_credit_note,
    collection_settlement,
    collection_settlement_line,
    collection_settlement_offer,
    collection_settlement_evaluation,
    collection_settlement_discount,
    collection_installment_schedule,
    collection_installment_agreement,
    collection_installment_reminder,
    collection_installment_suspension,
    collection_installment,
    collection_installment_evaluation,
    collection_case,
    collection_contact,
    collection_stage,
    account_move,
    res_partner,
)
