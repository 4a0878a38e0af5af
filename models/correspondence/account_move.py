from odoo import models


class AccountMove(models.Model):
    """What is written about an overdue invoice is a contact of the customer's case. To
    send an invoice before it is due is none, nor what is said about it then."""

    _name = "account.move"
    _inherit = ["collection.correspondence.mixin", "account.move"]

    # pylint: disable-next=unused-argument
    def _get_collection_case(self, message=None, purpose="log"):
        return self.collection_case_id

    def _get_collection_moves(self):
        return self

    def _is_collection_contact(self):
        today = self.company_id._get_collection_today()
        return any(
            line.date_maturity and line.date_maturity < today
            for line in self._collection_receivables
        )

    # pylint: disable-next=unused-argument
    def _is_collection_stayed(self, message=None):
        return bool(self.env["collection.stay"]._filter_moves(self))
