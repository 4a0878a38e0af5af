import random
from datetime import UTC, datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...tools.contact_limits import Event, first_day
from .test_contact_guard import GuardCommon
from .test_contact_limits import assert_within_limits

WRITTEN = ("email", "letter", "sms")


@tagged("post_install", "-at_install")
class TestGuardScheduler(GuardCommon):
    """The scheduler plans and sends within the limits, and says why it waits."""

    def plan_step(self, day=0, **stage):
        """Replace the ladder by one stage, and plan it."""
        self.policy.stage_ids[1:].unlink()
        self.policy.stage_ids.write(stage)
        self.open_steps(self.customer)._set_state("cancelled", reason="waiting")
        self.plan(self.day(day))
        return self.open_steps(self.customer)

    def test_a_collectors_call_holds_back_todays_message(self):
        step = self.plan_step()
        self.assertEqual(step.state, "planned")
        self.log("2026-03-02T15:00")
        self.execute()
        self.assertEqual((step.state, step.reason), ("planned", "contact_limit"))
        self.assertEqual(step.date_planned, self.day(1))
        self.assertFalse(self.case.letter_ids)
        self.plan()
        self.assertEqual(
            (self.case.reason, self.case.date_next), ("contact_limit", self.day(1))
        )
        self.assertIn("as often as the policy allows", self.case.explanation)
        why = self.env["collection.case.explain"].create(
            {"case_id": self.case.id, "date": self.today}
        )
        self.assertIn("as often as the policy allows", why.answer)
        self.plan(self.day(1))
        self.execute(self.day(1))
        self.assertEqual(step.state, "done")

    def test_a_call_is_planned_within_the_limits(self):
        """After a talk on the 2nd, the call of the ladder comes up on the 9th."""
        self.log("2026-03-02T15:00", outcome="reached")
        self.plan_step(channel="phone", template_id=False)
        for offset in range(1, 7):
            self.plan(self.day(offset))
            self.assertFalse(self.open_steps(self.customer), offset)
            self.assertEqual(self.case.date_next, self.day(7))
        self.plan(self.day(7))
        self.execute(self.day(7))
        self.assertEqual(self.open_steps(self.customer).state, "todo")

    def test_a_text_message_waits_for_the_morning_there(self):
        """At noon in Brussels it is 6:00 in New York: the message waits two hours."""
        step = self.plan_step(channel="sms")
        self.execute()
        self.assertEqual((step.state, step.reason), ("planned", "contact_limit"))
        self.assertEqual(step.date_allowed, datetime(2026, 3, 2, 13))
        self.assertIn("8:00 New York time", self.case.explanation)
        sender = self.root["collection.executor"].with_context(
            collection_now=datetime(2026, 3, 2, 13, tzinfo=UTC)
        )
        counts = {"done_count": 0, "failed_count": 0, "cancelled_count": 0}
        company = self.company.with_env(sender.env)
        sender._execute_batch(company, self.today, counts)
        self.assertEqual(step.state, "done")

    def test_a_call_goes_on_the_list_at_night(self):
        step = self.plan_step(channel="phone", template_id=False)
        self.execute()
        self.assertEqual(step.state, "todo")

    def test_the_limits_of_the_person_hold_at_sending(self):
        """Two customers, one lawyer: the second message waits."""
        person = self.make_customer("Lawyer", is_company=False)
        self.customer.collection_lawyer_id = person
        other = self.make_american("Second")
        other.collection_lawyer_id = person
        self.make_invoice(other)
        self.plan()
        # The second is left for the next batch, which finds the first in the log.
        self.execute()
        steps = self.env["collection.step"].search(
            [("case_id.partner_id", "in", (self.customer | other).ids)], order="id"
        )
        self.assertEqual(sorted(steps.mapped("state")), ["done", "planned"])
        waiting = steps.filtered(lambda step: step.state == "planned")
        self.assertEqual(waiting.reason, "contact_limit")

    def test_do_not_contact_stops_the_ladder(self):
        step = self.plan_step()
        self.customer.collection_do_not_contact = True
        self.execute()
        self.assertEqual((step.state, step.reason), ("cancelled", "do_not_contact"))
        self.plan()
        self.assertEqual(self.case.reason, "do_not_contact")
        self.assertIn("asked not to be contacted", self.case.explanation)
        self.assertFalse(self.open_steps(self.customer))

    def test_nor_is_anything_confirmed_to_who_does_not_want_it(self):
        """Messages that no step sends go through the same door."""
        finder = self.env["collection.recipient"]
        self.assertFalse(finder._find_for_case(self.case, "email")[1])
        self.customer.collection_do_not_contact = True
        for channel in ("email", "letter", "sms", "phone"):
            with self.subTest(channel):
                problem = finder._find_for_case(self.case, channel)[1]
                self.assertRegex(problem, "asked not to be contacted")

    def test_a_lawyer_gets_the_messages(self):
        lawyer = self.make_customer("Lawyer", is_company=False)
        self.customer.collection_lawyer_id = lawyer
        self.plan_step()
        self.execute()
        self.assertEqual(self.case.letter_ids.partner_id, lawyer)

    def test_an_unwilling_lawyer_is_a_task(self):
        self.customer.collection_lawyer_id = self.make_customer(
            "Lawyer", is_company=False, collection_do_not_contact=True
        )
        step = self.plan_step()
        self.execute()
        self.assertEqual(step.state, "failed")
        self.assertIn("asked not to be contacted", step.error)
        self.assertIn("Contact is stopped", self.case.activity_ids.mapped("summary"))
        self.assertFalse(self.case.letter_ids)

    def test_the_company_is_closed(self):
        self.root["resource.calendar.leaves"].create(
            {
                "name": "Inventory",
                "calendar_id": self.company.sudo().resource_calendar_id.id,
                "date_from": "2026-03-01 23:00:00",
                "date_to": "2026-03-06 22:59:59",
            }
        )
        self.plan()
        self.assertEqual(self.case.reason, "not_working_day")
        # The holidays end on a Friday.
        self.assertEqual(self.case.date_next, self.day(7))

    # ------------------------------------------------------------------
    # People
    # ------------------------------------------------------------------

    def test_approving_says_whom_it_leaves_out(self):
        step = self.plan_step(is_automatic=False)
        self.log("2026-03-02T15:00")
        other = self.make_case(self.make_american("Free"))
        both = step | other.step_id
        both = both.with_context(collection_now=self.at("2026-03-02T16:00"))
        params = both.action_approve()["params"]
        self.assertEqual(params["type"], "warning")
        self.assertIn("Approved: 2. Waiting: 1. Guarded", params["message"])
        self.assertNotIn("Free:", params["message"])

    def test_the_button_obeys(self):
        self.log("2026-03-02T15:00")
        now = self.at("2026-03-03T15:00")
        guard = self.guard.with_context(collection_now=now)
        with self.assertRaisesRegex(UserError, "two calls.*9 Mar, 08:00 New York time"):
            guard._check(self.case, "phone")
        self.policy.limit_mode = "warn"
        self.assertRegex(guard._check(self.case, "phone"), "two calls")
        self.assertFalse(guard._check(self.case, "email"))

    def test_the_case_shows_it(self):
        self.log("2026-03-02T15:00")
        case = self.case.with_context(collection_now=self.at("2026-03-03T15:00"))
        self.assertIn(
            "Allowed again from Mon 9 Mar, 08:00 New York time", case.call_text
        )
        self.assertEqual(case.call_level, "block")
        case = self.case.with_context(collection_now=self.at("2026-03-09T15:00"))
        self.assertIn("allowed now", case.call_text)
        self.customer.write(
            {
                "collection_channel": "phone",
                "collection_hour_from": 9.5,
                "collection_hour_to": 11,
            }
        )
        self.assertEqual(
            case.person_text, "Prefers: Telephone. Best reached from 09:30 to 11:00."
        )

    def test_why_a_call_waits(self):
        """Wishes of the customer stand where the next step is explained."""
        self.plan_step(channel="phone", template_id=False)
        self.execute()
        now = {
            "collection_now": self.at("2026-03-02T15:00"),
            "collection_as_of": self.today,
        }
        self.assertNotIn("asked", self.case.with_context(**now).explanation)
        for wish, words in (
            ({"collection_hour_from": 15, "collection_hour_to": 17}, "from 15:00 to"),
            ({"collection_no_calls": True}, "has asked not to be called"),
        ):
            self.customer.write(wish)
            self.env.invalidate_all()
            case = self.case.with_context(**now)
            why = case.env["collection.case.explain"].create(
                {"case_id": case.id, "date": self.today}
            )
            with self.subTest(words):
                self.assertIn(words, case.explanation)
                self.assertIn(words, why.answer)

    def test_a_manager_overrides_with_a_reason(self):
        step = self.plan_step()
        self.log("2026-03-02T10:00")
        self.execute()
        self.assertEqual(step.reason, "contact_limit")
        wizard = self.env["collection.guard.override"].with_context(
            collection_as_of=self.today, default_case_id=self.case.id
        )
        vals = {"channel": "email", "reason": "The court date is tomorrow"}
        with self.assertRaises(AccessError):
            wizard.with_user(self.users["collector"]).create(vals)
        with self.assertRaises(AccessError):
            self.case.with_user(self.users["collector"])._override_limit("email", "x")
        blank = wizard.with_user(self.users["manager"]).create({**vals, "reason": "  "})
        with self.assert_refused("Explain why it cannot wait"):
            blank.action_override()
        wizard.with_user(self.users["manager"]).create(vals).action_override()
        entry = self.case.contact_ids.filtered(lambda one: one.outcome == "override")
        self.assertEqual(
            (entry.user_id, entry.note, entry.is_attempt),
            (self.users["manager"], "The court date is tomorrow", False),
        )
        self.execute()
        self.assertEqual(step.state, "done")
        # Good for one message only.
        self.assertFalse(self.ask("2026-03-02T16:00", "email").allowed)

    def test_nobody_overrides_a_stop(self):
        self.customer.collection_do_not_contact = True
        self.case.with_user(self.users["manager"])._override_limit("phone", "Urgent")
        self.assertEqual(self.ask("2026-03-02T15:00").level, "stop")

    # ------------------------------------------------------------------
    # Whatever happens, no limit is broken
    # ------------------------------------------------------------------

    def test_random_sequences_break_no_limit(self):
        """Through the log and the guard; a hundred through the rules alone are in
        ``TestContactLimits``."""
        luck = random.Random(20260302)
        for number in range(4):
            entries = self.live_at_random(luck, self.case)
            with self.subTest(number):
                assert_within_limits(self, entries)
                self.assert_decision_agrees()
            self.case.contact_ids.filtered(lambda one: not one.is_void).action_void(
                "Next"
            )

    def assert_decision_agrees(self):
        """The decision statement has the same limits, by the day, as the guard."""
        events = [
            Event(
                self.company._get_collection_day(contact.date),
                contact.channel,
                contact.is_attempt,
                contact.is_conversation,
            )
            for contact in self.case.contact_ids.filtered(lambda one: not one.is_void)
        ]
        day = max(event.day for event in events)
        self.env.flush_all()
        statement = self.env["collection.decision.statement"]
        limits = statement._limits_sql(self.company, day)
        [row] = self.env.execute_query_dict(limits)
        for name, channel in (("date_touch", "email"), ("date_call", "phone")):
            expected, _why = first_day(self.policy._get_limits(), channel, events)
            self.assertEqual(row[name], expected, name)

    def live_at_random(self, luck, case):
        """Try to contact at random moments of two weeks, as the guard allows.

        :return: list of (local moment, channel, whether it was a conversation)
        """
        moment, entries = datetime(2026, 3, 2, 6), []
        while moment < datetime(2026, 3, 17):
            moment += timedelta(minutes=luck.randrange(30, 2400))
            channel = luck.choice(("phone", "phone", "visit", *WRITTEN))
            answer = self.guard._ask(case, channel, moment=moment)[case]
            if not answer.allowed:
                self.assertGreater(answer.next_moment, moment)
                again = self.guard._ask(case, channel, moment=answer.next_moment)
                self.assertTrue(again[case].allowed, again[case])
                continue
            outcome = luck.choice(("reached", "no_answer", "message_left", "promise"))
            if channel in WRITTEN:
                outcome = "message_left"
            self.log(moment.isoformat(), case, channel=channel, outcome=outcome)
            local = self.customer._get_collection_local(moment, self.company)
            is_talk = outcome in ("reached", "promise")
            entries.append((local, channel, is_talk))
        self.assertTrue(entries)
        return entries
