from odoo import http
from odoo.tests import tagged

from ..common.portal_users import SignedPageCase
from ..common.settlement import SettlementCommon


@tagged("post_install", "-at_install")
class TestPortalSettlement(SettlementCommon, SignedPageCase):
    """The page on which an offer is read and accepted: who gets in, and what then."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The server cannot be told another day, so these tests live today.
        cls.today = cls.company._get_collection_today()
        cls.invoice = cls.make_invoice(cls.customer, 1000)
        cls.plan()
        cls.visitor = cls.make_portal_user(cls.customer)
        cls.stranger = cls.make_portal_user(cls.make_customer("Somebody else"))
        cls.offered = cls.make_settlement(cls.invoice, 700)
        cls.page = f"/my/settlements/{cls.offered.id}"

    def test_the_customer_reads_and_accepts(self):
        self.log_in(self.visitor)
        self.assertNotIn(self.offered.name, self.url_open("/my/settlements").text)
        self.assertNotIn(self.offered.name, self.url_open(self.page).text)
        self.offered.action_offer()
        self.env.flush_all()
        for url in ("/my/settlements", f"/my/statement/{self.company.id}"):
            self.assertIn(self.offered.name, self.url_open(url).text)
        page = self.url_open(self.page).text
        self.assertIn("Accept and sign", page)
        self.assertIn("700.00", page)
        document = self.url_open(f"{self.page}/document")
        self.assertEqual(document.content, self.offered.sudo().document_id.raw)
        self.assertIn("redirect_url", self.call_sign(self.offered))
        self.assertEqual(self.offered.state, "accepted")
        page = self.url_open(self.page).text
        self.assertNotIn("Accept and sign", page)
        self.assertIn("Paid so far", page)
        self.assertRegex(
            self.call_sign(self.offered)["error"], "can no longer be signed"
        )

    def test_a_discount_is_read_and_not_signed(self):
        self.policy.stage_ids[0].write({"discount_percent": 3, "discount_days": 7})
        self.live(0, 0)
        discount = self.env["collection.settlement"].search([("kind", "=", "discount")])
        self.log_in(self.visitor)
        for url in ("/my/settlements", f"/my/statement/{self.company.id}"):
            page = self.url_open(url).text
            self.assertIn(discount.name, page)
            self.assertIn("970.00", page)
        self.page = f"/my/settlements/{discount.id}"
        page = self.url_open(self.page).text
        self.assertIn("nothing more is due on", page)
        self.assertNotIn("Accept and sign", page)
        self.assertRegex(self.call_sign(discount)["error"], "Nothing has to be signed")
        self.assertEqual(discount.state, "offered")

    def test_strangers_get_nothing(self):
        self.offered.action_offer()
        self.env.flush_all()
        for user in (None, self.stranger):
            if user:
                self.log_in(user)
            else:
                self.authenticate(None, None)
            with self.subTest(user=user):
                for url in (self.page, f"{self.page}/document"):
                    self.assertNotIn(self.offered.name, self.url_open(url).text)
                self.assertRegex(
                    self.call_sign(self.offered)["error"], "does not exist"
                )
        token = self.offered._portal_ensure_token()
        self.authenticate(None, None)
        self.assertIn("redirect_url", self.call_sign(self.offered, token))

    def test_a_payment_makes_the_offer_void(self):
        self.offered.action_offer()
        self.pay(self.invoice, 100)
        self.log_in(self.visitor)
        self.assertRegex(self.call_sign(self.offered)["error"], "have changed")
        self.assertEqual(self.offered.state, "void")
        self.assertIn("no longer open", self.url_open(self.page).text)

    def test_decline(self):
        self.offered.action_offer()
        self.log_in(self.visitor)
        self.url_open(
            f"{self.page}/decline",
            data={"reason": "Too much", "csrf_token": http.Request.csrf_token(self)},
        )
        self.env.invalidate_all()
        self.assertEqual(
            (self.offered.state, self.offered.end_reason), ("declined", "Too much")
        )
