import base64
import io
import logging

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.pdf import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    PdfFileReader,
    PdfFileWriter,
    PdfReadError,
    to_pdf_stream,
)

_logger = logging.getLogger(__name__)

STAMP_FONT = "/CollectionStamp"
STAMP_SIZE = 8
# Distance of the stamp from the upper left corner of the page, in points.
STAMP_LEFT, STAMP_TOP = 40, 18


class CollectionClaimBinder(models.AbstractModel):
    """Bind the packet of a claim into one PDF with an index and page numbers.

    Nothing in it depends on the hour or on chance: no date of making, no random
    identifier. The same parts make the same bytes.
    """

    _name = "collection.claim.binder"
    _description = "Binder of Claim Packets"

    @api.model
    def _bind(self, claim):
        """Bind the packet of a claim.

        :param claim: collection.claim record
        :return: the PDF, its number of pages, and list of pairs: place, text of a page
        :raises UserError: when an exhibit cannot be read
        """
        parts = self._get_parts(claim)
        index = self._print_index(claim, parts)
        parts.insert(0, {"label": "Index", "name": "", "reader": index})
        total = sum(len(part["reader"].pages) for part in parts)
        writer, number, texts = PdfFileWriter(), 0, []
        for part in parts:
            for own, page in enumerate(part["reader"].pages, start=1):
                number += 1
                texts.append((self._get_place(part, own), self._read(page)))
                writer.add_page(page)
                self._stamp(
                    writer,
                    writer.pages[number - 1],
                    f"{claim.case_number or ''}   {part['label']}   {number} / {total}",
                )
        with io.BytesIO() as buffer:
            writer.write(buffer)
            return buffer.getvalue(), total, texts

    @api.model
    def _get_place(self, part, page):
        return self.env._("%(part)s, page %(page)s", part=part["label"], page=page)

    @api.model
    def _read(self, page):
        try:
            return page.extract_text()
        except Exception:
            # Whatever a foreign file has in it: a person looks at the page.
            return ""

    @api.model
    def _get_parts(self, claim):
        """:return: list of dicts in the order of the packet: label, name, reader"""
        env = self.with_context(lang=claim.lang).env
        own = claim.with_env(env)
        parts = [
            {
                "label": env._("Part %s", letter),
                "name": name,
                "reader": PdfFileReader(io.BytesIO(self._print(claim, part))),
            }
            for letter, part, name in (
                ("A", "form", own._get_form_title()),
                ("B", "statement", env._("Itemized statement of the claim")),
                ("C", "account", env._("Account as of the petition date")),
            )
        ]
        for exhibit in own.exhibit_ids.filtered(lambda row: not row.is_missing):
            parts.append(
                {
                    "label": env._("Exhibit %s", exhibit.number),
                    "name": exhibit.name,
                    "reader": self._open(exhibit),
                }
            )
        return parts

    @api.model
    def _open(self, exhibit):
        """:raises UserError: when the document cannot be read"""
        try:
            stream = to_pdf_stream(exhibit._get_attachment())
            reader = PdfFileReader(stream, strict=False)
            if reader.is_encrypted:
                reader.decrypt("")
            if len(reader.pages):
                return reader
        except (PdfReadError, OSError, ValueError, TypeError, NotImplementedError):
            _logger.info("%s cannot be read.", exhibit, exc_info=True)
        raise UserError(
            self.env._(
                "“%s” cannot be read. Print it to a new PDF, and add that.",
                exhibit.name,
            )
        )

    @api.model
    def _print_index(self, claim, parts):
        """Print the index, whose own length counts for the page numbers in it.

        :return: its reader
        """
        length = 1
        while True:
            number, rows = length + 1, []
            for part in parts:
                count = len(part["reader"].pages)
                rows.append(
                    {
                        "label": part["label"],
                        "name": part["name"],
                        "first": number,
                        "count": count,
                    }
                )
                number += count
            content = self._print(claim, "index", rows)
            reader = PdfFileReader(io.BytesIO(content))
            if len(reader.pages) == length:
                return reader
            length = len(reader.pages)

    @api.model
    def _print(self, claim, part, rows=()):
        """:return: bytes of a part of the packet, printed by wkhtmltopdf"""
        # Who works claims prints them; the report reads nothing but the claim.
        report = self.env["ir.actions.report"].sudo()
        report = report.with_company(claim.company_id).with_context(
            force_report_rendering=True, lang=claim.lang
        )
        content, _type = report._render_qweb_pdf(
            "account_collections.report_collection_claim",
            claim.ids,
            data={"claim_part": part, "claim_rows": list(rows)},
        )
        return content

    @api.model
    def _get_invoices(self, moves):
        """Get the PDF of invoices: the one that was sent, else one made now.

        :return: dict of base64 per account.move
        """
        sent = moves.filtered("invoice_pdf_report_id")
        # Whoever works the claim may see its invoices.
        result = {move: move.sudo().invoice_pdf_report_id.datas for move in sent}
        if rest := moves - sent:
            result |= self._print_invoices(rest)
        return result

    @api.model
    def _print_invoices(self, moves):
        # Without payments: those after the petition do not belong into the claim.
        copies = self._print_records(
            "account.account_invoices_without_payment", moves.ids
        )
        return {move: base64.b64encode(copies[move.id]) for move in moves}

    @api.model
    def _print_records(self, report_name, ids):
        """:return: dict of the bytes of a PDF per id"""
        # Who works the claim may see what it is about.
        report = self.env["ir.actions.report"].sudo()
        streams = report.with_context(
            force_report_rendering=True
        )._render_qweb_pdf_prepare_streams(report_name, {}, ids)
        return {res_id: streams[res_id]["stream"].getvalue() for res_id in ids}

    # ------------------------------------------------------------------
    # The stamp
    # ------------------------------------------------------------------

    @api.model
    def _stamp(self, writer, page, text):
        """Write where a page belongs into its upper margin."""
        self._add_font(page)
        box = page.mediabox
        left, top = float(box.left) + STAMP_LEFT, float(box.top) - STAMP_TOP
        plain = text.encode("ascii", "replace").decode()
        for char in "\\()":
            plain = plain.replace(char, f"\\{char}")
        # The page's own drawing may leave the coordinates changed.
        before = self._add_stream(writer, "q\n")
        after = self._add_stream(
            writer,
            f"\nQ q BT 0.35 g {STAMP_FONT} {STAMP_SIZE} Tf"
            f" {left:.1f} {top:.1f} Td ({plain}) Tj ET Q\n",
        )
        contents = page.get("/Contents")
        if contents is None:
            own = []
        elif isinstance(contents.get_object(), ArrayObject):
            own = list(contents.get_object())
        else:
            own = [page.raw_get("/Contents")]
        page[NameObject("/Contents")] = ArrayObject([before, *own, after])

    @api.model
    def _add_stream(self, writer, text):
        stream = DecodedStreamObject()
        stream.set_data(text.encode())
        return writer._add_object(stream)

    @api.model
    def _add_font(self, page):
        resources = page.get("/Resources")
        resources = DictionaryObject() if resources is None else resources.get_object()
        page[NameObject("/Resources")] = resources
        fonts = resources.get("/Font")
        fonts = DictionaryObject() if fonts is None else fonts.get_object()
        resources[NameObject("/Font")] = fonts
        fonts[NameObject(STAMP_FONT)] = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject("/Helvetica"),
            }
        )
