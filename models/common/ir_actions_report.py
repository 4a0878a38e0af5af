import io
import logging
import re
import unicodedata
from urllib.parse import urlparse

import lxml.html
from markupsafe import Markup
from odoo import api, models
from odoo.addons.base.models.ir_actions_report import _split_table, _wkhtml
from odoo.exceptions import UserError
from odoo.tools.image import image_data_uri
from odoo.tools.pdf import PdfReader

from ...tools.own_images import find_foreign, keep_own_images
from ...tools.printing import PrintError, PrintTimeoutError, print_pages

_logger = logging.getLogger(__name__)
REPORT_PREFIX = "account_collections.report_collection_"
FONT = "DejaVu Sans"
# Without patched Qt, wkhtmltopdf prints everything at 25/32 of its size. All measures
# of the page follow the size of its letters.
FONT_SIZE, FONT_SIZE_UNPATCHED = "12px", "15.36px"
# The time limit is that of one document; each one printed with it adds so much.
SECONDS_EACH_MORE = 1
# Of Latin, Greek and Cyrillic, which each font has.
LAST_USUAL_LETTER = "\u052f"
# Above it, wkhtmltopdf needs tables cut into pieces, as Odoo has it.
LONG_PAGE, LONG_TABLE = 4 * 1024 * 1024, 500
# Nobody listens there: what a page asks for in spite of all gets no answer, at once.
NOWHERE = "http://127.0.0.1:1"
OWN_IMAGE = re.compile(
    r"/web/(?:image|content)/(\d+)\b(?:.*[?&]access_token=([\w-]+))?"
)
# Who may write what is printed has put these images there.
IMAGE_OWNERS = ("collection.step", "ir.ui.view", "mail.template", "res.company")


class IrActionsReport(models.Model):
    """Letters and statements bring their own plain page.

    Odoo's page loads its style bundle for every document, every header and every
    footer, which takes wkhtmltopdf many times longer than the document itself. Here the
    letterhead is in the document, so it is there with any build of wkhtmltopdf, and
    the page numbers are drawn by wkhtmltopdf itself.

    Nothing is loaded from elsewhere, printing has a time limit, and every document is
    looked at before anybody keeps it. The same goes for documents of Odoo that become
    exhibits, which keep Odoo's page: its styles come from here.
    """

    _inherit = "ir.actions.report"

    def _is_collection_document(self):
        return bool(self) and (self.report_name or "").startswith(REPORT_PREFIX)

    def get_paperformat(self):
        """Take the US size of the letters' format where the company uses Letter."""
        paperformat = super().get_paperformat()
        a4 = self.env.ref(
            "account_collections.paperformat_letter_a4", raise_if_not_found=False
        )
        if (
            self._is_collection_document()
            and paperformat == a4
            and self.env.company.paperformat_id.format == "Letter"
        ):
            return self.env.ref("account_collections.paperformat_letter_us")
        return paperformat

    def _prepare_html(self, html, report_model=False):
        if not self._is_collection_document():
            if self._is_collection_exhibit():
                html = self._drop_foreign(html)
            return super()._prepare_html(html, report_model=report_model)
        bodies, res_ids = [], []
        for node in self._parse_page(html).find_class("article"):
            bodies.append(self._render_collection_page(node))
            is_own = node.get("data-oe-model") == report_model
            res_ids.append(int(node.get("data-oe-id")) if is_own else None)
        return bodies, res_ids, None, None, {}

    @api.model
    def _is_collection_exhibit(self):
        """:return: whether documents of Odoo are printed for a packet of ours"""
        return bool(self.env.context.get("collection_exhibit"))

    @api.model
    def _parse_page(self, html):
        return lxml.html.fromstring(html, parser=lxml.html.HTMLParser(encoding="utf-8"))

    @api.model
    def _drop_foreign(self, html):
        """:return: bytes of a page of Odoo's, without what it would load or run"""
        # Odoo adds its own styles to what is left.
        page = self._parse_page(html)
        for head in page.findall("head"):
            head.drop_tree()
        self._keep_own_images(page)
        return lxml.html.tostring(page, encoding="utf-8")

    @api.model
    def _keep_own_images(self, node):
        if lost := keep_own_images(node, self._read_collection_image):
            _logger.warning("Not printed, from elsewhere: %s", lost[:5])

    def _render_collection_page(self, node):
        """:return: the HTML page of one document, which loads nothing"""
        self._keep_own_images(node)
        return self.env["ir.qweb"]._render(
            "account_collections.collection_page",
            {
                "title": node.get("title"),
                "lang": node.get("data-oe-lang"),
                "base_url": self._get_report_url(),
                "font_size": FONT_SIZE
                if _wkhtml().is_patched_qt
                else FONT_SIZE_UNPATCHED,
                "body": Markup(lxml.html.tostring(node, encoding="unicode")),
            },
            minimal_qcontext=True,
        )

    @api.model
    def _run_wkhtmltopdf(
        self,
        bodies,
        report_ref=False,
        header=None,
        footer=None,
        landscape=False,
        specific_paperformat_args=None,
        set_viewport_size=False,
    ):
        report = report_ref and self._get_report(report_ref)
        if report and report._is_collection_document():
            return self._print_collection_pages(report, bodies, landscape)
        if report and self._is_collection_exhibit():
            args = self._build_wkhtmltopdf_args(
                report.get_paperformat(),
                landscape,
                specific_paperformat_args=specific_paperformat_args,
                set_viewport_size=set_viewport_size,
            )
            frames = {"--header-html": header, "--footer-html": footer}
            return self._print_in_time(args, bodies, frames)
        return super()._run_wkhtmltopdf(
            bodies,
            report_ref=report_ref,
            header=header,
            footer=footer,
            landscape=landscape,
            specific_paperformat_args=specific_paperformat_args,
            set_viewport_size=set_viewport_size,
        )

    # ------------------------------------------------------------------
    # Printing
    # ------------------------------------------------------------------

    @api.model
    def _render_collection_pdf(self, report, values):
        """Render one document per record, all in one start of wkhtmltopdf where it can.

        :param str report: XML id of a report of this addon, or of an exhibit's
        :param dict values: prepared values per record id; None where the report
            prepares them itself
        :return: dict of PDF bytes per id
        """
        ids = list(values)
        # Without patched Qt, wkhtmltopdf makes one document at a time.
        size = len(ids) if _wkhtml().is_patched_qt else 1
        documents = {}
        for start in range(0, len(ids), size or 1):
            batch = ids[start : start + size]
            streams = self._render_qweb_pdf_prepare_streams(
                report, {"collection_values": values}, res_ids=batch
            )
            for id_ in batch:
                documents[id_] = streams[id_]["stream"].getvalue()
                # Printed together, each is cut out of the whole.
                self._check_collection_pdf(documents[id_])
        return documents

    @api.model
    def _print_collection_pages(self, report, bodies, landscape):
        """Print documents of ours.

        :return: bytes of a PDF
        :raises UserError: when it takes too long, or what comes out is no document
        """
        args = self.with_context(collection_document=True)._build_wkhtmltopdf_args(
            report.get_paperformat(), landscape
        )
        return self._print_in_time(args, bodies)

    @api.model
    def _print_in_time(self, args, bodies, frames=None):
        """Print documents within the time that the settings allow.

        Odoo would wait without end, and hand the session of the user to the page.

        :param list args: options of wkhtmltopdf
        :param dict frames: text of header and footer per option, or None
        :return: bytes of a PDF
        :raises UserError: when it takes too long, or what comes out is no document
        """
        limit = self.env.company.collection_document_seconds
        try:
            content = print_pages(
                [_wkhtml().bin, *args],
                [self._split_long_tables(body) for body in bodies],
                limit + SECONDS_EACH_MORE * (len(bodies) - 1),
                {option: str(page) for option, page in (frames or {}).items() if page},
            )
        except PrintTimeoutError as error:
            raise UserError(
                self.env._(
                    "Printing was ended: it took longer than %s seconds, or the machine"
                    " was short of memory.",
                    limit,
                )
            ) from error
        except PrintError as error:
            raise UserError(
                self.env._("The document could not be printed: %s", error)
            ) from error
        self._check_collection_pdf(content, len(bodies))
        return content

    @api.model
    def _split_long_tables(self, body):
        if len(body) < LONG_PAGE:
            return str(body)
        tree = lxml.html.fromstring(body)
        _split_table(tree, LONG_TABLE)
        return lxml.html.tostring(tree, encoding="unicode")

    @api.model
    def _check_collection_pdf(self, content, count=1):
        """Look at a PDF before it is kept: a full disk, a program that was killed and
        one without memory leave files that look like documents.

        :param bytes content: what was printed
        :param int count: of documents in it
        :raises UserError: unless it is whole, opens, and has that many pages, with text
        """
        is_whole = content.startswith(b"%PDF-") and b"%%EOF" in content[-64:]
        if not (is_whole and self._has_text(content, count)):
            raise UserError(
                self.env._(
                    "What was printed is no whole document. Is the disk full, or memory"
                    " short?"
                )
            )

    @api.model
    def _has_text(self, content, count):
        try:
            pages = PdfReader(io.BytesIO(content)).pages
            return len(pages) >= count and any(map(self._shows_text, pages))
        except Exception:  # a damaged file may raise anything
            return False

    @api.model
    def _shows_text(self, page):
        """:return: whether the drawing of a page shows text (ISO 32000-1, 9.4.3)

        The text itself takes much longer to read, and each document is asked.
        """
        contents = page.get_contents()
        drawing = contents.get_data() if contents else b""
        return b"Tj" in drawing or b"TJ" in drawing

    @api.model
    def _check_collection_name(self, content, name):
        """Look for a name in a letter: where no font has its script, there is an empty
        line instead, and the envelope has no addressee.

        :param bytes content: the PDF
        :param str name: to whom it is addressed
        :raises UserError: when none of its letters can be read
        """
        letters = {
            letter
            for letter in unicodedata.normalize("NFKC", name)
            if letter.isalpha() and letter > LAST_USUAL_LETTER
        }
        # The text takes long to read, and few names ask for it.
        if not letters:
            return
        page = PdfReader(io.BytesIO(content)).pages[0]
        if letters.isdisjoint(unicodedata.normalize("NFKC", page.extract_text())):
            raise UserError(
                self.env._(
                    "The name “%s” cannot be printed: no font on the server has its"
                    " script. Install one, then retry.",
                    name,
                )
            )

    # ------------------------------------------------------------------
    # Images
    # ------------------------------------------------------------------

    @api.model
    def _read_collection_image(self, address):
        """:return: data URI of an image that was uploaded for what is printed, or None

        :param str address: as it stands in the words
        """
        match = OWN_IMAGE.match(self._get_own_path(address))
        # Who prints has not chosen the image: what may be shown is decided here.
        image = self.env["ir.attachment"].sudo()
        image = image.browse(int(match[1])).exists() if match else image
        is_ours = image and (
            image.public
            or image.res_model in IMAGE_OWNERS
            or (match[2] and image.access_token == match[2])
        )
        if not is_ours or not (image.mimetype or "").startswith("image/"):
            return None
        return image_data_uri(image.datas) if image.datas else None

    @api.model
    def _get_own_path(self, address):
        """:return: path of an address here, or an empty text"""
        for base in (self.get_base_url(), self._get_report_url()):
            address = address.removeprefix(base.rstrip("/"))
        return address if address.startswith("/web/") else ""

    @api.model
    def _check_collection_words(self, html):
        """:raises UserError: when words that are printed would load from elsewhere"""
        foreign = find_foreign(
            str(html or ""),
            lambda address: OWN_IMAGE.match(self._get_own_path(address)),
        )
        if foreign:
            raise UserError(
                self.env._(
                    "“%s” is not printed: letters load nothing from elsewhere. Upload"
                    " the image instead of linking to it.",
                    foreign[0][:100],
                )
            )

    @api.model
    def _build_wkhtmltopdf_args(
        self,
        paperformat_id,
        landscape,
        specific_paperformat_args=None,
        set_viewport_size=False,
    ):
        args = super()._build_wkhtmltopdf_args(
            paperformat_id,
            landscape,
            specific_paperformat_args=specific_paperformat_args,
            set_viewport_size=set_viewport_size,
        )
        nowhere = ["--proxy", NOWHERE, "--load-media-error-handling", "ignore"]
        if self._is_collection_exhibit():
            # Odoo's page has its styles, and the script of its page numbers, from here.
            own = urlparse(self._get_report_url()).hostname or ""
            return [*args, *nowhere, "--bypass-proxy-for", own]
        if not self.env.context.get("collection_document"):
            return args
        # There is no script to wait for, and nothing to load.
        args += ["--disable-javascript", "--javascript-delay", "0", *nowhere]
        if _wkhtml().is_patched_qt:
            args += ["--footer-font-name", FONT, "--footer-font-size", "7"]
            args += ["--footer-spacing", "3", "--footer-left", "[title]"]
            args += ["--footer-right", "[sitepage] / [sitepages]"]
        return args
