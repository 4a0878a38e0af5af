from odoo import fields, models


class CollectionStepSkip(models.TransientModel):
    """Skip steps, with the reason that goes on record."""

    _name = "collection.step.skip"
    _description = "Skip Collection Steps"

    step_ids = fields.Many2many("collection.step", string="Steps", required=True)
    reason_id = fields.Many2one(
        "collection.reason", required=True, domain="[('kind', '=', 'skip')]"
    )
    note = fields.Char()

    def action_skip(self):
        """Skip the steps; their cases go on with the next stage."""
        self.ensure_one()
        self.step_ids.check_access("write")
        self.step_ids._skip(self.reason_id, self.note or "")
        self.step_ids.case_id._review_now()
        return {"type": "ir.actions.act_window_close"}
