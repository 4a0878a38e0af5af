from . import (
    base_partner_merge,
    collection_action_skip,
    collection_case_why,
    collection_contact_log,
    collection_contact_void,
    collection_dispute_resolve,
    collection_plan_end,
    collection_plan_paper,
    collection_promise_end,
    collection_rehearsal_wizard,
    collection_simulation,
)
