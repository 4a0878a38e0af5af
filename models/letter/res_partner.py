from odoo import fields, models


class ResPartner(models.Model):
    """A link to the account was sent to an address: it ends with that address, which
    may never have been the customer's."""

    _inherit = "res.partner"

    def write(self, vals):
        if "email" not in vals:
            return super().write(vals)
        before = {partner: partner.email_normalized for partner in self}
        result = super().write(vals)
        moved = self.filtered(
            lambda partner: (
                before[partner] and partner.email_normalized != before[partner]
            )
        )
        if moved:
            # Whoever keeps contacts need not be one who sees links.
            links = self.env["collection.account.link"].sudo()
            links.search(
                [
                    ("contact_id", "in", moved.ids),
                    ("date_revoked", "=", False),
                    ("date_expires", ">", fields.Datetime.now()),
                ]
            )._revoke()
        return result
