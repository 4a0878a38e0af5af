from odoo import api, models


class IrModelData(models.Model):
    _inherit = "ir.model.data"

    @api.model
    def _get_shipped_by_collections(self, model):
        """:return: the records of a model that the addon brought along"""
        # Sudo: whoever makes a company or adds a language need not read policies or
        # external ids. It is limited to what this addon shipped.
        data = self.sudo().search(
            [("module", "=", "account_collections"), ("model", "=", model)]
        )
        return self.env[model].sudo().browse(data.mapped("res_id")).exists()
