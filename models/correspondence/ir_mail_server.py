from odoo import api, models

# Which mail.mail a message is; it does not leave the house.
MAIL_HEADER = "X-Collection-Mail"


class IrMailServer(models.Model):
    _inherit = "ir.mail_server"

    @api.model
    def send_email(self, message, *args, **kwargs):
        """Note around the moment of truth that the server is asked, and has answered;
        what it has taken before is as good as sent."""
        mail_id = message[MAIL_HEADER]
        if not mail_id:
            return super().send_email(message, *args, **kwargs)
        del message[MAIL_HEADER]
        handover = self.env["collection.mail.handover"]
        reference = message["Message-Id"]
        if handover._begin(int(mail_id), reference):
            super().send_email(message, *args, **kwargs)
            handover._end(int(mail_id))
        return reference
