import time

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common.claim import ClaimCommon
from ..common.printer import HANG, PrinterMixin, SilentServer
from .test_claim_packet import read_pages

REPORT = "account.account_invoices_without_payment"
REPORT_LOG = "odoo.addons.account_collections.models.common.ir_actions_report"
ELSEWHERE = """
<xpath expr="//div[@id='informations']" position="before">
    <p>Words of our own</p>
    <img src="http:%(address)s/a.png"/>
    <p style="background: url(http:%(address)s/b.png)">more of them</p>
    <iframe src="http:%(address)s/c"/>
    <script src="http:%(address)s/d.js"/>
    <link rel="stylesheet" href="http:%(address)s/e.css"/>
</xpath>
"""


@tagged("post_install", "-at_install")
class TestExhibitPrinting(PrinterMixin, ClaimCommon):
    """Odoo's own documents are printed for a packet as carefully as ours: nothing is
    loaded from elsewhere, and nobody waits without end."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoices = cls.make_invoice(
            cls.customer, 100, cls.day(-60), issued=cls.day(-80)
        )
        cls.invoices |= cls.make_invoice(
            cls.customer, 200, cls.day(-50), issued=cls.day(-70)
        )
        cls.claim = cls.answer_all(cls.make_claim(date_signed=cls.today))
        cls.claim = cls.claim.with_context(collection_as_of=cls.today)
        cls.packet = cls.env["collection.claim.packet"]

    def test_a_host_that_never_answers_is_not_asked(self):
        server = self.enterContext(SilentServer())
        self.env["ir.ui.view"].create(
            {
                "name": "What loads from elsewhere",
                "type": "qweb",
                "mode": "extension",
                "inherit_id": self.env.ref("account.report_invoice_document").id,
                "arch": ELSEWHERE % {"address": f"//127.0.0.1:{server.port}"},
            }
        )
        clock = time.monotonic()
        with mute_logger(REPORT_LOG):
            self.claim.action_make_packet()
        self.assertLess(time.monotonic() - clock, 40)
        self.assertFalse(server.asked)
        for exhibit in self.claim.exhibit_ids.filtered("move_id"):
            text = " ".join(read_pages(exhibit._get_content()))
            # Odoo's header and footer find the pages of their document.
            for part in (
                exhibit.move_id.name,
                "Words of our own",
                "more of them",
                "Page 1 / ",
            ):
                self.assertIn(part, text)

    def test_what_slips_through_gets_no_answer(self):
        """The program itself has nowhere to ask but the server of the styles."""
        self.env["ir.config_parameter"].set_param("report.url", "http://localhost:1")
        server = self.enterContext(SilentServer())
        page = f'<p>Words</p><img src="http://127.0.0.1:{server.port}/a.png"/>'
        report = self.root["ir.actions.report"].with_context(collection_exhibit=True)
        content = report._run_wkhtmltopdf([page], report_ref=REPORT)
        self.assertFalse(server.asked)
        self.assertIn("Words", read_pages(content)[0])

    def test_an_exhibit_that_hangs(self):
        self.company.collection_document_seconds = 1
        self.break_wkhtmltopdf(HANG)
        clock = time.monotonic()
        with self.assert_refused("longer than 1 seconds"):
            self.packet._print_invoices(self.invoices)
        self.assertLess(time.monotonic() - clock, 20)

    def test_only_whole_exhibits_are_kept(self):
        self.break_wkhtmltopdf('for last; do :; done; echo "no space left" > "$last"')
        with self.assert_refused("no whole document"):
            self.packet._print_invoices(self.invoices)
