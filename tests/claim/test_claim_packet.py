import base64
import hashlib
import io
import re

from odoo.tests import tagged
from odoo.tools.pdf import PdfFileReader, PdfFileWriter

from ..common.claim import ClaimCommon


def blank_pdf(text=None):
    """Answer a PDF of one page with a line of text, or without any."""
    from reportlab.pdfgen import canvas

    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, invariant=1)
    if text:
        page.drawString(72, 700, text)
    page.showPage()
    page.save()
    return base64.b64encode(buffer.getvalue())


def read_pages(content):
    """Answer the text of each page, with single blanks."""
    reader = PdfFileReader(io.BytesIO(content))
    return [re.sub(r"\s+", " ", page.extract_text()) for page in reader.pages]


@tagged("post_install", "-at_install")
class TestClaimPacket(ClaimCommon):
    """The packet as the real wkhtmltopdf prints it, read back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.tax"].search([]).active = False
        euro = cls.setup_other_currency("EUR", rates=[(cls.day(-100), 0.8)])
        cls.invoices = cls.env["account.move"]
        for number in range(12):
            cls.invoices |= cls.make_invoice(
                cls.customer,
                100 + number,
                cls.day(-60 + number),
                issued=cls.day(-80 + number),
                currency=euro if number % 4 == 0 else None,
            )
        cls.pay(cls.invoices[1], 40, cls.day(-20))
        cls.claim = cls.answer_all(cls.make_claim(date_signed=cls.today))
        cls.claim = cls.claim.with_context(collection_as_of=cls.today)

    def test_stamp_in_any_language(self):
        """With accents and parentheses, beside what the page says itself."""
        reader = PdfFileReader(io.BytesIO(base64.b64decode(blank_pdf("Own words"))))
        writer = PdfFileWriter()
        writer.add_page(reader.pages[0])
        packet = self.env["collection.claim.packet"]
        packet._stamp(writer, writer.pages[0], "26-10001 (WM)   Pièce 1   4 / 17")
        buffer = io.BytesIO()
        writer.write(buffer)
        [text] = read_pages(buffer.getvalue())
        self.assertIn("26-10001 (WM) Pièce 1 4 / 17", text)
        self.assertIn("Own words", text)

    def test_the_signed_terms_that_counted_are_an_exhibit(self):
        """Those that were valid and signed on the day of one of the invoices; what
        was signed afterwards is none."""
        terms = self.env["collection.terms"]
        for interest, day in ((9, self.day(-75)), (12, self.day(-5))):
            own = terms.create(
                {
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "date_from": self.day(-200),
                    "interest_kind": "rate",
                    "interest_rate": interest,
                }
            ).with_context(collection_as_of=day)
            self.env["collection.signature"]._sign_on_paper(
                own, "Mr. Paper", day, "scan.pdf", base64.b64decode(blank_pdf("Terms"))
            )
            terms |= own
        self.claim.action_prepare()
        exhibit = self.get_exhibit("terms")
        self.assertEqual(exhibit.terms_id, terms[0])
        self.assertFalse(exhibit.is_missing)
        self.assertEqual(exhibit._get_content(), terms[0].signed_document_id.raw)
        self.make_packet()
        self.assertEqual(self.get_exhibit("terms"), exhibit)

    def make_packet(self, claim=None):
        claim = claim or self.claim
        claim.action_make_packet()
        return claim.packet_id.raw

    def get_exhibit(self, kind, claim=None):
        return (claim or self.claim).exhibit_ids.filtered(lambda row: row.kind == kind)

    def test_twelve_invoices_in_two_currencies(self):
        self.get_exhibit("contract").write(
            {"document": blank_pdf("The contract itself"), "filename": "c.pdf"}
        )
        self.get_exhibit("order").missing_reason = "Ordered by telephone"
        content = self.make_packet()
        pages = read_pages(content)
        text = " ".join(pages)
        self.assertEqual(len(pages), self.claim.packet_pages)
        for number, page in enumerate(pages, 1):
            self.assertIn(f"{number} / {len(pages)}", page)
        self.assertIn("Index", pages[0])
        for part in ("Missing Order: Ordered by telephone", "Missing Signed terms"):
            self.assertIn(part, pages[0])
        for number, exhibit in enumerate(self.get_exhibit("invoice"), 1):
            first = self.find_first(pages[0], f"Exhibit {number} ")
            page = pages[first - 1]
            self.assertIn(f"Exhibit {number} ", page)
            self.assertIn(exhibit.move_id.name, page)
        self.assertIn(
            "The contract itself", pages[self.find_first(pages[0], "Contract") - 1]
        )
        for invoice in self.invoices:
            self.assertIn(invoice.name, text)
        self.assertIn("Balance on", text)
        self.assertIn(f"{self.claim.amount_total:,.2f}", text)
        self.check_account(text)

    def check_account(self, text):
        """The account ends with what the claim has open, in each currency."""
        for currency, lines in self.claim.line_ids.grouped("item_currency_id").items():
            total = f"{sum(lines.mapped('amount_open')):,.2f}"
            self.assertRegex(text, rf"Balance on [\d/]+ \D*{total}", currency.name)

    def find_first(self, index, label):
        """:return: the first page of a part, as the index has it"""
        rest = index[index.index(label) :]
        return int(re.search(r" \d+ (\d+) ", rest[len(label) :])[1])

    def test_the_same_data_make_the_same_bytes(self):
        first = self.make_packet()
        again = self.make_packet()
        self.assertEqual(hashlib.sha256(first).hexdigest(), self.claim.packet_sha256)
        self.assertEqual(first, again)
        # Not even copies made anew on another day change it.
        self.claim.action_prepare()
        later = self.claim.with_context(collection_as_of=self.day(3))
        self.assertEqual(self.make_packet(later), first)
        self.claim.basis = "Services performed"
        self.assertNotEqual(self.make_packet(), first)

    def test_what_looks_private_is_looked_at(self):
        self.get_exhibit("terms").write(
            {
                "document": blank_pdf(
                    "SSN 123-45-6789, born on 04/05/1980, BE71 0961 2345 6769"
                )
            }
        )
        self.get_exhibit("delivery").write({"document": blank_pdf()})
        self.make_packet()
        rows = self.claim.redaction_ids
        place = f"Exhibit {self.get_exhibit('terms').number}, page 1"
        found = {(row.kind, row.text) for row in rows if row.places == place}
        self.assertEqual(
            found, {("ssn", "…6789"), ("birth", "…1980"), ("iban", "…6769")}
        )
        self.assertIn("unreadable", rows.mapped("kind"))
        self.assertNotIn("123-45", str(rows.read()))
        with self.assert_refused("may need redaction"):
            self.claim.action_finish_packet()
        rows.write({"is_checked": True})
        self.assertEqual(rows.user_id, self.env.user)
        self.claim.action_finish_packet()
        self.assertTrue(self.claim.is_packet_final)
        with self.assert_refused("Make it again to change"):
            rows[0].write({"is_checked": False})
        # A redacted copy: what was looked at stays ticked, the rest is gone.
        self.get_exhibit("terms").document = blank_pdf("SSN 123-45-6789 only")
        self.assertFalse(self.claim.is_packet_final)
        self.make_packet()
        self.assertTrue(
            all(row.is_checked for row in self.claim.redaction_ids if row.kind == "ssn")
        )
        self.assertNotIn("birth", self.claim.redaction_ids.mapped("kind"))

    def test_a_change_reopens_a_final_packet(self):
        self.make_packet()
        for change in (
            lambda: self.claim.write({"basis": "Other goods"}),
            lambda: self.claim.write(
                {"line_ids": [(0, 0, {"kind": "charge", "name": "Fee", "amount": 5})]}
            ),
            lambda: self.claim.line_ids[-1].write({"amount": 6}),
            lambda: self.get_exhibit("terms").write({"missing_reason": "Lost"}),
            self.claim.action_prepare,
        ):
            self.claim.redaction_ids.is_checked = True
            self.claim.action_finish_packet()
            change()
            self.assertFalse(self.claim.is_packet_final)
        self.claim.action_finish_packet()
        self.claim.note = "Internal"
        self.assertTrue(self.claim.is_packet_final)

    def test_pictures_are_bound_and_other_files_refused(self):
        picture = (
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhg"
            "GAWjR9awAAAABJRU5ErkJggg=="
        )
        self.get_exhibit("delivery").document = picture
        before = len(self.get_exhibit("invoice")) + 4
        self.make_packet()
        self.assertGreater(self.claim.packet_pages, before)
        with self.assert_refused("neither a PDF nor a picture"):
            self.get_exhibit("order").document = base64.b64encode(b"Just words")
        with self.assert_refused("cannot be read"):
            self.get_exhibit("order").document = base64.b64encode(b"%PDF-1.4 broken")
            self.make_packet()

    def test_a_tree_of_pages_that_holds_itself_is_refused(self):
        content = (
            b"%PDF-1.4\n1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj\n"
            b"2 0 obj <</Type /Pages /Kids [2 0 R] /Count 1>> endobj\n"
            b"trailer <</Root 1 0 R /Size 3>>\n%%EOF\n"
        )
        self.get_exhibit("order").document = base64.b64encode(content)
        with self.assert_refused("cannot be read"):
            self.make_packet()

    def test_a_drawing_without_end_is_looked_at_by_people(self):
        """Eight million bytes, packed into some thousand."""
        from reportlab.pdfgen import canvas

        buffer = io.BytesIO()
        page = canvas.Canvas(buffer, pageCompression=1)
        page.drawString(72, 700, "SSN 078-05-1120")
        for _number in range(200_000):
            page._code.append("0 0 m 100 100 l S 10 10 m 20 20 l S 0 g")
        page.save()
        content = buffer.getvalue()
        self.assertLess(len(content), 100_000)
        page = PdfFileReader(io.BytesIO(content)).pages[0]
        self.assertGreater(len(page.get_contents().get_data()), 7_000_000)
        service = self.env["collection.claim.packet"]
        self.assertEqual(service._read(page), "")
        small = PdfFileReader(io.BytesIO(base64.b64decode(blank_pdf("Words")))).pages[0]
        self.assertIn("Words", service._read(small))

    def test_encrypted_files_are_refused_with_a_sentence(self):
        writer = PdfFileWriter()
        writer.add_blank_page(100, 100)
        writer.encrypt("secret")
        buffer = io.BytesIO()
        writer.write(buffer)
        self.get_exhibit("order").document = base64.b64encode(buffer.getvalue())
        with self.assert_refused("cannot be read"):
            self.make_packet()

    def test_the_packet_of_a_filed_claim_is_evidence(self):
        self.make_packet()
        self.make_filed(self.claim)
        invoice = self.get_exhibit("invoice")[0]._get_attachment()
        for attachment in (self.claim.packet_id, invoice):
            with self.assert_refused("is evidence"):
                attachment.unlink()
            with self.assert_refused("is evidence"):
                attachment.raw = b"%PDF-"

    def test_orders_and_deliveries_where_odoo_has_them(self):
        """With Sales and Inventory both print themselves; without, they are asked for.

        Where ``sale_stock`` is installed the first half is not looked at, elsewhere the
        second one.
        """
        if "sale.order" not in self.env:
            self.assertEqual(
                self.env["collection.claim.packet"]._get_origins(self.claim), []
            )
            for kind in ("order", "delivery"):
                self.assertTrue(self.get_exhibit(kind).is_missing)
            return
        claim = self.answer_all(self.sell_and_deliver())
        [order], [delivery] = (
            self.get_exhibit(kind, claim) for kind in ("order", "delivery")
        )
        self.assertFalse((order | delivery).filtered("is_missing"))
        text = " ".join(read_pages(self.make_packet(claim)))
        self.assertEqual(text.count("Missing"), 2 + 1)
        for exhibit in (order, delivery):
            self.assertIn(exhibit.name, text)
            self.assertTrue(exhibit.document)
        self.assertEqual(self.make_packet(claim), self.make_packet(claim))
        goods = claim.goods_ids
        self.assertIn(delivery.name.split()[-1], goods.name)
        # Shipped in time is not received in time.
        self.assertEqual((goods.date_shipped, goods.amount), (self.day(-19), 300))
        self.assertFalse(goods.date_received or claim.amount_goods)
        self.assertIn("Day the debtor received", str(claim.missing))
        goods.date_received = self.day(-16)
        claim.action_prepare()
        self.assertEqual(claim.goods_ids.date_received, self.day(-16))
        self.assertEqual(claim.amount_goods, 300)
        self.assertEqual(self.get_exhibit("order", claim), order)
        order.document = blank_pdf("Redacted")
        self.make_filed(claim)
        amendment = claim._amend("More.")
        copies = self.get_exhibit("order", amendment) | self.get_exhibit(
            "delivery", amendment
        )
        self.assertEqual(
            copies.mapped("origin_id"), [order.origin_id, delivery.origin_id]
        )
        self.assertEqual(copies[0]._get_content(), order._get_content())

    def sell_and_deliver(self):
        """Answer the claim in the bankruptcy of somebody who ordered three pumps and
        got them five days before the petition."""
        customer = self.make_customer("Buyer", street="Quay 2", city="Antwerp")
        pump = self.env["product.product"].create(
            {"name": "Pump", "is_storable": True, "invoice_policy": "delivery"}
        )
        order = self.root["sale.order"].create(
            {
                "partner_id": customer.id,
                "company_id": self.company.id,
                "order_line": [
                    (
                        0,
                        0,
                        {
                            "product_id": pump.id,
                            "product_uom_qty": 3,
                            "price_unit": 100,
                            "tax_ids": False,
                        },
                    )
                ],
            }
        )
        order.action_confirm()
        delivery = order.picking_ids
        delivery.move_ids.write({"quantity": 3, "picked": True})
        delivery.button_validate()
        delivery.move_ids.date = self.day(-19)
        invoice = order._create_invoices()
        invoice.invoice_date = self.day(-18)
        invoice.action_post()
        return self.make_claim(self.make_bankruptcy(customer, case_number="26-10002"))
