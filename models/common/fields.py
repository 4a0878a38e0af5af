from odoo import fields


class Many2oneNoFK(fields.Many2one):
    """A many2one without a foreign key in the database.

    For rows that the review and the plan insert by the hundred thousand: PostgreSQL
    looks up every single key, which costs more than the insertion. Only where the
    target is never deleted, or not before what points to it through another key.
    """

    def update_db_foreign_key(self, model, column):
        """Make none."""
