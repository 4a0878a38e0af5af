from odoo import models


class MailMail(models.Model):
    _inherit = "mail.mail"

    def send(self, auto_commit=False, raise_exception=False, post_send_callback=None):
        """Leave out what may not leave any more."""
        stopped = self._stop_before_sending()
        if stopped and post_send_callback:
            post_send_callback(stopped.ids)
        # A server that is still down fails all it gets, cancelled ones as well.
        return super(MailMail, self - stopped).send(
            auto_commit=auto_commit,
            raise_exception=raise_exception,
            post_send_callback=post_send_callback,
        )

    def _stop_before_sending(self):
        """Cancel the reminders of what was settled while they waited, and the copies
        of them.

        :return: the mails that are not to be sent
        """
        letters = self.env["collection.letter"].sudo()._find_queued(self.sudo())
        stopped = letters._cancel_obsolete().mail_message_id
        mails = self.filtered(lambda mail: mail.sudo().mail_message_id in stopped)
        mails.filtered(lambda mail: mail.state == "outgoing").cancel()
        return mails

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        # Before super, which may delete the mail. This is the moment of truth: the mail
        # server took the message or did not.
        self._tell_collection_letters()
        # What was stopped in that moment has not been sent, as Odoo would have it.
        going = self.filtered(lambda mail: mail.state not in ("cancel", "outgoing"))
        if not going:
            return True
        return super(MailMail, going)._postprocess_sent_message(
            success_pids, success_emails, failure_reason, failure_type
        )

    def cancel(self):
        result = super().cancel()
        self._tell_collection_letters()
        return result

    def mark_outgoing(self):
        result = super().mark_outgoing()
        self._tell_collection_letters()
        return result

    def _tell_collection_letters(self):
        """Carry the state of mails over to the letters they deliver."""
        letters = (
            self.env["collection.letter"].sudo().search([("mail_id", "in", self.ids)])
        )
        for letter in letters:
            mail = letter.mail_id
            letter._set_mail_state(mail.state, mail.failure_reason or "")
