from odoo import fields, models


class ResCompany(models.Model):
    """What the agreements on installments of a company say."""

    _inherit = "res.company"

    collection_plan_law = fields.Char(
        "Law of installment agreements",
        translate=True,
        help="The law that governs the agreements, and the courts, in a few words."
        " Empty: the law of the company's country.",
    )
    collection_plan_clauses = fields.Html(
        "More clauses of installment agreements",
        translate=True,
        help="Added at the end of each agreement. Have a lawyer of your country read"
        " the whole before you use it.",
    )
