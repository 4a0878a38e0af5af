from odoo import models


class CollectionPlan(models.Model):
    """What is written about a plan is a contact of the customer's case."""

    _name = "collection.plan"
    _inherit = ["collection.correspondence.mixin", "collection.plan"]

    def _get_collection_moves(self):
        return self.item_ids.move_id
