from odoo import api, models


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        partials._request_collection_review()
        return partials

    def unlink(self):
        self._request_collection_review()
        return super().unlink()

    def _request_collection_review(self):
        """Money was allocated, or an allocation undone: look at the customer soon."""
        lines = self.debit_move_id | self.credit_move_id
        self.env["collection.review.request"]._request(lines)
