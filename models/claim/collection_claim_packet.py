import base64
import hashlib
import io
import logging

from odoo import Command, api, fields, models
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
SEQUENCES = {"order": 30, "delivery": 40, "contract": 50, "terms": 60}
# What the packet does not depend on.
OUTSIDE_PACKET = {
    "user_id",
    "note",
    "packet_id",
    "packet_sha256",
    "packet_pages",
    "is_packet_final",
    "finding_ids",
    "exhibit_ids",
    "percent_expected",
    "state",
    "writeoff_move_id",
}
# The document that Odoo prints of each.
REPORTS = {
    "sale.order": "sale.report_saleorder",
    "stock.picking": "stock.report_deliveryslip",
}
KINDS = {"sale.order": "order", "stock.picking": "delivery"}
STAMP_FONT = "/CollectionStamp"
STAMP_SIZE = 8
# Distance of the stamp from the upper left corner of the page, in points.
STAMP_LEFT, STAMP_TOP = 40, 18


class CollectionClaim(models.Model):
    """The packet: the form, its statements and all exhibits in one PDF.

    The same data make the same bytes. What looks private in it is listed, and looked at
    by a person, before the packet is final.
    """

    _inherit = "collection.claim"

    exhibit_ids = fields.One2many("collection.claim.exhibit", "claim_id", "Exhibits")
    finding_ids = fields.One2many(
        "collection.claim.redaction", "claim_id", "Redactions"
    )
    packet_id = fields.Many2one(
        "ir.attachment", readonly=True, copy=False, ondelete="restrict"
    )
    packet_sha256 = fields.Char("Fingerprint of the packet", readonly=True, copy=False)
    packet_pages = fields.Integer("Pages", readonly=True, copy=False)
    is_packet_final = fields.Boolean("Packet is final", readonly=True, copy=False)
    unchecked_count = fields.Integer(compute="_compute_unchecked_count")
    missing_exhibit_count = fields.Integer(
        "Missing exhibits", compute="_compute_missing_exhibit_count"
    )

    @api.depends("finding_ids.is_checked")
    def _compute_unchecked_count(self):
        for claim in self:
            unchecked = claim.finding_ids.filtered(lambda row: not row.is_checked)
            claim.unchecked_count = len(unchecked)

    @api.depends("exhibit_ids.is_missing")
    def _compute_missing_exhibit_count(self):
        for claim in self:
            claim.missing_exhibit_count = len(claim.exhibit_ids.filtered("is_missing"))

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() - OUTSIDE_PACKET - self._get_mail_fields():
            self._reopen_packet()
        return result

    def _change_draft(self):
        """Something that belongs to the claims is being changed.

        :raises UserError: when one is no draft
        """
        self._check_draft()
        self._reopen_packet()

    def _reopen_packet(self):
        """What was changed is not in the packet that was looked through."""
        final = self.filtered(
            lambda claim: claim.is_packet_final and claim.state == "draft"
        )
        # Readonly for everybody; who changes the draft reopens its packet.
        final.sudo().is_packet_final = False

    def _get_kept_by_amendment(self):
        """:return: dict of records per one2many that a new version takes along"""
        return {
            "line_ids": self.line_ids.filtered(lambda line: not line.move_line_id),
            "priority_ids": self.priority_ids,
            "goods_ids": self.goods_ids,
            "exhibit_ids": self.exhibit_ids.filtered(lambda row: not row.is_generated),
        }

    @api.model
    def _get_sequence(self, kind):
        return SEQUENCES[kind]

    def _list_exhibits__1(self):
        """List the invoices of the claim, and a place for what else belongs to it."""
        for claim in self:
            moves = claim.line_ids.move_id
            known = claim.exhibit_ids
            gone = known.filtered(
                lambda row, moves=moves: row.move_id and row.move_id not in moves
            )
            kinds = set(known.mapped("kind"))
            claim.exhibit_ids = [
                *(Command.delete(row.id) for row in gone),
                *(
                    Command.create(
                        {"kind": "invoice", "sequence": 10, "move_id": move.id}
                    )
                    for move in moves.filtered(lambda move: move.is_invoice())
                    if move not in known.move_id
                ),
                *(
                    Command.create({"kind": kind, "sequence": SEQUENCES[kind]})
                    for kind in EXPECTED_KINDS
                    if kind not in kinds
                ),
            ]
            # Copies are made anew: the entries may have changed.
            claim.exhibit_ids.filtered("is_generated").write({"document": False})

    # ------------------------------------------------------------------
    # Making it
    # ------------------------------------------------------------------

    def action_make_packet(self):
        """Bind form, statements and exhibits into one PDF, and look for what is
        private."""
        self.ensure_one()
        self.check_access("write")
        self._check_draft()
        self._copy_originals()
        content, pages, texts = self.env["collection.claim.packet"]._bind(self)
        # The packet and what was found in it are written by the program.
        own = self.sudo()
        attachment = own._store_packet(content)
        own.write(
            {
                "packet_id": attachment.id,
                "packet_sha256": hashlib.sha256(content).hexdigest(),
                "packet_pages": pages,
                "is_packet_final": False,
            }
        )
        own._list_findings(texts)

    def _copy_originals__1(self):
        """Keep a copy of each invoice that has none."""
        exhibits = self.exhibit_ids.filtered(
            lambda row: row.move_id and not row.document
        )
        copies = self.env["collection.claim.packet"]._get_invoices(exhibits.move_id)
        for exhibit in exhibits.sudo():
            exhibit._keep_copy(copies[exhibit.move_id])

    def _store_packet(self, content):
        old = self.packet_id
        attachment = self.env["ir.attachment"].create(
            {
                "name": self._get_packet_name(),
                "raw": content,
                "mimetype": "application/pdf",
                "res_model": self._name,
                "res_id": self.id,
            }
        )
        self.packet_id = attachment
        old.unlink()
        return attachment

    def _get_packet_name(self):
        number = (self.case_number or "").replace("/", "-").replace(":", "-")
        return self.env._(
            "Claim %(number)s v%(version)s.pdf", number=number, version=self.version
        )

    def _list_findings(self, texts):
        """List what looks private; what was looked at in the same places stays so.

        :param texts: list of pairs: place, text of a page
        """
        places = {}
        for place, text in texts:
            for kind, value in self._find_private(text, place):
                places.setdefault((kind, value), []).append(place)
        known = {
            (row.kind, row.fingerprint, row.places): row for row in self.finding_ids
        }
        commands, kept = [], self.finding_ids.browse()
        for (kind, value), where in places.items():
            fingerprint = hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
            key = (kind, fingerprint, ", ".join(where))
            if key in known:
                kept |= known[key]
                continue
            commands.append(
                Command.create(
                    {
                        "kind": kind,
                        "text": kind != "unreadable" and mask(value),
                        "fingerprint": fingerprint,
                        "places": ", ".join(where),
                    }
                )
            )
        (self.finding_ids - kept).unlink()
        self.finding_ids = commands

    @api.model
    def _find_private(self, text, place):
        """:return: what looks private on a page; a page without text is a picture that
        a person has to look at"""
        if not text.strip():
            return [("unreadable", f"_{place}")]
        return sorted(find_private(text))

    def action_finish_packet(self):
        """Say that the packet was looked through, and is as it will be filed.

        :raises UserError: while something found has not been looked at
        """
        self.check_access("write")
        self._check_draft()
        for claim in self:
            if not claim.packet_id:
                raise UserError(self.env._("Make the packet first."))
            if claim.unchecked_count:
                raise UserError(
                    self.env._(
                        "%s places of the packet may have to be redacted. Look at each"
                        " of them and tick it.",
                        claim.unchecked_count,
                    )
                )
            if missing := claim._get_missing():
                raise UserError(
                    self.env._(
                        "The form is not complete yet:\n%s",
                        "\n".join(f"- {text}" for text in missing),
                    )
                )
            claim.sudo().is_packet_final = True

    def action_view_packet(self):
        """Open the packet."""
        self.ensure_one()
        if not self.packet_id:
            raise UserError(self.env._("Make the packet first."))
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.packet_id.id}",
            "target": "new",
        }

    # ------------------------------------------------------------------
    # Order of the documents
    # ------------------------------------------------------------------

    def _get_origins(self):
        """:return: list of records: the orders behind the invoices of the claim, and
        the deliveries for them that were made"""
        self.ensure_one()
        # Whoever works the claim may see what its invoices are for.
        items = self.sudo().line_ids.move_id.invoice_line_ids
        if "sale_line_ids" not in items._fields:
            return []
        orders = items.sale_line_ids.order_id.sorted("id")
        if not self._has_deliveries():
            return [*orders]
        deliveries = items.sale_line_ids.move_ids.picking_id.filtered(
            lambda row: row.state == "done" and row.location_dest_id.usage == "customer"
        )
        return [*orders, *deliveries.sorted("id")]

    def _list_exhibits(self):
        """List the orders and deliveries as well, in the place of those that are asked
        for."""
        result = self._list_exhibits__1()
        for claim in self:
            origins = {(row._name, row.id): row for row in claim._get_origins()}
            kinds = {KINDS[name] for name, _id in origins}
            known = claim.exhibit_ids.filtered("origin_id")
            gone = known.filtered(
                lambda row, origins=origins: (
                    (row.origin_model, row.origin_id) not in origins
                )
            ) | claim.exhibit_ids.filtered(
                lambda row, kinds=kinds: (
                    row.is_missing and not row.missing_reason and row.kind in kinds
                )
            )
            listed = {(row.origin_model, row.origin_id) for row in known}
            claim.exhibit_ids = [
                *(Command.delete(row.id) for row in gone),
                *(
                    Command.create(claim._prepare_origin_vals(origin))
                    for key, origin in origins.items()
                    if key not in listed
                ),
            ]
        return result

    def _prepare_origin_vals(self, origin):
        kind, exhibit = KINDS[origin._name], self.env["collection.claim.exhibit"]
        labels = dict(exhibit._fields["kind"]._description_selection(self.env))
        return {
            "kind": kind,
            "sequence": self._get_sequence(kind),
            "name": f"{labels[kind]} {origin.name}",
            "origin_model": origin._name,
            "origin_id": origin.id,
        }

    def _copy_originals(self):
        """Keep a copy of each order and delivery that has none, too."""
        result = self._copy_originals__1()
        binder = self.env["collection.claim.packet"]
        exhibits = self.exhibit_ids.filtered(
            lambda row: row.origin_id and not row.document
        )
        for name, same in exhibits.grouped("origin_model").items():
            copies = binder._print_records(REPORTS[name], same.mapped("origin_id"))
            for exhibit in same.sudo():
                exhibit._keep_copy(base64.b64encode(copies[exhibit.origin_id]))
        return result


class CollectionClaimPacket(models.AbstractModel):
    """Bind the packet of a claim into one PDF with an index and page numbers.

    Nothing in it depends on the hour or on chance: no date of making, no random
    identifier. The same parts make the same bytes.
    """

    _name = "collection.claim.packet"
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
