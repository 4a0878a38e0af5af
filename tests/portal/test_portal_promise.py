from datetime import timedelta

from odoo import http
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..common.promise import PromiseCommon

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00"
    b"\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\x0f\x00\x01\x01\x01\x00\x1b"
    b"\xb6\xeeV\x00\x00\x00\x00IEND\xaeB`\x82"
)


@tagged("post_install", "-at_install")
class TestPortalPromise(PromiseCommon, HttpCase):
    """What customers may tell us in the portal, and what they may not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The server cannot be told another day, so these tests live today.
        cls.today = cls.company._get_collection_today()
        cls.customer_user = cls.make_portal_user(cls.customer)
        cls.other = cls.make_customer("Somebody else")
        cls.other_user = cls.make_portal_user(cls.other)
        cls.invoice = cls.make_invoice(cls.customer, 1000)
        cls.other_invoice = cls.make_invoice(cls.other, 500)
        cls.bill = cls.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": cls.customer.id,
                "invoice_date": cls.today,
                "invoice_line_ids": [
                    Command.create({"name": "Work", "price_unit": 100, "tax_ids": []})
                ],
            }
        )
        cls.bill.action_post()
        cls.plan()

    @classmethod
    def make_portal_user(cls, customer):
        login = f"portal_{customer.id}"
        user = new_test_user(cls.env, login, groups="base.group_portal")
        user.partner_id.parent_id = customer
        return user

    def send(self, kind, /, move=None, token=None, csrf=True, files=None, **values):
        """Send a form, as it would be filled in, with some other values."""
        move = move or self.invoice
        filled = {
            "name": "Paula",
            "amount": "400.00",
            "date": str(self.day(5)),
            "means": "transfer",
            "reason": str(self.reason_dispute.id),
            "note": "As we said on the phone.",
            **values,
        }
        if csrf:
            filled["csrf_token"] = http.Request.csrf_token(self)
        if token:
            filled["access_token"] = token
        return self.url_open(
            f"/my/invoices/{move.id}/{kind}",
            data=filled,
            files=[("files", file) for file in files or []] or None,
        )

    def log_in(self, user=None):
        login = (user or self.customer_user).login
        self.authenticate(login, login)

    def taken(self, kind="promise"):
        self.env.invalidate_all()
        return self.root[f"collection.{kind}"].search([("is_portal", "=", True)])

    def assert_nothing(self):
        self.assertFalse(self.taken("promise"))
        self.assertFalse(self.taken("dispute"))
        self.assertFalse(
            self.root["collection.contact"].search([("channel", "=", "portal")])
        )

    def test_promise(self):
        """A promise is open, logged as an incoming contact, and the collector told."""
        self.log_in()
        response = self.send("promise")
        self.assertIn("Thank you", response.text)
        self.assertRegex(response.text, r"600\.00</span></strong> of it is not\s+part")
        promise = self.taken()
        self.assertEqual(promise.state, "open")
        self.assertEqual(promise.amount, 400)
        self.assertEqual(promise.item_ids.move_id, self.invoice)
        self.assertEqual(promise.person, "Paula")
        contact = promise.contact_id
        self.assertEqual(
            (contact.channel, contact.direction, contact.outcome),
            ("portal", "in", "promise"),
        )
        self.assertEqual(contact.partner_id, self.customer_user.partner_id)
        self.assertFalse(contact.user_id)
        self.assertEqual(
            self.get_summaries(promise.case_id), ["Promise from the portal"]
        )
        self.assertEqual(promise.case_id.amount_promised, 400)
        page = self.url_open(f"/my/invoices/{self.invoice.id}").text
        self.assertIn("Payment agreed", page)
        self.assertRegex(page, r"600\.00</span></strong> of it is not part\s+of this")
        self.assertNotIn('name="collection_promise"', page)

    def test_promise_far_ahead_waits_for_approval(self):
        self.log_in()
        response = self.send("promise", date=str(self.day(90)))
        self.assertRegex(response.text, r"we will get back to\s+you")
        self.assertEqual(self.taken().state, "approve")
        self.assertEqual(self.taken().case_id.amount_promised, 0)

    def test_second_promise_is_not_taken(self):
        self.log_in()
        self.send("promise")
        self.send("promise", amount="100")
        self.assertEqual(len(self.taken()), 1)

    def test_dispute_with_evidence(self):
        self.log_in()
        note = "<script>alert(1)</script> broken"
        response = self.send(
            "dispute", note=note, files=[("../../photo.png", PNG, "image/png")]
        )
        self.assertIn("Thank you", response.text)
        dispute = self.taken("dispute")
        self.assertEqual(dispute.amount, 400)
        self.assertEqual(dispute.words, note)
        self.assertEqual(dispute.state, "new")
        attachment = dispute.attachment_ids
        self.assertEqual(attachment.name, "photo.png")
        self.assertEqual(attachment.raw, PNG)
        self.assertFalse(attachment.public)
        self.assertEqual(attachment.res_id, dispute.id)
        self.assertEqual(dispute.contact_id.outcome, "dispute")
        self.assertEqual(
            self.get_summaries(dispute.case_id), ["Dispute from the portal"]
        )
        page = self.url_open(f"/my/invoices/{self.invoice.id}").text
        self.assertIn("We are looking into it", page)

    def test_dispute_and_promise_share_the_invoice(self):
        """What is disputed cannot be promised, nor disputed again."""
        self.log_in()
        self.send("dispute", amount="400")
        self.assertIn("at most", self.send("promise", amount="600.01").text)
        self.assertFalse(self.taken())
        self.send("promise", amount="600")
        self.assertEqual(self.taken().amount, 600)
        self.assertIn("at most", self.send("dispute", amount="600.01").text)
        self.assertEqual(len(self.taken("dispute")), 1)

    def test_link_with_token_is_enough(self):
        self.authenticate(None, None)
        self.send("promise", token=self.invoice._portal_ensure_token())
        self.assertEqual(len(self.taken()), 1)
        self.assertFalse(self.taken().contact_id.partner_id)

    def test_strangers_get_nothing(self):
        token = self.invoice._portal_ensure_token()
        forged = ("0" if token[0] != "0" else "1") + token[1:]
        other_token = self.other_invoice._portal_ensure_token()
        for user in (None, self.other_user):
            for wrong in (None, forged, other_token):
                if user:
                    self.log_in(user)
                else:
                    self.authenticate(None, None)
                for kind in ("promise", "dispute"):
                    with self.subTest(user=user, token=wrong, kind=kind):
                        response = self.send(kind, token=wrong)
                        self.assertNotIn(self.invoice.name, response.text)
                        query = f"?access_token={wrong}" if wrong else ""
                        page = f"/my/invoices/{self.invoice.id}/{kind}{query}"
                        self.assertNotIn(self.invoice.name, self.url_open(page).text)
                        done = f"/my/invoices/{self.invoice.id}/{kind}/done{query}"
                        self.assertNotIn("Thank you", self.url_open(done).text)
        self.assert_nothing()

    def test_only_open_customer_invoices(self):
        self.log_in()
        self.pay(self.invoice)
        draft = self.make_invoice(self.customer, 100, post=False)
        credit = self.make_credit(self.customer, 100)
        for move in (self.invoice, self.bill, draft, credit):
            for kind in ("promise", "dispute"):
                with self.subTest(move=move.move_type, kind=kind):
                    self.send(kind, move, amount="50")
        self.assert_nothing()

    def test_missing_invoice(self):
        self.log_in()
        missing = self.invoice.browse(self.invoice.id + 10**6)
        self.assertEqual(self.send("promise", missing).status_code, 200)
        self.assert_nothing()

    def test_csrf(self):
        self.log_in()
        with mute_logger("odoo.http"):
            response = self.send("promise", csrf=False)
        self.assertEqual(response.status_code, 400)
        self.assert_nothing()

    def test_bad_amounts(self):
        self.log_in()
        bad = ("", "0", "-5", "0.001", "nan", "inf", "1e9", "abc", "1000.01", "1,5")
        for amount in bad:
            for kind in ("promise", "dispute"):
                with self.subTest(amount=amount, kind=kind):
                    response = self.send(kind, amount=amount)
                    self.assertIn("error_amount", response.text)
                    self.assertIn("As we said on the phone.", response.text)
        self.assert_nothing()

    def test_bad_dates(self):
        self.log_in()
        bad = ("", str(self.day(-1)), "2026-13-01", "tomorrow", str(self.day(400)))
        for date in bad:
            with self.subTest(date=date):
                self.assertIn("error_date", self.send("promise", date=date).text)
        self.assert_nothing()

    def test_today_is_a_date(self):
        self.log_in()
        self.send("promise", date=str(self.today))
        self.assertEqual(self.taken().date_last, self.today)

    def test_bad_choices_and_texts(self):
        self.log_in()
        hold = str(self.reason_hold.id)
        bad = [
            ("promise", "means", "gold"),
            ("promise", "note", "x" * 2001),
            ("promise", "name", " "),
            ("promise", "name", "x" * 101),
            ("dispute", "reason", hold),
            ("dispute", "reason", "' OR 1=1"),
            ("dispute", "note", ""),
            ("dispute", "note", "x" * 2001),
        ]
        for kind, field, value in bad:
            with self.subTest(kind=kind, field=field):
                response = self.send(kind, **{field: value})
                self.assertIn(f"error_{field}", response.text)
        self.assert_nothing()

    def test_bad_files(self):
        self.log_in()
        bad = {
            "too many": [(f"{n}.png", PNG, "image/png") for n in range(6)],
            "not what it says": [("photo.png", b"MZ\x90\x00 program", "image/png")],
            "a page": [("a.pdf", b"<html><script>1</script>", "application/pdf")],
            "other kind": [("photo.svg", b"<svg/>", "image/svg+xml")],
            "too large": [("a.png", PNG + b"\0" * (10 * 1024**2), "image/png")],
        }
        for name, files in bad.items():
            with self.subTest(name):
                self.assertIn("error_files", self.send("dispute", files=files).text)
        self.assert_nothing()

    def test_visitor_cannot_set_anything_else(self):
        """Only what the form asks for is read."""
        self.log_in()
        self.send(
            "promise",
            state="kept",
            case_id=str(self.get_case(self.other).id),
            kind="extension",
            date_taken=str(self.today - timedelta(days=30)),
        )
        promise = self.taken()
        self.assertEqual(promise.case_id.partner_id, self.customer)
        self.assertEqual(promise.state, "open")
        self.assertEqual(promise.kind, "promise")
        self.assertEqual(promise.date_taken, self.today)

    def test_portal_user_reads_no_records(self):
        for model in ("collection.promise", "collection.dispute", "collection.case"):
            self.assertFalse(
                self.env[model].with_user(self.customer_user).has_access("read")
            )
