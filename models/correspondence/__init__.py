"""What people write to each other: e-mails and text messages, out and in, logged in
the case and held back by a stay.

Extends Odoo's mail and sms. Records with messages of their own inherit its mixin.
"""

# isort: off
from . import (
    collection_correspondence_mixin,
    collection_case,
    collection_contact,
    collection_inbox,
    account_move,
    res_partner,
    mail_mail,
    ir_mail_server,
    mail_thread,
    mail_template,
    sms_sms,
    sms_tracker,
)
