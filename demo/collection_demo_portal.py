from . import history_portal as history
from .collection_demo_agreement import DemoAgreements


class DemoPortal(DemoAgreements):
    """Demo data: what the demo customers said in the portal."""

    def _agree(self, offset):
        result = super()._agree(offset)
        self._use_portal(offset)
        return result

    def _use_portal(self, offset):
        """Dispute, and write, as customers did on a day, by way of the portal."""
        portal = self.env["collection.portal"]
        for name, _on, amount, reason, words in self._on(history.DISPUTES, offset):
            visitor = self._get_demo_visitor(name)
            form = {
                "name": visitor.name,
                "amount": amount,
                "reason": self.env.ref(f"account_collections.{reason}"),
                "note": words,
                "files": [],
            }
            portal._create_dispute(self._open_invoices(name)[-1:], visitor, form)
        for name, _on, subject, words in self._on(history.MESSAGES, offset):
            customer, visitor = self._customer(name), self._get_demo_visitor(name)
            form = {
                "name": visitor.name,
                "subject": subject,
                "note": words,
                "files": [],
                "rows": self.env["collection.exposure"],
            }
            portal._receive_message(customer, self.env.company, visitor, form)

        for name, _on in self._on(history.OPENINGS, offset):
            self._open_account(self._customer(name))

    def _open_account(self, customer):
        """Look at the account by the link of the last message."""
        links, company = self.env["collection.account.link"], self.env.company
        case = self.env["collection.case"]._find_open(customer, company)
        letter = case.letter_ids.filtered(lambda one: one.channel == "email")[:1]
        if not links.search([("letter_id", "=", letter.id)]):
            links._make(
                letter, letter.partner_id, self.env.company.collection_link_days
            )
        links.search([("letter_id", "=", letter.id)])._note_opened()

    def _get_demo_visitor(self, name):
        """:return: the contact of a customer who logs in, else the customer"""
        customer = self._customer(name)
        return customer.child_ids.filtered("user_ids")[:1] or customer
