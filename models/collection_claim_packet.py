import hashlib

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..tools.claims import find_private, mask
from .collection_claim_exhibit import EXPECTED_KINDS

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


class CollectionClaim(models.Model):
    """The packet: the form, its statements and all exhibits in one PDF.

    The same data make the same bytes. What looks private in it is listed, and looked at
    by a person, before the packet is final.
    """

    _inherit = "collection.claim"

    exhibit_ids = fields.One2many("collection.claim.exhibit", "claim_id", "Exhibits")
    finding_ids = fields.One2many("collection.claim.finding", "claim_id", "Redactions")
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

    def _list_exhibits(self):
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
        content, pages, texts = self.env["collection.claim.binder"]._bind(self)
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

    def _copy_originals(self):
        """Keep a copy of each invoice that has none."""
        exhibits = self.exhibit_ids.filtered(
            lambda row: row.move_id and not row.document
        )
        copies = self.env["collection.claim.binder"]._get_invoices(exhibits.move_id)
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
