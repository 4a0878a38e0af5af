from odoo import fields, models

from ..tools.contact_limits import Limits


class CollectionPolicy(models.Model):
    """How often, and when, customers of this policy are contacted by anybody.

    The scheduler keeps these limits whatever ``limit_mode`` says; it decides what
    happens when a person is about to exceed one.
    """

    _inherit = "collection.policy"

    limit_mode = fields.Selection(
        [("block", "Not allowed"), ("warn", "Allowed, with a warning")],
        "A person exceeds a limit",
        default="block",
        required=True,
        help="The scheduler never exceeds a limit. A manager may override one with a"
        " reason, which is logged.",
    )
    limit_once_a_day = fields.Boolean(
        "Never twice on one day",
        default=True,
        help="Whoever tries, and over whatever channel.",
    )
    limit_call_days = fields.Integer(
        "Days between two calls",
        default=7,
        help="Attempts count, not only successes. Zero: no limit.",
    )
    limit_talk_days = fields.Integer(
        "Days from a conversation to the next call",
        default=7,
        help="The day of the talk is day 1: after a talk on the 1st, the next call is"
        " on the 8th. Zero: no limit.",
    )
    limit_attempts = fields.Integer(
        "Attempts in 7 days",
        default=7,
        help="Over all channels, by people and by the scheduler. Zero: no limit.",
    )
    limit_hour_from = fields.Float(
        "Calls from", default=8.0, help="In the customer's own time zone."
    )
    limit_hour_to = fields.Float(
        "Calls before", default=21.0, help="In the customer's own time zone."
    )

    _contact_limits = models.Constraint(
        "CHECK (limit_call_days >= 0 AND limit_talk_days >= 0 AND limit_attempts >= 0"
        " AND limit_call_days <= 60 AND limit_talk_days <= 60)",
        "The days and numbers of contact limits are from 0 to 60.",
    )
    _contact_hours = models.Constraint(
        "CHECK (limit_hour_from >= 0 AND limit_hour_to <= 24"
        " AND limit_hour_from < limit_hour_to)",
        "Calls are allowed from one hour to a later one of the same day.",
    )

    def _get_limits(self):
        """:return: the Limits of this policy; the usual ones of no policy"""
        if not self:
            return Limits()
        return Limits(
            once_a_day=self.limit_once_a_day,
            call_gap=self.limit_call_days,
            talk_gap=self.limit_talk_days,
            attempts_max=self.limit_attempts,
            hour_from=self.limit_hour_from,
            hour_to=self.limit_hour_to,
            working_days=self.working_days_only,
        )
