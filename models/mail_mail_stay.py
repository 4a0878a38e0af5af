from odoo import models
from odoo.tools import email_normalize_all


class MailMail(models.Model):
    """The last look before a message leaves: nothing goes to a bankrupt customer about
    what was owed before the petition, whoever wrote it and however long ago."""

    _inherit = "mail.mail"

    def _stop_before_sending(self):
        stopped = self._stop_for_stay()
        return stopped | super(MailMail, self - stopped)._stop_before_sending()

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        """Called for each message in the moment of sending. A queue works for minutes,
        and what it read in the beginning may not be true any more."""
        # Takes the row: whoever is cancelling the message just now comes first or last.
        self.flush_recordset()
        if self._stop_for_stay():
            return []
        return super()._prepare_outgoing_list(mail_server, doc_to_followers)

    def _stop_for_stay(self):
        """Cancel the messages that a stay forbids, and list them; what goes to trustee
        or counsel as well still goes there.

        :return: those that were cancelled
        """
        stopped = self.browse()
        if not self.env["collection.stay"]._is_any():
            return stopped
        mixin = self.env["collection.correspondence.mixin"]
        for mail in self.filtered("res_id"):
            if not mixin._has_contacts(mail.model):
                continue
            stay = mail._find_stay()
            if not stay:
                continue
            bankruptcies, company, case, people = stay
            reason = bankruptcies[:1]._get_refusal_text()
            self.env["collection.blocked.attempt"].sudo()._log_scheduler(
                bankruptcies[:1], company, "queue", mail.subject or "", case
            )
            if people and people != mail.sudo().recipient_ids:
                mail._leave_out(people, reason)
                continue
            mail.cancel()
            mail.failure_reason = reason
            mail._tell_author(reason, is_letter=bool(mail._get_letter()))
            stopped |= mail
        return stopped

    def _leave_out(self, people, reason):
        """Send to the others only.

        :param people: res.partner records among the recipients
        :param str reason: why not to them
        """
        # The queue belongs to the administrator; what stays is as it was written.
        self.sudo().recipient_ids -= people
        # Theirs is not sent with the others': the queue forgets it.
        self._tell_author(reason, people).mail_mail_id = False

    def _tell_author(self, reason, people=None, is_letter=False):
        """Show at the message that it has not left, and why: to whoever wrote it, for a
        step of the ladder is listed with its letter.

        :param people: res.partner records, all recipients if not given
        :return: their mail.notification records
        """
        # The state of each recipient, which belongs to the queue.
        recipients = self.env["mail.notification"].sudo()
        recipients = recipients.search(
            [("mail_mail_id", "=", self.id)]
            + ([("res_partner_id", "in", people.ids)] if people else [])
        )
        recipients.write(
            {
                "notification_status": "canceled" if is_letter else "exception",
                "failure_type": False if is_letter else "unknown",
                "failure_reason": reason,
            }
        )
        recipients.mail_message_id._notify_message_notification_update()
        return recipients

    def _find_stay(self):
        """:return: (bankruptcies, company, case, people) when the message concerns what
        is stayed and goes to the debtor, else None; people is empty where no recipient
        is on file, and where it is a letter, which is the debtor's altogether"""
        stay = self.env["collection.stay"]
        debtors, company, case, is_stayed = stay._get_subject(self.mail_message_id)
        bankruptcies = stay._get_bankruptcies(debtors)
        if not bankruptcies:
            return None
        people = self._get_people_of(debtors, bankruptcies)
        is_by_address = self._has_address_of(debtors)
        if not (people or is_by_address) or not is_stayed():
            return None
        if is_by_address or self._get_letter():
            people = people.browse()
        return bankruptcies, company, case, people

    def _get_letter(self):
        """:return: the collection.letter that this message delivers, possibly empty"""
        # Who sends the queue may not read what the messages are about.
        letters = self.env["collection.letter"].sudo()
        return letters.search([("mail_id", "=", self.id)], limit=1)

    @staticmethod
    def _get_customers(debtors):
        return debtors.sudo().commercial_partner_id | debtors

    def _get_people_of(self, debtors, bankruptcies):
        """:return: the recipients who belong to the debtors, and are none of trustee,
        counsel and claims agent"""
        customers = self._get_customers(debtors)
        stay = self.env["collection.stay"]
        return self.sudo().recipient_ids.filtered(
            lambda partner: (
                partner.commercial_partner_id in customers
                and not stay._is_ally(partner, bankruptcies)
            )
        )

    def _get_addresses(self):
        """:return: the addresses it goes to beside the recipients on file"""
        return email_normalize_all(f"{self.email_to or ''}, {self.email_cc or ''}")

    def _has_address_of(self, debtors):
        """:return: whether it goes to an address of the debtors"""
        addresses = self._get_addresses()
        if not addresses:
            return False
        group = self.env["res.partner"].sudo().with_context(active_test=False)
        return bool(
            group.search_count(
                [
                    ("commercial_partner_id", "in", self._get_customers(debtors).ids),
                    ("email_normalized", "in", addresses),
                ],
                limit=1,
            )
        )
