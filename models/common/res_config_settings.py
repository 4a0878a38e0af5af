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
    collection_document_seconds = fields.Integer(
        related="company_id.collection_document_seconds", readonly=False
    )
    collection_link_days = fields.Integer(
        related="company_id.collection_link_days", readonly=False
    )
    collection_mail_hours = fields.Integer(
        related="company_id.collection_mail_hours", readonly=False
    )
    collection_date_reviewed = fields.Date(
        related="company_id.collection_date_reviewed"
    )
    collection_reply_days = fields.Integer(
        related="company_id.collection_reply_days", readonly=False
    )
    collection_transit_days = fields.Integer(
        related="company_id.collection_transit_days", readonly=False
    )
    collection_mail_server = fields.Char(
        related="company_id.collection_mail_server", readonly=False
    )
    collection_horizon = fields.Integer(
        related="company_id.collection_horizon", readonly=False
    )
    collection_alias_name = fields.Char(
        related="company_id.collection_alias_name", readonly=False
    )
    collection_alias_domain = fields.Char(
        related="company_id.alias_domain_id.name", string="Domain of mail addresses"
    )
    collection_responsible_id = fields.Many2one(
        related="company_id.collection_responsible_id", readonly=False
    )
    collection_writeoff_account_id = fields.Many2one(
        related="company_id.collection_writeoff_account_id", readonly=False
    )
    collection_plan_law = fields.Char(
        related="company_id.collection_plan_law", readonly=False
    )
    collection_plan_clauses = fields.Html(
        related="company_id.collection_plan_clauses", readonly=False
    )
