from odoo import models


class ResPartner(models.Model):
    """What a collector writes from the messages of a customer, or of somebody who works
    there, is a contact of the customer's open case, and so is the answer. What others
    write there, a salesperson for example, is not about debts."""

    _name = "res.partner"
    _inherit = ["collection.correspondence.mixin", "res.partner"]

    _contact_writers = "account_collections.group_collection_user"

    def _get_message_case(self, message):
        writer = self._get_writer(message)
        if not (writer and self._is_contact_writer(writer)):
            return self.env["collection.case"]
        return self._find_written_case(message)

    def _is_message_stayed(self, message):
        case = self._get_message_case(message)
        return bool(case and case._is_stayed())

    def _find_written_case(self, message):
        """:return: the customer's open collection.case in the company of a message"""
        return self.env["collection.case"]._find_open(
            self.commercial_partner_id, self._get_written_company(message)
        )

    def _get_answer_case(self, message):
        """:return: the collection.case in whose log the message is that is answered"""
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

    def _get_portal_case(self, message):
        if message.parent_id:
            return self._get_answer_case(message.parent_id)
        # What the customer writes of its own accord is read by who works the case.
        return self.sudo()._find_written_case(message)

    def _get_collection_debtors(self):
        return self
