from odoo import fields, models

from .res_partner import READERS


class ResPartner(models.Model):
    """The installment plan of a customer, with what was paid of it."""

    _inherit = "res.partner"

    collection_plan_id = fields.Many2one(
        related="collection_case_id.plan_id",
        string="Installment plan",
        groups=READERS,
    )
    collection_plan_percent = fields.Float(
        related="collection_case_id.plan_percent",
        string="Installment plan paid (%)",
        groups=READERS,
    )
