import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from psycopg2 import OperationalError

from ...tools.one_line import on_one_line

_logger = logging.getLogger(__name__)


class CollectionCustomerNotice(models.AbstractModel):
    """Write to a customer outside the ladder: about a promise, a dispute, an extension.

    The e-mail is a letter of the case like those of the steps: queued, followed to its
    delivery, and logged as a contact.
    """

    _name = "collection.customer.notice"
    _description = "Notice to a Customer"

    @api.model
    def _send(self, record, template, moves, attachments=None):
        """Send a notice about a record that has a ``case_id``.

        :param record: collection.promise or collection.dispute record
        :param template: mail.template record for that model
        :param moves: account.move records the notice concerns
        :param attachments: ir.attachment records that go with it
        :return: the collection.letter
        :raises UserError: when the customer cannot be reached by e-mail
        """
        case = record.case_id
        recipient = self._get_recipient(case)
        message = self.env["collection.message.composer"]
        lang = message._choose_lang(
            recipient, case.partner_id, case.company_id.partner_id
        )
        subject, words = self._render_words(record, template, lang)
        return self._send_words(
            case, recipient, lang, moves, subject, words, attachments=attachments
        )

    @api.model
    def _send_words(
        self,
        case,
        recipient,
        lang,
        moves,
        subject,
        words,
        document=None,
        attachments=None,
        outcome="sent",
    ):
        """Send a notice whose words are ready.

        :param case: collection.case record
        :param recipient: res.partner record
        :param str lang: language code of the words
        :param moves: account.move records the notice concerns
        :param str subject: subject
        :param words: Markup
        :param tuple document: name and bytes of a PDF to attach and to keep
        :param attachments: ir.attachment records that go with it
        :param str outcome: what the entry in the log says of it
        :return: the collection.letter
        :raises UserError: when a stay forbids it
        """
        self._check_stay(case, recipient, moves, subject)
        html = self._render_html(case, recipient, lang, moves, words)
        letter = self._create_letter(case, recipient, lang, subject, html, moves)
        dispatcher = self.env["collection.dispatcher"]
        if document:
            dispatcher._attach_documents({letter: letter}, {letter: {"pdf": document}})
        vals = dispatcher._prepare_mail_vals(letter, words, html)
        files = letter.attachment_id
        if attachments:
            files |= attachments
        vals["attachment_ids"] = [fields.Command.set(files.ids)]
        dispatcher._write_mails(letter, [vals])
        # The right to write to this customer was checked by the callers.
        self.env["collection.contact"].sudo().create(
            letter._prepare_log_vals(outcome, files=letter.attachment_id)
        )
        return letter

    @api.model
    def _check_stay(self, case, recipient, moves, subject):
        stay = self.env["collection.stay"]
        debtors = case.partner_id | stay._get_debtors(moves)
        if not stay._get_bankruptcies(debtors)._is_representative(recipient):
            stay._check_moves(moves, "message", subject, case)

    @api.model
    def _isolate(self, act, *args):
        """Do what the night does for one record; one that fails must not stop the
        others.

        :param act: method of the record
        """
        try:
            with self.env.cr.savepoint():
                act(*args)
                self.env.flush_all()
        except OperationalError:
            # A conflict between transactions is nobody's fault: all start again.
            raise
        except Exception:
            _logger.exception(
                "%s failed for %s, with %s.", act.__name__, act.__self__, args
            )

    @api.model
    def _get_recipient(self, case):
        partner, problem = self.env["collection.recipient"]._find_for_case(
            case, "email"
        )
        if problem:
            raise UserError(problem)
        return partner

    @api.model
    def _render_words(self, record, template, lang):
        ids = record.ids
        template = template.with_context(lang=lang)
        subject = template._render_field("subject", ids, set_lang=lang)[record.id]
        words = template._render_field(
            "body_html", ids, set_lang=lang, options={"post_process": True}
        )[record.id]
        return on_one_line(subject or ""), words

    @api.model
    def _render_html(self, case, recipient, lang, moves, words):
        return self.env["collection.message.composer"]._render_email(
            self._get_values(case, recipient, lang, moves, words)
        )

    @api.model
    def _get_values(self, case, recipient, lang, moves, words):
        """:return: dict for the templates of e-mails and letters"""
        message = self.with_context(lang=lang).env["collection.message.composer"]
        case = case.with_env(message.env)
        return {
            **message._get_parties(case, recipient),
            "words": words,
            "groups": [],
            "open_besides": [],
            "history": [],
            "bank": message._get_bank(case.company_id, moves),
            "pay_reference": message._get_pay_reference(case, moves),
            "attached": [],
        }

    @api.model
    def _prepare_letter(self, promise):
        """Prepare the confirmation of a promise to be printed.

        :param promise: collection.promise record
        :return: dict for the QWeb template ``collection_letter_document``
        """
        case = promise.case_id
        recipient = self.env["collection.recipient"]._find_for_letters(case)[case]
        lang = self.env["collection.message.composer"]._choose_lang(
            recipient, case.partner_id, case.company_id.partner_id
        )
        template = self.env.ref(
            "account_collections.mail_template_promise_confirmation"
        )
        subject, words = self._render_words(promise, template, lang)
        moves = promise.item_ids.move_id
        values = self._get_values(case, recipient, lang, moves, words)
        return {**values, "subject": subject}

    @api.model
    def _create_letter(self, case, recipient, lang, subject, html, moves):
        # Letters are nobody's to write by hand; the callers checked the right to write
        # to this customer.
        return (
            self.env["collection.letter"]
            .sudo()
            .create(
                {
                    "case_id": case.id,
                    "company_id": case.company_id.id,
                    "channel": "email",
                    "partner_id": recipient.id,
                    "address": self.env["collection.recipient"]._get_sent_to(
                        recipient, "email"
                    ),
                    "lang": lang,
                    "subject": subject,
                    "body": html,
                    "move_ids": [fields.Command.set(moves.ids)],
                    "delivery_state": "queued",
                }
            )
        )
