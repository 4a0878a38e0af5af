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
            customer, company, case, is_stayed = text._get_collection_subject()
            bankruptcies = stay._get_bankruptcies(customer)
            if not bankruptcies or stay._is_ally(text.partner_id, bankruptcies):
                continue
            if is_stayed():
                subject = text.mail_message_id.sudo().subject or text.number
                self.env["collection.blocked.attempt"].sudo()._log_scheduler(
                    bankruptcies[:1], company, "queue", subject, case
                )
                stopped |= text
        stopped.action_set_canceled()
        return stopped

    def _get_collection_subject(self):
        """:return: customer, company and case the text is about, and a function that
        says whether that is stayed"""
        # Who sends the queue may not read what the messages are about.
        message = self.mail_message_id.sudo()
        letter = self.env["collection.letter"].sudo()
        letter = letter.search([("mail_message_id", "in", message.ids)], limit=1)
        stay, case = self.env["collection.stay"], letter.case_id
        if letter.move_ids:
            moves, company = letter.move_ids, letter.company_id
            return case.partner_id, company, case, lambda: stay._filter_moves(moves)
        if message.model == "collection.case":
            case = case.browse(message.res_id).exists()
            return case.partner_id, case.company_id, case, case._is_stayed
        moves = self.env["account.move"].sudo()
        if message.model == "account.move":
            moves = moves.browse(message.res_id).exists()
        debtors, case = stay._get_debtors(moves), moves.collection_case_id
        return debtors, moves.company_id, case, lambda: stay._filter_moves(moves)
