from odoo import fields, models


class CollectionPromiseEnd(models.TransientModel):
    """Withdraw promises, with the reason that stays on record."""

    _name = "collection.promise.end"
    _description = "Withdraw Promises"

    promise_ids = fields.Many2many("collection.promise", required=True)
    reason = fields.Char(required=True)

    def action_withdraw(self):
        """Withdraw the promises; what they covered is collected again."""
        self.ensure_one()
        self.promise_ids._end("withdrawn", self.reason)
        self.promise_ids.case_id._review_now()
        return {"type": "ir.actions.act_window_close"}
