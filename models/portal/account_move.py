from odoo import models


class AccountMove(models.Model):
    """What of an invoice can be paid online: nothing that a bankruptcy stays."""

    _inherit = "account.move"

    def _has_to_be_paid(self):
        return super()._has_to_be_paid() and not self._is_payment_stayed()

    def _get_online_payment_error(self):
        if self._is_payment_stayed():
            return self.env._(
                "This invoice is part of a bankruptcy and is not paid online."
            )
        return super()._get_online_payment_error()

    def _is_payment_stayed(self):
        return bool(self.env["collection.stay"]._filter_moves(self))
