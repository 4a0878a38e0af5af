from odoo import api, models


class ReportCollectionSummary(models.AbstractModel):
    """The summary of a conversation, as a page on file."""

    _name = "report.account_collections.report_collection_summary"
    _inherit = "collection.document"
    _description = "Summary of a Conversation (PDF)"
    _document_model = "collection.contact"
    _document_template = "collection_letter_document"

    @api.model
    def _prepare(self, records):
        summary, notice = (
            self.env["collection.conversation.summary"],
            self.env["collection.customer.notice"],
        )
        values = {}
        for contact in records:
            subject, words = summary._write_words(contact)
            recipient, _problem = summary._find_recipient(contact)
            values[contact] = {
                **notice._get_values(
                    contact.case_id,
                    recipient,
                    summary._get_lang(contact),
                    contact.move_ids,
                    words,
                ),
                "subject": subject,
            }
        return values
