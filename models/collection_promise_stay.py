from odoo import api, models


class CollectionPromise(models.Model):
    """Nothing is promised of what a bankruptcy stays."""

    _inherit = "collection.promise"

    @api.model_create_multi
    def create(self, vals_list):
        promises = super().create(vals_list)
        for promise in promises:
            promise._check_stay()
        return promises

    def action_approve(self):
        """Accept a promise above the limits, unless its items are stayed by now."""
        for promise in self:
            promise._check_stay()
        return super().action_approve()

    def _check_stay(self):
        stay = self.env["collection.stay"]
        stay._check_moves(
            stay._filter_items(self.item_ids).move_id,
            "promise",
            self.name,
            self.case_id,
            "portal" if self.is_portal else "",
        )
