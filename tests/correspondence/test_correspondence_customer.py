# What colleagues write in tests is not translated.
# pylint: disable=translation-required
from markupsafe import Markup
from odoo.fields import Command
from odoo.tests import tagged

from .test_correspondence_texts import NUMBERS, TextCommon


class CustomerCommon(TextCommon):
    """Messages of the customer itself, and of who works there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.places = cls.customer | cls.person
        cls.seller = cls.make_seller()
        collector = cls.users["collector"]
        collector.group_ids += cls.env.ref("base.group_partner_manager")
        collector.email, cls.seller.email = "cora@example.com", "sam@example.com"

    def write_from(self, place, people=None, user=None, **vals):
        """:return: what is new in the log after a colleague has written"""
        before = self.case.contact_ids
        thread = place.with_user(user or self.users["collector"])
        thread.with_context(
            mail_notify_force_send=False, collection_as_of=self.today
        ).message_post(
            **{
                "body": Markup("<p>When will you pay?</p>"),
                "message_type": "comment",
                "subtype_xmlid": "mail.mt_comment",
                "partner_ids": (people or self.customer).ids,
                **vals,
            }
        )
        return self.case.contact_ids - before

    def get_last_envelope(self, address="writer@example.com"):
        return self.get_envelopes(address)[-1]


@tagged("post_install", "-at_install")
class TestCustomerMessages(CustomerCommon):
    """What a collector writes from the customer's own messages is about its debts."""

    def test_what_a_collector_writes(self):
        for place in self.places:
            entry = self.write_from(place, self.customer | self.adviser)
            self.assertEqual(
                (entry.channel, entry.direction, entry.outcome, entry.user_id),
                ("email", "out", "sent", self.users["collector"]),
            )
            self.assertEqual((entry.partner_id, entry.person), (self.customer, ""))
            self.assertEqual(entry.note, "When will you pay?")
            self.assertFalse(entry.move_ids)

    def test_what_a_collector_sends_with_the_mail_window(self):
        before = self.case.contact_ids
        composer = self.env(user=self.users["collector"])["mail.compose.message"]
        composer.create(
            {
                "model": "res.partner",
                "res_ids": repr(self.person.ids),
                "composition_mode": "comment",
                "subject": "Your account",
                "body": "<p>See below.</p>",
                "partner_ids": [Command.set(self.person.ids)],
            }
        )._action_send_mail()
        entry = self.case.contact_ids - before
        self.assertEqual(
            (entry.partner_id, entry.subject), (self.person, "Your account")
        )

    def test_what_is_not_about_debts(self):
        self.assertFalse(self.write_from(self.customer, user=self.seller))
        self.assertFalse(self.write_from(self.customer, self.adviser))
        self.assertFalse(
            self.write_from(self.customer, subtype_xmlid="mail.mt_note", partner_ids=[])
        )
        self.customer.message_subscribe(self.customer.ids)
        self.assertFalse(
            self.write_from(self.customer, message_type="notification", partner_ids=[])
        )
        # The program itself, and a customer who owes nothing.
        self.assertFalse(self.write_from(self.customer, user=self.root.user))
        self.assertFalse(self.write_from(self.adviser, self.adviser))

    def test_what_a_collector_texts(self):
        collector = self.users["collector"]
        for place in self.places:
            with self.subTest(place.name):
                entry = self.write_text(place, number_field_name="phone")
                self.assertEqual(
                    self.sent, [(place.phone_sanitized, "Please call me.")]
                )
                self.assertEqual((entry.channel, entry.user_id), ("sms", collector))
                self.assertEqual(entry.partner_id, place)
        self.assertFalse(self.write_text(self.customer, self.seller))
        self.assertTrue(self.sent)

    def test_texts_to_several_customers(self):
        """The scheduler sends them, and its company is another one."""
        for keep in (True, False):
            self.write_text(self.places, composition_mode="mass", mass_keep_log=keep)
            entries = self.work_queue()
            self.assertEqual(len(self.sent), 2)
            self.assertEqual(entries.partner_id, self.places)
        # A salesperson's note is kept if asked for only, as ever.
        before = self.customer.message_ids
        self.write_text(
            self.places, self.seller, composition_mode="mass", mass_keep_log=False
        )
        self.assertFalse(self.work_queue())
        self.assertEqual(len(self.sent), 2)
        self.assertEqual(self.customer.message_ids, before)

    # ------------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------------

    def test_the_answer(self):
        self.write_from(self.customer)
        before, envelope = self.case.contact_ids, self.get_last_envelope()
        self.answer(envelope, "Next week.")
        entry = self.case.contact_ids - before
        self.assertEqual((entry.outcome, entry.partner_id), ("received", self.customer))
        self.assertIn("Next week.", self.customer.message_ids[0].body)
        self.assertTrue(self.case.reply_unread)
        # The customer goes on, to its own message.
        before, last = self.case.contact_ids, self.customer.message_ids[0]
        envelope.message.replace_header("Message-Id", last.message_id)
        self.answer(envelope, "Or the week after.")
        self.assertEqual((self.case.contact_ids - before).note, "Or the week after.")

    def test_the_answer_to_what_is_not_in_the_log(self):
        self.write_from(self.customer, user=self.seller)
        envelope = self.get_last_envelope()
        before = self.case.contact_ids
        self.answer(envelope, "We take ten.")
        self.assertIn("We take ten.", self.customer.message_ids[0].body)
        self.assertEqual(self.case.contact_ids, before)
        self.assertFalse(self.case.reply_unread)

    def test_the_answer_to_what_looks_like_an_entry_of_another(self):
        """The identity of a message comes over the network."""
        self.write_from(self.customer)
        stranger = self.make_customer("Stranger")
        name = self.customer.message_ids[0].message_id
        self.write_from(stranger, stranger, user=self.seller, message_id=name)
        envelope = self.get_last_envelope("stranger@example.com")
        before = self.case.contact_ids
        self.answer(envelope, "Who are you?", From="Nobody <nobody@example.com>")
        self.assertEqual(self.case.contact_ids, before)

    def test_the_answer_to_an_entry_that_was_void(self):
        """A manager has said that it was not about debts."""
        self.write_from(self.customer).action_void("An offer")
        before = self.case.contact_ids
        self.answer(self.get_last_envelope(), "We take ten.")
        self.assertEqual(self.case.contact_ids, before)

    def test_what_a_colleague_answers_with_a_mail_program(self):
        self.write_from(self.customer)
        envelope = self.get_last_envelope()
        self.customer.message_subscribe(self.customer.ids)
        for user, is_logged in ((self.users["collector"], True), (self.seller, False)):
            before = self.case.contact_ids
            self.reply_to(envelope, user.login, From=f"{user.name} <{user.email}>")
            entry = self.case.contact_ids - before
            self.assertEqual(bool(entry), is_logged)
            self.assertEqual(entry.user_id.ids, user.ids if is_logged else [])

    def test_what_comes_back(self):
        for place in self.places:
            self.write_from(place, subject=place.name)
            bounce = self.make_bounce(self.get_last_envelope())
            bounce.replace_header("Message-Id", f"<{place.id}@mx.example.com>")
            self.receive_mail(bounce)
            bounced = self.case.contact_ids.filtered(
                lambda row: row.outcome == "bounced"
            )
            self.assertEqual(bounced[:1].subject, place.name)
        self.assertEqual(len(bounced), 2)
        # Who has the address is told of every message that comes back: no entry more.
        self.write_to(next(iter(self.records)), self.customer)
        self.receive_mail(self.make_bounce(self.get_last_envelope()))
        bounced = self.case.contact_ids.filtered(lambda row: row.outcome == "bounced")
        self.assertEqual(len(bounced), 3)

    def test_what_comes_back_of_something_else(self):
        self.write_from(self.customer, user=self.seller)
        before = self.case.contact_ids
        self.receive_mail(self.make_bounce(self.get_last_envelope()))
        self.assertEqual(self.case.contact_ids, before)

    def test_what_the_customer_writes_in_the_portal(self):
        visitor = self.users["portal"]
        visitor.partner_id.parent_id = self.customer
        self.write_from(self.customer)
        own = self.customer.message_ids[0]
        self.write_from(self.customer, user=self.seller)
        offer = self.customer.message_ids[0]
        for parent, is_logged in ((own, True), (offer, False), (own.browse(), True)):
            before = self.case.contact_ids
            self.customer.with_user(visitor).with_company(
                self.company
            ).sudo().message_post(
                body="This was paid.",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                parent_id=parent.id,
                author_id=visitor.partner_id.id,
            )
            entry = self.case.contact_ids - before
            self.assertEqual(bool(entry), is_logged)
            self.assertEqual(entry.channel, is_logged and "portal")

    # ------------------------------------------------------------------
    # Companies and rights
    # ------------------------------------------------------------------

    def make_their_case(self):
        """:return: the customer's case in the other company"""
        self.make_policy({"days": 1}, company=self.other)
        self.make_invoice(self.customer, company=self.other)
        self.plan(company=self.other)
        return self.get_case(self.customer, self.other)

    def test_it_is_an_entry_of_the_company_it_was_written_in(self):
        self.users["collector"].company_ids += self.other
        theirs = self.make_their_case()
        there = self.customer.with_context(allowed_company_ids=self.other.ids)
        self.assertFalse(self.write_from(there))
        self.assertEqual(theirs.contact_ids.outcome, "sent")
        # The answer comes in wherever the mail is fetched.
        self.answer(self.get_last_envelope(), "Next week.")
        self.assertEqual(
            set(theirs.contact_ids.mapped("outcome")), {"sent", "received"}
        )
        self.assertTrue(self.write_from(self.customer))

    def test_texts_are_entries_of_the_company_they_were_written_in(self):
        """Odoo's note of several texts at once says no company."""
        collector = self.users["collector"]
        collector.company_ids += self.other
        theirs = self.make_their_case()
        there = self.env(
            user=collector, context={"allowed_company_ids": self.other.ids}
        )
        self.compose(self.places, env=there, composition_mode="mass").action_send_sms()
        self.assertFalse(self.work_queue())
        self.assertEqual(theirs.contact_ids.partner_id, self.places)

    def test_the_program_writes_in_any_company(self):
        self.root.user.company_ids -= self.other
        message = self.customer.with_user(self.root.user).message_post(
            body="Done.", record_company_id=self.other.id
        )
        self.assertEqual(self.customer._get_written_company(message), self.other)

    def test_nobody_writes_to_the_log_of_a_company_that_is_not_theirs(self):
        self.make_policy({"days": 1}, company=self.other)
        self.make_invoice(self.customer, company=self.other)
        self.plan(company=self.other)
        theirs = self.get_case(self.customer, self.other)
        self.assertTrue(self.write_from(self.customer, record_company_id=self.other.id))
        self.assertFalse(theirs.contact_ids)

    def test_an_entry_does_not_say_by_hand_what_it_answers(self):
        entries = self.env(user=self.users["collector"])["collection.contact"]
        with self.assertRaisesRegex(Exception, "cannot be changed by hand"):
            entries.create(
                {
                    "case_id": self.case.id,
                    "outcome": "no_answer",
                    "message_ref": self.customer.message_ids[:1].message_id,
                }
            )

    def test_what_it_costs(self):
        """Who has no case costs one query, and nothing if no collector wrote."""
        collector, stranger = self.users["collector"], self.adviser
        for user, queries in ((collector, 1), (self.seller, 0)):
            stranger.with_user(user).message_post(body="Hello")
            message = stranger.message_ids[0].sudo()
            stranger.sudo()._find_logging_case(message)  # what is read anyway
            before = self.env.cr.sql_log_count
            self.assertFalse(stranger.sudo()._find_logging_case(message))
            self.assertEqual(self.env.cr.sql_log_count - before, queries)


@tagged("post_install", "-at_install")
class TestCustomerStay(CustomerCommon):
    """After a petition a collector writes to counsel, and a salesperson to anybody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lawyer = cls.make_customer("Counsel", phone="+3222903493")
        cls.bankruptcy = cls.make_bankruptcy(lawyer_id=cls.lawyer.id)

    def test_what_a_collector_writes_to_the_debtor(self):
        for place in self.places:
            entry = self.write_from(place, self.customer | self.lawyer)
            self.assertEqual(entry.partner_id, self.lawyer)
            envelopes = self.get_envelopes("writer@example.com", "counsel@example.com")
            reached = {name for row in envelopes for name in row.recipients}
            self.assertEqual(reached, {"counsel@example.com"})

    def test_what_a_salesperson_writes(self):
        self.assertFalse(self.write_from(self.customer, user=self.seller))
        self.assertTrue(self.get_envelopes("writer@example.com"))
        self.write_text(self.customer, self.seller, number_field_name="phone")
        self.assertTrue(self.sent)

    def test_new_business(self):
        self.make_invoice(self.customer, 70, issued=self.day(1), due=self.day(2))
        self.plan(self.day(3))
        self.assertTrue(self.write_from(self.customer))
        self.assertTrue(self.get_envelopes("writer@example.com"))

    def test_texts(self):
        """To counsel, by name or by number, from wherever; to the debtor, none."""
        for place in (*self.places, self.case, self.bankruptcy):
            with self.subTest(place.display_name):
                self.assertFalse(self.write_text(place))
                self.assertFalse(self.sent)
                self.assertFalse(
                    self.post(
                        place,
                        partner_ids=self.lawyer.ids,
                        sms_pid_to_number={self.lawyer.id: NUMBERS["customer"]},
                    )
                )
                self.assertFalse(self.sent)
                entry = self.post(place, partner_ids=self.lawyer.ids)
                self.assertEqual(entry.partner_id, self.lawyer)
                entry = self.post(place, sms_numbers=["+3222903493"])
                self.assertEqual(entry.partner_id, self.lawyer)
        # A number that both have may well reach the debtor.
        self.lawyer.phone = self.customer.phone
        self.assertFalse(self.post(self.case, partner_ids=self.lawyer.ids))
        self.assertFalse(self.sent)

    def test_the_answer_of_counsel_to_one_of_two_companies(self):
        """It belongs to who has written, wherever the mail is fetched."""
        self.make_policy({"days": 1}, company=self.other)
        self.make_invoice(self.customer, company=self.other, issued=self.day(-40))
        self.plan(company=self.other)
        theirs = self.get_case(self.customer, self.other)
        self.assertTrue(theirs)
        for company, case in ((self.company, self.case), (self.other, theirs)):
            with self.subTest(company.name):
                self.users["collector"].write(
                    {
                        "company_ids": [Command.set(company.ids)],
                        "company_id": company.id,
                    }
                )
                self.write_from(self.bankruptcy, self.lawyer)
                before = (self.case | theirs).contact_ids
                self.reply_to(
                    self.get_last_envelope("counsel@example.com"),
                    f"To {company.name}.",
                    From="Counsel <counsel@example.com>",
                )
                entry = (self.case | theirs).contact_ids - before
                self.assertEqual((entry.case_id, entry.outcome), (case, "received"))

    def test_texts_without_a_note(self):
        for records in (self.places, self.case | self.case):
            self.write_text(
                records,
                res_ids=repr(records.ids),
                composition_mode="mass",
                mass_keep_log=False,
            )
            self.assertFalse(self.work_queue())
            self.assertFalse(self.sent)
