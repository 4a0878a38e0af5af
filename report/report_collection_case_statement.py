from odoo import api, models


class ReportCollectionCaseStatement(models.AbstractModel):
    """The statement of account of a case, printed by a person at any time."""

    _name = "report.account_collections.report_collection_case_statement"
    _inherit = "collection.document"
    _description = "Statement of Account (PDF)"
    _document_model = "collection.case"
    _document_template = "collection_statement_document"

    @api.model
    def _prepare(self, records):
        return self.env["collection.statement"]._prepare_cases(records)
