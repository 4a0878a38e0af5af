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
        # Who sends the queue may not read what the messages are about.
        letters = self.env["collection.letter"].sudo()
        letters = letters.search(
            [("mail_message_id", "in", self.mail_message_id.ids)]
        ).grouped("mail_message_id")
        stay, stopped = self.env["collection.stay"], self.browse()
        if not letters or not stay._is_any():
            return stopped
        for text in self:
            letter = letters.get(text.mail_message_id)
            if not letter or not stay._filter_moves(letter.move_ids):
                continue
            bankruptcies = stay._get_bankruptcies(letter.case_id.partner_id)
            self.env["collection.blocked.attempt"].sudo()._log_scheduler(
                bankruptcies[:1],
                letter.company_id,
                "queue",
                letter.subject or "",
                letter.case_id,
            )
            stopped |= text
        stopped.action_set_canceled()
        return stopped
