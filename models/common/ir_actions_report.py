import lxml.html
from markupsafe import Markup
from odoo import api, models
from odoo.addons.base.models.ir_actions_report import _wkhtml

REPORT_PREFIX = "account_collections.report_collection_"
FONT = "DejaVu Sans"
# Without patched Qt, wkhtmltopdf prints everything at 25/32 of its size. All measures
# of the page follow the size of its letters.
FONT_SIZE, FONT_SIZE_UNPATCHED = "12px", "15.36px"


class IrActionsReport(models.Model):
    """Letters and statements bring their own plain page.

    Odoo's page loads its style bundle for every document, every header and every
    footer, which takes wkhtmltopdf many times longer than the document itself. Here the
    letterhead is in the document, so it is there with any build of wkhtmltopdf, and
    the page numbers are drawn by wkhtmltopdf itself.
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
            return super()._prepare_html(html, report_model=report_model)
        parser = lxml.html.HTMLParser(encoding="utf-8")
        bodies, res_ids = [], []
        for node in lxml.html.fromstring(html, parser=parser).find_class("article"):
            bodies.append(self._render_collection_page(node))
            is_own = node.get("data-oe-model") == report_model
            res_ids.append(int(node.get("data-oe-id")) if is_own else None)
        return bodies, res_ids, None, None, {}

    def _render_collection_page(self, node):
        """:return: the HTML page of one document"""
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
        is_ours = report_ref and self._get_report(report_ref)._is_collection_document()
        runner = self.with_context(collection_document=True) if is_ours else self
        return super(IrActionsReport, runner)._run_wkhtmltopdf(
            bodies,
            report_ref=report_ref,
            header=header,
            footer=footer,
            landscape=landscape,
            specific_paperformat_args=specific_paperformat_args,
            set_viewport_size=set_viewport_size,
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
        if not self.env.context.get("collection_document"):
            return args
        # There is no script to wait for.
        args += ["--disable-javascript", "--javascript-delay", "0"]
        if _wkhtml().is_patched_qt:
            args += ["--footer-font-name", FONT, "--footer-font-size", "7"]
            args += ["--footer-spacing", "3", "--footer-left", "[title]"]
            args += ["--footer-right", "[sitepage] / [sitepages]"]
        return args
