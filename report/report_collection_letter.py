from odoo import api, models


class ReportCollectionLetter(models.AbstractModel):
    """The letter of steps, as it goes out or as it would go out now."""

    _name = "report.account_collections.report_collection_letter"
    _inherit = "collection.document"
    _description = "Collection Letter (PDF)"
    _document_template = "collection_letter_document"

    @api.model
    def _prepare(self, records):
        histories = self.env["collection.demand.history"]._get_histories(records)
        return self.env["collection.message.composer"]._prepare(records, histories)
