from odoo import fields, models

from ..common.access import READERS

KINDS = [
    ("business", "Business"),
    ("public", "Public body"),
    ("consumer", "Consumer"),
]


class ResPartner(models.Model):
    _inherit = "res.partner"

    collection_debtor_kind = fields.Selection(
        KINDS,
        "Kind of debtor",
        groups=READERS,
        help="Decides what late payment may cost. Empty: a business if it is a company"
        " or has a tax number, else a consumer.",
    )

    def _get_debtor_kind(self):
        """:return: what the law sees in a customer, a key of ``KINDS``"""
        self.ensure_one()
        # Sudo: the portal tells customers what their delay costs, too.
        customer = self.sudo().commercial_partner_id
        if customer.collection_debtor_kind:
            return customer.collection_debtor_kind
        is_business = customer.is_company or customer.vat not in (False, "", "/")
        return "business" if is_business else "consumer"
