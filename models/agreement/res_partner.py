from odoo import api, fields, models

from ..common.access import READERS


class ResPartner(models.Model):
    """The installment plan of a customer, with what was paid of it."""

    _inherit = "res.partner"

    collection_plan_id = fields.Many2one(
        "collection.installment.plan",
        "Installment plan",
        compute="_compute_collection_plan_id",
        groups=READERS,
    )
    collection_plan_percent = fields.Float(
        "Installment plan paid (%)",
        compute="_compute_collection_plan_id",
        groups=READERS,
    )

    @api.depends_context("company")
    @api.depends("commercial_partner_id")
    def _compute_collection_plan_id(self):
        for partner in self:
            plan = partner.collection_case_id.plan_id
            partner.collection_plan_id = plan
            partner.collection_plan_percent = plan.percent_paid
