from . import (
    base_partner_merge,
    collection_action_skip,
    collection_case_why,
    collection_claim_step,
    collection_contact_log,
    collection_contact_void,
    collection_dispute_resolve,
    collection_promise_end,
    collection_rehearsal_wizard,
    collection_simulation,
)
