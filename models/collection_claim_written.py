from odoo import models


class CollectionClaim(models.Model):
    """What is written about a claim is a contact of the customer's case: with trustee
    and counsel while collection is stayed, with the debtor afterwards."""

    _name = "collection.claim"
    _inherit = ["collection.correspondence.mixin", "collection.claim"]

    def _get_collection_case(self):
        return self.env["collection.case"]._find_open(self.partner_id, self.company_id)

    def _is_collection_stayed(self):
        return self.bankruptcy_id.stops_collection
