from datetime import UTC, datetime

from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation

from ..common.base import CollectionCommon


class GuardCommon(CollectionCommon):
    """A customer in New York, a company in Belgium, and moments to ask about."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls.make_users()
        cls.company.country_id = cls.env.ref("base.be")
        cls.company.sudo().collection_tz = "Europe/Brussels"
        cls.policy = cls.make_policy(
            {"days": 1}, {"days": 60, "channel": "phone", "template_id": False}
        )
        cls.customer = cls.make_american("Guarded")
        cls.case = cls.make_case(cls.customer)
        cls.guard = cls.env["collection.contact.guard"]

    @classmethod
    def make_american(cls, name, state="base.state_us_27"):
        return cls.make_customer(
            name, country_id=cls.env.ref("base.us").id, state_id=cls.env.ref(state).id
        )

    @classmethod
    def make_case(cls, customer):
        cls.make_invoice(customer)
        cls.plan()
        return cls.get_case(customer)

    @classmethod
    def at(cls, text):
        """Answer a moment, given as UTC, with its time zone: a clock for the context"""
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    @classmethod
    def log(cls, text, case=None, user="collector", **vals):
        """Write down a contact at a moment (UTC)."""
        contact = cls.env["collection.contact"].with_user(cls.users[user])
        return contact.with_context(collection_now=cls.at(text)).create(
            {
                "case_id": (case or cls.case).id,
                "partner_id": (case or cls.case).partner_id.id,
                "channel": "phone",
                "outcome": "no_answer",
                **vals,
            }
        )

    def ask(self, text, channel="phone", case=None, **kwargs):
        case = case or self.case
        moment = datetime.fromisoformat(text)
        return self.guard._ask(case, channel, moment=moment, **kwargs)[case]

    def assert_next(self, answer, text):
        self.assertFalse(answer.allowed)
        self.assertEqual(answer.level, "block")
        self.assertTrue(answer.reason)
        self.assertEqual(answer.next_moment, datetime.fromisoformat(text))


@tagged("post_install", "-at_install")
class TestContactGuard(GuardCommon):
    """May we contact this person now, by this channel; if not, why and when next."""

    def test_quiet_hours_are_those_of_the_customer(self):
        """From 8:00 until before 21:00 in New York, which in winter is UTC - 5."""
        self.assert_next(self.ask("2026-03-02T12:59:59"), "2026-03-02T13:00")
        self.assertTrue(self.ask("2026-03-02T13:00:00").allowed)
        self.assertTrue(self.ask("2026-03-03T01:59:59").allowed)
        self.assert_next(self.ask("2026-03-03T02:00:00"), "2026-03-03T13:00")
        # A message may come at any hour, a text message wakes people up.
        self.assertTrue(self.ask("2026-03-03T05:00", "email").allowed)
        self.assert_next(self.ask("2026-03-03T05:00", "sms"), "2026-03-03T13:00")

    def test_calls_in_the_hours_they_asked_for(self):
        """From 9:30 until before 11:00 in New York; messages come at any hour."""
        self.customer.write({"collection_hour_from": 9.5, "collection_hour_to": 11})
        early = self.ask("2026-03-02T13:30")
        self.assert_next(early, "2026-03-02T14:30")
        self.assertIn("asked to be called from 09:30 to 11:00", early.reason)
        self.assertTrue(self.ask("2026-03-02T14:30").allowed)
        self.assert_next(self.ask("2026-03-02T16:00"), "2026-03-03T14:30")
        for channel in ("email", "sms"):
            self.assertTrue(self.ask("2026-03-02T16:00", channel).allowed, channel)

    def test_the_hours_of_the_person_come_first(self):
        self.customer.write({"collection_hour_from": 9.5, "collection_hour_to": 11})
        person = self.make_customer(
            "Late riser",
            is_company=False,
            parent_id=self.customer.id,
            collection_hour_from=15,
            collection_hour_to=17,
        )
        answer = self.ask("2026-03-02T15:00", partner=person)
        self.assert_next(answer, "2026-03-02T20:00")

    def test_a_lawyer_keeps_hours_of_its_own(self):
        """What the customer asked for says nothing of the lawyer's office."""
        lawyer = self.make_american("Lawyer")
        self.customer.write(
            {
                "collection_hour_from": 9.5,
                "collection_hour_to": 11,
                "collection_lawyer_id": lawyer.id,
            }
        )
        self.assertTrue(self.ask("2026-03-02T19:00", partner=lawyer).allowed)
        lawyer.write({"collection_hour_from": 15, "collection_hour_to": 17})
        answer = self.ask("2026-03-02T19:00", partner=lawyer)
        self.assert_next(answer, "2026-03-02T20:00")

    def test_what_is_later_does_not_count(self):
        """But clocks differ a little: what was logged just now has happened."""
        self.log("2026-03-02T15:00", outcome="reached")
        self.assertTrue(self.ask("2026-03-02T14:50").allowed)
        self.assertFalse(self.ask("2026-03-02T14:57").allowed)

    def test_hours_outside_the_policys_are_not_kept(self):
        """Nobody is called at midnight, and not never either."""
        self.customer.write({"collection_hour_from": 22, "collection_hour_to": 24})
        self.assertTrue(self.ask("2026-03-02T15:00").allowed)
        night = self.ask("2026-03-03T03:30")
        self.assert_next(night, "2026-03-03T13:00")
        self.assertIn("Outside the customer's calling hours", night.reason)

    def test_an_override_lifts_the_hours_they_asked_for(self):
        self.customer.write({"collection_hour_from": 9.5, "collection_hour_to": 11})
        now = self.at("2026-03-02T17:00")
        case = self.case.with_user(self.users["manager"])
        case.with_context(collection_now=now)._override_limit("phone", "Urgent")
        self.assertTrue(self.ask("2026-03-02T17:30").allowed)

    def test_summer_time_begins_over_the_weekend(self):
        """On Sunday the 8th clocks go forward: 8:00 on Monday is 12:00 UTC."""
        self.assert_next(self.ask("2026-03-07T02:00"), "2026-03-09T12:00")
        self.assert_next(self.ask("2026-03-09T11:59"), "2026-03-09T12:00")

    def test_two_zones(self):
        """The same moment is early in one zone and office time in the other."""
        pacific = self.make_case(self.make_american("Pacific", "base.state_us_5"))
        self.assertTrue(self.ask("2026-03-02T14:00").allowed)
        self.assert_next(self.ask("2026-03-02T14:00", case=pacific), "2026-03-02T16:00")
        answers = self.guard._ask(
            self.case | pacific, "phone", moment=datetime(2026, 3, 2, 14)
        )
        self.assertEqual(
            [answers[case].allowed for case in (self.case, pacific)], [True, False]
        )

    def test_day_eight(self):
        """After a talk on the 2nd, the next call is on the 9th, day 1 being the 2nd."""
        self.log("2026-03-02T15:00", outcome="reached")
        self.assert_next(self.ask("2026-03-08T15:00"), "2026-03-09T12:00")
        self.assertTrue(self.ask("2026-03-09T12:00").allowed)
        self.assertIn("conversation", self.ask("2026-03-05T15:00").reason)

    def test_a_call_that_reached_nobody_counts_too(self):
        self.log("2026-03-02T15:00")
        self.assert_next(self.ask("2026-03-06T15:00"), "2026-03-09T12:00")
        self.assertIn("two calls", self.ask("2026-03-06T15:00").reason)
        self.assertTrue(self.ask("2026-03-03T15:00", "email").allowed)

    def test_never_twice_on_one_day(self):
        self.log("2026-03-02T15:00", channel="email", outcome="message_left")
        self.assert_next(self.ask("2026-03-02T20:00", "email"), "2026-03-03T05:00")
        self.assert_next(self.ask("2026-03-02T20:00"), "2026-03-03T13:00")
        # What the customer does is no attempt of ours.
        other = self.make_case(self.make_american("Other"))
        self.log(
            "2026-03-02T15:00",
            other,
            direction="in",
            channel="email",
            outcome="received",
        )
        self.assertTrue(self.ask("2026-03-02T20:00", "email", other).allowed)

    def test_seven_attempts_in_seven_days(self):
        self.policy.limit_once_a_day = False
        for hour in range(13, 20):
            self.log(f"2026-03-02T{hour}:00", channel="letter", outcome="message_left")
        answer = self.ask("2026-03-06T15:00", "email")
        self.assert_next(answer, "2026-03-09T04:00")
        self.assertIn("7 attempts", answer.reason)
        self.assertTrue(self.ask("2026-03-09T04:00", "email").allowed)

    def test_voided_entries_do_not_count(self):
        contact = self.log("2026-03-02T15:00", outcome="reached")
        self.assertFalse(self.ask("2026-03-03T15:00").allowed)
        contact.action_void("Wrong customer")
        self.assertTrue(self.ask("2026-03-03T15:00").allowed)

    def test_the_same_person_in_two_cases(self):
        """Who answers for two customers is one person."""
        bookkeeper = self.make_customer("Bookkeeper", is_company=False)
        other = self.make_case(self.make_american("Second"))
        self.log("2026-03-02T15:00", partner_id=bookkeeper.id)
        answer = self.ask("2026-03-03T15:00", case=other, partner=bookkeeper)
        self.assert_next(answer, "2026-03-09T07:00")
        self.assertTrue(self.ask("2026-03-03T15:00", case=other).allowed)

    def test_holiday_chain(self):
        """Good Friday is a working day in New York, not Easter Monday in Belgium, which
        is closed; the company's own holiday comes on top."""
        belgian = self.make_case(self.make_customer("Belgian"))
        # Christmas on a Friday, then the weekend.
        self.assert_next(self.ask("2026-12-25T10:00", case=belgian), "2026-12-28T07:00")
        self.root["resource.calendar.leaves"].create(
            {
                "name": "Inventory",
                "calendar_id": self.company.sudo().resource_calendar_id.id,
                "date_from": "2026-12-27 23:00:00",
                "date_to": "2026-12-29 22:59:59",
            }
        )
        answer = self.ask("2026-12-25T10:00", case=belgian)
        self.assert_next(answer, "2026-12-30T07:00")
        self.assertIn("business day", answer.reason)
        # Thanksgiving is a holiday of the customer alone.
        self.assertTrue(self.ask("2026-11-26T16:00", case=belgian).allowed)
        self.assert_next(self.ask("2026-11-26T16:00"), "2026-11-27T13:00")

    def close_company(self, company, **vals):
        """:return: a leave on Tuesday 3 March, as the clocks of Brussels have it"""
        leave = self.root["resource.calendar.leaves"].create(
            {
                "name": "Inventory",
                "date_from": "2026-03-02 23:00:00",
                "date_to": "2026-03-03 23:00:00",
                **vals,
            }
        )
        # Odoo takes it from the calendar, or from whoever is at work.
        leave.company_id = company
        return leave

    def test_the_companys_days_off(self):
        """Those of the whole company or of its own calendar, for calls and messages."""
        other = self.setup_other_company()["company"]
        calendar = self.company.sudo().resource_calendar_id
        someone = self.root["resource.resource"].create({"name": "Somebody"})
        shift = self.root["resource.calendar"].create(
            {"name": "Night shift", "company_id": self.company.id}
        )
        own = {"calendar_id": calendar.id}
        for number, (is_closed, company, vals) in enumerate(
            (
                (True, self.company, {}),
                (True, self.company, own),
                (True, other.browse(), {}),
                (False, other, {}),
                (False, self.company, {"calendar_id": shift.id}),
                (False, self.company, {**own, "resource_id": someone.id}),
            )
        ):
            with self.subTest(number):
                leave = self.close_company(company, **vals)
                for channel in ("phone", "email"):
                    answers = [
                        self.ask(f"2026-03-0{day}T15:00", channel).allowed
                        for day in (2, 3, 4)
                    ]
                    self.assertEqual(answers, [True, not is_closed, True])
                leave.unlink()

    def test_days_off_of_two_companies(self):
        """Asked for both at once, each has its own."""
        other = self.setup_other_company()["company"]
        other.sudo().collection_tz = "Europe/Brussels"
        for company, vals in (
            (other, {}),
            (self.company, {"date_to": "2026-03-04 23:00:00"}),
        ):
            self.close_company(company, **vals)
        calendars = self.env["collection.calendar"]._get_company_calendars(
            self.company | other
        )
        self.assertEqual(calendars[other].closed, {self.day(1)})
        self.assertEqual(calendars[self.company].closed, {self.day(1), self.day(2)})

    def test_public_holidays_of_the_customer(self):
        """Independence Day is kept on Friday 3 July: nobody calls, mail may wait in the
        box. The contact person's country and state count, not the customer's."""
        self.assert_next(self.ask("2026-07-03T15:00"), "2026-07-06T12:00")
        self.assertTrue(self.ask("2026-07-03T15:00", "email").allowed)
        germany = self.env.ref("base.de")
        person = self.make_customer(
            "Abroad",
            is_company=False,
            parent_id=self.customer.id,
            type="other",
            country_id=germany.id,
        )
        self.assertTrue(self.ask("2026-07-03T15:00", partner=person).allowed)
        # Corpus Christi is no holiday in all of Germany, but it is in Bavaria.
        self.assertTrue(self.ask("2026-06-04T15:00", partner=person).allowed)
        person.state_id = self.env.ref("base.state_de_by")
        self.assertFalse(self.ask("2026-06-04T15:00", partner=person).allowed)
        self.assertTrue(self.ask("2026-06-04T15:00").allowed)

    def test_public_holidays_of_the_company(self):
        """Ascension, 14 May: the office in Belgium is closed, so nothing leaves it."""
        for channel, opens in (
            ("phone", "2026-05-15T12:00"),
            ("email", "2026-05-15T04:00"),
        ):
            with self.subTest(channel):
                self.assert_next(self.ask("2026-05-14T15:00", channel), opens)

    def test_days_off_do_not_matter_where_the_policy_says_so(self):
        self.policy.working_days_only = False
        self.assertTrue(self.ask("2026-03-07T15:00").allowed)

    def test_call_back_that_was_asked_for(self):
        self.log("2026-03-02T15:00", outcome="call_back", date_follow_up="2026-03-04")
        self.assertFalse(self.ask("2026-03-03T15:00").allowed)
        self.assertTrue(self.ask("2026-03-04T15:00").allowed)
        # The customer's night is the customer's night all the same.
        self.assertFalse(self.ask("2026-03-05T02:30").allowed)
        self.log("2026-03-04T15:00")
        self.assertFalse(self.ask("2026-03-04T18:00").allowed)

    def test_warn_instead_of_block(self):
        self.policy.limit_mode = "warn"
        self.log("2026-03-02T15:00")
        answer = self.ask("2026-03-03T15:00")
        self.assertEqual((answer.allowed, answer.level), (True, "warn"))
        self.assertTrue(answer.reason)

    def test_limits_of_zero_are_none(self):
        self.policy.write(
            {
                "limit_once_a_day": False,
                "limit_call_days": 0,
                "limit_talk_days": 0,
                "limit_attempts": 0,
            }
        )
        for hour in (14, 15, 16):
            self.log(f"2026-03-02T{hour}:00", outcome="reached")
        self.assertTrue(self.ask("2026-03-02T17:00").allowed)

    def test_nonsense_limits_are_refused(self):
        for vals, sentence in (
            ({"limit_hour_from": 9, "limit_hour_to": 9}, "to a later one"),
            ({"limit_hour_to": 25}, "to a later one"),
            ({"limit_call_days": -1}, "from 0 to 60"),
            ({"limit_talk_days": 61}, "from 0 to 60"),
        ):
            with self.subTest(vals), self.assert_refused(sentence):
                self.policy.write(vals)

    def test_hard_stops(self):
        lawyer = self.make_customer("Lawyer", is_company=False)
        self.customer.collection_do_not_contact = True
        answer = self.ask("2026-03-02T15:00", "email")
        self.assertEqual((answer.allowed, answer.level), (False, "stop"))
        self.assertIsNone(answer.next_moment)
        self.policy.limit_mode = "warn"
        self.assertFalse(self.ask("2026-03-02T15:00").allowed)
        self.customer.collection_lawyer_id = lawyer
        # The lawyer is who is asked for now, and may be called.
        self.assertTrue(self.ask("2026-03-02T15:00").allowed)
        answer = self.ask("2026-03-02T15:00", partner=self.customer)
        self.assertEqual(answer.level, "stop")
        self.customer.collection_do_not_contact = False
        answer = self.ask("2026-03-02T15:00", partner=self.customer)
        self.assertIn("contact the lawyer", answer.reason)

    @mute_logger("odoo.sql_db")
    def test_nobody_is_represented_by_themselves(self):
        with self.assertRaises(CheckViolation):
            self.customer.collection_lawyer_id = self.customer
            self.customer.flush_recordset()

    def test_a_person_who_does_not_want_to_be_contacted(self):
        person = self.env["res.partner"].create(
            {
                "name": "Unwilling",
                "parent_id": self.customer.id,
                "type": "invoice",
                "email": "unwilling@example.com",
                "collection_do_not_contact": True,
            }
        )
        self.assertEqual(self.ask("2026-03-02T15:00", partner=person).level, "stop")
        # Others of the same customer are written to.
        self.assertTrue(self.ask("2026-03-02T15:00", "email").allowed)

    def test_the_number_of_queries_does_not_grow(self):
        cases = self.case
        for number in range(6):
            cases |= self.make_case(self.make_american(f"Many {number}"))
        counts, moment = [], datetime(2026, 3, 2, 15)
        # What is kept beyond a transaction is read by whoever comes first.
        self.guard._ask(self.case, "phone", moment=moment)
        for asked in (self.case, cases):
            self.env.invalidate_all()
            asked.mapped("policy_id.limit_mode")
            before = self.cr.sql_log_count
            self.guard._ask(asked, "phone", moment=moment)
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(*counts)
