from odoo import api, models


class CollectionGuard(models.AbstractModel):
    """Nobody speaks to a bankrupt debtor about what was owed before the petition."""

    _inherit = "collection.guard"

    @api.model
    def _hard_stop(self, cases, channel, persons):
        stops = super()._hard_stop(cases, channel, persons)
        stay = self.env["collection.stay"]
        for case in cases.filtered("is_bankrupt"):
            bankruptcies = stay._get_bankruptcies(case.partner_id)
            is_ally = stay._is_ally(persons[case], bankruptcies)
            if case._is_stayed() and not is_ally:
                stops[case] = bankruptcies[:1]._get_stay_text()
        return stops
