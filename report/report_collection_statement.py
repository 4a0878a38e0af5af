from odoo import api, models


class ReportCollectionStatement(models.AbstractModel):
    """The statement of account that goes with the e-mail of a step."""

    _name = "report.account_collections.report_collection_statement"
    _inherit = "collection.document"
    _description = "Statement of Account with an E-mail (PDF)"
    _document_template = "collection_statement_document"

    @api.model
    def _prepare(self, records):
        statement = self.env["collection.statement"]
        return {
            action: statement._get_values(values, values["exposures"])
            for action, values in self.env["collection.message.composer"]
            ._prepare(records)
            .items()
        }
