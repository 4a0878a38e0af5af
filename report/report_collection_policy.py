from odoo import api, models


class ReportCollectionPolicy(models.AbstractModel):
    """A policy as a document for customers, in the language of who prints it."""

    _name = "report.account_collections.report_collection_policy"
    _inherit = "collection.document"
    _description = "Collection Policy for Customers (PDF)"
    _document_model = "collection.policy"
    _document_template = "collection_policy_document"

    @api.model
    def _prepare(self, records):
        document = self.env["collection.policy.document"]
        return {policy: document._get_values(policy) for policy in records}
