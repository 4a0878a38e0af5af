import base64
import json
import struct
import zlib

from odoo import http
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..common.plan import PNG, SIGNATURE, PlanCommon
from ..common.portal_users import PortalUserCase

# Its head says 30,000 by 30,000 points: gigabytes, when drawn.
HEAD = b"IHDR" + struct.pack(">IIBBBBB", 30_000, 30_000, 8, 6, 0, 0, 0)
PICTURE_BOMB = base64.b64encode(
    PNG[:12] + HEAD + struct.pack(">I", zlib.crc32(HEAD)) + PNG[33:]
).decode()


@tagged("post_install", "-at_install")
class TestPortalPlan(PlanCommon, PortalUserCase):
    """The page on which a plan is read and signed: who gets in and what they may do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The server cannot be told another day, so these tests live today.
        cls.today = cls.company._get_collection_today()
        cls.visitor = cls.make_portal_user(cls.customer)
        cls.other = cls.make_customer("Somebody else")
        cls.stranger = cls.make_portal_user(cls.other)
        cls.invoice = cls.make_invoice(cls.customer, 1000)
        cls.other_invoice = cls.make_invoice(cls.other, 500)
        cls.plan()
        cls.offered = cls.offer(cls.make_plan(cls.invoice))
        cls.other_plan = cls.make_plan(cls.other_invoice)
        cls.page = f"/my/plans/{cls.offered.id}"

    def call_sign(self, plan=None, **wrong):
        """Send a signature as the widget does; answer what the page gets."""
        plan = plan or self.offered
        values = {
            "token": plan._portal_ensure_token(),
            "document": plan.document_sha256,
            "name": "Paula",
            "signature": SIGNATURE,
            **wrong,
        }
        query = "&".join(
            f"{key}={values[name]}"
            for key, name in (("access_token", "token"), ("document", "document"))
            if values[name]
        )
        params = {"name": values["name"], "signature": values["signature"]}
        response = self.url_open(
            f"/my/plans/{plan.id}/sign?{query}",
            data=json.dumps({"params": params}),
            headers={"Content-Type": "application/json"},
        )
        self.env.invalidate_all()
        return response.json()["result"]

    def test_read_and_sign_with_the_link(self):
        """The token is enough; the page then shows the signature and the way to pay."""
        self.authenticate(None, None)
        url = self.offered.get_portal_url()
        page = self.url_open(url).text
        self.assertIn("Accept and sign", page)
        self.assertIn(self.invoice.name, page)
        document = self.url_open(
            f"{self.page}/document?access_token={self.offered._portal_ensure_token()}"
        )
        self.assertEqual(document.content, self.offered.document_id.raw)
        self.assertEqual(document.headers["Content-Type"], "application/pdf")
        answer = self.call_sign()
        self.assertIn("message=signed", answer["redirect_url"])
        self.assertEqual(self.offered.state, "active")
        self.assertEqual(self.offered.signed_ip, "127.0.0.1")
        self.assertTrue(self.offered.signed_agent)
        page = self.url_open(answer["redirect_url"]).text
        self.assertIn("You have signed this agreement", page)
        self.assertIn("Signed by", page)
        self.assertNotIn("Accept and sign", page)
        signed = self.url_open(
            f"{self.page}/document?access_token={self.offered._portal_ensure_token()}"
        )
        self.assertEqual(signed.content, self.offered.signed_document_id.raw)
        self.assertRegex(self.call_sign()["error"], "can no longer be signed")

    def test_the_customer_signs_when_logged_in(self):
        self.log_in()
        self.assertIn(self.offered.name, self.url_open("/my/plans").text)
        self.assertIn("Accept and sign", self.url_open(self.page).text)
        self.assertTrue(self.call_sign(token=None)["force_refresh"])
        self.assertEqual(self.offered.state, "active")

    def test_strangers_get_nothing(self):
        token = self.offered._portal_ensure_token()
        forged = ("0" if token[0] != "0" else "1") + token[1:]
        for user in (None, self.stranger):
            for wrong in (None, forged, "", self.invoice._portal_ensure_token()):
                if user:
                    self.log_in(user)
                else:
                    self.authenticate(None, None)
                query = f"?access_token={wrong}" if wrong else ""
                with self.subTest(user=user, token=wrong):
                    for suffix in ("", "/document"):
                        response = self.url_open(f"{self.page}{suffix}{query}")
                        self.assertNotIn(self.offered.name, response.text)
                        self.assertNotIn("%PDF", response.text)
                    self.assertRegex(
                        self.call_sign(token=wrong)["error"], "does not exist"
                    )
                    self.decline(wrong)
        self.log_in(self.stranger)
        self.assertNotIn(self.offered.name, self.url_open("/my/plans").text)
        self.assertEqual(self.offered.state, "offered")

    def decline(self, token=None, reason="Too much", csrf=True):
        data = {"reason": reason}
        if csrf:
            data["csrf_token"] = http.Request.csrf_token(self)
        query = f"?access_token={token}" if token else ""
        return self.url_open(f"{self.page}/decline{query}", data=data)

    def test_drafts_are_not_shown(self):
        """Nor what waits for a manager: not even to who has the token."""
        self.other_plan._portal_ensure_token()
        self.log_in(self.stranger)
        for state in ("draft", "approve"):
            self.other_plan.sudo().state = state
            self.env.flush_all()
            url = self.other_plan.get_portal_url()
            self.assertNotIn(self.other_plan.name, self.url_open(url).text)
            self.assertNotIn(self.other_plan.name, self.url_open("/my/plans").text)

    def test_bad_signatures(self):
        self.authenticate(None, None)
        for wrong, sentence in (
            ({"name": ""}, "enter your name"),
            ({"name": ["x"]}, "enter your name"),
            ({"name": "\x00"}, "enter your name"),
            ({"name": "x" * 101}, "enter your name"),
            ({"signature": ""}, "sign in the box"),
            ({"signature": {"a": 1}}, "sign in the box"),
            ({"signature": "PHN2Zz4="}, "sign in the box"),
            ({"signature": PICTURE_BOMB}, "sign in the box"),
            ({"document": "0" * 64}, "read it again"),
            ({"document": None}, "read it again"),
        ):
            with self.subTest(wrong):
                self.assertRegex(self.call_sign(**wrong)["error"], sentence)
        self.assertEqual(self.offered.state, "offered")

    def test_name_is_cleaned(self):
        """What no database keeps is left out."""
        self.authenticate(None, None)
        self.assertIn("redirect_url", self.call_sign(name=" Pau\x00la "))
        self.assertEqual(self.offered.signed_by, "Paula")

    def test_changed_invoice_voids_the_offer(self):
        self.pay(self.invoice, 10)
        self.authenticate(None, None)
        self.assertRegex(self.call_sign()["error"], "have changed")
        self.assertEqual(self.offered.state, "void")
        page = self.url_open(self.offered.get_portal_url()).text
        self.assertIn("can no longer be signed", page)
        self.assertNotIn("Accept and sign", page)

    def test_declined(self):
        token = self.offered._portal_ensure_token()
        self.authenticate(None, None)
        self.decline(token, reason=" ")
        self.assertEqual(self.offered.state, "offered")
        with mute_logger("odoo.http"):
            self.assertEqual(self.decline(token, csrf=False).status_code, 400)
        response = self.decline(token, reason="<b>Too much</b> a month")
        self.env.invalidate_all()
        self.assertIn("declined this offer", response.text)
        self.assertEqual(self.offered.state, "declined")
        self.assertEqual(self.offered.end_reason, "<b>Too much</b> a month")
        self.assertIn(
            "Offer of installments declined", self.get_summaries(self.offered.case_id)
        )

    def test_progress_and_every_state(self):
        """Each state has its page, and none of them an error."""
        self.authenticate(None, None)
        self.call_sign()
        self.pay(self.invoice, 400)
        for state, sentence in (
            ("active", "40 %"),
            ("notice", "is late"),
            ("suspended", "is suspended"),
            ("completed", "Paid so far"),
            ("defaulted", "in default"),
            ("renegotiated", "is no longer in force"),
            ("cancelled", "is no longer in force"),
            ("expired", "has expired"),
        ):
            self.offered.sudo().state = state
            self.env.flush_all()
            with self.subTest(state):
                page = self.url_open(self.offered.get_portal_url()).text
                self.assertIn(sentence, page)
                self.assertNotIn("Accept and sign", page)

    def test_what_the_collector_sees(self):
        """The page as it is, without the signature, and not that it has expired."""
        self.authenticate(self.env.user.login, self.env.user.login)
        page = self.url_open(self.offered.get_portal_url()).text
        self.assertIn("Only the customer can sign here", page)
        self.assertNotIn("has expired", page)
        self.assertNotIn("Accept and sign", page)

    def test_how_to_pay(self):
        """Once there is something to pay; with the reference of the agreement."""
        bank = self.env["res.partner.bank"].create(
            {
                "acc_number": "BE71 0961 2345 6769",
                "partner_id": self.company.partner_id.id,
            }
        )
        self.company.collection_bank_id = bank
        self.authenticate(None, None)
        url = self.offered.get_portal_url()
        self.assertNotIn(bank.acc_number, self.url_open(url).text)
        self.call_sign()
        page = self.url_open(url).text
        self.assertIn(bank.acc_number, page)
        self.assertIn("Next: ", page)
        self.assertIn(self.company.name, page)
        self.pay(self.invoice)
        self.plan()
        self.assertEqual(self.offered.state, "completed")
        self.assertNotIn(bank.acc_number, self.url_open(url).text)

    def test_items_not_whole_invoices(self):
        """Of an invoice in installments only the covered item stands on the page."""
        halves = [
            Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
            for days in (0, 40)
        ]
        term = self.env["account.payment.term"].create(
            {"name": "Two halves", "line_ids": halves}
        )
        move = self.make_invoice(self.customer, 2468, terms=term, issued=self.day(-9))
        self.plan()
        first = self.get_items(move).sorted("date_maturity")[0]
        plan = self.offer(self.make_plan(move, item_ids=[Command.set(first.ids)]))
        self.authenticate(None, None)
        page = self.url_open(plan.get_portal_url()).text
        self.assertIn(move.name, page)
        self.assertIn("1,234.00", page)
        self.assertNotIn("2,468.00", page)

    def test_insolvent_customer(self):
        """Is not told of a new offer, nor that invoices have changed."""
        self.env["collection.bankruptcy"].create(
            {
                "partner_id": self.customer.id,
                "court_id": self.env.ref("account_collections.court_deb").id,
                "date_petition": self.today,
            }
        )
        self.assertEqual(self.offered.state, "void")
        self.authenticate(None, None)
        page = self.url_open(self.offered.get_portal_url()).text
        self.assertIn("insolvency proceedings", page)
        self.assertNotIn("We will send you a new one", page)

    def test_own_people_are_no_customers(self):
        """One rule for all pages: who works for us has no plans as a customer."""
        partner = self.company.partner_id
        own = self.make_invoice(partner, 90)
        self.plan()
        plan = self.offer(self.make_plan(own))
        user = self.make_users()["collector"]
        user.partner_id.parent_id = partner
        self.authenticate(user.login, user.login)
        self.assertNotIn(plan.name, self.url_open("/my/plans").text)
        # Who may read the plan sees the page, and neither signs nor learns the secret.
        url = f"/my/plans/{plan.id}"
        page = self.url_open(url).text
        self.assertIn("This is what the customer sees", page)
        self.assertNotIn("Accept and sign", page)
        self.assertNotIn(plan._portal_ensure_token(), page)
        employee = new_test_user(self.root, "clerk", groups="base.group_user")
        self.authenticate(employee.login, employee.login)
        self.assertNotIn("Installment agreement", self.url_open(url).text)

    def test_portal_user_reads_no_records(self):
        for model in ("collection.installment.plan", "collection.installment"):
            self.assertFalse(self.env[model].with_user(self.visitor).has_access("read"))
