from odoo import models


class CollectionDispute(models.Model):
    """What is written about a dispute is a contact of the customer's case."""

    _name = "collection.dispute"
    _inherit = ["collection.correspondence.mixin", "collection.dispute"]

    def _get_collection_moves(self):
        return self.move_id
