from odoo import api, models
from odoo.exceptions import UserError


class ReportCollectionCasePolicy(models.AbstractModel):
    """The policy that applies to a customer, in that customer's language."""

    _name = "report.account_collections.report_collection_case_policy"
    _inherit = "collection.document"
    _description = "Collection Policy for a Customer (PDF)"
    _document_model = "collection.case"
    _document_template = "collection_policy_document"

    @api.model
    def _prepare(self, records):
        if missing := records.filtered(lambda case: not case.policy_id)[:1]:
            raise UserError(
                self.env._("No policy applies to %s.", missing.display_name)
            )
        document = self.env["collection.policy.document"]
        return {case: document._get_case_values(case) for case in records}
