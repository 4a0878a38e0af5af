from odoo import models


class CollectionContact(models.Model):
    """Promises, disputes and plans that begin with an entry of the log."""

    _inherit = "collection.contact"

    def action_take_promise(self):
        """Record the promise mentioned in this entry."""
        self.ensure_one()
        case = self.case_id
        return case._open_promise(
            case._get_promisable_items(),
            contact_id=self.id,
            person=self.person or self.partner_id.name,
        )

    def action_open_dispute(self):
        """Record what the customer disputes in this entry."""
        self.ensure_one()
        return self.case_id._open_dispute(
            contact_id=self.id, words=self.note or self.subject
        )

    def _get_summary_dates(self):
        """:return: the collection.promise.line records that were promised in it"""
        return self._get_summary_promises().line_ids.sorted("date")

    def _get_summary_promises(self):
        """:return: the collection.promise records that were made in it"""
        return self.env["collection.promise"].search([("contact_id", "=", self.id)])

    def action_propose_plan(self):
        """Propose the installments that this entry asks for."""
        self.ensure_one()
        case = self.case_id
        return case._propose_plan(case._get_plannable_items(), contact_id=self.id)
