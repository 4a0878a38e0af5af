from odoo import api, models


class ReportCollectionPromise(models.AbstractModel):
    """What was agreed, as a letter: the confirmation of a promise or an extension."""

    _name = "report.account_collections.report_collection_promise"
    _inherit = "collection.document"
    _description = "Confirmation of a Promise (PDF)"
    _document_model = "collection.promise"
    _document_template = "collection_letter_document"

    @api.model
    def _prepare(self, records):
        notice = self.env["collection.customer.notice"]
        return {promise: notice._prepare_letter(promise) for promise in records}
