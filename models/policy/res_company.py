from odoo import api, models


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        """Give new companies the shipped policies."""
        companies = super().create(vals_list)
        self.env["collection.policy"]._copy_to_companies(companies)
        return companies
