import json

from odoo.tests import HttpCase, new_test_user

from .plan import SIGNATURE


class PortalUserCase(HttpCase):
    """Customers who log in to the portal."""

    @classmethod
    def make_portal_user(cls, customer, **vals):
        login = f"portal_{cls.env['res.users'].search_count([])}_{customer.id}"
        user = new_test_user(
            cls.env, login, groups="base.group_portal", **{"lang": "en_US", **vals}
        )
        user.partner_id.parent_id = customer
        return user

    def log_in(self, user=None):
        login = (user or self.visitor).login
        self.authenticate(login, login)


class SignedPageCase(PortalUserCase):
    """A page on which something is signed, at ``page``."""

    def call_sign(self, record, token=None, document=None):
        """Send a signature as the widget does; answer what the page gets."""
        query = f"document={document or record.document_sha256}"
        query += f"&access_token={token}" if token else ""
        response = self.url_open(
            f"{self.page}/sign?{query}",
            data=json.dumps({"params": {"name": "Paula", "signature": SIGNATURE}}),
            headers={"Content-Type": "application/json"},
        )
        self.env.invalidate_all()
        return response.json()["result"]
