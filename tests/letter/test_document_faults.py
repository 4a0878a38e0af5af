import base64
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.pdf import PdfWriter

from ..common.printer import HANG, PrinterMixin, SilentServer
from .test_letters import DocumentCommon

REPORT_LOG = "odoo.addons.account_collections.models.common.ir_actions_report"
EXECUTOR_LOG = "odoo.addons.account_collections.models.step.collection_executor"
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)
NOTHING = 'for last; do :; done; : > "$last"; exit {code}'
GARBAGE = 'for last; do :; done; echo "no space left" > "$last"; exit {code}'
TORN = '{real} "$@"; for last; do :; done; truncate -s -200 "$last"; exit {code}'
BLANK = '{real} "$@" && for last; do :; done; cp {folder}/blank.pdf "$last"'


class FaultCommon(PrinterMixin, DocumentCommon):
    def plan_letters(self, count=1):
        customers = [self.make_customer(f"Debtor {number}") for number in range(count)]
        for customer in customers:
            self.make_invoice(customer)
        self.plan()
        return self.open_steps()


@tagged("post_install", "-at_install")
class TestForeignResources(FaultCommon):
    """What is printed loads nothing: no host that never answers, none of our own."""

    def test_nothing_is_asked_for(self):
        server = self.enterContext(SilentServer())
        address = f"//127.0.0.1:{server.port}"
        self.template.body_html = (
            "<p>Words</p>"
            f"<img t-att-src=\"'http:{address}/a.png'\"/>"
            f"<img t-att-srcset=\"'http:{address}/b.png 2x'\"/>"
            f"<p t-att-style=\"'background: url(http:{address}/c.png)'\">more</p>"
            f"<iframe t-att-src=\"'http:{address}/d'\"/>"
        )
        self.policy.stage_ids.template_id = self.template
        step = self.plan_letters()
        clock = time.monotonic()
        with mute_logger(REPORT_LOG):
            self.execute()
        self.assertEqual((step.state, step.error), ("done", False))
        self.assertFalse(server.asked)
        self.assertLess(time.monotonic() - clock, 20)
        [page] = self.read_pages(step.letter_id.attachment_id.raw)
        self.assertIn("Words", page)
        self.assertIn("more", page)

    def test_what_slips_through_gets_no_answer(self):
        """The program itself has nowhere to ask."""
        server = self.enterContext(SilentServer())
        page = f'<p>Words</p><img src="http://127.0.0.1:{server.port}/a.png"/>'
        report = self.root.ref("account_collections.action_report_letter")
        content = report._print_collection_pages(report, [page], False)
        self.assertFalse(server.asked)
        self.assertIn("Words", self.read_pages(content)[0])

    def test_words_that_load_are_refused(self):
        step = self.plan_letters()
        foreign = '<p>Pay</p><img src="https://tracker.example/a.png"/>'
        with self.assert_refused("Upload the image"):
            step.with_user(self.env.user).write({"body": foreign})
        with self.assert_refused("tracker.example"):
            self.template.body_html = foreign
        with self.assert_refused("Upload the image"):
            self.company.collection_plan_clauses = foreign
        own = '<p style="color: red">Pay <a href="https://pay.example">here</a></p>'
        step.with_user(self.env.user).write({"body": own})
        self.template.body_html = own

    def test_an_uploaded_image_is_printed(self):
        image = self.env["ir.attachment"].create(
            {
                "name": "seal.png",
                "raw": base64.b64decode(PIXEL),
                "res_model": "mail.template",
                "res_id": self.template.id,
            }
        )
        secret = image.copy(
            {"res_model": "res.partner", "res_id": self.make_customer("Secret").id}
        )
        report = self.root["ir.actions.report"]
        read = report._read_collection_image
        self.assertTrue(read(f"/web/image/{image.id}").startswith("data:image/png;"))
        base = report.get_base_url()
        self.assertTrue(read(f"{base}/web/image/{image.id}-3f/seal.png"))
        self.assertIsNone(read(f"/web/image/{secret.id}"))
        self.assertIsNone(read("/web/image/0"))
        self.template.body_html = f'<p>Words</p><img src="/web/image/{image.id}"/>'
        self.policy.stage_ids.template_id = self.template
        step = self.plan_letters()
        self.execute()
        self.assertIn(b"/Image", step.letter_id.attachment_id.raw)


@tagged("post_install", "-at_install")
class TestScripts(FaultCommon):
    """A letter whose addressee nobody can read does not go to the printer."""

    def send_to(self, *names):
        for name in names:
            self.make_invoice(self.make_customer(name))
        self.plan()
        steps = self.open_steps()
        with mute_logger(EXECUTOR_LOG):
            self.execute()
        return {step.case_id.partner_id.name: step for step in steps}

    def test_a_script_that_no_font_has(self):
        """Cuneiform stands for whatever the server has no font for."""
        unreadable = "\U00012000\U00012001"
        steps = self.send_to(unreadable, "Debtor")
        failed, other = steps[unreadable], steps["Debtor"]
        self.assertEqual((failed.state, other.state), ("failed", "done"))
        self.assertIn("no font", failed.error)
        self.assertFalse(failed.letter_id)

    def test_scripts_that_can_be_read(self):
        """Also those that are joined, or read from right to left."""
        names = ("شركة المثال", "חברת דוגמה", "Παράδειγμα", "Пример", "Ægir & <b>Æ</b>")
        for name, step in self.send_to(*names).items():
            with self.subTest(name):
                self.assertEqual((step.state, step.error), ("done", False))


@tagged("post_install", "-at_install")
class TestBrokenPrinter(FaultCommon):
    """wkhtmltopdf hangs, dies, writes nothing, writes half: the step says so, nothing
    is kept, and what needs no document goes out."""

    def assert_nothing_kept(self, steps, error):
        for step in steps:
            self.assertEqual(step.state, "failed")
            self.assertRegex(step.error, error)
            self.assertFalse(step.letter_id)
        self.assertFalse(steps.case_id.letter_ids)
        self.assertFalse(steps.case_id.contact_ids)

    def test_a_document_that_hangs(self):
        self.company.collection_document_seconds = 1
        folder = self.break_wkhtmltopdf(HANG)
        step = self.plan_letters()
        clock = time.monotonic()
        self.execute()
        self.assertLess(time.monotonic() - clock, 20)
        self.assert_nothing_kept(step, "longer than 1 seconds")
        self.assertEqual(step.attempts, 1)
        self.assertTrue(step.date_try)
        self.assertFalse(self.is_running((folder / "pid").read_text().strip()))

    @staticmethod
    def is_running(pid):
        status = Path(f"/proc/{pid}/status")
        return status.exists() and "State:\tZ" not in status.read_text()

    def test_only_whole_documents_are_kept(self):
        for script in (NOTHING, GARBAGE, TORN):
            for code in (0, 1):
                with (
                    self.subTest(script=script, code=code),
                    self.env.cr.savepoint() as s,
                ):
                    self.break_wkhtmltopdf(script, code=code)
                    self.assert_nothing_kept(self.run_letters(), "no whole document")
                    s.rollback()
                    self.env.invalidate_all()

    def run_letters(self):
        steps = self.plan_letters(2)
        self.execute()
        return steps

    def test_a_document_without_words(self):
        folder = self.break_wkhtmltopdf(BLANK)
        (folder / "blank.pdf").write_bytes(self.print_blank())
        self.assert_nothing_kept(self.run_letters(), "no whole document")

    def print_blank(self):
        writer, path = PdfWriter(), Path(self.enterContext(TemporaryDirectory())) / "b"
        writer.add_blank_page(width=200, height=200)
        with path.open("wb") as file:
            writer.write(file)
        return path.read_bytes()

    def test_a_printer_that_fails(self):
        self.break_wkhtmltopdf("echo out of ink >&2; exit 3")
        self.assert_nothing_kept(self.run_letters(), "out of ink")

    def test_what_needs_no_document_goes_out(self):
        self.break_wkhtmltopdf(NOTHING, code=0)
        germany = self.env.ref("base.de")
        self.make_policy({"days": 1}, sequence=0, country_ids=germany.ids)
        mailed = self.make_customer("By mail", country_id=germany.id)
        self.make_invoice(mailed)
        steps = self.run_letters()
        sent = steps.filtered(lambda step: step.partner_id == mailed)
        self.assertEqual(sent.state, "done")
        self.assert_nothing_kept(steps - sent, "no whole document")
