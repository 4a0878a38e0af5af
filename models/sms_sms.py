from odoo import models


class SmsSms(models.Model):
    _inherit = "sms.sms"

    def _send(self, unlink_failed=False, unlink_sent=True, raise_exception=False):
        """Leave out the reminders of what was settled while they waited."""
        letters = self.env["collection.letter"].sudo()._find_queued(self)
        stopped = letters._cancel_obsolete().mail_message_id
        texts = self.filtered(lambda text: text.mail_message_id in stopped)
        texts.action_set_canceled()
        left = self - texts
        if left:
            return super(SmsSms, left)._send(
                unlink_failed, unlink_sent, raise_exception
            )
        return None
