from . import (
    collection_conversation_summary_send,
    collection_letter_result,
    collection_letter_tracking,
)
