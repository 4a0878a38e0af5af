import io
from urllib.parse import parse_qs, urlsplit

from odoo.tests import tagged
from odoo.tools.pdf import PdfFileReader

from ..common.portal import PortalCommon
from .test_messages import MessageCommon

IBAN = "BE71 0961 2345 6769"


@tagged("post_install", "-at_install")
class TestPaymentCodes(MessageCommon):
    """QR codes of what a message asks for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.setup_other_currency("EUR")
        cls.company.qr_code = True
        cls.bank = cls.company.collection_bank_id = cls.env["res.partner.bank"].create(
            {
                "acc_number": IBAN,
                "acc_holder_name": "Known to the Bank",
                "partner_id": cls.company.partner_id.id,
            }
        )

    def invoice(self, amount, days=-10, **vals):
        return self.make_invoice(
            self.customer, amount, self.day(days), currency=self.euro, **vals
        )

    def read_code(self, code):
        """Answer the lines that a banking app reads."""
        [text] = parse_qs(urlsplit(code["url"]).query)["value"]
        return text.split("\n")

    def test_what_the_code_says(self):
        """The net amount, the holder as the bank has it, and what to quote."""
        first, second = self.invoice(1000), self.invoice(500)
        self.make_credit(self.customer, 200, self.day(-20), currency=self.euro)
        message = self.prepare()
        [code] = message["values"]["codes"]
        lines = self.read_code(code)
        self.assertEqual(lines[0], "BCD")
        self.assertIn("Known to the Bank", lines)
        self.assertIn("BE71096123456769", lines)
        self.assertIn("EUR1300.0", lines)
        quoted = ", ".join(
            move.payment_reference
            for move in sorted(first | second, key=lambda m: m.name)
        )
        self.assertEqual(sorted(lines[10].split(", ")), sorted(quoted.split(", ")))
        # One number in decision, words, picture, statement.
        case = self.get_case(self.customer)
        [statement] = (
            self.root["collection.statement"]
            ._prepare_cases(case.with_context(collection_as_of=self.today))
            .values()
        )
        self.assertEqual(self.read_code(statement["codes"][0])[7], lines[7])
        text = self.flatten(message["html"])
        self.assertIn("Scan to pay 1,300.00 €", text)
        self.assertIn("/report/barcode/?", message["html"])

    def test_a_reference_that_programs_read(self):
        move = self.invoice(100)
        move.payment_reference = "RF18 5390 0754 7034"
        [code] = self.prepare()["values"]["codes"]
        self.assertIn("RF18539007547034", self.read_code(code))

    def test_the_letter_has_it_as_a_picture(self):
        self.stage.channel = "letter"
        self.invoice(100)
        with_code = self.count_pictures()
        self.company.qr_code = False
        self.assertEqual(with_code, self.count_pictures() + 1)

    def count_pictures(self):
        _name, content = self.prepare()["pdf"]
        pages = PdfFileReader(io.BytesIO(content)).pages
        return sum(
            item["/Subtype"] == "/Image"
            for page in pages
            for item in (
                row.get_object()
                for row in page["/Resources"].get("/XObject", {}).values()
            )
        )

    def test_why_there_is_none(self):
        """The preview tells the collector; the customer reads nothing of it."""
        self.make_invoice(self.customer, 70, self.day(-10))
        self.invoice(100)
        message = self.prepare()
        dollars, euros = message["values"]["codes"]
        self.assertIn("USD", dollars["problem"])
        self.assertFalse(euros["problem"])
        self.assertNotIn("no QR code", self.flatten(message["html"]))
        preview = self.flatten(self.open_steps(self.customer).preview)
        self.assertIn("Customers see no QR code for $ 70.00", preview)
        self.assertIn("Scan to pay 100.00 €", preview)

    def test_no_account_to_pay_to(self):
        self.invoice(100)
        self.bank.active = False
        self.env["res.partner.bank"].search(
            [("partner_id", "=", self.company.partner_id.id)]
        ).active = False
        [code] = self.prepare()["values"]["codes"]
        self.assertIn("no bank account", code["problem"])

    def test_switched_off(self):
        self.invoice(100)
        self.company.qr_code = False
        message = self.prepare()
        self.assertFalse(message["values"]["codes"])
        self.assertNotIn("Scan to pay", message["html"])
        self.assertNotIn(
            "no QR code", self.flatten(self.open_steps(self.customer).preview)
        )


@tagged("post_install", "-at_install")
class TestPaymentCodesOnThePage(PortalCommon):
    def test_the_page_asks_for_the_same(self):
        euro = self.setup_other_currency("EUR")
        self.company.qr_code = True
        self.company.collection_bank_id = self.make_bank()
        self.make_invoice(self.customer, 250, self.day(-9), currency=euro)
        self.make_credit(self.customer, 50, self.day(-20), currency=euro)
        self.plan()
        self.log_in()
        text = self.url_open(self.url).text.replace("\xa0", " ")
        self.assertIn("Scan to pay 200.00 €", " ".join(text.split()))
        self.assertIn('src="data:image/png;base64,', text)
        self.company.qr_code = False
        self.env.flush_all()
        self.assertNotIn("Scan to pay", self.url_open(self.url).text)
