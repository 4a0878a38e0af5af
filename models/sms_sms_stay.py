from odoo import models


class SmsSms(models.Model):
    """Text messages about what a bankruptcy stays do not leave the queue."""

    _inherit = "sms.sms"

    def _send(self, unlink_failed=False, unlink_sent=True, raise_exception=False):
        going = self - self._stop_for_stay()
        if not going:
            return None
        return super(SmsSms, going)._send(
            unlink_failed=unlink_failed,
            unlink_sent=unlink_sent,
            raise_exception=raise_exception,
        )

    def _stop_for_stay(self):
        """Cancel the text messages that a stay forbids, and list them.

        :return: those that were cancelled
        """
        stay, stopped = self.env["collection.stay"], self.browse()
        if not stay._is_any():
            return stopped
        for text in self:
            message = text.mail_message_id
            debtors, company, case, is_stayed = stay._get_subject(message)
            bankruptcies = stay._get_bankruptcies(debtors)
            if not bankruptcies or text._is_to_ally(bankruptcies):
                continue
            if is_stayed():
                subject = message.sudo().subject or text.number
                self.env["collection.blocked.attempt"].sudo()._log_scheduler(
                    bankruptcies[:1], company, "queue", subject, case
                )
                stopped |= text
        stopped.action_set_canceled()
        return stopped

    def _is_to_ally(self, bankruptcies):
        """:return: whether it goes to trustee, counsel or claims agent: who has the
        number counts, and only where nobody has it, the name it is sent to"""
        stay, debtors = self.env["collection.stay"], bankruptcies.partner_id
        # Whose number it is, whether or not the sender may see them.
        holders = self.env["res.partner"].sudo()
        holders = holders.search([("phone_sanitized", "=", self.number)])
        if debtors & (holders | holders.commercial_partner_id):
            return False
        return any(
            stay._is_ally(person, bankruptcies) for person in holders or self.partner_id
        )
