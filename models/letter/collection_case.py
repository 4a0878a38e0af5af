from odoo import api, fields, models


class CollectionCase(models.Model):
    """What has become of the last letter of a case."""

    _inherit = "collection.case"

    delivery_problem = fields.Char(compute="_compute_delivery_problem")

    @api.depends("letter_ids.delivery_state")
    def _compute_delivery_problem(self):
        for case in self:
            letter = case.letter_ids.sorted("id", reverse=True)[:1]
            case.delivery_problem = (
                letter._get_problem_text()
                if letter and case.state != "closed"
                else False
            )
