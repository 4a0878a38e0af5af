from markupsafe import Markup
from odoo import api, models
from odoo.exceptions import UserError

REPORT = "account_collections.action_report_summary"
# Outcomes whose summary has words of its own; the others share the general ones.
TEMPLATES = {
    "promise": "promise",
    "dispute": "dispute",
    "plan_wanted": "plan",
    "hardship": "plan",
    "call_back": "call_back",
    "paid_already": "paid",
    "message_left": "message",
}
# Nobody was reached, or it is nothing to confirm: there is no summary.
OUTCOMES_WITHOUT_SUMMARY = (
    *("third_person", "no_answer", "wrong_number", "insolvency", "returned"),
    *("sent", "bounced", "link_sent", "opened", "auto_reply", "override"),
)


class CollectionConversationSummary(models.AbstractModel):
    """The e-mail that sums up a conversation: what was agreed, to the customer.

    Its words come from a template per outcome, are seen and changed by the collector,
    and go out as a letter of the case, with the same words as a PDF on file.
    """

    _name = "collection.conversation.summary"
    _description = "Summary of a Conversation"

    @api.model
    def _get_cannot_send_reason(self, contact):
        """:return: translated sentence why no summary goes out, or False"""
        if contact.outcome in OUTCOMES_WITHOUT_SUMMARY or contact.is_void:
            return self.env._("There is nothing to summarize for this outcome.")
        recipient, problem = self._find_recipient(contact)
        if problem:
            return problem
        case = contact.case_id
        answer = self.env["collection.contact.guard"]._ask(
            case, "email", partner=recipient
        )
        # A summary belongs to the talk and is no contact of its own, so that limits do
        # not count; a stop does.
        return answer[case].reason if answer[case].level == "stop" else False

    @api.model
    def _find_recipient(self, contact):
        """:return: the res.partner who was spoken with, or whoever gets the e-mails of
        the case; and the problem if nobody can be reached"""
        finder = self.env["collection.recipient"]
        if contact.partner_id and finder._can_reach(contact.partner_id, "email"):
            return contact.partner_id, False
        return finder._find_for_case(contact.case_id, "email")

    @api.model
    def _get_template(self, contact):
        name = TEMPLATES.get(contact.outcome, "general")
        return self.env.ref(f"account_collections.mail_template_summary_{name}")

    @api.model
    def _get_lang(self, contact):
        case = contact.case_id
        recipient, _problem = self._find_recipient(contact)
        return self.env["collection.message.composer"]._choose_lang(
            recipient, case.partner_id, case.company_id.partner_id
        )

    @api.model
    def _write_words(self, contact):
        """:return: subject and words of the summary, in the customer's language"""
        # Collectors read templates; only those of this program are rendered.
        return self.env["collection.customer.notice"]._render_words(
            contact, self._get_template(contact), self._get_lang(contact)
        )

    @api.model
    def _send(self, contact, subject, words):
        """Send a summary and file it.

        :param contact: collection.contact record, the conversation
        :param str subject: subject, as the collector approved it
        :param words: the words, as the collector approved them
        :return: the collection.letter
        :raises UserError: when nobody can be reached, or a stop applies
        """
        if reason := self._get_cannot_send_reason(contact):
            raise UserError(reason)
        case, lang = contact.case_id, self._get_lang(contact)
        recipient, _problem = self._find_recipient(contact)
        return self.env["collection.customer.notice"]._send_words(
            case,
            recipient,
            lang,
            contact.move_ids,
            subject,
            Markup(words),
            self._make_document(contact, recipient, lang, subject, words),
        )

    @api.model
    def _make_document(self, contact, recipient, lang, subject, words):
        """:return: name and bytes of the summary as a PDF"""
        notice = self.env["collection.customer.notice"]
        values = notice._get_values(
            contact.case_id, recipient, lang, contact.move_ids, Markup(words)
        )
        values = {contact.id: {**values, "subject": subject}}
        streams = self.env["ir.actions.report"]._render_qweb_pdf_prepare_streams(
            REPORT, {"collection_values": values}, res_ids=contact.ids
        )
        case, day = contact.case_id, contact.company_id._get_collection_today()
        name = f"{subject} {case.name} {day}.pdf".replace("/", "-")
        return name, streams[contact.id]["stream"].getvalue()
