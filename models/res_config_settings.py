from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collection_tz = fields.Selection(related="company_id.collection_tz", readonly=False)
    collection_hour = fields.Integer(
        related="company_id.collection_hour", readonly=False
    )
    collection_bank_id = fields.Many2one(
        related="company_id.collection_bank_id", readonly=False
    )
    collection_date_reviewed = fields.Date(
        related="company_id.collection_date_reviewed"
    )
