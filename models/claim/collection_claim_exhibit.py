from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.mimetypes import guess_mimetype

from ...tools.claim_states import UNFILED_STATES

EXHIBIT_KINDS = [
    ("invoice", "Invoice"),
    ("order", "Order"),
    ("delivery", "Proof of delivery"),
    ("contract", "Contract"),
    ("terms", "Signed terms"),
    ("security", "Security and its perfection"),
    ("other", "Other"),
]
# Every packet has these, or notes that they are missing.
EXPECTED_KINDS = ("order", "delivery", "contract", "terms")


class CollectionClaimExhibit(models.Model):
    """A document of the packet, or the note that it is missing.

    The copy of an invoice, an order or a delivery is made once and kept, so that the
    packet stays the same. A redacted copy takes its place.
    """

    _name = "collection.claim.exhibit"
    _description = "Exhibit of a Claim"
    _inherit = ["collection.claim.part.mixin", "collection.evidence.mixin"]
    _order = "sequence, id"
    _check_company_auto = True
    _evidence_fields = ("document",)

    claim_id = fields.Many2one(
        "collection.claim", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="claim_id.company_id", store=True, index=True, precompute=True
    )
    sequence = fields.Integer(default=100)
    number = fields.Integer("Exhibit", compute="_compute_number")
    kind = fields.Selection(EXHIBIT_KINDS, required=True, default="other")
    name = fields.Char("Title", compute="_compute_name", store=True, readonly=False)
    move_id = fields.Many2one("account.move", check_company=True, ondelete="restrict")
    origin_model = fields.Char(
        readonly=True, help="The order or delivery that it was printed from."
    )
    origin_id = fields.Many2oneReference(
        "Order or delivery", model_field="origin_model", readonly=True
    )
    terms_id = fields.Many2one("collection.terms", readonly=True, ondelete="restrict")
    document = fields.Binary(attachment=True, help="A PDF or a picture.")
    filename = fields.Char()
    is_generated = fields.Boolean("Copy made by the program", copy=False)
    is_missing = fields.Boolean("Missing", compute="_compute_is_missing", store=True)
    missing_reason = fields.Char(
        "Why it is missing", help="Stands in the index: lost, oral order, ..."
    )

    @api.depends("claim_id.exhibit_ids.sequence", "claim_id.exhibit_ids.is_missing")
    def _compute_number(self):
        for claim in self.claim_id:
            number = 0
            for exhibit in claim.exhibit_ids.sorted(
                lambda row: (row.sequence, row._origin.id or 0)
            ):
                number += not exhibit.is_missing
                exhibit.number = 0 if exhibit.is_missing else number
        self.filtered(lambda row: not row.claim_id).number = 0

    @api.depends("kind", "move_id")
    def _compute_name(self):
        for exhibit in self:
            label = self._get_kind_label(exhibit.kind)
            if exhibit.move_id:
                label = f"{label} {exhibit.move_id.name}"
            exhibit.name = exhibit.name or label

    @api.depends("document", "kind", "move_id", "origin_id")
    def _compute_is_missing(self):
        for exhibit in self:
            # Copies of documents in Odoo are made together with the packet.
            exhibit.is_missing = not (
                exhibit.document or exhibit.move_id or exhibit.origin_id
            )

    def write(self, vals):
        # A file that a person puts here, redacted maybe, is never printed over.
        if "document" in vals and "is_generated" not in vals:
            vals = {**vals, "is_generated": False}
        return super().write(vals)

    @api.model
    def _get_evidence_domain(self):
        return [("claim_id.state", "not in", UNFILED_STATES)]

    @api.constrains("document")
    def _check_document(self):
        for exhibit in self.filtered("document"):
            mimetype = guess_mimetype(exhibit._get_content())
            if mimetype != "application/pdf" and not mimetype.startswith("image/"):
                raise ValidationError(
                    self.env._(
                        "“%s” is neither a PDF nor a picture. Print it to a PDF first.",
                        exhibit.filename or exhibit.name,
                    )
                )

    @api.model
    def _get_kind_label(self, kind):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        return labels.get(kind, "")

    def _get_origin_key(self):
        """:return: pair of model and id of the order or delivery it was printed from"""
        return self.origin_model, self.origin_id

    def _store_copy(self, document):
        """Keep what was printed of an invoice, an order or a delivery.

        :param bytes document: the PDF, in base64
        """
        self.write(
            {
                "document": document,
                "filename": f"{self.name.replace('/', '_')}.pdf",
                "is_generated": True,
            }
        )

    def _get_content(self):
        """:return: bytes of the document"""
        return self._get_attachment().raw or b""

    def _get_attachment(self):
        # Sudo: the file behind a field of the exhibit, which was read already.
        return (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("res_field", "=", "document"),
                ],
                limit=1,
            )
        )
