from odoo import models


class CollectionContact(models.Model):
    """An entry may be the first word of a bankruptcy."""

    _inherit = "collection.contact"

    def action_record_bankruptcy(self):
        """Record the bankruptcy that this entry tells of."""
        self.ensure_one()
        return self.case_id._record_bankruptcy(contact_id=self.id)
