from odoo import fields, models

from .res_partner import READERS


class ResPartner(models.Model):
    """What somebody asked for in the portal about being contacted."""

    _inherit = "res.partner"

    collection_no_calls = fields.Boolean(
        "Do not call",
        tracking=True,
        groups=READERS,
        help="Has asked not to be called about debts; messages still arrive. On a"
        " customer it holds for everybody there, on a contact person for this person."
        " No setting and nobody overrides it.",
    )
