from odoo import api, models
from odoo.tools import SQL

from ...tools.channels import channels
from ...tools.contact_limits import WINDOW

CALLS, FREE = channels(is_call=True), channels(is_free=True)


class CollectionDecisionLimits(models.AbstractModel):
    """The contact guard's limits by the day, as part of the decision statement.

    The same rules as ``tools.contact_limits``, for all cases at once: the day from
    which a message, or a call, is within the limits. What depends on the hour and on
    the person is asked of the guard when the step is carried out.
    """

    _name = "collection.decision.limits"
    _description = "Contact Limits in the Decision Statement"

    @api.model
    def _limits_sql(self, company, as_of):
        """Say from which days messages and calls are within the policies' limits.

        In: what was tried and said in the last weeks, and the limits of the policies.
        Out: per case the days from which a message and a call are within the limits.
        Example: 7 attempts in 7 days are allowed and the 7th last one was on 1 March:
        ``date_touch`` is 8 March. A call on the 4th, and calls 7 days apart: 11 March.
        """
        return SQL(
            """
            SELECT recent.case_id, touch.day AS date_touch,
                   GREATEST(touch.day,
                       last_call + NULLIF(policy.limit_call_days, 0),
                       last_talk + NULLIF(policy.limit_talk_days, 0)) AS date_call
              FROM (%(recent)s) recent
              JOIN collection_case case_ ON case_.id = recent.case_id
              JOIN collection_policy policy ON policy.id = case_.policy_id
             CROSS JOIN LATERAL (
                SELECT GREATEST(
                    CASE WHEN policy.limit_once_a_day THEN days[1] + 1 END,
                    days[NULLIF(policy.limit_attempts, 0)] + %(window)s) AS day) touch
             WHERE recent.overridden IS NULL
                   OR recent.overridden <= recent.last_attempt
                   OR recent.overridden_day < %(as_of)s::date - 1
            """,
            recent=self._contacts_sql(company, as_of),
            window=WINDOW,
            as_of=as_of,
        )

    @api.model
    def _contacts_sql(self, company, as_of):
        """:return: SQL with the attempts and talks of the last weeks per case"""
        return SQL(
            """
            SELECT case_id,
                   ARRAY_AGG(day ORDER BY day DESC) FILTER (WHERE is_attempt) AS days,
                   MAX(date) FILTER (WHERE is_attempt) AS last_attempt,
                   MAX(day) FILTER (WHERE is_attempt AND channel = ANY(%(talk)s))
                       AS last_call,
                   MAX(day) FILTER (WHERE is_conversation) AS last_talk,
                   MAX(date) FILTER (WHERE outcome = 'override') AS overridden,
                   MAX(day) FILTER (WHERE outcome = 'override') AS overridden_day
              FROM (
                SELECT contact.*, (contact.date AT TIME ZONE 'UTC'
                                   AT TIME ZONE %(zone)s)::date AS day
                  FROM collection_contact contact
                 WHERE contact.company_id = %(company)s AND is_void IS NOT TRUE
                   AND (is_attempt OR is_conversation OR outcome = 'override')
                   -- No limit is of more than 60 days; the rest is for time zones.
                   AND contact.date > %(as_of)s::date - 62
                   AND contact.date < %(as_of)s::date + 2) contact
             WHERE day <= %(as_of)s
             GROUP BY case_id
            """,
            company=company.id,
            as_of=as_of,
            talk=CALLS,
            zone=company._get_collection_zone(),
        )

    @api.model
    def _date_free_sql(self):
        """:return: SQL day from which the limits allow ``stage`` for ``position``"""
        return SQL(
            "CASE WHEN stage.channel = ANY(%s) THEN position.date_call"
            " WHEN stage.channel <> ALL(%s) THEN position.date_touch END",
            CALLS,
            FREE,
        )
