from odoo import fields, models


class CollectionActionSkip(models.TransientModel):
    """Skip steps, with the reason that goes on record."""

    _name = "collection.action.skip"
    _description = "Skip Collection Steps"

    action_ids = fields.Many2many("collection.action", string="Steps", required=True)
    reason_id = fields.Many2one(
        "collection.reason", required=True, domain="[('kind', '=', 'skip')]"
    )
    note = fields.Char()

    def action_skip(self):
        """Skip the steps; their cases go on with the next stage."""
        self.ensure_one()
        self.action_ids.check_access("write")
        self.action_ids._skip(self.reason_id, self.note or "")
        self.action_ids.case_id._review_now()
        return {"type": "ir.actions.act_window_close"}
