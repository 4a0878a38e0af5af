from collections import defaultdict
from datetime import timedelta
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ...tools.contact_limits import WINDOW, Event


class Entry(NamedTuple):
    """A row of the contact log, as the limits need it."""

    case_id: int
    partner_id: int | None
    company_id: int
    date: object
    channel: str
    outcome: str
    is_attempt: bool
    is_conversation: bool
    date_follow_up: object

    def as_event(self, day):
        """:return: the Event of the limits, on a local day"""
        return Event(day, self.channel, self.is_attempt, self.is_conversation)


class CollectionContactFacts(models.AbstractModel):
    """What the contact guard has to know: contacts so far. Set-based."""

    _name = "collection.contact.facts"
    _description = "Facts for the Contact Guard"

    @api.model
    def _get_entries(self, cases, persons, moment):
        """Find the contacts that count for cases: their own, and those with the same
        person in other cases of the company.

        :param cases: collection.case records
        :param dict persons: res.partner per case
        :param datetime moment: naive UTC; later contacts do not count
        :return: dict of a list of ``Entry`` per case, oldest first
        """
        self.env["collection.contact"].flush_model()
        policies = cases.policy_id
        days = max(
            WINDOW,
            *policies.mapped("limit_call_days"),
            *policies.mapped("limit_talk_days"),
            0,
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT case_id, partner_id, company_id, date, channel, outcome,
                       is_attempt, is_conversation, date_follow_up
                  FROM collection_contact
                 WHERE is_void IS NOT TRUE AND date <= %(moment)s
                   AND (date > %(since)s OR outcome = 'call_back'
                        AND date_follow_up >= %(since)s::date)
                   AND (is_attempt OR is_conversation OR outcome = 'override')
                   AND (case_id = ANY(%(cases)s) OR partner_id = ANY(%(persons)s))
                 ORDER BY date, id
                """,
                since=moment - timedelta(days=days + 2),
                # What is logged in the same second has happened.
                moment=moment + timedelta(minutes=5),
                cases=cases.ids,
                persons=[person.id for person in persons.values()],
            )
        )
        return self._share(cases, persons, [Entry(*row) for row in rows])

    @api.model
    def _share(self, cases, persons, entries):
        by_case, by_person = defaultdict(list), defaultdict(list)
        for entry in entries:
            by_case[entry.case_id].append(entry)
            by_person[entry.company_id, entry.partner_id].append(entry)
        result = {}
        for case in cases:
            others = by_person[case.company_id.id, persons[case].id]
            mine = by_case[case.id]
            mine = mine + [entry for entry in others if entry.case_id != case.id]
            result[case] = sorted(mine, key=lambda entry: entry.date)
        return result
