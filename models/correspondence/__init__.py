"""What people write: e-mails and texts, out and in."""

# isort: off
from . import (
    collection_correspondence_mixin,
    collection_case,
    collection_contact,
    collection_inbox,
    account_move,
    res_partner,
    mail_mail,
    mail_thread,
    mail_template,
    sms_sms,
    sms_tracker,
)
