"""Messages composed, dispatched, printed, proved."""

# isort: off
from . import (
    collection_letter,
    collection_letter_batch,
    snailmail_letter,
    collection_message_composer,
    collection_open_item_list,
    collection_statement,
    collection_dispatcher,
    collection_customer_notice,
    collection_conversation_summary,
)
