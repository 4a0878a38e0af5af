from odoo import models


class AccountMove(models.Model):
    """Installments for an invoice."""

    _inherit = "account.move"

    def action_propose_collection_plan(self):
        """Propose installments for this invoice."""
        self.ensure_one()
        case = self.collection_case_id
        return case._propose_plan(case._get_plannable_items(self))
