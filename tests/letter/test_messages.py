import io
import re
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import html2plaintext
from odoo.tools.pdf import PdfFileReader

from ...models.letter import collection_open_item_list
from ..common.base import CollectionCommon


class MessageCommon(CollectionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.make_policy(
            {
                "name": "Reminder",
                "days": 1,
                "template_id": cls.env.ref(
                    "account_collections.mail_template_first_reminder"
                ).id,
            }
        )
        cls.stage = cls.policy.stage_ids
        cls.dispatcher = cls.root["collection.dispatcher"].with_context(
            collection_as_of=cls.today
        )
        cls.customer = cls.make_customer("Reader")

    def prepare(self, customer=None):
        """:return: what the dispatcher prepares for a customer"""
        self.plan()
        step = self.open_steps(customer or self.customer)
        return self.dispatcher.env["collection.executor"]._prepare(
            step.with_env(self.dispatcher.env)
        )[step]

    def read_email(self, customer=None):
        """:return: text of the e-mail to a customer, with single blanks"""
        return self.flatten(self.prepare(customer)["html"])

    @staticmethod
    def flatten(html):
        text = html2plaintext(html, include_references=False)
        text = text.replace("\N{NO-BREAK SPACE}", " ").replace("*", "")
        return re.sub(r"\s+", " ", text)

    def send(self, customer=None, leave=True):
        """:return: the letter that the execution made for a customer"""
        self.plan()
        self.execute(leave=leave)
        return self.env["collection.letter"].search(
            [("customer_id", "=", (customer or self.customer).id)]
        )


@tagged("post_install", "-at_install")
class TestMessageContent(MessageCommon):
    def make_three_invoices(self):
        """:return: one paid in part, one of two installments, one in other money"""
        terms = self.env["account.payment.term"].create(
            {
                "name": "Two halves",
                "line_ids": [
                    Command.create({"value_amount": 50, "nb_days": days})
                    for days in (0, 15)
                ],
            }
        )
        money = self.setup_other_currency("HRK", rounding=0.001)
        plain = self.make_invoice(self.customer, 1000, self.day(-10))
        parts = self.make_invoice(self.customer, 600, terms=terms, issued=self.day(-20))
        foreign = self.make_invoice(self.customer, 80, self.day(-3), currency=money)
        self.pay(plain, 400)
        return plain, parts, foreign

    def test_items_of_two_currencies_and_installments(self):
        plain, parts, foreign = self.make_three_invoices()
        local, other = self.prepare()["values"]["groups"]
        self.assertEqual(local["currency"], self.company.currency_id)
        self.assertEqual(other["currency"], foreign.currency_id)
        fields = ("number", "installment", "days_late", "amount", "paid", "open")
        self.assertEqual(
            [[row[field] for field in fields] for row in local["rows"]],
            [
                [parts.name, "Installment 1 of 2", 20, "300.00", "0.00", "300.00"],
                [plain.name, "", 10, "1,000.00", "400.00", "600.00"],
                [parts.name, "Installment 2 of 2", 5, "300.00", "0.00", "300.00"],
            ],
        )
        self.assertEqual(
            [[row[field] for field in fields] for row in other["rows"]],
            [[foreign.name, "", 3, "80.000", "0.000", "80.000"]],
        )
        text = self.read_email()
        self.assertIn("$ 1,200.00 and 80.000", text)
        self.assertIn("of 1,000.00 paid 400.00", text)

    def test_what_is_not_asked_for(self):
        """Neither what is on hold, excluded, blocked, or not yet due."""
        asked = self.make_invoice(self.customer, 100)
        held, excluded, blocked = (
            self.make_invoice(self.customer, amount) for amount in (200, 300, 400)
        )
        upcoming = self.make_invoice(self.customer, 500, self.day(5))
        self.receivable(excluded).no_followup = True
        blocked.action_toggle_block_payment()
        self.plan()
        case = self.get_case(self.customer)
        self.make_hold(case, item_ids=self.get_items(held).ids, scope="items")
        text = self.read_email()
        self.assertIn(asked.name, text)
        self.assertIn("$ 100.00", text)
        for move in (held, excluded, blocked, upcoming):
            self.assertNotIn(move.name, text)

    def test_credits_are_shown_apart_and_set_off(self):
        self.make_invoice(self.customer, 1000)
        credit = self.make_credit(self.customer, 150, self.day(-1))
        text = self.read_email()
        for part in (
            "$ 850.00 has passed its due date",
            "Total $ 1,000.00",
            "Open credits in your favor",
            credit.name,
            "Total credits $ 150.00",
            "Balance after credits $ 850.00",
        ):
            self.assertIn(part, text)

    def test_credits_are_not_set_off_where_the_policy_does_not_net(self):
        self.policy.net_credits = False
        self.make_invoice(self.customer, 1000)
        self.make_credit(self.customer, 150, self.day(-1))
        text = self.read_email()
        self.assertIn("$ 1,000.00 has passed its due date", text)
        self.assertIn("Total credits $ 150.00", text)
        self.assertNotIn("Balance after credits", text)

    def test_words_and_tables_agree_after_a_part_payment(self):
        """The amount in the words is that of the day of sending, not of planning."""
        invoice = self.make_invoice(self.customer, 1000)
        self.plan()
        self.pay(invoice, 250)
        text = self.read_email()
        self.assertIn("$ 750.00 has passed", text)
        self.assertNotIn("$ 1,000.00", text)

    def test_how_to_pay_and_whom_to_call(self):
        bank = self.env["res.partner.bank"].create(
            {"acc_number": "BE71096123456769", "partner_id": self.company.partner_id.id}
        )
        self.company.collection_bank_id = bank
        user = self.make_users()["collector"]
        user.partner_id.write({"function": "Head of Receivables", "phone": "+1 555 01"})
        self.policy.user_id = user
        invoice = self.make_invoice(self.customer)
        text = self.read_email()
        for part in (
            "BE71 0961 2345 6769",
            f"Please quote {invoice.payment_reference}",
            f"{user.name}, Head of Receivables: +1 555 01",
            f"Kind regards, {user.name} Head of Receivables {self.company.name}",
        ):
            self.assertIn(part, text)

    def make_discounted(self, due_in=5, last_day=3):
        """:return: an invoice that 2 % less is enough for until its last day"""
        terms = self.env["account.payment.term"].create(
            {
                "name": "2 % for who is early",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "line_ids": [
                    Command.create(
                        {"value_amount": 100, "nb_days": 10 + due_in - last_day}
                    )
                ],
            }
        )
        issued = self.day(last_day - 10)
        return self.make_invoice(self.customer, 1000, terms=terms, issued=issued)

    def test_early_payment_discount_while_it_runs(self):
        """Said before the due date, with amount and last day; for the whole only."""
        self.stage.days = -7
        invoice = self.make_discounted()
        said = f"$ 980.00 if paid by {self.day(3):%m/%d/%Y}"
        self.assertEqual(invoice.line_ids.mapped("discount_date")[-1:], [self.day(3)])
        self.assertIn(said, self.read_email())
        self.assertIn(said, self.read_statement())
        self.make_credit(self.customer, 5, self.day(-1))
        self.assertNotIn("if paid by", self.read_statement())

    def test_early_payment_discount_of_a_part(self):
        invoice = self.make_discounted()
        self.pay(invoice, 400)
        self.plan()
        self.assertNotIn("if paid by", self.read_statement())

    def test_early_payment_discount_ends(self):
        self.make_discounted(last_day=0)
        self.plan()
        self.assertIn("if paid by", self.read_statement())
        self.assertNotIn("if paid by", self.read_statement(self.day(1)))

    def read_statement(self, day=None):
        case = self.get_case(self.customer).with_env(self.dispatcher.env)
        case = case.with_context(collection_as_of=day or self.today)
        self.env.invalidate_all()
        statement = case.env["collection.statement"]
        [values] = statement._prepare_cases(case).values()
        rows = [
            row
            for group in values["statements"]
            for section in group["sections"]
            for row in section["rows"]
        ]
        return " ".join(row["early_text"].replace("\xa0", " ") for row in rows)

    def test_links_open_without_a_password(self):
        invoice = self.make_invoice(self.customer)
        html = self.prepare()["html"]
        self.assertTrue(invoice.access_token)
        self.assertIn(f"/my/invoices/{invoice.id}?access_token=", html)

    def test_a_message_does_not_list_thousands(self):
        """What it leaves out stands in the statement that goes with it."""
        self.startPatcher(patch.object(collection_open_item_list, "EMAIL_ROWS", 2))
        invoices = self.env["account.move"].concat(
            *(self.make_invoice(self.customer, 100) for _number in range(5))
        )
        self.assertFalse(self.stage.attach_statement)
        message = self.prepare()
        listed = [name for name in invoices.mapped("name") if name in message["html"]]
        self.assertEqual(len(listed), 2)
        text = self.flatten(message["html"])
        self.assertIn("and 3 more", text)
        self.assertIn("500.00", text)
        self.assertIn("statement of your account is attached", text)
        _name, content = message["pdf"]
        pages = PdfFileReader(io.BytesIO(content)).pages
        statement = " ".join(page.extract_text() for page in pages)
        for name in invoices.mapped("name"):
            self.assertIn(name, statement)

    def test_preview_writes_nothing(self):
        invoice = self.make_invoice(self.customer)
        self.plan()
        preview = self.open_steps(self.customer).preview
        self.assertIn(invoice.name, preview)
        self.assertFalse(invoice.access_token)

    def test_everybody_who_reads_cases_can_preview(self):
        """The words are rendered with the rights of the reader."""
        invoice = self.make_invoice(self.customer)
        self.plan()
        step = self.open_steps(self.customer)
        self.policy.user_id = self.make_users()["manager"]
        for kind in ("invoicing", "readonly", "collector"):
            user = self.env["res.users"].search([("login", "=", f"collection_{kind}")])
            with self.subTest(kind):
                preview = step.with_user(user).preview
                self.assertIn(invoice.name, preview)
                self.assertIn("has passed its due date", preview)

    def test_language_of_the_recipient(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.env.ref(
            "account_collections.collection_email_group"
        ).sudo().update_field_translations("arch_db", {"de_DE": {"Due": "Fälligkeit"}})
        contact = self.make_customer(
            "Frau Weber",
            is_company=False,
            parent_id=self.customer.id,
            type="contact",
            lang="de_DE",
        )
        self.customer.collection_contact_id = contact
        self.stage.template_id.with_context(lang="de_DE").subject = "Zahlungserinnerung"
        self.stage.with_context(lang="de_DE").name = "Erinnerung/Eins"
        self.stage.channel = "letter"
        self.make_invoice(self.customer, 1234.5, self.day(-10))
        message = self.prepare()
        text = self.flatten(message["html"])
        self.assertEqual(message["values"]["subject"], "Zahlungserinnerung")
        self.assertIn("Fälligkeit", text)
        self.assertIn("$ 1.234,50", text)
        self.assertIn("20.02.2026", text)
        self.assertIn("Dear Frau Weber", text)
        case = self.get_case(self.customer)
        self.assertEqual(
            message["pdf"][0], f"Erinnerung-Eins {case.name} 2026-03-02.pdf"
        )

    def test_language_that_is_not_installed(self):
        self.make_invoice(self.customer)
        self.customer.lang = "fr_FR"
        self.env["res.lang"].search([("code", "=", "fr_FR")]).active = False
        self.env.cr.execute(
            "UPDATE res_partner SET lang = 'fr_FR' WHERE id = %s", [self.customer.id]
        )
        self.customer.invalidate_recordset()
        self.assertEqual(self.prepare()["values"]["lang"], "en_US")

    def test_every_template_can_be_written(self):
        self.make_invoice(self.customer)
        self.plan()
        step = self.open_steps(self.customer)
        for name in (
            "courtesy",
            "first_reminder",
            "second_reminder",
            "formal_demand",
            "final_demand",
            "personal",
        ):
            with self.subTest(name):
                self.stage.template_id = self.env.ref(
                    f"account_collections.mail_template_{name}"
                )
                subject, words = self.env["collection.message.composer"]._get_words(
                    step, "en_US"
                )
                self.assertTrue(subject)
                self.assertIn("$\N{NO-BREAK SPACE}1,000.00", words)
                self.assertNotIn("t-out", words)


@tagged("post_install", "-at_install")
class TestAddressee(MessageCommon):
    def make_contact(self, name, **vals):
        return self.make_customer(
            name, is_company=False, parent_id=self.customer.id, **vals
        )

    def get_recipient(self):
        self.env.invalidate_all()
        return self.open_steps(self.customer).recipient_id

    def test_order(self):
        """Collections contact, invoice contact, recipient of the invoices, customer;
        of these, who can be reached."""
        addressed = self.make_contact("Addressed", type="other")
        for _number in range(2):
            self.make_invoice(addressed)
        self.make_invoice(self.customer)
        self.plan()
        self.assertEqual(self.get_recipient(), addressed)
        invoicing = self.make_contact("Invoicing", type="invoice")
        self.assertEqual(self.get_recipient(), invoicing)
        chosen = self.make_contact("Chosen", type="contact")
        self.customer.collection_contact_id = chosen
        self.assertEqual(self.get_recipient(), chosen)
        chosen.email = False
        self.assertEqual(self.get_recipient(), invoicing)
        self.env["mail.blacklist"].sudo()._add(invoicing.email)
        self.assertEqual(self.get_recipient(), addressed)
        addressed.action_archive()
        self.assertEqual(self.get_recipient(), self.customer)

    def test_nobody_can_be_reached(self):
        self.make_invoice(self.customer)
        self.plan()
        step = self.open_steps(self.customer)
        problems = {
            "email": "no valid e-mail address",
            "letter": "no postal address",
            "certified": "no postal address",
            "sms": "no valid telephone number",
            "phone": "no valid telephone number",
        }
        self.customer.write({"email": "not an address", "city": False, "phone": False})
        for channel, problem in problems.items():
            step.sudo().channel = channel
            step.invalidate_recordset()
            with self.subTest(channel):
                self.assertIn(problem, step.recipient_problem)
        self.customer.email = "reader@example.com"
        self.env["mail.blacklist"].sudo()._add("reader@example.com")
        step.sudo().channel = "email"
        step.invalidate_recordset()
        self.assertIn("is blacklisted", step.recipient_problem)

    def test_address_on_paper(self):
        contact = self.make_contact("Ms. Peeters", type="other", street="Side Street 2")
        lines = self.env["collection.recipient"]._get_address(contact)
        self.assertEqual(
            lines,
            ["Reader", "Ms. Peeters", "Side Street 2", "1000 Brussels", "Belgium"],
        )
        self.assertEqual(
            self.env["collection.recipient"]._get_address(self.customer)[:2],
            ["Reader", "Main Street 1"],
        )
