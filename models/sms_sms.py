from odoo import models


class SmsSms(models.Model):
    """The last look before a text message leaves, as ``mail.mail`` has it."""

    _inherit = "sms.sms"

    def _send(self, unlink_failed=False, unlink_sent=True, raise_exception=False):
        """Leave out the reminders of what was settled while they waited."""
        letters = self.env["collection.letter"].sudo()._find_queued(self)
        stopped = letters._cancel_obsolete().mail_message_id
        texts = self.filtered(lambda text: text.mail_message_id in stopped)
        texts.action_set_canceled()
        for going in (self - texts)._split_by_company():
            super(SmsSms, going)._send(unlink_failed, unlink_sent, raise_exception)
        return

    def _split_by_company(self):
        """:return: list of the texts of each company: Odoo's queue takes all of them,
        and fails where two companies have something in it"""
        if self.env.context.get("sms_api"):
            return [self] if self else []
        return list(self.grouped(lambda text: text._get_sms_company()).values())
