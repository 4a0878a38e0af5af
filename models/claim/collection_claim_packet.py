import base64
import hashlib
import io
import logging

from odoo import Command, api, models
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

from ...tools.claims import find_private, mask
from .collection_claim_exhibit import EXPECTED_KINDS

_logger = logging.getLogger(__name__)
# The place of each kind of document in the packet.
SEQUENCES = {"invoice": 10, "order": 30, "delivery": 40, "contract": 50, "terms": 60}
# Of each model whose records stand behind an invoice: the kind of exhibit it makes, and
# the document that Odoo prints of it.
ORIGIN_KINDS = {"sale.order": "order", "stock.picking": "delivery"}
ORIGIN_REPORTS = {
    "sale.order": "sale.report_saleorder",
    "stock.picking": "stock.report_deliveryslip",
}
# What files from elsewhere raise; the last where a tree of pages holds itself.
UNREADABLE = (
    *(PdfReadError, OSError, ValueError, TypeError, AttributeError, KeyError),
    *(NotImplementedError, RecursionError),
)
# Bytes of the drawing of a page that are searched for what looks private. A page of
# dense text has some ten thousand; millions would take minutes.
DRAWING_MAX = 1_000_000
STAMP_FONT = "/CollectionStamp"
STAMP_SIZE = 8
# Distance of the stamp from the upper left corner of the page, in points.
STAMP_LEFT, STAMP_TOP = 40, 18


class CollectionClaimPacket(models.AbstractModel):
    """The packet of a claim: the form, its statements and all exhibits in one PDF.

    It has an index and page numbers, and a list of what looks private in it. Nothing in
    it depends on the hour or on chance, no date of making, no random identifier: the
    same parts make the same bytes.
    """

    _name = "collection.claim.packet"
    _description = "Packet of a Claim"

    @api.model
    def _make(self, claim):
        """Bind the packet anew, store it with the claim, and list what looks private.

        :raises UserError: when an exhibit cannot be read
        """
        self._copy_originals(claim)
        content, pages, texts = self._bind(claim)
        own, replaced = claim.sudo(), claim.sudo().packet_id
        claim._write_protected(
            {
                "packet_id": self._store(own, content).id,
                "packet_sha256": hashlib.sha256(content).hexdigest(),
                "packet_pages": pages,
                "is_packet_final": False,
            }
        )
        replaced.unlink()
        self._list_redactions(own, texts)

    @api.model
    def _store(self, claim, content):
        """:return: the new ir.attachment record"""
        number = (claim.case_number or "").replace("/", "-").replace(":", "-")
        return (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": self.env._(
                        "Claim %(number)s v%(version)s.pdf",
                        number=number,
                        version=claim.version,
                    ),
                    "raw": content,
                    "mimetype": "application/pdf",
                    "res_model": claim._name,
                    "res_id": claim.id,
                }
            )
        )

    # ------------------------------------------------------------------
    # Exhibits
    # ------------------------------------------------------------------

    @api.model
    def _list_exhibits(self, claim):
        """List the invoices of a claim, the orders and deliveries behind them, and a
        place for each other kind of document that a packet should have."""
        moves = claim.line_ids.move_id
        origins = {(row._name, row.id): row for row in self._get_origins(claim)}
        terms = self._find_terms(claim)
        kinds = {ORIGIN_KINDS[name] for name, _id in origins}
        kinds |= {"terms"} if terms else set()
        gone = claim.exhibit_ids.filtered(
            lambda row: (
                (row.move_id and row.move_id not in moves)
                or (row.origin_id and row._get_origin_key() not in origins)
                or (row.terms_id and row.terms_id not in terms)
                # What was found takes the place of the note that it is missing.
                or (row.is_missing and not row.missing_reason and row.kind in kinds)
            )
        )
        kept = claim.exhibit_ids - gone
        listed = {row._get_origin_key() for row in kept}
        claim.exhibit_ids = [
            *(Command.delete(row.id) for row in gone),
            *map(Command.create, self._prepare_invoices(moves - kept.move_id)),
            *(
                Command.create(self._prepare_origin(origin))
                for key, origin in origins.items()
                if key not in listed
            ),
            *map(Command.create, self._prepare_terms(terms - kept.terms_id)),
            *map(Command.create, self._prepare_places(kinds | {*kept.mapped("kind")})),
        ]
        # Copies are made anew: the entries may have changed.
        kept.filtered("is_generated").write({"document": False})

    @api.model
    def _prepare_invoices(self, moves):
        return [
            {"kind": "invoice", "sequence": SEQUENCES["invoice"], "move_id": move.id}
            for move in moves
            if move.is_invoice()
        ]

    @api.model
    def _prepare_origin(self, origin):
        kind, exhibit = ORIGIN_KINDS[origin._name], self.env["collection.claim.exhibit"]
        return {
            "kind": kind,
            "sequence": SEQUENCES[kind],
            "name": f"{exhibit._get_kind_label(kind)} {origin.name}",
            "origin_model": origin._name,
            "origin_id": origin.id,
        }

    @api.model
    def _find_terms(self, claim):
        """:return: collection.terms that counted on the day of one of the invoices"""
        moves = claim.line_ids.move_id
        terms = self.env["collection.terms"]._get_valid_on(
            claim.partner_id,
            claim.company_id,
            {move.invoice_date or move.date for move in moves},
        )
        # A packet binds PDFs and pictures only.
        return terms.filtered(
            lambda own: (
                own.signed_document_id.mimetype == "application/pdf"
                or (own.signed_document_id.mimetype or "").startswith("image/")
            )
        )

    @api.model
    def _prepare_terms(self, records):
        """:return: list of dicts: the signed documents, which never change"""
        label = self.env["collection.claim.exhibit"]._get_kind_label("terms")
        return [
            {
                "kind": "terms",
                "sequence": SEQUENCES["terms"],
                "name": f"{label} {terms.name}",
                "terms_id": terms.id,
                "document": base64.b64encode(terms.signed_document_id.raw),
                "filename": terms.signed_document_id.name,
            }
            for terms in records
        ]

    @api.model
    def _prepare_places(self, kinds):
        """:return: list of dicts: the documents to look for, when these kinds exist"""
        return [
            {"kind": kind, "sequence": SEQUENCES[kind]}
            for kind in EXPECTED_KINDS
            if kind not in kinds
        ]

    @api.model
    def _get_origins(self, claim):
        """:return: list of records: the orders behind the invoices of the claim, and
        the deliveries for them that were made"""
        # Sudo: whoever works the claim may see what its invoices are for.
        items = claim.sudo().line_ids.move_id.invoice_line_ids
        if "sale_line_ids" not in items._fields:
            return []
        orders = items.sale_line_ids.order_id.sorted("id")
        if not self.env["collection.claim.goods"]._has_deliveries():
            return [*orders]
        deliveries = items.sale_line_ids.move_ids.picking_id.filtered(
            lambda row: row.state == "done" and row.location_dest_id.usage == "customer"
        )
        return [*orders, *deliveries.sorted("id")]

    @api.model
    def _copy_originals(self, claim):
        """Keep a copy of each invoice, order and delivery that has none."""
        exhibits = claim.exhibit_ids.filtered(
            lambda row: (row.move_id or row.origin_id) and not row.document
        )
        copies = self._get_copies(exhibits)
        for exhibit in exhibits.sudo():
            exhibit._store_copy(copies[exhibit])

    @api.model
    def _get_copies(self, exhibits):
        """:return: dict of a PDF, in base64, per exhibit"""
        invoices = exhibits.filtered("move_id")
        documents = self._get_invoices(invoices.move_id)
        copies = {exhibit: documents[exhibit.move_id] for exhibit in invoices}
        for name, same in (exhibits - invoices).grouped("origin_model").items():
            printed = self._print_records(
                ORIGIN_REPORTS[name], same.mapped("origin_id")
            )
            copies |= {row: base64.b64encode(printed[row.origin_id]) for row in same}
        return copies

    @api.model
    def _get_invoices(self, moves):
        """Get the PDF of invoices: the one that was sent, else one made now.

        :return: dict of base64 per account.move
        """
        sent = moves.filtered("invoice_pdf_report_id")
        # Sudo: whoever works the claim may see its invoices.
        result = {move: move.sudo().invoice_pdf_report_id.datas for move in sent}
        if unsent := moves - sent:
            result |= self._print_invoices(unsent)
        return result

    @api.model
    def _print_invoices(self, moves):
        # Without payments: those after the petition do not belong in the claim.
        copies = self._print_records(
            "account.account_invoices_without_payment", moves.ids
        )
        return {move: base64.b64encode(copies[move.id]) for move in moves}

    @api.model
    def _print_records(self, report_name, ids):
        """:return: dict of the bytes of a PDF per id"""
        # Sudo: whoever works the claim may print what it is about.
        report = self.env["ir.actions.report"].sudo()
        return report.with_context(
            force_report_rendering=True, collection_exhibit=True
        )._render_collection_pdf(report_name, dict.fromkeys(ids))

    # ------------------------------------------------------------------
    # Binding
    # ------------------------------------------------------------------

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
            contents = page.get_contents()
            if contents and len(contents.get_data()) > DRAWING_MAX:
                return ""
            return page.extract_text()
        except Exception:
            # Foreign files raise anything; a person looks at the page instead.
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
        except UNREADABLE:
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
        # A longer index moves every page after it, so it is printed again until its
        # length is the one that its page numbers were counted with.
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
        # Sudo: whoever works the claim prints it; the report reads nothing else.
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

    # ------------------------------------------------------------------
    # The stamp
    # ------------------------------------------------------------------

    @api.model
    def _stamp(self, writer, page, text):
        """Write where a page belongs into its upper margin.

        The page's own drawing stays as it is. Merging a page of ours into it would
        write that anew, many times as long and with names that are left to chance.
        """
        self._add_font(page)
        box = page.mediabox
        left, top = float(box.left) + STAMP_LEFT, float(box.top) - STAMP_TOP
        for char in "\\()":
            text = text.replace(char, f"\\{char}")
        # The page's own drawing may leave the coordinates changed.
        before = self._add_stream(writer, "q\n")
        after = self._add_stream(
            writer,
            f"\nQ q BT 0.35 g {STAMP_FONT} {STAMP_SIZE} Tf"
            f" {left:.1f} {top:.1f} Td ({text}) Tj ET Q\n",
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
        stream.set_data(text.encode("cp1252", "replace"))
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
                NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
            }
        )

    # ------------------------------------------------------------------
    # What looks private
    # ------------------------------------------------------------------

    @api.model
    def _list_redactions(self, claim, texts):
        """List what looks private; what was looked at in the same places stays so.

        :param texts: list of pairs: place, text of a page
        """
        places = {}
        for place, text in texts:
            for kind, value in self._find_private(text, place):
                places.setdefault((kind, value), []).append(place)
        # Ticked rows stay ticked only in the same places: a number that turns up on
        # another page has to be looked at again.
        known = {
            (row.kind, row.fingerprint, row.places): row for row in claim.redaction_ids
        }
        commands, kept = [], claim.redaction_ids.browse()
        for (kind, value), where in places.items():
            vals = self._prepare_redaction(kind, value, where)
            key = (kind, vals["fingerprint"], vals["places"])
            if key in known:
                kept |= known[key]
            else:
                commands.append(Command.create(vals))
        (claim.redaction_ids - kept).unlink()
        claim.redaction_ids = commands

    @api.model
    def _prepare_redaction(self, kind, value, places):
        # Recognizes the number in the next packet without keeping it.
        fingerprint = hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
        return {
            "kind": kind,
            "text": kind != "unreadable" and mask(value),
            "fingerprint": fingerprint,
            "places": ", ".join(places),
        }

    @api.model
    def _find_private(self, text, place):
        """:return: list of pairs: kind and text of what looks private on a page; one
        without text is a picture, which a person has to look at"""
        if not text.strip():
            return [("unreadable", f"_{place}")]
        return sorted(find_private(text))
