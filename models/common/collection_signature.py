import base64
import binascii
import hashlib
import hmac
import io

from odoo import api, models
from odoo.exceptions import UserError
from PIL import Image

# As many as the largest screen has; the widget sends far fewer.
SIGNATURE_PIXELS = 4096 * 2160


class CollectionSignature(models.AbstractModel):
    """The signature under a document: how the document is made and kept, and how a
    signature is taken in the portal or filed from paper.

    The records that are signed inherit ``collection.signed.mixin``.
    """

    _name = "collection.signature"
    _description = "Signatures of Customers"

    # ------------------------------------------------------------------
    # The document
    # ------------------------------------------------------------------

    @api.model
    def _write_document(self, record):
        """Store the document as it is shown to the signer, and its fingerprint."""
        pages = [
            self._render(own, report) for report, own in record._get_document_reports()
        ]
        content = self._merge(pages)
        document = self._attach(record, f"{self._get_title(record)}.pdf", content)
        record._write_protected(
            {
                "document_id": document.id,
                "document_sha256": self._get_fingerprint(content),
            }
        )

    @api.model
    def _render(self, record, report):
        """:return: bytes of a PDF about the record, in the customer's language"""
        self.env.flush_all()
        # As superuser: the document must not depend on the rights of its author.
        reports = self.sudo().env["ir.actions.report"]
        # The report prepares its values by itself.
        return reports._render_collection_pdf(report, {record.id: None})[record.id]

    @api.model
    def _merge(self, pages):
        if len(pages) == 1:
            return pages[0]
        streams = [io.BytesIO(page) for page in pages]
        with self.env["ir.actions.report"]._merge_pdfs(streams) as merged:
            return merged.getvalue()

    @api.model
    def _get_title(self, record):
        """:return: name of the document, in the customer's language"""
        here = record.with_context(lang=record.lang or self.env.lang)
        return here._get_document_title()

    @api.model
    def _get_fingerprint(self, content):
        return hashlib.sha256(content).hexdigest()

    @api.model
    def _is_same(self, record, sha256):
        """:return: whether a fingerprint is that of the document of the record"""
        own = (record.document_sha256 or "").encode()
        return hmac.compare_digest((sha256 or "").encode(), own)

    @api.model
    def _is_intact(self, record):
        """:return: whether the document is still the one that was shown and signed"""
        # Sudo: a yes or no about a file that belongs to the record.
        own = record.sudo()
        document = own.document_id or own.signed_document_id
        return bool(document) and self._is_same(
            own, self._get_fingerprint(document.raw or b"")
        )

    @api.model
    def _attach(self, record, name, content):
        """:return: the ir.attachment of a document that belongs to the record"""
        vals = {"name": name, "raw": content, "res_model": record._name}
        # Who signs may not write attachments; the document is the program's.
        return self.env["ir.attachment"].sudo().create({**vals, "res_id": record.id})

    # ------------------------------------------------------------------
    # In the portal
    # ------------------------------------------------------------------

    @api.model
    def _sign(self, record, name, signature, sha256, ip, agent):
        """Sign in the portal, as superuser.

        :param record: of a model with ``collection.signed.mixin``
        :param str name: who signs
        :param str signature: PNG, base64
        :param str sha256: fingerprint of the document that was shown
        :param str ip: the signer's address
        :param str agent: the signer's browser
        :return: translated sentence on why it was refused, or False
        """
        name = (name or "").replace("\x00", "").strip()
        if not name or len(name) > 100:
            return self.env._("Please enter your name.")
        if not self._is_image(signature):
            return self.env._("Please sign in the box.")
        if not record._lock_for_signature():
            return self.env._(
                "A payment is being recorded right now. Please try again."
            )
        if reason := record._find_reason_against_signing(sha256):
            return reason
        record._take_signature(
            {
                "signed_by": name,
                "signature": signature,
                "signed_ip": ip,
                "signed_agent": (agent or "").replace("\x00", "")[:200],
                "signed_on": record.company_id._get_collection_moment(),
                "date_signed": record.company_id._get_collection_today(),
            }
        )
        return False

    @api.model
    def _get_changed_reason(self, record, sha256):
        """:return: translated sentence when another document was shown, or False"""
        if sha256 is None or self._is_same(record, sha256):
            return False
        return self.env._(
            "The agreement was changed after you opened it. Please read it again."
        )

    @staticmethod
    def _is_image(signature):
        """:return: whether the text is a PNG of a sensible size"""
        if not isinstance(signature, str) or len(signature) > 2_000_000:
            return False
        try:
            content = base64.b64decode(signature, validate=True)
            # Only its head is read: a few bytes can stand for a picture of gigabytes.
            with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
                return image.width * image.height <= SIGNATURE_PIXELS
        except (binascii.Error, OSError, ValueError, SyntaxError):
            return False
        except Image.DecompressionBombError:
            return False

    @api.model
    def _write_signed_document(self, record):
        """Store the document as it was shown, with a page on its signature."""
        proof = self._render(record, record._signature_report)
        content = self._merge([record.sudo().document_id.raw, proof])
        here = self.with_context(lang=record.lang)
        name = here.env._("%s (signed)", self._get_title(record))
        document = self._attach(record, f"{name}.pdf", content)
        record._write_protected({"signed_document_id": document.id})

    # ------------------------------------------------------------------
    # On paper
    # ------------------------------------------------------------------

    @api.model
    def _sign_on_paper(self, record, name, day, file_name, scan):
        """File a signature on paper.

        :param record: of a model with ``collection.signed.mixin``
        :param str name: who signed
        :param date day: when
        :param str file_name: name of the scan
        :param bytes scan: the signed document
        :raises UserError: when it cannot be accepted
        """
        record.check_access("write")
        if day > record.company_id._get_collection_today():
            raise UserError(self.env._("The signing date cannot be in the future."))
        if not record._lock_for_signature():
            raise UserError(
                self.env._("A payment is being recorded right now. Try again.")
            )
        if reason := record._find_reason_against_signing():
            raise UserError(reason)
        record._take_signature(
            {
                "is_paper": True,
                "signed_by": name,
                "signed_on": record.company_id._get_collection_moment(),
                "date_signed": day,
                "signed_document_id": self._attach(record, file_name, scan).id,
            }
        )
