from odoo import fields, models


class ResCompany(models.Model):
    """Where what a bankruptcy leaves unpaid is written off."""

    _inherit = "res.company"

    collection_writeoff_account_id = fields.Many2one(
        "account.account",
        "Account for write-offs",
        check_company=True,
        domain="[('account_type', 'in', ('expense', 'expense_direct_cost'))]",
        help="Proposed write-offs of settled claims are drafted on it.",
    )
