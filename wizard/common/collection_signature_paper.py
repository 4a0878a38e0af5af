import base64

from odoo import fields, models
from odoo.exceptions import UserError


class CollectionSignaturePaper(models.TransientModel):
    """File a document that was signed on paper: who, when, and the scan."""

    _name = "collection.signature.paper"
    _description = "Agreement Signed on Paper"

    res_model = fields.Char("Kind of document", required=True)
    res_id = fields.Many2oneReference(
        "Document", model_field="res_model", required=True
    )
    signed_by = fields.Char(required=True, help="Name and role of the signer.")
    date_signed = fields.Date(
        "Signed on",
        required=True,
        default=lambda self: self.env.company._get_collection_today(),
    )
    scan = fields.Binary(required=True, attachment=False)
    scan_name = fields.Char("File name")

    def action_file(self):
        """Accept what was signed, and file the scan with it."""
        self.ensure_one()
        self.env["collection.signature"]._sign_on_paper(
            self._get_record(),
            self.signed_by,
            self.date_signed,
            self.scan_name or self.env._("Signed agreement"),
            base64.b64decode(self.with_context(bin_size=False).scan),
        )
        return {"type": "ir.actions.act_window_close"}

    def _get_record(self):
        """:raises UserError: when it is nothing that customers sign"""
        signed = self.env.registry.descendants(["collection.signed.mixin"], "_inherit")
        if self.res_model not in signed:
            raise UserError(self.env._("This is nothing that customers sign."))
        return self.env[self.res_model].browse(self.res_id)
