from odoo import models


class IrModuleModule(models.Model):
    _inherit = "ir.module.module"

    def _update_translations(self, filter_lang=None, overwrite=False):
        """Translate the policies of further companies along with the shipped ones."""
        result = super()._update_translations(filter_lang, overwrite)
        if "account_collections" in self.mapped("name"):
            self.env["collection.policy"]._translate_copies()
        return result
