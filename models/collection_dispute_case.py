from odoo import models


class CollectionDispute(models.Model):
    """What a dispute stops, and sets going again, in its customer's case."""

    _inherit = "collection.dispute"

    def _find_items(self):
        """:return: the due items of the disputed invoices, of any case"""
        return (
            self.env["collection.item"]
            .sudo()
            .search([("move_line_id.move_id", "in", self.move_id.ids)])
        )

    def _cancel_what_is_queued(self):
        """A reminder for the invoice that is still in the mail queue stays here."""
        letters = self.env["collection.letter"]._find_queued_about(self.move_id)
        letters._cancel_queued()

    def _find_cases(self):
        return self.env["collection.case"]._find_open(self.partner_id, self.company_id)

    def _review_customers(self):
        self._find_cases()._review_now()
