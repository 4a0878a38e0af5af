from odoo import models


class AccountMoveLine(models.Model):
    """The item that a journal item is collected as."""

    _inherit = "account.move.line"

    def unlink(self):
        """Take the item along; no foreign key does (see ``Many2oneNoFK``)."""
        # Whoever may delete the journal item need not know of collections.
        items = self.env["collection.item"].sudo()
        items.search([("move_line_id", "in", self.ids)]).unlink()
        return super().unlink()
