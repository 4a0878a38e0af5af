from collections import defaultdict
from datetime import datetime, timedelta
from typing import NamedTuple

import pytz
from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_duration

from ...tools.channels import channel_of
from ...tools.contact_limits import CALL_BACK_DAYS, WINDOW, Event, Limits, next_moment

OVERRIDE_HOURS = 24


class Answer(NamedTuple):
    """What the guard says: may this person be contacted, and if not, why and when.

    ``level``: "" for free to go, "warn" and "block" for a limit as the policy takes it,
    "stop" for what nobody overrides. ``reason``: translated. ``next_moment``: naive
    UTC, None when free to go, or when it will never be allowed by itself. ``limit``:
    the key of the limit that decides, as ``tools.contact_limits`` names them.
    """

    allowed: bool
    level: str = ""
    reason: str = ""
    next_moment: datetime | None = None
    limit: str = ""


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


class CollectionContactGuard(models.AbstractModel):
    """The contact guard: may we contact this person about this case by this channel at
    this moment; if not, why, and when is the next moment.

    Attempts count, not only successes; people and the scheduler count together, per
    case and per person. Everybody who contacts a customer asks here.
    """

    _name = "collection.contact.guard"
    _description = "Contact Guard"

    @api.model
    def _ask(self, cases, channel, moment=None, partner=None, persons=None):
        """Ask whether customers may be contacted. The number of queries does not depend
        on the number of cases.

        :param cases: collection.case records
        :param str channel: a channel of a stage or of the contact log
        :param datetime moment: naive UTC; now if not given
        :param partner: the res.partner to be contacted; the recipient if not given
        :param dict persons: the same for each case
        :return: dict of an ``Answer`` per case
        """
        # Whether somebody may be contacted does not depend on who asks; what is told
        # of the log is no more than a date.
        guarded = cases.sudo()
        moment = moment or self.env.company._get_collection_moment()
        persons = persons or self._get_persons(guarded, channel, partner)
        stops = self._hard_stop(guarded, channel, persons)
        if channel_of(channel).is_free:
            return {case: self._get_free_answer(stops.get(case)) for case in cases}
        entries = self.sudo()._get_entries(guarded, persons, moment)
        calendars = self.env["collection.calendar"]._get_company_calendars(
            guarded.company_id
        )
        return {
            case: self._get_free_answer(stops[case])
            if case in stops
            else self._answer(
                case,
                channel,
                moment,
                persons[case],
                entries[case],
                calendars[case.company_id],
            )
            for case in guarded
        }

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

    @api.model
    def _check(self, cases, channel, partner=None):
        """Check that customers may be contacted now.

        :return: translated text of what is to be considered all the same
        :raises UserError: when they may not
        """
        answers = self._ask(cases, channel, partner=partner)
        for case, answer in answers.items():
            if not answer.allowed:
                raise UserError(self._get_text(case, answer, partner))
        return "\n".join(answer.reason for answer in answers.values() if answer.reason)

    @api.model
    def _hard_stop(self, cases, channel, persons):
        """Say who may not be contacted at all, whatever the limits are.

        :param cases: collection.case records, as superuser
        :param str channel: how they are to be contacted
        :param dict persons: the res.partner to be contacted per case
        :return: dict of a translated reason per case that is stopped
        """
        stays = self.env["collection.stay"]._get_bankruptcies(cases.partner_id)
        by_customer = stays.grouped("partner_id")
        reasons = {
            case: self._get_stop_reason(
                case,
                channel,
                persons[case],
                by_customer.get(case.partner_id, stays.browse()),
            )
            for case in cases
        }
        return {case: reason for case, reason in reasons.items() if reason}

    @api.model
    def _get_stop_reason(self, case, channel, person, bankruptcies):
        """:return: the first of the four reasons not to contact a person, or False"""
        # A stay holds whatever anybody wants; and a decision of ours is no contact.
        return self._get_stay_reason(case, person, bankruptcies) or (
            channel != "task"
            and (
                self._get_no_contact_reason(case, person)
                or self._get_lawyer_reason(case, person)
                or (channel == "phone" and self._get_no_calls_reason(case, person))
            )
        )

    @api.model
    def _get_stay_reason(self, case, person, bankruptcies):
        if not (bankruptcies and case._is_stayed()):
            return False
        if bankruptcies._is_representative(person):
            return False
        return bankruptcies[:1]._get_stay_text()

    @api.model
    def _get_no_contact_reason(self, case, person):
        """What a customer has asked does not hold for the lawyer, who can ask too."""
        is_lawyer = person == case.partner_id.collection_lawyer_id
        asked = person if is_lawyer else person | case.partner_id
        unwilling = asked.filtered("collection_do_not_contact")
        return bool(unwilling) and self.env._(
            "%s has asked not to be contacted.", unwilling[:1].display_name
        )

    @api.model
    def _check_wishes(self, case, channel, people):
        """Check that nobody whom a colleague is about to write to has asked not to be
        contacted; a manager may override it once, with a reason in the log.

        :param case: collection.case record
        :param str channel: how they are written to
        :param people: res.partner records
        :raises UserError: when somebody has
        """
        unwilling, reason = self._find_unwilling(case, channel, people)
        if unwilling:
            raise UserError(
                self.env._(
                    "%s A collections manager can override this on the case, once and"
                    " with a reason.",
                    reason,
                )
            )

    @api.model
    def _find_unwilling(self, case, channel, people):
        """:return: those of the res.partner records who have asked not to be contacted,
        and a translated reason; nobody, after a manager's override"""
        # As in ``_ask``: it does not depend on who asks.
        case, people = case.sudo(), people.sudo()
        bankruptcies = self.env["collection.stay"]._get_bankruptcies(case.partner_id)
        reasons = {
            person: reason
            for person in people
            if not bankruptcies._is_representative(person)
            and (reason := self._get_no_contact_reason(case, person))
        }
        if not reasons or self._is_wish_overridden(case, channel):
            return people.browse(), ""
        return people.concat(*reasons), next(iter(reasons.values()))

    @api.model
    def _is_wish_overridden(self, case, channel):
        """As for the limits, an override is good for one message, within a day; what a
        colleague writes is no attempt, but uses it up."""
        since = case.company_id._get_collection_moment() - timedelta(
            hours=OVERRIDE_HOURS
        )
        last = case.env["collection.contact"].search(
            [
                ("case_id", "=", case.id),
                ("channel", "=", channel),
                ("direction", "=", "out"),
                ("is_void", "=", False),
                ("date", ">=", since),
            ],
            order="date desc, id desc",
            limit=1,
        )
        return last.outcome == "override"

    @api.model
    def _get_lawyer_reason(self, case, person):
        customer, lawyer = case.partner_id, case.partner_id.collection_lawyer_id
        return bool(lawyer and person != lawyer) and self.env._(
            "%(customer)s is represented by %(lawyer)s: contact the lawyer instead.",
            customer=customer.display_name,
            lawyer=lawyer.display_name,
        )

    @api.model
    def _get_no_calls_reason(self, case, person):
        unwilling = (person | case.partner_id).filtered("collection_no_calls")
        return bool(unwilling) and self.env._(
            "%s has asked not to be called.", unwilling[:1].display_name
        )

    @api.model
    def _get_persons(self, cases, channel, partner):
        """:return: dict of the res.partner per case who is to be contacted"""
        if partner:
            return dict.fromkeys(cases, partner.sudo())
        return self.env["collection.recipient"].sudo()._find_for_cases(cases, channel)

    @api.model
    def _get_free_answer(self, stop):
        return Answer(False, "stop", stop) if stop else Answer(True)

    @api.model
    def _answer(self, case, channel, moment, person, entries, calendar):
        """:return: the ``Answer`` for a case that is not stopped"""
        zone = pytz.timezone(person._get_collection_zone(case.company_id))

        def to_local(when):
            return pytz.utc.localize(when).astimezone(zone).replace(tzinfo=None)

        limits = self._get_limits(case, channel, moment, person, entries, to_local)
        events = [entry.as_event(to_local(entry.date).date()) for entry in entries]
        allowed_at, why = self._find_moment(
            channel, moment, person, zone, limits, events, calendar
        )
        if not why:
            return Answer(True)
        return Answer(
            case.policy_id.limit_mode == "warn",
            case.policy_id.limit_mode or "block",
            self._get_reason(why, limits),
            allowed_at,
            why,
        )

    @api.model
    def _find_moment(self, channel, moment, person, zone, limits, events, calendar):
        """:return: (naive UTC, key of the limit in the way) of the first moment that
        the limits allow, from one on, on a working day of the company; for who is
        called, of the person as well"""
        calendars = [calendar]
        if channel_of(channel).is_timed:
            calendars.append(
                self.env["collection.calendar"]._get_partner_calendar(person)
            )
        allowed_at, why = next_moment(
            limits,
            channel,
            pytz.utc.localize(moment).astimezone(zone).replace(tzinfo=None),
            events,
            lambda day: any(place.is_day_off(day) for place in calendars),
        )
        local = zone.normalize(zone.localize(allowed_at))
        return local.astimezone(pytz.utc).replace(tzinfo=None), why

    @api.model
    def _find_call_back(self, case, moment, partner):
        """Find when a customer who asks for it can be called back.

        :param case: collection.case record
        :param datetime moment: naive UTC, before which it is not
        :param partner: the res.partner to be called
        :return: naive UTC of a moment in the hours and on the days for calls
        """
        # As in ``_ask``: it does not depend on who asks.
        case, partner = case.sudo(), partner.sudo()
        calendars = self.env["collection.calendar"]._get_company_calendars(
            case.company_id
        )
        limits = self._for_call_back(
            self._apply_contact_preferences(case, "phone", partner)
        )
        zone = pytz.timezone(partner._get_collection_zone(case.company_id))
        found, _why = self._find_moment(
            *("phone", moment, partner, zone, limits, []), calendars[case.company_id]
        )
        return found

    @api.model
    def _get_limits(self, case, channel, moment, person, entries, to_local):
        """:return: the Limits that hold now: those of the policy in the hours that the
        person asked for, fewer for a call back that was asked for, none after a
        manager's override"""
        if self._is_overridden(case, channel, moment, entries):
            return Limits(False, 0, 0, 0, 0.0, 24.0, working_days=False)
        limits = self._apply_contact_preferences(case, channel, person)
        today = to_local(moment).date()
        if channel_of(channel).is_call and self._is_call_back(entries, today, to_local):
            return self._for_call_back(limits)
        return limits

    @api.model
    def _for_call_back(self, limits):
        """:return: what of the limits holds for a call back that was asked for"""
        return limits._replace(once_a_day=False, call_gap=0, talk_gap=0, attempts_max=0)

    @api.model
    def _apply_contact_preferences(self, case, channel, person):
        """Narrow the hours for calls to those that the person asked for, else the
        customer whose person it is: a lawyer keeps hours of its own. Where the policy
        allows none of these, its own remain.

        :return: the Limits of the policy, in these hours
        """
        limits = case.policy_id._get_limits()
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
        return limits._replace(hour_from=start, hour_to=end, is_preference=True)

    @api.model
    def _is_overridden(self, case, channel, moment, entries):
        """An override is good for one contact, within a day."""
        since = moment - timedelta(hours=OVERRIDE_HOURS)
        for entry in reversed(entries):
            if entry.case_id != case.id or entry.channel != channel:
                continue
            return entry.outcome == "override" and entry.date >= since
        return False

    @api.model
    def _is_call_back(self, entries, today, to_local):
        """A call back that was asked for is good for one attempt, from the day that was
        agreed on until a few days later."""
        wanted = None
        for entry in entries:
            day = to_local(entry.date).date()
            if entry.outcome == "call_back":
                wanted = entry.date_follow_up or day
            elif wanted and entry.is_attempt and channel_of(entry.channel).is_call:
                wanted = wanted if day < wanted else None
        return bool(wanted) and 0 <= (today - wanted).days <= CALL_BACK_DAYS

    @api.model
    def _get_reason(self, why, limits):
        return {
            "day": self.env._("The customer has already been contacted that day."),
            "attempts": self.env._(
                "The limit of %s attempts in 7 days is reached.", limits.attempts_max
            ),
            "call": self.env._(
                "At least %s days must pass between two calls.", limits.call_gap
            ),
            "talk": self.env._(
                "No call within %s days after a conversation.", limits.talk_gap
            ),
            "hours": self._get_hours_reason(limits),
            "day_off": self.env._("Not a business day (yours or the customer's)."),
        }[why]

    @api.model
    def _get_hours_reason(self, limits):
        if not limits.is_preference:
            return self.env._("Outside the customer's calling hours.")
        return self.env._(
            "The customer asked to be called from %(start)s to %(end)s.",
            start=format_duration(limits.hour_from),
            end=format_duration(limits.hour_to),
        )

    @api.model
    def _get_text(self, case, answer, partner=None):
        """:return: translated sentence that says what the guard answered, with the next
        moment in the customer's local time"""
        if not answer.next_moment:
            return answer.reason
        person = (partner or case.sudo().partner_id).with_env(self.env)
        return self.env._(
            "%(reason)s Allowed again from %(when)s.",
            reason=answer.reason,
            when=person._get_collection_local_text(answer.next_moment, case.company_id),
        )
