from odoo import models


class CollectionContact(models.Model):
    """Who asks for installments in a contact gets a proposal."""

    _inherit = "collection.contact"

    def action_propose_plan(self):
        """Propose the installments that this entry asks for."""
        self.ensure_one()
        case = self.case_id
        return case._propose_plan(case._get_plannable_items(), contact_id=self.id)
