from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collection_plan_law = fields.Char(
        related="company_id.collection_plan_law", readonly=False
    )
    collection_plan_clauses = fields.Html(
        related="company_id.collection_plan_clauses", readonly=False
    )
