from . import (
    collection_address_correction,
    collection_call_screen,
    collection_contact_complete,
    collection_contact_void,
    collection_guard_override,
)
