from odoo import api, models


class CollectionGuard(models.AbstractModel):
    """Who asked not to be called is not called; by no setting, and by nobody."""

    _inherit = "collection.guard"

    @api.model
    def _hard_stop(self, cases, channel, persons):
        stops = super()._hard_stop(cases, channel, persons)
        if channel != "phone":
            return stops
        for case in cases:
            asked = (persons[case] | case.partner_id).filtered("collection_no_calls")
            if asked and case not in stops:
                stops[case] = self.env._(
                    "%s has asked not to be called.", asked[:1].display_name
                )
        return stops
