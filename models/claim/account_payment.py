from odoo import models

from ..common.fields import compute_again


class AccountPayment(models.Model):
    """A dividend is received while its payment stands."""

    _inherit = "account.payment"

    def write(self, vals):
        # Nothing refers yet to a payment that is only just getting its entry.
        is_new = "state" not in vals or "move_id" in vals
        before = {} if is_new else {payment: payment.state for payment in self}
        result = super().write(vals)
        changed = [
            payment.id for payment, old in before.items() if payment.state != old
        ]
        self.browse(changed)._refresh_collection_dividends()
        return result

    def _refresh_collection_dividends(self):
        """Have the dividends paid with these payments received, or not any more."""
        if not self:
            return
        # Whoever undoes a payment need not see claims.
        rows = self.env["collection.claim.distribution"].sudo()
        compute_again(rows.search([("payment_id", "in", self.ids)]), "is_received")
