from smtplib import SMTPServerDisconnected

from odoo import api, fields, models
from odoo.tools import email_normalize, email_normalize_all

from ...tools.one_line import on_one_line
from .ir_mail_server import MAIL_HEADER

# A server that goes away that often in one turn of the queue gets some rest.
BREAKS, BREAK_MINUTES = 3, 5


class MailMail(models.Model):
    """The last look before an e-mail leaves, and what the log says of it.

    What a stay forbids, and what has been settled while it waited, stays here. What
    colleagues write is in the log when it is posted; what has no such moment, an e-mail
    to several records at once for example, is there when it leaves; and whom it has not
    reached, for whatever reason, is there as well.
    """

    _inherit = "mail.mail"

    @api.model_create_multi
    def create(self, vals_list):
        mixin = self.env["collection.correspondence.mixin"]
        for vals in vals_list:
            # Odoo's templates do not say in which company they were sent; what was
            # posted does.
            is_new = vals.get("res_id") and not vals.get("mail_message_id")
            is_unsaid = is_new and "record_company_id" not in vals
            if is_unsaid and mixin._has_contacts(vals.get("model")):
                vals["record_company_id"] = self._find_company(vals).id
        return super().create(vals_list)

    @api.model
    def _find_company(self, vals):
        record = self.env[vals["model"]].sudo().browse(vals["res_id"])
        return record._mail_get_companies(default=self.env.company)[record.id]

    # ------------------------------------------------------------------
    # Sending, in the order in which Odoo calls it
    # ------------------------------------------------------------------

    def send(self, auto_commit=False, raise_exception=False, post_send_callback=None):
        """Leave out what may not leave any more."""
        # Another queue may have sent and removed some of them by now.
        present = self.exists()
        # First, for what has left cannot be stopped any more.
        stopped = present._follow_taken()
        stopped |= (present - stopped)._stop_for_stay()
        stopped |= (present - stopped)._stop_obsolete()
        if stopped and post_send_callback:
            post_send_callback(stopped.ids)
        # A server that is still down fails all it gets, cancelled ones as well.
        going = present - stopped
        for _time in range(BREAKS):
            try:
                return super(MailMail, going).send(
                    auto_commit=auto_commit,
                    raise_exception=raise_exception,
                    post_send_callback=post_send_callback,
                )
            except SMTPServerDisconnected as error:
                going = going._follow_break(error)
                if raise_exception:
                    raise
        self._trigger_queue(BREAK_MINUTES)
        return True

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        """Called for each mail in the moment of sending. A queue works for minutes, and
        what it read in the beginning may not be true any more.

        :return: what the mail server gets; nothing, if the mail stays here
        """
        # Takes the row: whoever is cancelling the message just now comes first or last.
        self.flush_recordset()
        if self._stop_for_stay():
            return []
        emails = super()._prepare_outgoing_list(mail_server, doc_to_followers)
        case = emails and self._find_case_to_log()
        if case and self._stop_unwelcome(case):
            return []
        if case and not self._log_leaving(case):
            self._wait_in_queue()
            return []
        is_ours = self._is_ours()
        for email in emails if is_ours or case else ():
            self._straighten_headers(email)
            if is_ours:
                email["headers"] = {**email["headers"], MAIL_HEADER: str(self.id)}
        return emails

    @api.model
    def _straighten_headers(self, email):
        """Take the line breaks out of what becomes a header: names are typed in
        anywhere, and a mail server takes none.

        :param dict email: what the mail server gets
        """
        for key in ("subject", "reply_to"):
            email[key] = on_one_line(email[key])
        for key in ("email_to", "email_cc"):
            email[key] = [on_one_line(text) for text in email[key]]
        email["attachments"] = [
            (on_one_line(name), *rest) for name, *rest in email["attachments"]
        ]

    def _personalize_outgoing_body(self, body, partner=False, doc_to_followers=None):
        body = super()._personalize_outgoing_body(body, partner, doc_to_followers)
        letter = partner and self._get_letter()
        if not letter:
            return body
        links = self.env["collection.account.link"]
        return links._personalize(body, letter, partner)

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        # Before super, which may delete the mail. This is the moment of truth: the mail
        # server took the message or did not.
        if failure_type:
            self._log_failed(failure_reason, [*success_pids, *success_emails])
            self._wait_for_server(failure_reason, failure_type)
        self._update_collection_letters()
        # What was stopped in that moment has not been sent, as Odoo would have it.
        going = self.filtered(lambda mail: mail.state not in ("cancel", "outgoing"))
        if not going:
            return True
        return super(MailMail, going)._postprocess_sent_message(
            success_pids, success_emails, failure_reason, failure_type
        )

    def cancel(self):
        going = self - self._follow_taken()
        waiting = going.filtered(lambda mail: mail.state in ("outgoing", "exception"))
        result = super(MailMail, going).cancel()
        self._update_collection_letters()
        text = self.env._("It was cancelled before it left.")
        for mail in waiting:
            mail._log_failed(mail.failure_reason or text)
        return result

    def mark_outgoing(self):
        self.env["collection.mail.handover"].sudo()._forget(self)
        result = super().mark_outgoing()
        self._update_collection_letters()
        return result

    # ------------------------------------------------------------------
    # What the mail server took from a queue that was killed
    # ------------------------------------------------------------------

    def _is_ours(self):
        """:return: whether this delivers a letter, or is the copy of one"""
        # Who sends the queue may not read what the messages are about.
        letters = self.env["collection.letter"].sudo()
        message = self.sudo().mail_message_id
        return bool(
            message
            and letters.search_count([("mail_message_id", "=", message.id)], limit=1)
        )

    def _follow_taken(self):
        """Finish what a queue did not come to write down: the mail server had taken the
        message already.

        :return: the mails that were sent before
        """
        waiting = self.filtered(lambda mail: mail.state == "outgoing")
        taken = self.env["collection.mail.handover"].sudo()._filter_taken(waiting)
        for mail in taken:
            mail.write(
                {"state": "sent", "failure_type": False, "failure_reason": False}
            )
            mail._postprocess_sent_message([], [])
        return taken

    # ------------------------------------------------------------------
    # Messages held back
    # ------------------------------------------------------------------

    def _stop_for_stay(self):
        """Keep back what a stay forbids, and list it; what goes to trustee or counsel
        as well still goes there.

        :return: the mails that go to nobody any more
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
            if not mail._keep_from(people, reason):
                stopped |= mail
        return stopped

    def _stop_unwelcome(self, case):
        """Keep back what was written to several customers at once from who has asked
        not to be contacted.

        :param case: collection.case record
        :return: whether it goes to nobody any more
        """
        guard = self.env["collection.contact.guard"]
        people, reason = guard._find_unwilling(case, "email", self._get_people())
        return bool(people) and not self._keep_from(people, reason)

    def _keep_from(self, people, reason):
        """Take recipients off a mail, and cancel it if nobody is left. Everybody who
        does not get it is in the log, and shown to whoever wrote it.

        :param people: res.partner records among the recipients; nobody gets it if empty
        :param str reason: why not
        :return: whether somebody still gets it
        """
        # The queue belongs to the administrator; what stays is as it was written.
        others = self.sudo().recipient_ids - people
        if not people or not others:
            self.failure_reason = reason
            self.cancel()
            self._notify_author(reason, is_letter=bool(self._get_letter()))
            return False
        self._log_failed(reason, reached=self._get_people() - people)
        self.sudo().recipient_ids = others
        # Theirs is not sent with the others': the queue forgets it.
        self._notify_author(reason, people).mail_mail_id = False
        return True

    def _notify_author(self, reason, people=None, is_letter=False):
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

    def _stop_obsolete(self):
        """Cancel the reminders of what was settled while they waited, and the copies
        of them.

        :return: the mails that are not to be sent
        """
        letters = self.env["collection.letter"].sudo()._find_queued(self.sudo())
        stopped = letters._cancel_obsolete().mail_message_id
        mails = self.filtered(lambda mail: mail.sudo().mail_message_id in stopped)
        if waiting := mails.filtered(lambda mail: mail.state == "outgoing"):
            waiting.cancel()
        return mails

    def _follow_break(self, error):
        """The server has gone away in the middle of a message, or before it answered:
        Odoo raises it, and leaves the mail behind.

        :param error: what was raised
        :return: the mails that are still to be sent
        """
        broken = self.filtered(lambda mail: mail.state == "exception")
        for mail in broken:
            mail._follow_refusal(f"{type(error).__name__}: {error}", "mail_smtp")
        now = fields.Datetime.now()
        return (self - broken).filtered(
            lambda mail: (
                mail.state == "outgoing"
                # Those that were put off already have had their turn.
                and (not mail.scheduled_date or mail.scheduled_date <= now)
            )
        )

    def _follow_refusal(self, reason, failure_type):
        """Do for a mail that Odoo has left behind what it does for one that failed."""
        self.write(
            {"failure_reason": reason, "failure_type": failure_type or "unknown"}
        )
        self._postprocess_sent_message(
            [], [], failure_reason=reason, failure_type=failure_type or "unknown"
        )

    def _wait_for_server(self, reason, failure_type):
        """Try the messages of cases again that the server did not take for now."""
        letters = self.env["collection.letter"].sudo()
        letters = letters.search([("mail_id", "in", self.ids)])
        retry = self.env["collection.mail.retry"].sudo()
        text = reason or self[:1].failure_reason or ""
        for letter in retry._put_off(letters, text, failure_type):
            letter.mail_id.scheduled_date = letter.date_try
            letter.mail_id._wait_in_queue(letter.date_try)

    def _wait_in_queue(self, moment=None):
        """Leave it for a later turn of the queue: Odoo takes it for failed already.

        :param datetime moment: the next one if not given
        """
        self.write(
            {"state": "outgoing", "failure_reason": False, "failure_type": False}
        )
        waiting = self.env["mail.notification"].sudo()
        waiting.search([("mail_mail_id", "=", self.id)]).write(
            {"notification_status": "ready", "failure_type": "", "failure_reason": ""}
        )
        self._trigger_queue(1, moment)

    @api.model
    def _trigger_queue(self, minutes, moment=None):
        moment = moment or fields.Datetime.add(fields.Datetime.now(), minutes=minutes)
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger(moment)

    # ------------------------------------------------------------------
    # Contact log and letters
    # ------------------------------------------------------------------

    def _log_leaving(self, case):
        """Write down what is about to leave.

        :param case: the collection.case in whose log it is missing
        :return: False when somebody else is writing to that log now
        """
        if self.env["collection.correspondence.mixin"]._find_busy(case):
            return False
        # Who sends the queue may not read what the messages are about.
        message = self.sudo().mail_message_id
        record = self.env[message.model].sudo().browse(message.res_id)
        with self.env.cr.savepoint():
            record._log_written(message, self._get_recipient_rows())
        return True

    def _find_case_to_log(self):
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
        return (
            case if known._get_undelivered_partners() & self._get_people() else nothing
        )

    def _log_failed(self, reason, reached=()):
        """Write down what has not left.

        :param str reason: what the mail server said, or why it was not asked
        :param reached: res.partner records and addresses that were sent theirs
        """
        mixin = self.env["collection.correspondence.mixin"]
        text = self.env._("The mail server did not accept it.")
        for mail in self.sudo().filtered(lambda own: mixin._has_contacts(own.model)):
            served = [email_normalize(one) for one in reached if isinstance(one, str)]
            missed = mail._get_people().filtered(
                lambda person, served=served: (
                    person not in reached
                    and not set(email_normalize_all(person.email or "")) & set(served)
                )
            )
            self.env["collection.contact"]._log_undelivered(
                mail.message_id, missed, reason or mail.failure_reason or text
            )

    def _update_collection_letters(self):
        """Carry the state of mails over to the letters they deliver."""
        letters = (
            self.env["collection.letter"].sudo().search([("mail_id", "in", self.ids)])
        )
        waited = letters.filtered("date_refused_first").company_id
        for letter in letters:
            mail = letter.mail_id
            reason = mail.failure_reason or letter.failure_reason or ""
            letter._set_mail_state(mail.state, reason)
        for company in waited:
            self.env["collection.mail.retry"].sudo()._tell_backlog(company)

    # ------------------------------------------------------------------
    # Recipients and subject
    # ------------------------------------------------------------------

    def _get_people(self):
        """:return: res.partner records it goes to, by name or by address"""
        people = self.sudo().recipient_ids
        addresses = self._get_addresses()
        holders = people.with_context(active_test=False)._find_by_emails(addresses)
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

    def _get_addresses(self):
        """:return: the addresses it goes to beside the recipients on file"""
        return email_normalize_all(f"{self.email_to or ''}, {self.email_cc or ''}")

    def _find_stay(self):
        """:return: (bankruptcies, company, case, people) when the message concerns what
        is stayed and goes to the debtor, else None; people is empty where no recipient
        is on file, and where it is a letter, which is the debtor's altogether"""
        mixin = self.env["collection.correspondence.mixin"]
        debtors, company, case, is_stayed = mixin._get_message_subject(
            self.mail_message_id
        )
        bankruptcies = self.env["collection.stay"]._get_bankruptcies(debtors)
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
        return self.sudo().recipient_ids.filtered(
            lambda partner: (
                partner.commercial_partner_id in customers
                and not bankruptcies._is_representative(partner)
            )
        )

    def _has_address_of(self, debtors):
        """:return: whether it goes to an address of the debtors"""
        addresses = self._get_addresses()
        if not addresses:
            return False
        group = self.env["res.partner"].sudo().with_context(active_test=False)
        holders = group._find_by_emails(addresses)
        return bool(holders.commercial_partner_id & self._get_customers(debtors))
