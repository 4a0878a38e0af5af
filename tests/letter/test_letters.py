import io
import re

from odoo.addons.base.models.ir_actions_report import _wkhtml
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger
from odoo.tools.pdf import PdfFileReader

from ..common.base import CollectionCommon


class DocumentCommon(CollectionCommon):
    """Documents made by the real wkhtmltopdf, and read as a search engine does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dispatcher = cls.root["collection.dispatcher"].with_context(
            collection_as_of=cls.today
        )
        cls.policy = cls.make_policy(
            {
                "name": "Formal demand",
                "days": 1,
                "channel": "letter",
                "template_id": cls.env.ref(
                    "account_collections.mail_template_formal_demand"
                ).id,
            }
        )
        cls.company.partner_id.write({"street": "Harbor 1", "city": "Ghent"})

    @classmethod
    def plan_step(cls, customer):
        """Plan and answer the step of a customer, as the execution sees it."""
        cls.plan()
        return cls.open_steps(customer).with_env(cls.dispatcher.env)

    def make_documents(self, steps):
        """:return: list of the texts of the pages, per step"""
        prepared = self.dispatcher.env["collection.executor"]._prepare(steps)
        return [self.read_pages(prepared[step]["pdf"][1]) for step in steps]

    @staticmethod
    def read_pages(content):
        """:return: list of the text per page, with single blanks"""
        reader = PdfFileReader(io.BytesIO(content))
        return [
            re.sub(r"\s+", " ", page.extract_text().replace("\N{NO-BREAK SPACE}", " "))
            for page in reader.pages
        ]


@tagged("post_install", "-at_install")
class TestLetters(DocumentCommon):
    def test_wkhtmltopdf_is_there_with_patched_qt(self):
        """Without it the other tests here would say nothing about batches."""
        self.assertTrue(_wkhtml().is_patched_qt)

    def test_a_handful_of_items_is_one_page(self):
        customer = self.make_customer("Handful")
        invoices = [self.make_invoice(customer, 100 + n) for n in range(4)]
        [pages] = self.make_documents(self.plan_step(customer))
        self.assertEqual(len(pages), 1)
        for part in (
            "Harbor 1",
            "Handful",
            "Main Street 1",
            "Formal demand for payment by March 12, 2026",
            "Dear Sir or Madam",
            *(invoice.name for invoice in invoices),
            "406.00",
            "1 / 1",
        ):
            self.assertIn(part, pages[0])

    def test_a_long_list_breaks_well(self):
        """The head of the table stands on every page, every item on one of them."""
        customer = self.make_customer("Long list")
        invoices = [
            self.make_invoice(customer, 100 + n, self.day(-2 - n)) for n in range(45)
        ]
        [pages] = self.make_documents(self.plan_step(customer))
        self.assertGreater(len(pages), 1)
        with_items = [page for page in pages if invoices[0].name[:5] in page]
        self.assertGreater(len(with_items), 1)
        for number, page in enumerate(pages, 1):
            self.assertIn(f"{number} / {len(pages)}", page)
        for page in with_items:
            self.assertIn("Days late", page)
        for invoice in invoices:
            row = f"{invoice.name} {invoice.invoice_date:%m/%d/%Y}"
            self.assertEqual(sum(row in page for page in pages), 1, row)

    def test_batch_in_several_languages_is_split_by_customer(self):
        self.env["res.lang"]._activate_lang("de_DE")
        names = ("Alpha", "Beta", "Gamma")
        customers = [self.make_customer(name) for name in names]
        customers[1].lang = "de_DE"
        for customer, count in zip(customers, (1, 40, 2), strict=True):
            for number in range(count):
                self.make_invoice(customer, 1000 + number)
        self.plan()
        steps = self.env["collection.step"].concat(
            *(self.open_steps(customer) for customer in customers)
        )
        documents = self.make_documents(steps.with_env(self.dispatcher.env))
        self.assertEqual([len(pages) for pages in documents][::2], [1, 1])
        self.assertGreater(len(documents[1]), 1)
        for name, pages in zip(names, documents, strict=True):
            text = " ".join(pages)
            for other in names:
                self.assertEqual(other in text, other == name)
        self.assertIn("12. März 2026", documents[1][0])
        self.assertIn("1.000,00", " ".join(documents[1]))
        self.assertIn("1,000.00", documents[0][0])

    def test_batch_is_one_start_of_wkhtmltopdf(self):
        for name in ("One", "Two", "Three"):
            self.make_invoice(self.make_customer(name))
        self.plan()
        report = type(self.env["ir.actions.report"])
        run, starts = report._run_wkhtmltopdf, []

        def counted(*args, **kwargs):
            starts.append(1)
            return run(*args, **kwargs)

        self.patch(report, "_run_wkhtmltopdf", counted)
        self.make_documents(self.open_steps().with_env(self.dispatcher.env))
        self.assertEqual(len(starts), 1)

    def test_headings_in_the_words_do_not_break_the_batch(self):
        """A person who writes headings into a message does not mix up customers."""
        customers = [self.make_customer(name) for name in ("Delta", "Epsilon")]
        for customer in customers:
            for _number in range(30):
                self.make_invoice(customer)
        self.plan()
        steps = [self.open_steps(customer) for customer in customers]
        steps[0].body = "<h1>First</h1><p>Words</p><h1>Second</h1>"
        documents = self.make_documents(
            (steps[0] | steps[1]).with_env(self.dispatcher.env)
        )
        for customer, pages in zip(customers, documents, strict=True):
            self.assertIn(customer.name, pages[0])
            self.assertIn(f"1 / {len(pages)}", pages[0])

    def test_final_demand_lists_the_contacts(self):
        customer = self.make_customer("History")
        self.policy.stage_ids.write(
            {
                "is_final_demand": True,
                "deadline_days": 12,
                "template_id": self.env.ref(
                    "account_collections.mail_template_final_demand"
                ).id,
            }
        )
        self.make_invoice(customer)
        step = self.plan_step(customer)
        self.log_contacts(step.case_id)
        [pages] = self.make_documents(step)
        text = " ".join(pages)
        for told in (
            "March 14, 2026",  # deadline
            "March 24, 2026",  # referral
            "A reminder that arrived",
            "Ms. Peeters",
            "Conversation",
        ):
            self.assertIn(told, text)
        for words in ("that bounced", "still queued", "Void", "Secret", "Nobody home"):
            self.assertNotIn(words, text)
        self.assertLess(
            text.index("A reminder that arrived"), text.index("Ms. Peeters")
        )

    def log_contacts(self, case):
        """Log what is to be listed, and what is not."""
        Letter, Contact = (
            self.root["collection.letter"],
            self.root["collection.contact"],
        )
        common = {"case_id": case.id, "channel": "email", "outcome": "sent"}
        for subject, state in (
            ("A reminder that arrived", "sent"),
            ("A reminder that bounced", "bounced"),
            ("A reminder still queued", "queued"),
        ):
            letter = Letter.create(
                {
                    "case_id": case.id,
                    "company_id": case.company_id.id,
                    "channel": "email",
                    "partner_id": case.partner_id.id,
                    "subject": subject,
                    "delivery_state": state,
                }
            )
            Contact.create({**common, "subject": subject, "letter_id": letter.id})
        call = {"case_id": case.id, "channel": "phone", "note": "Secret remark"}
        Contact.create({**call, "outcome": "reached", "person": "Ms. Peeters"})
        Contact.create({**call, "outcome": "no_answer", "person": "Nobody home"})
        Contact.create({**call, "outcome": "reached", "person": "Void"}).action_void(
            "Wrong customer"
        )

    def test_statement_shows_everything_open(self):
        customer = self.make_customer("Statement")
        overdue = self.make_invoice(customer, 1000, self.day(-40))
        upcoming = self.make_invoice(customer, 200, self.day(20))
        held = self.make_invoice(customer, 300, self.day(-10))
        credit = self.make_credit(customer, 50, self.day(-5))
        self.plan()
        case = self.get_case(customer)
        self.make_hold(case, item_ids=self.get_items(held).ids, scope="items")
        streams = self.dispatcher.env[
            "ir.actions.report"
        ]._render_qweb_pdf_prepare_streams(
            "account_collections.action_report_case_statement", {}, res_ids=case.ids
        )
        text = " ".join(self.read_pages(streams[case.id]["stream"].getvalue()))
        order = [
            "Statement of account",
            "Overdue",
            overdue.name,
            "Not yet due",
            upcoming.name,
            "Being clarified, not collected at present",
            held.name,
            "Open credits in your favor",
            credit.name,
            "Balance of the account $ 1,450.00",
        ]
        places = [text.index(part) for part in order]
        self.assertEqual(places, sorted(places))
        self.assertIn("$ 200.00 $ 300.00 $ 1,000.00 $ 0.00 $ 0.00", text)

    def test_a_collector_prints(self):
        """The letter as it would go out, and the statement, with a person's rights."""
        customer = self.make_customer("Print")
        invoice = self.make_invoice(customer)
        step = self.plan_step(customer)
        user = self.make_users()["collector"]
        Report = self.env(user=user)["ir.actions.report"]
        for name, record in (("letter", step), ("case_statement", step.case_id)):
            streams = Report._render_qweb_pdf_prepare_streams(
                f"account_collections.action_report_{name}", {}, res_ids=record.ids
            )
            [page] = self.read_pages(streams[record.id]["stream"].getvalue())
            with self.subTest(name):
                self.assertIn(invoice.name, page)

    def test_paper_follows_the_company(self):
        report = self.env.ref("account_collections.action_report_letter")
        self.env.company.paperformat_id = self.env.ref("base.paperformat_us")
        self.assertEqual(report.get_paperformat().format, "Letter")
        self.env.company.paperformat_id = self.env.ref("base.paperformat_euro")
        self.assertEqual(report.get_paperformat().format, "A4")
        other = self.env.ref("account.account_invoices")
        self.assertNotEqual(
            other.get_paperformat(),
            self.env.ref("account_collections.paperformat_letter_a4"),
        )


@tagged("post_install", "-at_install")
class TestLetterController(DocumentCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.customers = [self.make_customer(name) for name in ("First", "Second")]
        for customer in self.customers:
            self.make_invoice(customer)
        self.users = self.make_users()
        self.plan()
        self.execute()
        self.letters = self.env["collection.letter"].search(
            [("customer_id", "in", [customer.id for customer in self.customers])],
            order="id",
        )

    def open_letters(self, ids):
        return self.url_open(f"/account_collections/letters/{ids}")

    def test_documents_are_merged_in_the_order_asked_for(self):
        self.authenticate("collection_invoicing", "collection_invoicing")
        letters = self.letters[::-1]
        response = self.open_letters(",".join(map(str, letters.ids)))
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        self.assertTrue(response.headers["Content-Disposition"].startswith("inline"))
        pages = self.read_pages(response.content)
        for page, letter in zip(pages, letters, strict=True):
            self.assertIn(letter.partner_id.name, page)

    def test_who_may_not(self):
        with self.assertRaises(AccessError):
            self.letters.with_user(self.users["internal"]).check_access("read")
        ids = ",".join(map(str, self.letters.ids))
        for kind in ("internal", "portal"):
            self.authenticate(f"collection_{kind}", f"collection_{kind}")
            with self.subTest(kind), mute_logger("odoo.http"):
                self.assertEqual(self.open_letters(ids).status_code, 403)
        self.authenticate(None, None)
        response = self.url_open(
            f"/account_collections/letters/{ids}", allow_redirects=False
        )
        self.assertEqual(response.status_code, 303)

    def test_what_is_not_there(self):
        self.authenticate("collection_invoicing", "collection_invoicing")
        for ids in ("x", "1,", "-1", str(self.letters[-1].id + 1000)):
            with self.subTest(ids):
                self.assertEqual(self.open_letters(ids).status_code, 404)
