from functools import partial

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import html2plaintext
from psycopg2 import OperationalError

from ...tools.automatic_mail import is_failure

# The message itself stays where it was written.
NOTE_LENGTH = 2000
# What people write; steps and notices are logged where they are sent.
WRITTEN_MESSAGE_TYPES = ("comment", "email", "email_outgoing")


class CollectionCorrespondenceMixin(models.AbstractModel):
    """What colleagues and customers write to each other from the messages of a record:
    it is an entry in the log of the customer's case, while notes and messages among
    colleagues and to advisers stay in the chatter.

    A model that inherits from it is a thread. It comes first among the parents, so that
    it is before ``mail.thread``, and says whose case its messages belong to.
    """

    _name = "collection.correspondence.mixin"
    _description = "Messages Logged as Contacts"
    # The group whose members write about debts here; everybody, if it is not given.
    _contact_writers = None

    @api.model
    def _has_contacts(self, name):
        """:return: whether messages of the records of a model are contacts"""
        mixin = self.env.registry["collection.correspondence.mixin"]
        return name in self.env and isinstance(self.env[name], mixin)

    # ------------------------------------------------------------------
    # Hooks of the models
    # ------------------------------------------------------------------

    def _get_collection_case(self, message=None, purpose="log"):  # pylint: disable=unused-argument
        """Tell which case a message of this record belongs to.

        :param message: mail.message record; none where the record alone decides
        :param str purpose: why it is asked: "log", in whose log the message is; or
            where what follows from it belongs, "answer" for an answer or the report
            that it came back, "portal" for a message of a portal user
        :return: collection.case record
        """
        return self.case_id

    def _get_collection_moves(self):
        """:return: the account.move records that the messages of this record concern"""
        return self.env["account.move"]

    def _get_collection_debtors(self):
        """:return: the res.partner records whose debts the messages are about"""
        return self.partner_id | self.env["collection.stay"]._get_debtors(
            self._get_collection_moves()
        )

    def _is_collection_contact(self):
        """:return: whether writing to the customer here is a contact about debts"""
        return True

    def _is_collection_stayed(self, message=None):
        """:return: whether a bankruptcy forbids sending a message to the customer"""
        stay = self.env["collection.stay"]
        case = self._get_collection_case(message)
        return bool(stay._filter_moves(self._get_collection_moves())) or bool(
            case and case._is_stayed()
        )

    # ------------------------------------------------------------------
    # One message
    # ------------------------------------------------------------------

    @api.model
    def _is_contact_writer(self, user):
        """:return: whether what a user writes to the customer here is about debts"""
        # Asked of every message: it costs no query.
        group = self._contact_writers
        return not group or (user.id != SUPERUSER_ID and user.has_group(group))

    def _find_logging_case(self, message, purpose="log"):
        """Find the case as ``_get_collection_case`` does, but where nothing is logged.

        :return: collection.case record, possibly empty
        """
        # Whoever writes to the customer, or answers, has it logged; cases are for
        # readers of collections.
        record = self.sudo()
        if not record._is_collection_contact():
            return record.env["collection.case"]
        return record._get_collection_case(message, purpose)

    @api.model
    def _get_written_company(self, message):
        """Tell in which company a message was written, among those of its writer; an
        answer by mail is in that of what it answers.

        :return: res.company record
        """
        while message.message_type == "email" and message.parent_id:
            message = message.parent_id
        company, writer = message.record_company_id, message.create_uid
        if writer.id == SUPERUSER_ID:
            return company or self.env.company
        # It comes over the network, and the log of another company is not the writer's.
        own = company & writer.company_ids or writer.company_id
        return own or self.env.company

    # ------------------------------------------------------------------
    # Outgoing messages
    # ------------------------------------------------------------------

    def message_post(self, *, message_type="notification", **kwargs):
        # What comes in by mail comes through the gateway; whoever calls this over the
        # network writes in their own name.
        if message_type == "email" and self.env["collection.case"]._get_mail() is None:
            message_type = "comment"
        return super().message_post(message_type=message_type, **kwargs)

    def _notify_thread_by_email(
        self, message, recipients_data, *, msg_vals=False, **kwargs
    ):
        # At this moment it leaves, now or when it was scheduled for.
        if self:
            self._check_writing(message.sudo(), recipients_data, "email")
        result = super()._notify_thread_by_email(
            message, recipients_data, msg_vals=msg_vals, **kwargs
        )
        if self:
            self._log_written(message.sudo(), recipients_data)
        return result

    def _notify_thread_by_sms(
        self,
        message,
        recipients_data,
        msg_vals=False,
        sms_content=None,
        sms_numbers=None,
        sms_pid_to_number=None,
        put_in_queue=False,
        **kwargs,
    ):
        if self:
            self._check_writing(message.sudo(), recipients_data, "sms")
        return super()._notify_thread_by_sms(
            message,
            recipients_data,
            msg_vals=msg_vals,
            sms_content=sms_content,
            sms_numbers=sms_numbers,
            sms_pid_to_number=sms_pid_to_number,
            put_in_queue=put_in_queue,
            **kwargs,
        )

    def _check_writing(self, message, recipients, channel):
        """Refuse what a colleague sends to a customer against what is agreed with them,
        or without the right to.

        :param message: mail.message record
        :param list recipients: whom Odoo tells of it, as ``_notify_get_recipients``
        :param str channel: "email" or "sms"
        :raises UserError: when it is not to be sent
        """
        # What the scheduler sends for somebody, the queue looks at: see ``mail.mail``.
        if self.env.uid == SUPERUSER_ID:
            return
        case, people = self._find_reached(message, recipients, channel)
        if people:
            self._check_may_write()
            self.env["collection.contact.guard"]._check_wishes(case, channel, people)

    @api.model
    def _check_may_write(self):
        """:raises AccessError: for people of accounting who only read"""
        user = self.env.user
        if user.has_group("account.group_account_readonly") and not user.has_group(
            "account.group_account_invoice"
        ):
            raise AccessError(
                self.env._("You may read this, but not write to the customer about it.")
            )

    def _find_reached(self, message, recipients, channel="email"):
        """Find the people of the customer whom a message by a colleague reaches.

        :param message: mail.message record
        :param list recipients: whom Odoo tells of it, as ``_notify_get_recipients``
        :return: collection.case and res.partner records, none where nothing is logged
        """
        outside = [
            row for row in recipients if row["share"] and row["notif"] == channel
        ]
        case = self.env["collection.case"]
        if outside and self._get_writer(message) and self._is_by_people(message):
            case = self._find_logging_case(message)
        people = case and case._filter_reached(
            case._find_people(outside), self.sudo()._is_collection_stayed(message)
        )
        return case, people or self.env["res.partner"]

    def _log_written(self, message, recipients):
        """Log a message that a colleague wrote, unless it went to colleagues only.

        :param message: mail.message record
        :param list recipients: whom Odoo tells of it, as ``_notify_get_recipients``
        """
        case, people = self._find_reached(message, recipients)
        if not people:
            return
        case.env["collection.contact"]._log(
            case,
            "email",
            "sent",
            **self._prepare_written_vals(message, people),
            user_id=self._get_writer(message).id,
            subject=message.subject or self.sudo()._message_compute_subject(),
            note=html2plaintext(message.body or "").strip()[:NOTE_LENGTH],
            attachment_ids=self._copy_files(message),
        )

    def _prepare_written_vals(self, message, people):
        """:return: what entries of messages that a colleague wrote have in common"""
        return {
            "partner": people[:1],
            "person": ", ".join(people[1:].mapped("display_name")),
            "moves": self.sudo()._get_collection_moves(),
            "message_ref": message.message_id,
        }

    @api.model
    def _is_by_people(self, message):
        """Tell messages from Odoo's own notices, of a change of state for example,
        which go to followers and name nobody.

        :return: whether somebody wrote it
        """
        return message.message_type in WRITTEN_MESSAGE_TYPES or bool(
            message.partner_ids
        )

    @api.model
    def _get_writer(self, message):
        """Tell who of us wrote a message, here or, to answer, with a mail program.

        :return: res.users record, empty for what a customer wrote
        """
        author = message.author_id.user_ids.filtered(lambda user: not user.share)[:1]
        if message.message_type == "email" or message.create_uid.share:
            return author
        # The scheduler sends for those who asked it to.
        is_scheduler = message.create_uid.id == SUPERUSER_ID
        return (is_scheduler and author) or message.create_uid

    @api.model
    def _copy_files(self, message):
        """Copy the files of a message as evidence: the message stays its author's, who
        may delete them there.

        :return: commands that attach the copies
        """
        copies = message.sudo().attachment_ids.copy(
            {
                "res_model": "collection.contact",
                "res_id": False,
                "res_field": False,
                "access_token": False,
                "public": False,
            }
        )
        return [fields.Command.set(copies.ids)]

    # ------------------------------------------------------------------
    # Incoming messages
    # ------------------------------------------------------------------

    @api.private
    def message_update(self, msg_dict, update_vals=None):
        """Called by the mail gateway when somebody answers a message."""
        result = super().message_update(msg_dict, update_vals)
        author = self.env["res.partner"].browse(msg_dict.get("author_id") or [])
        is_colleague = any(not user.share for user in author.user_ids)
        # Who fetches the mail may not read all messages; whose case it is, is asked.
        answered = self.env["mail.message"].sudo().browse(msg_dict.get("parent_id"))
        case = self._find_logging_case(answered, purpose="answer")
        if (
            case
            and not is_colleague
            and not case._is_internal_exchange(msg_dict, author)
        ):
            moves = self.sudo()._get_collection_moves()
            case._receive_mail(msg_dict, author, moves)
        return result

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        # What a customer writes in the portal, under an invoice for example.
        if message.message_type == "comment" and message.sudo().create_uid.share:
            self._log_portal_message(message.sudo())
        return result

    def _log_portal_message(self, message):
        case = self._find_logging_case(message, purpose="portal")
        if not case or not case._filter_people(message.author_id):
            return
        # The to-do is read by who works the case, not by who wrote.
        lang = case._get_collector().lang or case.company_id.partner_id.lang
        case.with_context(lang=lang or "en_US")._receive_message(
            {
                "subject": message.subject,
                "body": message.body,
                "message_id": message.message_id,
            },
            message.author_id,
            self.sudo()._get_collection_moves(),
            channel="portal",
            attachment_ids=self._copy_files(message),
        )

    def _message_receive_bounce(self, email, partner):
        """Note that what a colleague wrote has come back."""
        result = super()._message_receive_bounce(email, partner)
        returned_id = self.env.context.get("collection_returned_id")
        message = self.env["mail.message"].sudo().browse(returned_id or [])
        mail = self.env["collection.case"]._get_mail()
        # Odoo also asks everybody who has the address.
        is_own = message.model == self._name and message.res_id in self.ids
        if is_own and mail is not None and is_failure(mail):
            self.env["collection.contact"]._receive_bounce(
                [message.message_id], partner, email
            )
        return result

    # ------------------------------------------------------------------
    # Queue
    # ------------------------------------------------------------------

    @api.model
    def _find_queued_cases(self, messages):
        """Tell in which logs messages belong; steps and notices are logged where they
        are sent, with their letters.

        :param messages: mail.message records
        :return: dict of the collection.case per mail.message that is a contact
        """
        # Who sends the queue may not read what the messages are about.
        messages = messages.sudo().filtered(lambda row: self._has_contacts(row.model))
        on_cases = messages.filtered(lambda row: row.model == "collection.case")
        letters = self.env["collection.letter"].sudo()
        letters = letters.search([("mail_message_id", "in", on_cases.ids)])
        cases = {}
        for model, own in (messages - letters.mail_message_id).grouped("model").items():
            records = self.env[model].sudo().browse(own.mapped("res_id")).exists()
            for message in own.filtered(lambda row, ids=records.ids: row.res_id in ids):
                record = records.browse(message.res_id)
                if case := record._find_logging_case(message):
                    cases[message] = case
        return cases

    @api.model
    def _get_message_subject(self, message):
        """Tell what a message in a queue, an e-mail or a text, is about.

        :param message: mail.message record
        :return: the res.partner records who owe it, company and case, and a function
            that says whether that is stayed
        """
        # Who sends the queue may not read what the messages are about.
        message = message.sudo()
        letter = self.env["collection.letter"].sudo()
        letter = letter.search([("mail_message_id", "in", message.ids)], limit=1)
        case, moves = letter.case_id, letter.move_ids
        if moves:
            is_stayed = partial(self.env["collection.stay"]._filter_moves, moves)
            return case.partner_id, letter.company_id, case, is_stayed
        if not self._has_contacts(message.model):
            return self.env["res.partner"], self.env["res.company"], case, bool
        record = self.env[message.model].sudo().browse(message.res_id).exists()
        case = record._get_collection_case(message)
        company = (
            case.company_id
            or record._get_collection_moves().company_id
            or self.env.company
        )
        is_stayed = partial(record._is_collection_stayed, message)
        return record._get_collection_debtors(), company, case, is_stayed

    @api.model
    def _find_busy(self, cases):
        """Take the logs of cases until the end of the transaction: what leaves is
        written down, and nothing may fail when it has left.

        :param cases: iterable of collection.case records
        :return: list of those whose log cannot be had now
        """
        busy = []
        for case in self.env["collection.case"].union(*cases):
            try:
                with self.env.cr.savepoint():
                    taken = case.sudo().try_lock_for_update(allow_referencing=True)
            except OperationalError:
                # Somebody has written to it since this transaction began.
                taken = False
            if not taken:
                busy.append(case)
        return busy
