from odoo import models


class CollectionBankruptcy(models.Model):
    """What is written about a bankruptcy is a contact of the customer's case: with
    trustee and counsel while collection is stayed, with the debtor afterwards."""

    _name = "collection.bankruptcy"
    _inherit = ["collection.correspondence.mixin", "collection.bankruptcy"]

    def _get_message_case(self, message):
        """:return: the open collection.case of the debtor in the company that the
        message was written in, else in the only one that has a case"""
        cases = self.env["collection.case"].search(
            [("partner_id", "=", self.partner_id.id), ("state", "!=", "closed")]
        )
        company = self._get_written_company(message)
        here = cases.filtered(lambda case: case.company_id == company)
        return here[:1] or (cases if len(cases) == 1 else cases.browse())

    def _is_collection_stayed(self):
        return self.stops_collection
