from odoo import api, fields, models
from odoo.tools import email_normalize


class MailMail(models.Model):
    """What colleagues write is in the log when it is posted. What has no such moment,
    an e-mail to several records at once for example, is there when it leaves; and what
    did not get through is there as well."""

    _inherit = "mail.mail"

    @api.model_create_multi
    def create(self, vals_list):
        mixin = self.env["collection.correspondence.mixin"]
        for vals in vals_list:
            # Odoo's templates do not say in which company they were sent; what was
            # posted does.
            is_new = vals.get("res_id") and not vals.get("mail_message_id")
            if is_new and mixin._has_contacts(vals.get("model")):
                vals.setdefault("record_company_id", self._find_company(vals).id)
        return super().create(vals_list)

    @api.model
    def _find_company(self, vals):
        record = self.env[vals["model"]].sudo().browse(vals["res_id"])
        return record._mail_get_companies(default=self.env.company)[record.id]

    # ------------------------------------------------------------------
    # What leaves
    # ------------------------------------------------------------------

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        """Called for each mail in the moment of sending; what a stay stops is empty."""
        emails = super()._prepare_outgoing_list(mail_server, doc_to_followers)
        if emails and not self._log_leaving():
            self._wait_in_queue()
            return []
        return emails

    def _log_leaving(self):
        """Write down what is about to leave, unless it is in the log.

        :return: False when somebody else is writing to that log now
        """
        case = self._find_unlogged()
        if not case:
            return True
        if self.env["collection.correspondence.mixin"]._find_busy(case):
            return False
        # Who sends the queue may not read what the messages are about.
        message = self.sudo().mail_message_id
        record = self.env[message.model].sudo().browse(message.res_id)
        with self.env.cr.savepoint():
            record._log_written(message, self._get_recipient_rows())
        return True

    def _find_unlogged(self):
        """:return: the collection.case in whose log this mail is missing: it was never
        posted, or is sent once more after it had not got through"""
        mixin = self.env["collection.correspondence.mixin"]
        message = self.sudo().mail_message_id
        nothing = self.env["collection.case"]
        if not mixin._is_by_people(message):
            return nothing
        case = mixin._find_queued_cases(message).get(message, nothing)
        entries = self.env["collection.contact"]
        known = case and entries._find_message(message.message_id)
        if not known:
            return case if message.message_type == "email_outgoing" else nothing
        return case if known._get_lost() & self._get_people() else nothing

    def _wait_in_queue(self):
        """Leave it for the next turn of the queue: Odoo takes it for failed already."""
        self.write(
            {"state": "outgoing", "failure_reason": False, "failure_type": False}
        )
        waiting = self.env["mail.notification"].sudo()
        waiting.search([("mail_mail_id", "=", self.id)]).write(
            {"notification_status": "ready", "failure_type": "", "failure_reason": ""}
        )
        moment = fields.Datetime.add(fields.Datetime.now(), minutes=1)
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger(moment)

    def _get_people(self):
        """:return: res.partner records it goes to, by name or by address"""
        people = self.sudo().recipient_ids
        addresses = self._get_addresses()
        holders = people.with_context(active_test=False).search(
            [("email_normalized", "in", addresses)]
        )
        return people | holders

    def _get_recipient_rows(self):
        """:return: whom it goes to, as ``_notify_get_recipients`` would have them"""
        rows = [
            {
                "id": person.id,
                "email_normalized": person.email_normalized,
                "share": person.partner_share,
                "notif": "email",
            }
            for person in self.sudo().recipient_ids
        ]
        return rows + [
            {"id": False, "email_normalized": address, "share": True, "notif": "email"}
            for address in self._get_addresses()
        ]

    # ------------------------------------------------------------------
    # What does not get through
    # ------------------------------------------------------------------

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        # Before super, which may delete the mail.
        if failure_type:
            reached = [*success_pids, *success_emails]
            self._log_failed(failure_reason, reached)
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason, failure_type
        )

    def cancel(self):
        waiting = self.filtered(lambda mail: mail.state in ("outgoing", "exception"))
        result = super().cancel()
        waiting._log_failed(self.env._("It was cancelled before it left."))
        return result

    def _leave_out(self, people, reason):
        self._log_failed(reason, self._get_people() - people)
        return super()._leave_out(people, reason)

    def _log_failed(self, reason, reached=()):
        """Write down what has not left.

        :param str reason: what the mail server said, or why it was not asked
        :param reached: res.partner records and addresses that were sent theirs
        """
        mixin = self.env["collection.correspondence.mixin"]
        text = self.env._("The mail server did not take it.")
        for mail in self.sudo().filtered(lambda own: mixin._has_contacts(own.model)):
            served = [email_normalize(one) for one in reached if isinstance(one, str)]
            missed = mail._get_people().filtered(
                lambda person, served=served: (
                    person not in reached and person.email_normalized not in served
                )
            )
            self.env["collection.contact"]._log_undelivered(
                mail.message_id, missed, reason or mail.failure_reason or text
            )
