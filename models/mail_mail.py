from odoo import models


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        # Before super, which may delete the mail. This is the moment of truth: the mail
        # server took the message or did not.
        self._tell_collection_letters()
        return super()._postprocess_sent_message(
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
