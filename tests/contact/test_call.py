from datetime import datetime

import pytz
from odoo.fields import Command
from odoo.tests import Form, tagged

from ...tools.channels import channel_of
from ..common.base import CollectionCommon

# Channels over which people talk with each other.
SECTIONS = ("Open:", "Ask why:", "Listen:", "Offer:", "Do not", "Close:")


class CallCommon(CollectionCommon):
    """Customers for whom a call is due on a Monday at noon, and two collectors."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls.make_users()
        cls.policy = cls.make_policy(
            {
                "name": "Call",
                "days": 1,
                "channel": "phone",
                "template_id": False,
                "call_guide": "<p>Good day, this is [name]. Ask why.</p>",
            },
            {"days": 40},
            quiet_days=1,
        )
        cls.noon = datetime(2026, 3, 2, 11, 0)

    @classmethod
    def make_calls(cls, *amounts):
        """Make a customer per amount and hand the calls over; answer the cases."""
        customers = [cls.make_customer(f"Owes {amount}") for amount in amounts]
        for customer, amount in zip(customers, amounts, strict=True):
            cls.make_invoice(customer, amount)
        cls.plan()
        cls.execute()
        return cls.env["collection.case"].concat(
            *(cls.get_case(customer) for customer in customers)
        )

    def at_noon(self, records, kind="collector"):
        """Answer records for a user, on the Monday of the tests at noon."""
        return records.with_user(self.users[kind]).with_context(
            allowed_company_ids=None,
            collection_as_of=self.today,
            collection_now=pytz.utc.localize(self.noon),
        )

    def open_call(self, case, kind="collector", is_queue=False):
        """Answer the call screen of a case, as the button opens it."""
        case = self.at_noon(case, kind)
        action = case.action_call_queue() if is_queue else case.action_open_done()
        return case.env[action["res_model"]].browse(action["res_id"])


@tagged("post_install", "-at_install")
class TestCallScreen(CallCommon):
    """What is in view, and what each outcome records."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls.make_calls(1000)
        cls.customer = cls.case.partner_id

    def log(self, outcome, **vals):
        """Log an outcome through the form; answer the entry."""
        log = self.open_call(self.case)
        with Form(log) as form:
            form.outcome = outcome
            for name, value in vals.items():
                setattr(form, name, value)
        log.action_log()
        return log.contact_id

    def test_what_is_in_view(self):
        jane = self.make_customer(
            "Jane", is_company=False, parent_id=self.customer.id, phone="+32 2 1"
        )
        credit = self.make_credit(self.customer, 100)
        self.env["collection.contact"].sudo().create(
            [
                {
                    "case_id": self.case.id,
                    "outcome": "reached",
                    "date": datetime(2026, 2, day, 9, 30),
                    "note": f"Talk {day}",
                }
                for day in (2, 3, 4, 5)
            ]
        )
        log = self.open_call(self.case)
        self.assertEqual(log.step_id.channel, "phone")
        self.assertEqual(log.partner_id, self.customer)
        self.assertEqual(log.callee_ids, self.customer | jane)
        self.assertIn("12:00 Brussels time", log.local_time)
        self.assertIn("around 10:00", log.best_time)
        self.assertEqual(
            log.last_contact_ids.mapped("note"), ["Talk 5", "Talk 4", "Talk 3"]
        )
        self.assertEqual(log.exposure_ids.move_id, self.case.exposure_ids.move_id)
        self.assertEqual(log.credit_ids.move_id, credit)
        self.assertIn("Ask why", log.call_guide)
        self.assertIn(f"this is {self.users['collector'].name}", log.call_guide)

    def test_the_guide_is_written_for_who_calls(self):
        """What is not known of them leaves no brackets, and no comma."""
        self.policy.stage_ids.call_guide = (
            "<p>This is [name], [Title] at [company]. Good day.</p>"
        )
        person = self.users["collector"].partner_id
        firm = self.company.name
        for function, words in (
            (False, f"This is {person.name} at {firm}. Good day."),
            (r"A\R <clerk>", f"This is {person.name}, A\\R &lt;clerk&gt; at {firm}."),
        ):
            person.sudo().function = function
            self.env.invalidate_all()
            log = self.open_call(self.case)
            with self.subTest(function):
                self.assertIn(words, log.call_guide)
                self.assertEqual(log.step_id.call_guide, log.call_guide)

    def test_the_guide_without_a_step(self):
        self.case.step_id._complete()
        log = self.open_call(self.case)
        self.assertFalse(log.step_id)
        self.assertEqual(log.guide_stage_id, self.policy.stage_ids[0])

    def test_the_guides_that_are_shipped(self):
        """Every step for a talk says how to open, ask, listen, offer, hold back and
        close."""
        shipped = self.root["ir.model.data"].search(
            [
                ("module", "=", "account_collections"),
                ("model", "=", "collection.stage"),
            ]
        )
        stages = self.root["collection.stage"].browse(shipped.mapped("res_id"))
        talks = stages.filtered(lambda stage: channel_of(stage.channel).is_spoken)
        self.assertEqual(len(talks), 4)
        for stage in talks:
            for section in SECTIONS:
                with self.subTest(stage=stage.name, section=section):
                    self.assertIn(section, stage.call_guide)

    def test_hours_they_asked_for(self):
        self.customer.write({"collection_hour_from": 9, "collection_hour_to": 11.5})
        self.assertIn("09:00 to 11:30", self.open_call(self.case).best_time)

    def test_the_best_time_is_one_at_which_the_guard_lets_call(self):
        """Who rang at night is not called at night; who asked for hours that the policy
        has not is called in those that it has."""
        talk = {"case_id": self.case.id, "outcome": "reached"}
        contacts = self.env["collection.contact"].sudo()
        night = {"direction": "in", "date": datetime(2026, 2, 3, 22, 10)}
        contacts.create({**talk, **night})
        self.assertFalse(self.open_call(self.case).best_time)
        contacts.create({**talk, "date": datetime(2026, 2, 4, 9, 30)})
        self.assertIn("around 10:00", self.open_call(self.case).best_time)
        self.customer.write({"collection_hour_from": 7, "collection_hour_to": 9})
        self.assertIn("08:00 to 09:00", self.open_call(self.case).best_time)
        self.customer.write({"collection_hour_from": 22, "collection_hour_to": 24})
        self.assertIn("around 10:00", self.open_call(self.case).best_time)

    def test_the_best_time_of_a_person_is_that_of_the_customer(self):
        self.customer.write({"collection_hour_from": 9, "collection_hour_to": 11.5})
        jane = self.make_customer(
            "Jane", is_company=False, parent_id=self.customer.id, phone="+32 2 1"
        )
        log = self.open_call(self.case)
        log.partner_id = jane
        self.assertIn("09:00 to 11:30", log.best_time)

    def test_an_outcome_is_needed(self):
        log = self.open_call(self.case)
        with self.assert_refused("Choose an outcome"):
            log.action_log()

    def test_logged_once(self):
        log = self.open_call(self.case)
        log.outcome = "no_answer"
        log.action_log()
        self.assertEqual(log.step_id.state, "done")
        with self.assert_refused("already been logged"):
            log.action_log()
        self.assertEqual(len(self.case.contact_ids), 1)

    def test_promise_during_the_call(self):
        log = self.open_call(self.case)
        with Form(log) as form:
            form.outcome = "promise"
            form.person = "Ms. Smith"
            # All that is overdue, in a week, is proposed.
            with form.promise_line_ids.edit(0) as line:
                self.assertEqual(line.amount, 1000)
                self.assertEqual(line.date, self.day(7))
                line.amount = 400
            # The rest, a week later.
            with form.promise_line_ids.new() as line:
                self.assertEqual(line.amount, 600)
                self.assertEqual(line.date, self.day(14))
        log.action_log()
        promise = self.case.promise_ids
        self.assertEqual(promise.contact_id, log.contact_id)
        self.assertEqual(promise.line_ids.sorted("date").mapped("amount"), [400, 600])
        self.assertEqual(promise.person, "Ms. Smith")
        self.assertEqual(promise.user_id, self.users["collector"])
        self.assertEqual(log.contact_id.move_ids, promise.item_ids.move_id)

    def test_what_credits_cover_is_not_to_be_promised(self):
        self.make_credit(self.customer, 120, self.day(-3))
        with Form(self.open_call(self.case)) as form:
            form.outcome = "promise"
            with form.promise_line_ids.edit(0) as line:
                self.assertEqual(line.amount, 880)
            self.assertFalse(form.promise_uncovered)

    def test_dispute_during_the_call(self):
        reason = self.env.ref("account_collections.reason_dispute_price")
        contact = self.log(
            "dispute", dispute_amount=300.0, dispute_reason_id=reason, note="Too dear"
        )
        dispute = self.case.dispute_ids
        self.assertEqual(dispute.contact_id, contact)
        self.assertEqual((dispute.amount, dispute.reason_id), (300, reason))

    def test_call_back(self):
        contact = self.log("call_back", call_back_at=datetime(2026, 3, 4, 14, 0))
        self.assertEqual(contact.date_follow_up, self.day(2))
        self.assertIn("Call back on", contact.follow_up)
        self.assertIn("Call back on", contact.note)

    def test_a_call_back_is_proposed_when_calls_are_made(self):
        """The next day at this hour, not on Sunday, nor at night."""
        proposals = {
            datetime(2026, 3, 2, 11, 0): datetime(2026, 3, 3, 11, 0),
            # On Friday for Monday morning at eight, which is seven in UTC.
            datetime(2026, 3, 6, 11, 0): datetime(2026, 3, 9, 7, 0),
            datetime(2026, 3, 2, 21, 30): datetime(2026, 3, 4, 7, 0),
        }
        for noon, proposed in proposals.items():
            self.noon = noon
            log = self.open_call(self.case)
            with self.subTest(noon), Form(log) as form:
                form.outcome = "call_back"
                self.assertEqual(form.call_back_at, proposed)
        self.customer.write({"collection_hour_from": 15, "collection_hour_to": 16})
        self.noon = datetime(2026, 3, 2, 11, 0)
        with Form(self.open_call(self.case)) as form:
            form.outcome = "call_back"
            self.assertEqual(form.call_back_at, datetime(2026, 3, 3, 14, 0))

    def test_wrong_number(self):
        self.users["collector"].group_ids += self.env.ref("base.group_partner_manager")
        contact = self.log("wrong_number", new_phone="+32 2 999")
        self.assertEqual(self.customer.phone, "+32 2 999")
        self.assertIn("Right: +32 2 999", contact.note)

    def test_wrong_number_and_no_other(self):
        contact = self.log("wrong_number")
        self.assertEqual(contact.date_follow_up, self.today)
        self.assertIn("Correct the address", self.case.activity_ids.mapped("summary"))

    def test_paid_already_pauses(self):
        contact = self.log("paid_already", paid_amount=1000.0)
        self.assertRegex(contact.note, "paid on .* by Bank transfer: .*1,000.00")
        hold = self.case.hold_ids
        self.assertEqual(hold.reason_id.name, "Payment announced")
        self.assertEqual(hold.date_review, self.day(7))

    def test_insolvency_stops_everything_at_once(self):
        contact = self.log("insolvency", insolvency_reference="Delaware, 24-11334")
        self.assertIn("24-11334", contact.note)
        self.assertEqual(self.case.hold_ids.reason_id.name, "Notice of insolvency")
        self.assertEqual(self.case.state, "hold")

    def test_hardship_and_message(self):
        self.log("hardship", pause_until=False)
        self.assertFalse(self.case.hold_ids)
        contact = self.log("message_left", person="Reception")
        self.assertEqual(contact.person, "Reception")

    def test_a_promise_without_dates_opens_its_form(self):
        """As the program logs it, without a screen."""
        log = self.open_call(self.case)
        log.outcome = "promise"
        action = log.action_log()
        self.assertEqual(action["res_model"], "collection.promise")
        self.assertEqual(action["context"]["default_contact_id"], log.contact_id.id)

    def test_only_collectors(self):
        with self.assertRaisesRegex(Exception, "not allowed"):
            self.open_call(self.case, "invoicing")


@tagged("post_install", "-at_install")
class TestCallList(CallCommon):
    """The calls of the day: who, in which order, why, and who not."""

    def find(self, *domain, kind="collector"):
        Case = self.at_noon(self.env["collection.case"], kind)
        return Case.search([("is_call_due", "=", True), *domain])

    def test_by_points_with_reasons(self):
        small, large = self.make_calls(100, 100_000)
        self.assertEqual(self.find(), large | small)
        self.assertGreater(large.priority, small.priority)
        parts = large.priority_parts
        self.assertEqual(sum(parts.values()), large.priority)
        self.assertEqual(parts["age"], 5)
        self.assertIn("amount +50", large.priority_text)
        self.assertIn("age +5", large.priority_text)
        self.assertEqual(self.at_noon(large).call_reason, "Call is due")

    def test_an_unread_reply_and_a_waiting_step_count(self):
        case = self.at_noon(self.make_calls(100))
        self.plan()
        before = case.priority
        self.assertEqual(case.priority_parts["step"], 10)
        case.reply_unread = True
        self.assertEqual(case.priority, before + 10)
        self.assertIn("unread reply +10", case.priority_text)
        case.action_mark_reply_read()
        self.assertEqual(case.priority, before)

    def test_a_small_share_of_a_large_account_counts_against(self):
        customer = self.make_customer("Large")
        paid = self.make_invoice(customer, 100_000, self.day(-40))
        self.pay(paid, day=self.day(-40))
        self.make_invoice(customer, 100)
        self.plan()
        case = self.get_case(customer)
        self.assertEqual(case.priority_parts["share"], -20)
        self.assertIn("small share of a large account -20", case.priority_text)

    def test_a_broken_promise_counts(self):
        [case] = self.make_calls(1000)
        self.at_noon(self.env["collection.promise"], "manager").with_context(
            collection_as_of=self.today
        ).create(
            {
                "case_id": case.id,
                "item_ids": [Command.set(case.item_ids.ids)],
                "line_ids": [Command.create({"date": self.day(1), "amount": 1000})],
            }
        )
        self.plan(self.day(8))
        self.assertEqual(case.priority_parts["broken"], 15)

    def test_a_second_run_writes_nothing(self):
        [case] = self.make_calls(1000)
        self.plan()
        points = case.priority, case.priority_parts
        self.plan()
        self.env.invalidate_all()
        self.assertEqual((case.priority, case.priority_parts), points)

    def test_whom_the_guard_forbids_is_hidden(self):
        free, spoken, unwilling = self.make_calls(100, 200, 300)
        self.env["collection.contact"].sudo().create(
            {
                "case_id": spoken.id,
                "partner_id": spoken.partner_id.id,
                "outcome": "reached",
                "date": datetime(2026, 2, 27, 10, 0),
            }
        )
        spoken.sudo().date_follow_up = False
        unwilling.partner_id.collection_do_not_contact = True
        self.env.flush_all()
        self.assertEqual(self.find(("can_call", "=", True)), free)
        hidden = self.find(("can_call", "=", False))
        self.assertEqual(hidden, spoken | unwilling)
        reasons = {case: self.at_noon(case).call_text for case in hidden}
        self.assertRegex(reasons[spoken.with_env(hidden.env)], "conversation")
        self.assertRegex(
            reasons[unwilling.with_env(hidden.env)], "asked not to be contacted"
        )
        self.assertEqual(self.at_noon(unwilling).call_level, "stop")

    def test_put_off_until_the_day_to_come_back(self):
        [case] = self.make_calls(100)
        case.sudo().date_follow_up = self.day(2)
        self.assertFalse(self.find())
        self.assertEqual(
            self.find()
            .with_context(collection_as_of=self.day(2))
            .search([("is_call_due", "=", True)]),
            case,
        )

    def test_queries_do_not_grow_with_the_list(self):
        counts = []
        for count in (3, 20):
            self.make_calls(*(100 + n for n in range(count)))
            cases = self.find(("can_call", "=", True))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            cases.mapped("call_text")
            cases.mapped("call_reason")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)
