"""Messages of the program: composed, checked again, dispatched by e-mail, text or on
paper, and proved.

Calls ``contact`` for recipients and the log. What people write is ``correspondence``.
"""

# isort: off
from . import (
    collection_case,
    collection_letter,
    collection_letter_batch,
    snailmail_letter,
    collection_message_composer,
    collection_open_item_list,
    collection_payment_code,
    collection_statement,
    collection_dispatcher,
    collection_mail_handover,
    collection_mail_retry,
    collection_account_link,
    res_partner,
    collection_text_delivery,
    collection_customer_notice,
    collection_conversation_summary,
)
