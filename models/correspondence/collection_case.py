from email.message import EmailMessage

from odoo import api, fields, models
from odoo.tools import email_normalize, html2plaintext

from ...tools.automatic_mail import is_automatic, is_failure
from ...tools.mail_authentication import is_authenticated
from .collection_correspondence_mixin import NOTE_LENGTH


class CollectionCase(models.Model):
    """What customers write by e-mail: it lands on the case and is not overlooked.

    A reply pauses the steps of the case, so that nobody gets a reminder as the answer
    to a question. A bounce marks the address; an automatic reply is logged only.
    """

    _name = "collection.case"
    _inherit = ["collection.correspondence.mixin", "collection.case"]

    @api.model
    @api.private
    def message_new(self, msg_dict, custom_values=None):
        """Called by the mail gateway for mail to the collections address: from a known
        customer it lands on the case, anything else in the inbox.

        :return: the collection.case, or a new collection.inbox
        """
        company_id = (custom_values or {}).get("company_id") or self.env.company.id
        company = self.env["res.company"].browse(company_id)
        case = self._find_by_sender(msg_dict.get("email_from"), company)
        if len(case) != 1:
            return self.env["collection.inbox"]._receive(msg_dict, company)
        case.message_update(msg_dict)
        return case

    @api.model
    def _find_by_sender(self, email_from, company):
        """:return: open cases of a company whose customer writes from an address"""
        address = email_normalize(email_from)
        if not address:
            return self.browse()
        partners = self.env["res.partner"]._find_by_emails([address])
        return self._find_open(partners.commercial_partner_id, company)

    def _receive_mail(self, msg_dict, author, moves=None):
        """Log what came in by mail; unless a machine wrote it, somebody reads it first.

        :param dict msg_dict: the message as the mail gateway parsed it
        :param author: res.partner who wrote, empty when the address is not known
        :param moves: account.move records it is about
        """
        mail = self._get_mail()
        if mail is not None and is_automatic(mail):
            self._log_mail(msg_dict, author, "auto_reply", moves=moves)
            return
        genuine = mail is None or self._is_genuine(mail, msg_dict)
        self._receive_message(msg_dict, author, moves, genuine)

    def _is_genuine(self, mail, msg_dict):
        """Tell mail of the customer from what anybody can send in their name.

        :param mail: the email.message.EmailMessage
        :param dict msg_dict: the same, as the mail gateway parsed it
        :return: whether it answers a message that they got, whose number nobody else
            knows, or our mail server has verified the sender
        """
        answered = self.env["mail.message"].sudo().browse(msg_dict.get("parent_id"))
        return self._has_got(answered) or is_authenticated(
            mail,
            self.company_id[:1].collection_mail_server or "",
            email_normalize(msg_dict.get("email_from")) or "",
        )

    def _has_got(self, message):
        """:return: whether a mail.message went to these customers"""
        if self._filter_people(message.partner_ids | message.notified_partner_ids):
            return True
        letters = self.env["collection.letter"].sudo()
        return bool(message) and bool(
            letters.search_count(
                [
                    ("mail_message_id", "=", message.id),
                    ("customer_id", "in", self.partner_id.ids),
                ],
                limit=1,
            )
        )

    def _receive_message(self, msg_dict, author, moves=None, genuine=True, **vals):
        """Log what a customer wrote, pause the steps, and have somebody read it.

        :param bool genuine: whether it is known to be theirs; if not, no step waits
        """
        self._log_mail(msg_dict, author, "received", moves=moves, **vals)
        running = self._get_running()
        if not genuine:
            running._write_protected({"reply_unread": True})
            text = self.env._("Nobody has verified the sender: no step waits for it.")
            subject = msg_dict.get("subject") or ""
            running._add_task(self.env._("Read the message"), f"{subject} {text}")
            return
        running._pause_for_reply()
        running._add_task(self.env._("Read the reply"), msg_dict.get("subject") or "")

    def _get_running(self):
        """:return: the open cases of these customers, for the answer may be to a mail
        of an older case; the cases themselves where there is none"""
        running = self.browse()
        for case in self:
            others = self.sudo()._find_open(case.partner_id, case.company_id)
            running |= (others if case.state == "closed" else case) or case
        return running.with_env(self.env)

    def _pause_for_reply(self):
        """Take no step by itself for some days, as the company has it."""
        for company, cases in self.grouped("company_id").items():
            today = company._get_collection_today()
            days = company.collection_reply_days
            # The mail gateway writes what nobody writes by hand.
            cases._write_protected(
                {
                    "reply_unread": True,
                    "date_paused": fields.Date.add(today, days=days) if days else False,
                }
            )

    def _log_mail(self, msg_dict, author, outcome, channel="email", moves=None, **vals):
        """Log a message that came in.

        :param dict msg_dict: the message as the mail gateway parsed it
        :param author: res.partner who wrote, empty when the address is not known
        :param str outcome: key of the outcome
        :param moves: account.move records it is about; if not given, those of the
            message that it answers
        :param vals: see ``collection.contact._prepare_log_vals``
        :return: the entry
        """
        self.ensure_one()
        note = html2plaintext(msg_dict.get("body") or "").strip()
        values = {
            "direction": "in",
            "partner": author,
            "person": False if author else msg_dict.get("email_from"),
            "user_id": False,
            "subject": msg_dict.get("subject"),
            "note": note[:NOTE_LENGTH],
            "message_ref": msg_dict.get("message_id"),
            "moves": moves or self._get_answered_moves(msg_dict),
            "attachment_ids": self._store_original(msg_dict.get("subject")),
            **vals,
        }
        return self.env["collection.contact"]._log(self, channel, outcome, **values)

    def _get_answered_moves(self, msg_dict):
        """:return: the invoices that the message was about that is answered"""
        answered_id = msg_dict.get("parent_id")
        letters = self.letter_ids.filtered(
            lambda letter: answered_id and letter.mail_message_id.id == answered_id
        )
        return letters.move_ids

    @api.model
    def _get_mail(self):
        """:return: the mail that the gateway is taking in, None outside of it"""
        mail = self.env.context.get("collection_mail")
        return mail if isinstance(mail, EmailMessage) else None

    @api.model
    def _store_original(self, subject):
        """:return: commands that attach the mail as it came in, as evidence"""
        mail = self._get_mail()
        if mail is None:
            return []
        name = subject or self.env._("Message")
        return [
            fields.Command.create(
                {
                    "name": f"{name}.eml",
                    "raw": self.env["collection.account.link"]._strip_mail(mail),
                    "mimetype": "message/rfc822",
                    "res_model": "collection.contact",
                }
            )
        ]

    def _message_receive_bounce(self, email, partner):
        """Mark the letter that came back and its address, and tell the collector."""
        result = super()._message_receive_bounce(email, partner)
        mail = self._get_mail()
        if mail is not None and not is_failure(mail):
            return result
        for case in self:
            letter = case._find_returned_letter(email, partner)
            if letter:
                letter._receive_bounce(
                    self.env._("The mail server returned it."), email
                )
                case._log_bounce(letter)
        return result

    def _find_returned_letter(self, email, partner):
        """Find the letter that came back: the one the report names; where it names no
        message, the newest to the address.

        :return: collection.letter record, empty when no letter came back, or one that
            is known to have done so
        """
        sent = self.letter_ids.filtered(
            lambda letter: (
                (letter.channel == "email" or letter.mail_id)
                and letter.delivery_state != "bounced"
            )
        )
        message_id = self.env.context.get("collection_returned_id")
        if message_id:
            named = sent.filtered(
                lambda letter: letter.mail_message_id.id == message_id
            )
            # A colleague's copy is the same message; the customer may well have got it.
            is_copy = any(not user.share for user in partner.user_ids)
            return named.filtered(
                lambda letter: not is_copy or letter._is_to(email, partner)
            )
        return sent.filtered(
            lambda letter: (
                letter.delivery_state == "sent" and letter._is_to(email, partner)
            )
        )[:1]

    def _log_bounce(self, letter):
        self._log_mail(
            {"subject": letter.subject},
            letter.partner_id,
            "bounced",
            letter_id=letter.id,
            moves=letter.move_ids,
        )

    # ------------------------------------------------------------------
    # Correspondence
    # ------------------------------------------------------------------

    # pylint: disable-next=unused-argument
    def _get_collection_case(self, message=None, purpose="log"):
        return self

    # pylint: disable-next=unused-argument
    def _is_collection_stayed(self, message=None):
        return self._is_stayed()

    def _find_people(self, recipients):
        """:return: res.partner records of the rows that ``_notify_get_recipients``
        answers; an address alone counts for the customer's person who has it"""
        # Odoo reads the recipients in no order; the entry names the first one.
        people = self.env["res.partner"].browse(
            sorted(row["id"] for row in recipients if row["id"])
        )
        addresses = [row["email_normalized"] for row in recipients if not row["id"]]
        if not addresses:
            return people
        holders = self.env["res.partner"].with_context(active_test=False)
        holders = holders._find_by_emails(addresses)
        return people | self._filter_people(holders)

    def _find_sms_recipient(self, text, holders, is_stayed):
        """Tell whom a text message reaches: who has the number counts, whatever name
        it was sent to. A number that nobody has is a new one of that person, or of the
        customer.

        :param text: sms.sms record
        :param holders: res.partner records who have the number
        :param bool is_stayed: whether a stay stops what goes to the customer
        :return: tuple of a res.partner record, empty where only the number is known,
            and a number that is not on file; None when it is nobody of the customer
        """
        reached, named = self._filter_reached(holders, is_stayed), text.partner_id
        if reached:
            return reached & named or reached[:1], ""
        is_ours = self._filter_reached(named, is_stayed) if named else not is_stayed
        return (named, text.number) if is_ours and not holders else None

    def _filter_reached(self, people, is_stayed):
        """:return: those of the res.partner records who are the customer's, see
        ``_filter_people``, and whom no stay stops"""
        return (
            self._filter_representatives(people)
            if is_stayed
            else self._filter_people(people)
        )

    def _filter_people(self, people):
        """:return: those of the res.partner records who are the customer's: its people,
        its lawyer, and after a petition trustee and counsel"""
        # Who writes may know the lawyer; the field is for readers of collections.
        own = self.partner_id | self.partner_id.sudo().collection_lawyer_id
        return self._filter_representatives(people) | people.filtered(
            lambda person: own & (person | person.commercial_partner_id)
        )

    def _filter_representatives(self, people):
        """:return: those of the res.partner records whom no stay stops: trustee,
        counsel and claims agent"""
        bankruptcies = self.env["collection.stay"]._get_bankruptcies(self.partner_id)
        return people.filtered(bankruptcies._is_representative)

    def _is_internal_exchange(self, msg_dict, author):
        """:return: whether an incoming message answers what a colleague wrote to others
        than the customer, an adviser for example, and is by somebody else as well"""
        # Who fetches the mail may not read all messages; it is a yes or no.
        parent = self.env["mail.message"].sudo().browse(msg_dict.get("parent_id") or [])
        notified = parent.partner_ids | parent.notified_partner_ids
        return bool(
            parent.message_type == "comment"
            and author
            and notified
            and not self._filter_people(notified | author)
        )
