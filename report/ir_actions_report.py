from odoo import models

from .collection_document import DOCUMENTS

ADDON_PREFIX = "account_collections."


class IrActionsReport(models.Model):
    """The reports in ``DOCUMENTS`` have one model for their values, instead of a model
    ``report.account_collections.*`` each."""

    _inherit = "ir.actions.report"

    def _get_rendering_context_model(self, report):
        name = report.report_name.removeprefix(ADDON_PREFIX)
        if name != report.report_name and name in DOCUMENTS:
            return self.env["collection.document"].with_context(collection_report=name)
        return super()._get_rendering_context_model(report)
