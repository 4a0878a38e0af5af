from odoo import fields, models

from ..common.access import READERS


class AccountMove(models.Model):
    """Invoices over late charges, and the credit notes that waive them."""

    _inherit = "account.move"

    collection_charge_ids = fields.One2many(
        "collection.charge", "move_id", "Late charges", groups=READERS
    )

    def _get_collection_charge_vals(self):
        """:return: dict of what a credit note takes over from an invoice of charges"""
        self.ensure_one()
        return {
            "partner_id": self.partner_id.id,
            "journal_id": self.journal_id.id,
            "currency_id": self.currency_id.id,
            "company_id": self.company_id.id,
        }
