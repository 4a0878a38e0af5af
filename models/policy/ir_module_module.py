from odoo import api, models


class IrModuleModule(models.Model):
    _inherit = "ir.module.module"

    def _update_translations(self, filter_lang=None, overwrite=False):
        """Translate the policies of further companies along with the shipped ones."""
        result = super()._update_translations(filter_lang, overwrite)
        if "account_collections" in self.mapped("name"):
            self.env["collection.policy"]._translate_copies()
        return result

    @api.model
    def _load_collection_demo(self):
        """Simulate the demo's past; called by the demo data alone.

        The code is imported here: a database without demo data never loads it.
        """
        from ...demo.collection_demo import CollectionDemo

        CollectionDemo(self.env)._simulate_past()
