from odoo import api, models


class ReportCollectionPromise(models.AbstractModel):
    """What was agreed, as a letter: the confirmation of a promise or an extension."""

    _name = "report.account_collections.report_collection_promise"
    _inherit = "collection.document"
    _description = "Confirmation of a Promise (PDF)"

    @api.model
    def _get_report_values(self, docids, data=None):  # pylint: disable=unused-argument
        """:return: one HTML document per promise, in the addressee's language"""
        promises = self.env["collection.promise"].browse(docids)
        return self._get_documents(
            "collection_letter_document",
            {
                promise: self.env["collection.notice"]._prepare_letter(promise)
                for promise in promises
            },
        )
