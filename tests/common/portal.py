from odoo import http
from odoo.fields import Command

from .portal_users import PortalUserCase
from .promise import PromiseCommon

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00"
    b"\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\x0f\x00\x01\x01\x01\x00\x1b"
    b"\xb6\xeeV\x00\x00\x00\x00IEND\xaeB`\x82"
)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


class PortalCommon(PromiseCommon, PortalUserCase):
    """A customer with a login, what is open on the account, and forms to send."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The server cannot be told another day, so these tests live today.
        cls.today = cls.company._get_collection_today()
        cls.policy.working_days_only = False
        cls.visitor = cls.make_portal_user(cls.customer)
        cls.late = cls.make_invoice(cls.customer, 1000, cls.day(-40))
        cls.later = cls.make_invoice(cls.customer, 500, cls.day(-5))
        cls.upcoming = cls.make_invoice(cls.customer, 300, cls.day(20))
        cls.plan()
        cls.url = f"/my/statement/{cls.company.id}"

    @classmethod
    def make_provider(cls):
        """Set up a way to pay online, as ``cls.provider`` and ``cls.method``."""
        method = cls.root["payment.method"].search(
            [("code", "=", "card"), ("active", "in", (True, False))], limit=1
        )
        cls.provider = cls.root["payment.provider"].create(
            {
                "name": "Test provider",
                "code": "none",
                "company_id": cls.company.id,
                "payment_method_ids": [Command.set(method.ids)],
                "state": "test",
                "is_published": True,
                "redirect_form_view_id": cls.root["ir.ui.view"]
                .create(
                    {
                        "name": "Form of a test",
                        "type": "qweb",
                        "arch": "<form action='#' method='post'/>",
                    }
                )
                .id,
            }
        )
        cls.method = method
        method.active = True

    @classmethod
    def make_link(cls, letter):
        """Answer the secret of a link to the account of who got a letter."""
        links = cls.root["collection.account.link"]
        secret = links._make(letter, letter.partner_id, 30)
        cls.env.flush_all()
        return secret

    def get_link(self, secret):
        links = self.root["collection.account.link"]
        return links.search([("secret_hash", "=", links._hash(secret))])

    def get_rows_of(self, *moves):
        """Answer the numbers by which the page knows the items of invoices."""
        self.env.flush_all()
        rows = self.root["collection.exposure"].search(
            [("move_id", "in", [move.id for move in moves])]
        )
        return rows.ids

    @classmethod
    def make_foreign_invoice(cls):
        """Answer an invoice of 77 in another currency than the company's."""
        franc = cls.env.ref("base.CHF")
        franc.active = True
        return cls.make_invoice(cls.customer, 77, cls.day(-3), currency=franc)

    def send(self, form, /, *, url=None, files=None, csrf=True, **values):
        """Send a form about the account, as it would be filled in.

        :param files: (name, content, type) of each file
        :param values: what is filled in otherwise; ``item`` may be a list
        """
        filled = {
            "name": "Paula",
            "date": str(self.day(5)),
            "means": "transfer",
            "note": "As we said on the phone.",
            **({"what": "proof"} if form == "document" else {}),
            **values,
        }
        if csrf:
            filled["csrf_token"] = http.Request.csrf_token(self)
        return self.url_open(
            f"{url or self.url}/{form}",
            data=filled,
            files=[("files", file) for file in files or []] or None,
        )

    def make_bank(self):
        return self.env["res.partner.bank"].create(
            {
                "acc_number": "BE71 0961 2345 6769",
                "partner_id": self.company.partner_id.id,
            }
        )

    def get_case_now(self, customer=None):
        self.env.invalidate_all()
        return self.get_case(customer or self.customer)
