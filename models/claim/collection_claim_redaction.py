from odoo import fields, models
from odoo.exceptions import UserError

REDACTION_KINDS = [
    ("ssn", "US social security number"),
    ("iban", "Account number (IBAN)"),
    ("account", "Account or card number"),
    ("birth", "Date of birth"),
    ("unreadable", "Unreadable text: check it"),
]


class CollectionClaimRedaction(models.Model):
    """Something in the packet that has to be redacted, or was found harmless.

    Only its last digits are kept here: a list of private numbers is no place for them.
    """

    _name = "collection.claim.redaction"
    _description = "Redaction of a Packet"
    _inherit = ["collection.protected.mixin"]
    _order = "kind, id"
    _rec_names_search = ["text", "claim_id"]

    claim_id = fields.Many2one(
        "collection.claim", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="claim_id.company_id", store=True, index=True, precompute=True
    )
    kind = fields.Selection(REDACTION_KINDS, required=True, readonly=True)
    text = fields.Char("Ends in", readonly=True)
    fingerprint = fields.Char(required=True, readonly=True)
    places = fields.Char(readonly=True)
    is_checked = fields.Boolean(
        "Looked at", help="Redacted in the document, or it may stay."
    )
    note = fields.Char(help="Why it may stay: our own account, ...")
    user_id = fields.Many2one("res.users", "Looked at by", readonly=True)

    def write(self, vals):
        if not self.env.su and self.filtered(lambda row: row.claim_id.is_packet_final):
            raise UserError(
                self.env._("The packet is final. Make it again to change the list.")
            )
        result = super().write(vals)
        if "is_checked" in vals and not self.env.su:
            user = self.env.user if vals["is_checked"] else self.env["res.users"]
            self._write_protected({"user_id": user.id})
        return result
