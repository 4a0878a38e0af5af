from odoo import models


class CollectionAction(models.Model):
    """Steps for customers of whom everything is stayed go nowhere."""

    _inherit = "collection.action"

    def action_approve(self):
        """Release steps, unless a stay forbids what they would send."""
        self.check_access("write")
        self._check_stay()
        return super().action_approve()

    def action_retry(self):
        """Try failed steps again, unless a stay forbids what they would send."""
        self.check_access("write")
        self._check_stay()
        return super().action_retry()

    def _check_stay(self):
        for action in self:
            action.case_id._check_stay("step", action.display_name)
