import logging

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from psycopg2 import OperationalError

from .collection_correspondence_mixin import NOTE_LENGTH

_logger = logging.getLogger(__name__)
# The provider has it: under way, passed on, delivered.
ACCEPTED_STATES = ("process", "pending", "sent")


class SmsSms(models.Model):
    """The last look before a text message leaves, as ``mail.mail`` has it."""

    _inherit = "sms.sms"

    # pylint: disable-next=missing-return
    def _send(self, unlink_failed=False, unlink_sent=True, raise_exception=False):
        """Send what no stay forbids, what was not settled while it waited, and what can
        be written to the contact log."""
        # First, for what has left cannot be stopped any more.
        going = self - self._follow_taken()
        going -= going._stop_for_stay()
        mixin = self.env["collection.correspondence.mixin"]
        cases = mixin._find_queued_cases(going.mail_message_id)
        busy = mixin._find_busy(cases.values())
        free = going.filtered(lambda text: cases.get(text.mail_message_id) not in busy)
        if free != going:
            self._send_again_soon()
        free -= free._cancel_obsolete()
        for texts in free._split_by_company():
            super(SmsSms, texts)._send(unlink_failed, unlink_sent, raise_exception)
        free.filtered(lambda text: text.state in ACCEPTED_STATES)._log_accepted(cases)

    def _cancel_obsolete(self):
        """:return: the reminders of what was settled while they waited, cancelled"""
        letters = self.env["collection.letter"].sudo()._find_queued(self)
        stopped = letters._cancel_obsolete().mail_message_id
        texts = self.filtered(lambda text: text.mail_message_id in stopped)
        texts.action_set_canceled()
        return texts

    def _split_by_company(self):
        """:return: list of the texts of each company: Odoo's queue takes all of them,
        and fails where two companies have something in it"""
        if self.env.context.get("sms_api"):
            return [self] if self else []
        return list(self.grouped(lambda text: text._get_sms_company()).values())

    # ------------------------------------------------------------------
    # What the provider took from a queue that was killed
    # ------------------------------------------------------------------

    def _handle_call_result_hook(self, results):
        """The provider has answered: what it has taken is noted, whatever becomes of
        this transaction. Those of letters only; nobody else knows what to do then."""
        taken = self.filtered(lambda text: text.state in ACCEPTED_STATES)
        letters = self.env["collection.letter"].sudo()
        letters = letters.search([("mail_message_id", "in", taken.mail_message_id.ids)])
        own = taken.filtered(
            lambda text: text.mail_message_id in letters.mail_message_id
        )
        self.env["collection.mail.handover"].sudo()._end_texts(own)
        return super()._handle_call_result_hook(results)

    def _follow_taken(self):
        """Finish what a queue did not come to write down.

        :return: the texts that were sent before
        """
        waiting = self.filtered(lambda text: text.state == "outgoing")
        taken = self.env["collection.mail.handover"].sudo()._filter_taken(waiting)
        if taken:
            taken._update_sms_state_and_trackers("pending")
            # The queue forgets what it has sent.
            taken.to_delete = True
        return taken

    def action_set_canceled(self):
        return super(SmsSms, self - self._follow_taken()).action_set_canceled()

    def action_set_outgoing(self):
        self.env["collection.mail.handover"].sudo()._forget(self)
        return super().action_set_outgoing()

    # ------------------------------------------------------------------
    # Contact log
    # ------------------------------------------------------------------

    @api.model
    def _send_again_soon(self):
        moment = fields.Datetime.add(fields.Datetime.now(), minutes=1)
        self.env.ref("sms.ir_cron_sms_scheduler_action")._trigger(moment)

    def _log_accepted(self, cases):
        """Write down the texts that the provider has taken.

        :param dict cases: what ``_find_queued_cases`` answered
        """
        own = self.filtered(lambda text: text.mail_message_id in cases)
        # Whoever has a number, whether the sender may see them or not.
        holders = self.env["res.partner"].sudo()
        holders = holders.search([("phone_sanitized", "in", own.mapped("number"))])
        by_number = holders.grouped("phone_sanitized")
        for texts in own.grouped(
            lambda text: (text.mail_message_id, text.body)
        ).values():
            message = texts.mail_message_id.sudo()
            try:
                with self.env.cr.savepoint():
                    texts._log_message(message, cases[message], by_number)
            except (OperationalError, UserError):
                _logger.exception("Text message %s is not in the log.", texts.ids)

    def _log_message(self, message, case, by_number):
        """Write down a text that went to one or several people.

        :param message: mail.message record
        :param case: collection.case record
        :param dict by_number: the res.partner records per number
        """
        record = self.env[message.model].sudo().browse(message.res_id)
        is_stayed = record._is_collection_stayed(message)
        people, numbers = self.env["res.partner"].sudo(), []
        for text in self:
            holders = by_number.get(text.number, people.browse())
            if found := case._find_sms_recipient(text, holders, is_stayed):
                people |= found[0]
                numbers += [found[1]] if found[1] else []
        if not (people or numbers):
            return
        vals = record._prepare_written_vals(message, people)
        vals["person"] = ", ".join(filter(None, [vals["person"], *numbers]))
        case.env["collection.contact"]._log(
            case,
            "sms",
            "sent",
            **vals,
            user_id=self[:1]._get_text_writer(message).id,
            note=(self[:1].body or "").strip()[:NOTE_LENGTH],
        )

    def _get_text_writer(self, message):
        """:return: the res.users who had the text sent"""
        user = self.create_uid
        if user.id == SUPERUSER_ID or user.share:
            return self.env["collection.correspondence.mixin"]._get_writer(message)
        return user

    # ------------------------------------------------------------------
    # Stay
    # ------------------------------------------------------------------

    def _stop_for_stay(self):
        """Cancel the text messages that a stay forbids, and list them.

        :return: those that were cancelled
        """
        stay, stopped = self.env["collection.stay"], self.browse()
        mixin = self.env["collection.correspondence.mixin"]
        if not stay._is_any():
            return stopped
        for text in self:
            message = text.mail_message_id
            debtors, company, case, is_stayed = mixin._get_message_subject(message)
            bankruptcies = stay._get_bankruptcies(debtors)
            if not bankruptcies or text._is_to_representative(bankruptcies):
                continue
            if is_stayed():
                what = message.sudo().subject or text.number
                self.env["collection.blocked.attempt"].sudo()._log_scheduler(
                    bankruptcies[:1], company, "queue", what, case
                )
                stopped |= text
        stopped.action_set_canceled()
        return stopped

    def _is_to_representative(self, bankruptcies):
        """:return: whether it goes to trustee, counsel or claims agent: who has the
        number counts, and only where nobody has it, the name it is sent to"""
        debtors = bankruptcies.partner_id
        # Whose number it is, whether or not the sender may see them.
        holders = self.env["res.partner"].sudo()
        holders = holders.search([("phone_sanitized", "=", self.number)])
        if debtors & (holders | holders.commercial_partner_id):
            return False
        return any(
            bankruptcies._is_representative(person)
            for person in holders or self.partner_id
        )
