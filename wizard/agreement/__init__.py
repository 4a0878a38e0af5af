from . import (
    collection_dispute_resolve,
    collection_installment_plan_end,
    collection_promise_end,
)
