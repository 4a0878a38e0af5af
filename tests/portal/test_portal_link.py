import re
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import make_msgid
from urllib.parse import quote

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from ..common.portal import PortalCommon
from ..common.smtp_server import MailServerCase

SECRET = re.compile(r"/collections/([\w-]{43})\"")


class LinkCommon(MailServerCase, PortalCommon):
    """A reminder that has really left, with the link that was in it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.email = "accounts@collect.example.com"
        cls.customer.email = "books@customer.example.com"
        cls.execute()
        cls.case = cls.get_case(cls.customer)
        cls.letter = cls.case.letter_ids

    def setUp(self):
        super().setUp()
        self.start_mail_server()
        [self.envelope] = self.run_queue()
        self.env.invalidate_all()
        self.secret = self.read_secret(self.envelope)
        self.link = self.get_link(self.secret)
        self.url = f"/collections/{self.secret}"
        self.authenticate(None, None)

    def read_secret(self, envelope):
        body = envelope.message.get_body(("html",)).get_content()
        return SECRET.search(body)[1]

    def open_page(self, url=None):
        page = self.url_open(url or self.url)
        return page, " ".join(page.text.replace("\xa0", " ").split())

    def assert_dead(self, url=None, data=None):
        page = self.url_open(url or self.url, data=data)
        self.assertEqual(page.status_code, 404)
        self.assertIn("This link no longer works", page.text)
        self.assertNotIn(self.customer.name, page.text)
        return page


@tagged("post_install", "-at_install")
class TestPortalLink(LinkCommon):
    """The account of who comes by the link of a message, without a login."""

    def test_secret_is_kept_nowhere(self):
        """The message as we keep it has the address for those who log in; of the
        secret there is a hash."""
        kept = (self.letter.body, self.letter.mail_id.body_html)
        for text in (*kept, self.letter.mail_message_id.body):
            self.assertNotIn(self.secret, str(text))
        self.assertIn("/my/statement", self.letter.body)
        self.assertNotIn("/my/statement", str(self.envelope.message))
        self.env.cr.execute("SELECT * FROM collection_account_link")
        [row] = self.env.cr.dictfetchall()
        self.assertNotIn(self.secret, str(row))
        self.assertEqual(self.link.letter_id, self.letter)
        self.assertEqual(self.link.contact_id, self.letter.partner_id)
        self.assertEqual((self.link.date_expires - self.link.create_date).days, 30)

    def test_answer_that_quotes_it(self):
        """What comes back with the link in it is kept without it."""
        answer = EmailMessage()
        answer["From"], answer["To"] = self.customer.email, self.company.email
        answer["Message-Id"] = make_msgid()
        answer["In-Reply-To"] = self.envelope.message["Message-Id"]
        answer["Subject"] = "Re: your message"
        answer.set_content(f"> https://erp.example.com{self.url}\nWe paid.")
        link = f'<a href="https://erp.example.com{self.url}">{self.url}</a>'
        # What checks links writes them into addresses of its own.
        led = f"https://check.example.net/?url=erp{quote(self.url, '')}&data=1"
        link += f'<a href="{led}">{led}</a>'
        answer.add_alternative(f"<p>We paid.</p>{link}", subtype="html")
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            self.root["mail.thread"].message_process(None, answer.as_bytes())
        [kept] = self.case.contact_ids[:1].attachment_ids
        self.assertNotIn(self.secret.encode(), kept.raw)
        message = self.case.message_ids.filtered(lambda row: "We paid" in row.body)
        self.assertIn('href="https://erp.example.com/my/statement"', message.body)
        self.assertNotIn(self.secret, message.body)

    def test_nor_in_the_evidence_of_an_answer(self):
        """Also where the answer is encoded; the rest of it is as it came in, and the
        link still opens the account."""
        quoted = f"Paid on Monday. ✓\n> https://example.com{self.url}\n"
        answers = {}
        for encoding in ("8bit", "quoted-printable", "base64"):
            answer = EmailMessage()
            answer["From"] = "Reader <reader@example.com>"
            answer["Subject"] = f"Re: {encoding}"
            answer.set_content(quoted, cte=encoding)
            answer.add_alternative(f"<a href='{self.url}'>x</a>", subtype="html")
            answers[encoding] = answer
        links = self.env["collection.account.link"]
        for encoding, answer in answers.items():
            with self.subTest(encoding):
                kept = message_from_bytes(links._strip_mail(answer), policy=default)
                texts = [
                    part.get_content()
                    for part in kept.walk()
                    if part.get_content_maintype() == "text"
                ]
                self.assertEqual(len(texts), 2)
                for text in texts:
                    self.assertNotIn(self.secret, text)
                    self.assertIn("/my/statement", text)
                self.assertIn("Paid on Monday. ✓", texts[0])
                self.assertEqual(kept["Subject"], answer["Subject"])
        plain = EmailMessage()
        plain.set_content("Paid on Monday.")
        self.assertEqual(links._strip_mail(plain), plain.as_bytes())
        self.assertEqual(self.url_open(self.url).status_code, 200)

    def test_page(self):
        """All of the account, below the link; not kept, not found, not told on."""
        page, text = self.open_page()
        for move in (self.late, self.later, self.upcoming):
            self.assertIn(move.name, text)
            self.assertIn(f'href="{self.url}/invoice/{move.id}"', text)
        self.assertNotIn("access_token", text)
        self.assertNotIn("/my/invoices", text)
        self.assertIn("no-store", page.headers["Cache-Control"])
        self.assertIn("noindex", page.headers["X-Robots-Tag"])
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")

    def test_documents(self):
        """Invoice, statement and messages, of this account alone."""
        answer = self.url_open(f"{self.url}/invoice/{self.late.id}")
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertIn(self.late.name.encode(), answer.content)
        answer = self.url_open(f"{self.url}/pdf")
        self.assertIn(self.late.name.encode(), answer.content)
        self.letter.sudo()._set_mail_state("sent")
        page, _text = self.open_page(f"{self.url}/message/{self.letter.id}")
        self.assertIn("Words of the stage.", page.text)
        other = self.make_invoice(self.make_customer("Other"), 10, self.day(-9))
        answer = self.url_open(f"{self.url}/invoice/{other.id}")
        self.assertNotIn(other.name.encode(), answer.content)

    def test_looking_changes_nothing(self):
        """Opening is written down when the page tells so, once a day, as no attempt."""
        before = len(self.case.contact_ids)
        for _time in range(3):
            self.open_page()
        self.env.invalidate_all()
        self.assertEqual(len(self.case.contact_ids), before)
        self.assertFalse(self.link.date_opened)
        for _time in range(2):
            answer = self.tell_opened()
            self.assertEqual(answer.status_code, 204)
        self.env.invalidate_all()
        [entry] = self.case.contact_ids.filtered(lambda row: row.outcome == "opened")
        self.assertEqual(
            (entry.channel, entry.direction, entry.is_attempt, entry.is_conversation),
            ("portal", "in", False, False),
        )
        self.assertEqual(entry.partner_id, self.letter.partner_id)
        self.assertIn(self.letter.subject, entry.subject)
        self.assertEqual(self.link.open_count, 1)
        self.assertIn("once", self.case.link_opened_text)
        self.link.sudo().date_opened -= timedelta(days=1)
        self.tell_opened()
        self.env.invalidate_all()
        self.assertEqual(self.link.open_count, 2)
        self.assertIn("2 days", self.case.link_opened_text)

    def tell_opened(self):
        return self.url_open(
            f"{self.url}/opened", data={"csrf_token": self.get_csrf_token()}
        )

    def get_csrf_token(self):
        page = self.url_open(f"{self.url}/message").text
        return re.search(r'name="csrf_token" value="(\w+)"', page)[1]

    def send_form(self, form, **values):
        return self.send(form, csrf=False, csrf_token=self.get_csrf_token(), **values)

    def test_promise(self):
        page = self.send_form("promise", item=self.get_rows_of(self.late))
        self.assertIn("It is recorded", page.text)
        promise = self.get_case_now().promise_ids
        self.assertEqual(promise.item_ids.move_id, self.late)
        self.assertEqual(promise.contact_id.partner_id, self.letter.partner_id)

    def test_dispute(self):
        page = self.send_form(
            f"invoice/{self.late.id}/dispute",
            amount="250",
            reason=str(self.reason_dispute.id),
        )
        self.assertIn("It is recorded", page.text)
        dispute = self.late.collection_dispute_ids
        self.assertEqual(dispute.amount, 250)

    def test_message_and_proof(self):
        self.send_form("message", subject="A question")
        files = [("proof.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")]
        self.send_form(
            "document", item=self.get_rows_of(self.late), files=files, what="proof"
        )
        outcomes = self.get_case_now().contact_ids.mapped("outcome")
        self.assertIn("received", outcomes)
        self.assertIn("paid_already", outcomes)

    def test_installments(self):
        page = self.send_form(
            "plan",
            item=self.get_rows_of(self.late),
            mode="count",
            rhythm="monthly",
            installment_count="2",
            date_first=str(self.day(10)),
        )
        self.assertEqual(page.status_code, 200)
        self.assertEqual(self.get_case_now().plan_ids.amount, 1000)

    def test_no_calls_and_nothing_else(self):
        """Whoever has got hold of a link may stop calls, not lead messages astray."""
        contact = self.letter.partner_id
        contact.collection_channel = "email"
        page = self.url_open(f"{self.url}/preferences").text
        self.assertIn('name="no_calls"', page)
        self.assertNotIn('name="channel"', page)
        self.send_form("preferences", no_calls="1", channel="letter", hour_from="09:00")
        self.env.invalidate_all()
        self.assertTrue(contact.collection_no_calls)
        self.assertEqual(contact.collection_channel, "email")
        self.assertFalse(contact.collection_hour_from)

    # ------------------------------------------------------------------
    # Links that open nothing
    # ------------------------------------------------------------------

    def test_dead_links_have_one_answer(self):
        """Expired, revoked, made up, of somebody who has left: nobody can tell."""
        alive = self.make_link(self.letter)
        texts = set()

        def look(url):
            text = self.assert_dead(url).text
            texts.add(re.sub(r'name="csrf_token" value="\w+"', "", text))

        look(f"/collections/{'x' * 43}")
        look("/collections/%C3%A9")
        self.link.sudo().date_expires = fields.Datetime.now() - timedelta(seconds=1)
        self.env.flush_all()
        look(self.url)
        self.assert_dead(f"{self.url}/message")
        self.get_link(alive).action_revoke()
        self.env.flush_all()
        look(f"/collections/{alive}")
        texts = {re.sub(r'csrf_token: "\w+"', "", text) for text in texts}
        texts = {re.sub(r"/collections/[^\"]*", "", text) for text in texts}
        self.assertEqual(len(texts), 1)

    def test_contact_who_has_left(self):
        """The link of a contact ends when they are archived, or of another customer."""
        person = self.env["res.partner"].create(
            {"name": "Anna", "parent_id": self.customer.id, "email": "anna@example.com"}
        )
        links = self.root["collection.account.link"]
        secret = links._make(self.letter, person, 30)
        self.assertTrue(links._find(secret))
        person.active = False
        self.assertFalse(links._find(secret))
        person.write({"active": True, "parent_id": self.make_customer("New").id})
        self.assertFalse(links._find(secret))

    def test_address_that_was_wrong(self):
        """Whoever got a message by mistake does not keep the account."""
        self.letter.partner_id.name = "Another name"
        self.assertTrue(self.link._find(self.secret))
        self.letter.partner_id.email = "right@customer.example.com"
        self.env.flush_all()
        self.assertEqual(self.link.state, "revoked")
        self.assert_dead()

    def test_opened_in_two_windows_at_once(self):
        """Who comes second finds the link taken, and notes nothing."""
        before = len(self.case.contact_ids)
        self.link.browse()._note_opened()
        self.assertEqual(len(self.case.contact_ids), before)

    def test_revoke(self):
        """Collectors revoke all links of a customer; who only reads does not."""
        users = self.make_users()
        more = self.make_link(self.letter)
        with self.assertRaises(AccessError):
            self.case.with_user(users["invoicing"]).action_revoke_links()
        self.case.with_user(users["collector"]).action_revoke_links()
        self.env.flush_all()
        self.assertEqual(self.link.state, "revoked")
        self.assertEqual(self.link.revoke_user_id, users["collector"])
        self.assert_dead()
        self.assert_dead(f"/collections/{more}")
        with self.assertRaises(UserError):
            self.case.with_user(users["collector"]).action_revoke_links()
        with self.assertRaises(AccessError):
            self.link.with_user(users["collector"]).date_revoked = False
        with self.assertRaises(AccessError):
            self.link.with_user(users["invoicing"]).action_revoke()
        with self.assertRaises(AccessError):
            self.link.with_user(users["manager"]).read(["secret_hash"])

    # ------------------------------------------------------------------
    # A new one
    # ------------------------------------------------------------------

    def ask_for_new(self, address):
        token = re.search(
            r'name="csrf_token" value="(\w+)"', self.url_open("/collections/none").text
        )[1]
        values = {"email": address, "csrf_token": token}
        page = self.url_open("/collections/new", data=values)
        self.assertIn("Please look at your e-mail", page.text)
        return page

    def test_new_link(self):
        """It goes to the address on file, and opens the account."""
        page = self.ask_for_new(self.letter.partner_id.email)
        [envelope] = self.run_queue()
        self.assertEqual(envelope.recipients, [self.letter.partner_id.email])
        secret = self.read_secret(envelope)
        self.assertNotEqual(secret, self.secret)
        self.env.invalidate_all()
        entry = self.case.contact_ids[:1]
        self.assertEqual((entry.outcome, entry.is_attempt), ("link_sent", False))
        _page, text = self.open_page(f"/collections/{secret}")
        self.assertIn(self.late.name, text)
        other = self.ask_for_new("nobody@example.com")
        self.assertEqual(self.run_queue(), [])
        strip = re.compile(r'csrf_token: "\w+"|value="\w+"')
        self.assertEqual(strip.sub("", page.text), strip.sub("", other.text))

    def test_new_link_has_a_limit(self):
        """Nobody floods a customer; what is no address is answered the same."""
        for _time in range(6):
            self.ask_for_new(self.letter.partner_id.email)
        self.assertEqual(len(self.run_queue()), 3)
        for address in ("", "x", "a@b, c@d", "x" * 5000, "é@é.example"):
            self.ask_for_new(address)
        self.assertEqual(self.run_queue(), [])

    # ------------------------------------------------------------------
    # What is true
    # ------------------------------------------------------------------

    def test_paid(self):
        self.pay(self.late | self.later | self.upcoming)
        _page, text = self.open_page()
        self.assertIn("Everything is paid", text)
        self.assertNotIn('name="pay"', text)

    def test_merged(self):
        """The account of a customer who was merged is that of the one who remains."""
        twin = self.make_customer("Twin")
        wizard = self.root["base.partner.merge.automatic.wizard"].create({})
        with mute_logger("odoo.addons.base.wizard.base_partner_merge"):
            wizard._merge((twin | self.customer).ids, twin)
        self.env.flush_all()
        self.env.invalidate_all()
        _page, text = self.open_page()
        self.assertIn(self.late.name, text)
        self.assertIn("Twin", text)

    def test_bankrupt(self):
        """It is listed, and nothing is asked for."""
        self.env["collection.bankruptcy"].create(
            {
                "partner_id": self.customer.id,
                "case_number": "26-10001",
                "court_id": self.env["collection.court"].search([], limit=1).id,
                "chapter": "7",
                "date_petition": self.day(-1),
            }
        )
        self.env.flush_all()
        self.ask_for_new(self.letter.partner_id.email)
        self.assertEqual(self.run_queue(), [])
        _page, text = self.open_page()
        self.assertIn("Because of the insolvency proceedings", text)
        self.assertNotIn('name="pay"', text)

    def test_setting_and_others(self):
        """Zero days, or a recipient who is not of the customer: log in, please."""
        links = self.root["collection.account.link"]
        body = f'<a href="{self.company.get_base_url()}/my/statement">See</a>'
        stranger = self.make_customer("Lawyer")
        self.assertEqual(links._personalize(body, self.letter, stranger), body)
        own = links._personalize(body, self.letter, self.customer)
        self.assertIn("/collections/", own)
        self.company.collection_link_days = 0
        self.assertEqual(links._personalize(body, self.letter, self.customer), body)

    def test_language(self):
        """The page speaks the language of who was written to."""
        self.env["res.lang"]._activate_lang("de_DE")
        self.letter.partner_id.lang = "de_DE"
        self.env.flush_all()
        page, text = self.open_page()
        self.assertIn('lang="de-DE"', page.text)
        self.assertIn(self.day(-40).strftime("%d.%m.%Y"), text)


@tagged("post_install", "-at_install")
class TestPortalLinkPayment(LinkCommon):
    """Paying by the link of a message."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_provider()

    def begin(self, **values):
        return self.make_jsonrpc_request(
            f"{self.url}/transaction/{self.currency.id}",
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "token_id": None,
                "flow": "redirect",
                "tokenization_requested": True,
                "landing_route": "https://elsewhere.example.com",
                "is_validation": False,
                **values,
            },
        )

    def test_pay_net(self):
        """What is asked for, less the credits; back to the account afterwards, without
        the secret in the transaction."""
        self.make_credit(self.customer, 300, self.day(-3))
        _page, text = self.open_page(f"{self.url}/pay/{self.currency.id}")
        self.assertIn("1,200.00", text)
        self.begin()
        payment = self.root["payment.transaction"].search([], order="id desc", limit=1)
        self.assertEqual(payment.amount, 1200)
        self.assertEqual(payment.partner_id, self.letter.partner_id)
        self.assertFalse(payment.tokenize)
        self.assertEqual(payment.landing_route, "/collections/back")
        self.assertTrue(self.url_open("/collections/back").url.endswith(self.url))

    @mute_logger("odoo.http")
    def test_no_card_on_file(self):
        """A card that the customer has stored is for those who log in."""
        token = self.root["payment.token"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "partner_id": self.letter.partner_id.id,
                "provider_ref": "secret",
                "payment_details": "4242",
            }
        )
        self.env.flush_all()
        _page, text = self.open_page(f"{self.url}/pay/{self.currency.id}")
        self.assertNotIn("4242", text)
        before = self.root["payment.transaction"].search_count([])
        with self.assertRaises(JsonRpcException):
            self.begin(flow="token", token_id=token.id)
        self.assertEqual(self.root["payment.transaction"].search_count([]), before)

    def test_back_without_a_link(self):
        self.assert_dead("/collections/back")
