from odoo import api, fields, models


class CollectionAction(models.Model):
    """The recital of a final demand, and to whom the matter goes after it."""

    _inherit = "collection.action"

    recital_ids = fields.One2many(
        "collection.recital", "action_id", "What the letter recites"
    )
    untold = fields.Json(
        "Left out", readonly=True, help="Lines of the recital that a person left out."
    )
    referral_text = fields.Char("Referred to", compute="_compute_referral_text")

    @api.depends("stage_id.referral_partner_id")
    @api.depends_context("lang")
    def _compute_referral_text(self):
        for action in self:
            # Only the name that the letter prints, whoever may read the address book.
            name = action.stage_id.referral_partner_id.sudo().name
            action.referral_text = name or self.env._("a third party")

    def _set_told(self, key, is_told):
        """Remember whether a line of the recital is left out.

        :param str key: see ``collection.recital._get_key``
        :param bool is_told: whether the letter recites it
        """
        self.check_access("write")
        untold = set(self.untold or ()) - {key}
        if not is_told:
            untold.add(key)
        # Readonly, so that nobody writes it past the screen; the right was checked.
        self.sudo().untold = sorted(untold)
