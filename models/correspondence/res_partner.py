from odoo import models


class ResPartner(models.Model):
    """What a collector writes from the messages of a customer, or of somebody who works
    there, is a contact of the customer's open case, and so is the answer. What others
    write there, a salesperson for example, is not about debts."""

    _name = "res.partner"
    _inherit = ["collection.correspondence.mixin", "res.partner"]

    _contact_writers = "account_collections.group_collection_user"

    def _get_collection_case(self, message=None, purpose="log"):
        message = message or self.env["mail.message"]
        answered = message.parent_id if purpose == "portal" else message
        if purpose == "answer" or (purpose == "portal" and answered):
            return self._find_logged_case(answered)
        writer = self._get_writer(message)
        # What the customer writes of its own accord is read by who works the case.
        if purpose == "portal" or (writer and self._is_contact_writer(writer)):
            return self.env["collection.case"]._find_open(
                self.commercial_partner_id, self._get_written_company(message)
            )
        return self.env["collection.case"]

    def _find_logged_case(self, message):
        """:return: the collection.case in whose log a message is"""
        entries = self.env["collection.contact"].sudo()
        if not message:
            return entries.case_id
        return entries.search(
            [
                ("message_ref", "=", message.message_id),
                ("customer_id", "=", self.commercial_partner_id.id),
                ("is_void", "=", False),
            ],
            limit=1,
        ).case_id

    def _get_collection_debtors(self):
        return self
