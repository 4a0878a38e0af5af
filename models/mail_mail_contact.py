import logging

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, email_normalize_all
from psycopg2 import OperationalError

_logger = logging.getLogger(__name__)


class MailMail(models.Model):
    """What colleagues write is in the log when it is posted. What has no such moment,
    an e-mail to several records at once for example, is there when it leaves; and what
    did not get through is there as well."""

    _inherit = "mail.mail"

    def _stop_before_sending(self):
        stopped = super()._stop_before_sending()
        return stopped | (self - stopped)._log_leaving()

    def _log_leaving(self):
        """Write down what is about to leave and is not in the log.

        :return: those that wait in the queue, for somebody else is writing to the log
        """
        cases = self._find_unlogged()
        mixin = self.env["collection.correspondence.mixin"]
        busy, waiting = mixin._find_busy(cases.values()), self.browse()
        for mail, case in cases.items():
            if case in busy:
                waiting |= mail
                continue
            message = mail.sudo().mail_message_id
            record = self.env[message.model].sudo().browse(message.res_id)
            record._log_written(message, mail._get_recipient_rows())
        if waiting:
            moment = fields.Datetime.add(fields.Datetime.now(), minutes=1)
            queue = self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()
            queue._trigger(moment)
        return waiting

    def _find_unlogged(self):
        """:return: dict of the collection.case per mail that is not in its log: never
        posted, or sent once more after it had not got through"""
        mixin = self.env["collection.correspondence.mixin"]
        # Who sends the queue may not read what the messages are about.
        mails = self.sudo().filtered(
            lambda mail: (
                mail.state == "outgoing" and mixin._is_by_people(mail.mail_message_id)
            )
        )
        cases = mixin._find_queued_cases(mails.mail_message_id)
        entries = self.env["collection.contact"]._find_messages(
            mails.mail_message_id.browse(message.id for message in cases)
        )
        unlogged = {}
        for mail in mails.filtered(lambda mail: mail.mail_message_id in cases):
            known = entries.get(mail.message_id)
            has_failed = known and known[-1:].outcome == "bounced"
            if has_failed or (not known and mail.message_type == "email_outgoing"):
                unlogged[mail] = cases[mail.mail_message_id]
        return unlogged

    def _get_recipient_rows(self):
        """:return: whom it goes to, as ``_notify_get_recipients`` would have them"""
        people = self.sudo().recipient_ids
        rows = [
            {
                "id": person.id,
                "email_normalized": person.email_normalized,
                "share": person.partner_share,
                "notif": "email",
            }
            for person in people
        ]
        typed = email_normalize_all(f"{self.email_to or ''}, {self.email_cc or ''}")
        return rows + [
            {"id": False, "email_normalized": address, "share": True, "notif": "email"}
            for address in typed
        ]

    def _get_missed(self, reached):
        """:return: the res.partner records who were not sent theirs"""
        addresses = email_normalize_all(self.email_to or "")
        holders = self.recipient_ids.search([("email_normalized", "in", addresses)])
        served = [email_normalize(one) for one in reached if isinstance(one, str)]
        return (self.recipient_ids | holders).filtered(
            lambda person: (
                person not in reached and person.email_normalized not in served
            )
        )

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        # Before super, which may delete the mail.
        if failure_type:
            self._log_failed([*success_pids, *success_emails], failure_reason)
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason, failure_type
        )

    def _log_failed(self, reached, reason):
        """Write down what the mail server has not taken. Others may have got theirs,
        so nothing may fail here.

        :param list reached: res.partner records and addresses that were sent theirs
        :param str reason: what the server said
        """
        mixin = self.env["collection.correspondence.mixin"]
        for mail in self.sudo().filtered(lambda own: mixin._has_contacts(own.model)):
            try:
                with self.env.cr.savepoint():
                    self.env["collection.contact"]._log_undelivered(
                        mail.mail_message_id,
                        mail._get_missed(reached),
                        reason or self.env._("The mail server did not take it."),
                    )
            except (OperationalError, UserError):
                _logger.exception("The failure of mail %s is not in the log.", mail.id)
