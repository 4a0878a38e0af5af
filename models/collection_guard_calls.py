from odoo import api, models


class CollectionGuard(models.AbstractModel):
    """Who asked not to be called is not called; by no setting, and by nobody. Who
    asked to be called at certain hours is called then."""

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

    @api.model
    def _heed_wishes(self, case, channel, person):
        """Narrow the hours for calls to those that the person asked for, else the
        customer whose person it is: a lawyer keeps hours of its own. Where the policy
        allows none of these, its own remain."""
        limits = super()._heed_wishes(case, channel, person)
        asked = person
        if (
            not asked.collection_hour_to
            and person != case.partner_id.collection_lawyer_id
        ):
            asked = case.partner_id
        if channel != "phone" or not asked.collection_hour_to:
            return limits
        start = max(limits.hour_from, asked.collection_hour_from)
        end = min(limits.hour_to, asked.collection_hour_to)
        if start >= end:
            return limits
        return limits._replace(hour_from=start, hour_to=end, is_wish=True)
