from odoo import http
from odoo.exceptions import AccessError
from odoo.service.model import get_public_method
from odoo.tests import tagged

from ..common.portal_users import SignedPageCase
from .test_terms import TermsCommon


@tagged("post_install", "-at_install")
class TestPortalTerms(TermsCommon, SignedPageCase):
    """The page on which terms are read and signed, and the published policy."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The server cannot be told another day, so these tests live today.
        cls.today = cls.company._get_collection_today()
        cls.visitor = cls.make_portal_user(cls.customer)
        cls.stranger = cls.make_portal_user(cls.make_customer("Somebody else"))
        cls.terms = cls.make_terms()
        cls.terms.action_offer()
        cls.page = f"/my/terms/{cls.terms.id}"

    def test_the_customer_reads_and_signs(self):
        self.log_in(self.visitor)
        self.assertIn(self.terms.name, self.url_open("/my/terms").text)
        page = self.url_open(self.page).text
        self.assertIn("Accept and sign", page)
        self.assertIn("interest of 9.00 % a year", page)
        document = self.url_open(f"{self.page}/document")
        self.assertEqual(document.content, self.terms.sudo().document_id.raw)
        self.assertRegex(
            self.call_sign(self.terms, document="0" * 64)["error"], "read it again"
        )
        self.assertIn("redirect_url", self.call_sign(self.terms))
        self.assertEqual(self.terms.state, "signed")
        self.assertEqual(self.terms.standing, "valid")
        self.assertNotIn("Accept and sign", self.url_open(self.page).text)

    def test_the_link_is_enough(self):
        self.authenticate(None, None)
        token = self.terms._portal_ensure_token()
        self.assertIn(
            "Accept and sign", self.url_open(self.terms.get_portal_url()).text
        )
        self.assertIn("redirect_url", self.call_sign(self.terms, token))
        self.assertEqual(self.terms.signed_by, "Paula")

    def test_the_signed_terms_come_from_us(self):
        """Also to a signer who is logged in, and gets them."""
        self.visitor.partner_id.email = "visitor@example.com"
        self.terms.contact_id = self.visitor.partner_id
        self.env.flush_all()
        self.log_in(self.visitor)
        self.call_sign(self.terms)
        message = self.terms.message_ids.filtered("partner_ids")[:1]
        self.assertIn("Thank you for signing", message.body)
        self.assertEqual(message.author_id, self.terms.user_id.partner_id)
        self.assertIn(self.visitor.partner_id, message.notified_partner_ids)

    def test_nobody_asks_for_the_secret(self):
        """Neither over the API, nor in an answer to our own people."""
        token = self.terms._portal_ensure_token()
        with self.assertRaises(AccessError):
            self.terms.with_user(self.stranger).get_portal_url()
        with self.assertRaises(AccessError):
            get_public_method(self.env["collection.terms"], "get_portal_url")
        user = self.users["readonly"]
        user.password = user.login
        self.env.flush_all()
        self.log_in(user)
        answer = self.url_open(
            f"{self.page}/decline",
            data={"reason": "Why", "csrf_token": http.Request.csrf_token(self)},
            allow_redirects=False,
        )
        self.assertIn(self.page, answer.headers["Location"])
        self.assertNotIn(token, answer.headers["Location"])
        self.env.invalidate_all()
        self.assertEqual(self.terms.state, "offered")

    def test_strangers_get_nothing(self):
        for user in (None, self.stranger):
            if user:
                self.log_in(user)
            else:
                self.authenticate(None, None)
            with self.subTest(user=user):
                for url in (self.page, f"{self.page}/document"):
                    self.assertNotIn(self.terms.name, self.url_open(url).text)
                self.assertRegex(self.call_sign(self.terms)["error"], "does not exist")
        self.assertEqual(self.terms.state, "offered")

    def test_decline(self):
        self.log_in(self.visitor)
        self.url_open(
            f"{self.page}/decline",
            data={"reason": "Too high", "csrf_token": http.Request.csrf_token(self)},
        )
        self.env.invalidate_all()
        self.assertEqual(
            (self.terms.state, self.terms.end_reason), ("declined", "Too high")
        )

    def test_the_published_policy(self):
        self.make_invoice(self.customer)
        self.plan()
        policy = self.get_case(self.customer).policy_id
        url = f"/my/terms/policy/{policy.id}"
        self.log_in(self.visitor)
        self.assertNotIn(url, self.url_open("/my/terms").text)
        self.assertNotIn(b"%PDF", self.url_open(url).content)
        policy.is_published = True
        self.env.flush_all()
        self.assertIn(url, self.url_open("/my/terms").text)
        self.assertTrue(self.url_open(url).content.startswith(b"%PDF"))
        self.log_in(self.stranger)
        self.assertNotIn(b"%PDF", self.url_open(url).content)
