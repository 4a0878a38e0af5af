from odoo import models
from odoo.tools import email_normalize_all

# What a message that is looked at is about.
ABOUT = ("collection.case", "account.move")


class MailMail(models.Model):
    """The last look before a message leaves: nothing goes to a bankrupt customer about
    what was owed before the petition, whoever wrote it and however long ago."""

    _inherit = "mail.mail"

    def send(self, auto_commit=False, raise_exception=False, post_send_callback=None):
        stopped = self._stop_for_stay()
        if stopped and post_send_callback:
            post_send_callback(stopped.ids)
        return super(MailMail, self - stopped).send(
            auto_commit=auto_commit,
            raise_exception=raise_exception,
            post_send_callback=post_send_callback,
        )

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        """Called for each message in the moment of sending. A queue works for minutes,
        and what it read in the beginning may not be true any more."""
        # Takes the row: whoever is cancelling the message just now comes first or last.
        self.flush_recordset()
        if self._stop_for_stay():
            return []
        return super()._prepare_outgoing_list(mail_server, doc_to_followers)

    def _stop_for_stay(self):
        """Cancel the messages that a stay forbids, and list them.

        :return: those that were cancelled
        """
        stopped = self.browse()
        if not self.env["collection.stay"]._is_any():
            return stopped
        for mail in self.filtered(lambda mail: mail.model in ABOUT and mail.res_id):
            stay = mail._find_stay()
            if not stay:
                continue
            bankruptcies, company, case = stay
            mail.cancel()
            mail.failure_reason = bankruptcies[:1]._get_refusal_text()
            mail._tell_author(is_letter=bool(mail._get_letter()))
            self.env["collection.blocked.attempt"].sudo()._log_scheduler(
                bankruptcies[:1], company, "queue", mail.subject or "", case
            )
            stopped |= mail
        return stopped

    def _tell_author(self, is_letter):
        """Show at the message that it has not left, and why: to whoever wrote it, for a
        step of the ladder is listed with its letter."""
        # The state of each recipient, which belongs to the queue.
        recipients = self.env["mail.notification"].sudo()
        recipients = recipients.search([("mail_mail_id", "=", self.id)])
        recipients.write(
            {
                "notification_status": "canceled" if is_letter else "exception",
                "failure_type": False if is_letter else "unknown",
                "failure_reason": self.failure_reason,
            }
        )
        recipients.mail_message_id._notify_message_notification_update()

    def _find_stay(self):
        """:return: (bankruptcies, company, case) when the message concerns what is
        stayed and goes to the debtor, else None"""
        stay = self.env["collection.stay"]
        debtors, company, case, is_stayed = stay._get_subject(self.mail_message_id)
        bankruptcies = stay._get_bankruptcies(debtors)
        if not bankruptcies or not self._goes_to(debtors, bankruptcies):
            return None
        return (bankruptcies, company, case) if is_stayed() else None

    def _get_letter(self):
        """:return: the collection.letter that this message delivers, possibly empty"""
        # Who sends the queue may not read what the messages are about.
        letters = self.env["collection.letter"].sudo()
        return letters.search([("mail_id", "=", self.id)], limit=1)

    def _goes_to(self, debtors, bankruptcies):
        """:return: whether a recipient belongs to the debtors, by contact or by
        address, and is neither trustee nor counsel nor claims agent"""
        customers = debtors.sudo().commercial_partner_id | debtors
        stay = self.env["collection.stay"]
        people = self.sudo().recipient_ids
        if any(
            partner.commercial_partner_id in customers
            and not stay._is_ally(partner, bankruptcies)
            for partner in people
        ):
            return True
        addresses = email_normalize_all(self.email_to or "")
        if not addresses:
            return False
        group = self.env["res.partner"].sudo().with_context(active_test=False)
        return bool(
            group.search_count(
                [
                    ("commercial_partner_id", "in", customers.ids),
                    ("email_normalized", "in", addresses),
                ],
                limit=1,
            )
        )
