from odoo import api, fields, models
from odoo.exceptions import UserError

# The documents that are evidence; the models that keep evidence name them.
SIGNED_DOCUMENTS = ("document_id", "signed_document_id", "signature")


class CollectionSignedMixin(models.AbstractModel):
    """Something that a customer reads as a document and signs, in the portal or on
    paper.

    What is signed is the document as it was shown, held by its fingerprint; see
    ``collection.signature``, which takes the signature.
    """

    _name = "collection.signed.mixin"
    _description = "Documents Signed by Customers"
    _inherit = ["portal.mixin", "collection.protected.mixin"]

    # XML ids: the reports that make up the document, and the page on its signature.
    _document_reports = ()
    _signature_report = ""
    # The states that may follow each state.
    _transitions = {}

    # Whoever has it signs as the customer.
    access_token = fields.Char(groups=fields.NO_ACCESS)
    lang = fields.Char("Language", readonly=True, copy=False)
    document_id = fields.Many2one(
        "ir.attachment", "Agreement", readonly=True, copy=False
    )
    document_sha256 = fields.Char("SHA-256 of the agreement", readonly=True, copy=False)
    is_paper = fields.Boolean("Signed on paper", readonly=True, copy=False)
    signed_by = fields.Char(readonly=True, copy=False)
    signed_on = fields.Datetime("Signature filed on", readonly=True, copy=False)
    date_signed = fields.Date("Signed on", readonly=True, copy=False)
    signature = fields.Image(
        readonly=True, copy=False, attachment=True, max_width=1024, max_height=1024
    )
    signed_ip = fields.Char("Signer's IP address", readonly=True, copy=False)
    signed_agent = fields.Char("Signer's browser", readonly=True, copy=False)
    signed_document_id = fields.Many2one(
        "ir.attachment", "Signed agreement", readonly=True, copy=False
    )

    # ------------------------------------------------------------------
    # What each model says
    # ------------------------------------------------------------------

    def _get_document_reports(self):
        """:return: XML ids of the reports and their records, which together make the
        document: list of pairs"""
        return [(report, self) for report in self._document_reports]

    def _get_document_title(self):
        """:return: what the document is called, in the language of the context"""
        raise NotImplementedError

    def _lock_for_signature(self):
        """Lock what the signature is about against other signatures and payments.

        :return: False when a payment is just being written
        """
        raise NotImplementedError

    def _find_reason_against_signing(self, sha256=None):
        """Say why it cannot be signed; asked under lock.

        :param str sha256: fingerprint of the document that the signer was shown; None
            for a signature on paper
        :return: translated sentence, or False
        """
        raise NotImplementedError

    def _take_signature(self, vals):
        """Write who signed, and put in force what was signed."""
        raise NotImplementedError

    def _set_state(self, state, **vals):
        """Take a transition that is in the table.

        :param str state: the new state
        :param vals: what is written along with it
        :raises UserError: when it cannot go there from where it is
        """
        for record in self:
            if state not in self._transitions[record.state]:
                raise UserError(
                    self.env._(
                        "%(record)s is “%(state)s”, so it cannot become “%(new)s”.",
                        record=record.name,
                        state=record._label("state"),
                        new=record._label("state", state),
                    )
                )
        self._write_protected({"state": state, **vals})

    # ------------------------------------------------------------------
    # Screen
    # ------------------------------------------------------------------

    def action_preview(self):
        """Show the document: the signed one, the one that was offered, else what it
        would be."""
        self.ensure_one()
        document = self.signed_document_id or self.document_id
        if document:
            return self._open_url(f"/web/content/{document.id}")
        report = self.env.ref(self._document_reports[0])
        return report.report_action(self, config=False)

    def action_open_portal(self):
        """Show the page that the customer sees, without the secret of the customer."""
        self.ensure_one()
        return self._open_url(self.access_url)

    def action_open_paper(self):
        """Ask who signed on paper, and for the scan."""
        self.ensure_one()
        return self._open_wizard(
            "collection.signature.paper",
            self.env._("Signed on paper"),
            res_model=self._name,
            res_id=self.id,
        )

    def _open_url(self, url):
        return {"type": "ir.actions.act_url", "url": url, "target": "new"}

    @api.private
    def get_portal_url(
        self,
        suffix=None,
        report_type=None,
        download=None,
        query_string=None,
        anchor=None,
    ):
        """Called in messages and pages only: over the API it would give the secret of
        the customer to whoever asks."""
        return super().get_portal_url(
            suffix, report_type, download, query_string, anchor
        )

    def _portal_ensure_token(self):
        self.check_access("read")
        # Sudo: the address with the secret is for the customer, in messages and pages.
        return super(CollectionSignedMixin, self.sudo())._portal_ensure_token()

    def _sign_token(self, pid):
        # Sudo: as above; what leaves is a hash for one contact.
        return super(CollectionSignedMixin, self.sudo())._sign_token(pid)
