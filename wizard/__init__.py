from . import (
    base_partner_merge,
    collection_action_skip,
    collection_case_why,
    collection_contact_complete,
    collection_contact_log,
    collection_contact_void,
    collection_dispute_resolve,
    collection_guard_override,
    collection_promise_end,
    collection_rehearsal_wizard,
    collection_simulation,
)
