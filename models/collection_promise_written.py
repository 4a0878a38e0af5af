from odoo import models


class CollectionPromise(models.Model):
    """What is written about a promise is a contact of the customer's case."""

    _name = "collection.promise"
    _inherit = ["collection.correspondence.mixin", "collection.promise"]

    def _get_collection_moves(self):
        return self.item_ids.move_id
