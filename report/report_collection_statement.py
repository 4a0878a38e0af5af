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
        composer = self.env["collection.message.composer"]
        # A statement recites nothing.
        prepared = composer._prepare(records, {step: [] for step in records})
        return {
            step: statement._get_values(values, values["exposures"])
            for step, values in prepared.items()
        }
