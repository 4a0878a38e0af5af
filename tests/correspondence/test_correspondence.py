# What colleagues write in tests is not translated.
# pylint: disable=translation-required
from markupsafe import Markup
from odoo.tests import tagged

from ..common.bankruptcy import BankruptcyCommon
from ..common.plan import PlanCommon
from ..letter.test_delivery import DeliveryCommon


class CorrespondenceCommon(DeliveryCommon, PlanCommon, BankruptcyCommon):
    """A promise, a dispute, a plan and an invoice of one customer, whose messages
    colleagues write in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls.make_users()
        cls.customer = cls.make_customer("Writer")
        cls.adviser = cls.make_customer("Our adviser")
        cls.invoices = cls.env["account.move"].concat(
            *(cls.make_invoice(cls.customer, amount) for amount in (100, 200, 300, 400))
        )
        cls.plan()
        cls.case = cls.get_case(cls.customer)
        promised, planned, disputed, cls.invoice = cls.invoices
        cls.records = {
            cls.make_promise(promised, (5, 100)): promised,
            cls.make_plan(planned, (10, 100), (40, 100)): planned,
            cls.make_dispute(disputed, 50): disputed,
            cls.invoice: cls.invoice,
        }

    def write_to(self, record, people, day=0, **vals):
        """:return: what is new in the log after a colleague has sent a message"""
        before = self.case.contact_ids
        author = self.users["collector"]
        thread = record.with_user(author).with_context(
            mail_notify_force_send=False, collection_as_of=self.day(day)
        )
        thread.message_post(
            **{
                "body": Markup("<p>The delivery note is enclosed.</p>"),
                "message_type": "comment",
                "subtype_xmlid": "mail.mt_comment",
                "partner_ids": people.ids,
                **vals,
            }
        )
        return self.case.contact_ids - before

    def answer(self, envelope, text, **headers):
        sender = "Writer <writer@example.com>"
        self.reply_to(envelope, text, **{"From": sender, **headers})

    def get_envelopes(self, *addresses):
        """:return: what the mail server has taken for addresses"""
        return [
            envelope
            for envelope in self.run_queue()
            if set(envelope.recipients) & set(addresses)
        ]


@tagged("post_install", "-at_install")
class TestCorrespondence(CorrespondenceCommon):
    """Whatever people write to a customer, and get back, is in the log of its case."""

    def test_what_goes_to_the_customer_is_an_entry(self):
        for record, invoice in self.records.items():
            with self.subTest(record._name):
                entry = self.write_to(
                    record,
                    self.customer | self.adviser,
                    subject="Your question",
                    attachments=[("note.txt", b"signed")],
                )
                self.assertEqual(len(entry), 1)
                self.assertEqual(
                    (entry.channel, entry.direction, entry.outcome),
                    ("email", "out", "sent"),
                )
                self.assertEqual(entry.user_id, self.users["collector"])
                self.assertEqual((entry.partner_id, entry.person), (self.customer, ""))
                self.assertEqual(entry.subject, "Your question")
                self.assertEqual(entry.note, "The delivery note is enclosed.")
                self.assertEqual(entry.move_ids, invoice)
                self.assertFalse(entry.is_attempt)
                self.assertEqual(entry.sha256, self.case.log_sha256)
                self.assert_evidence_is_a_copy(entry, record)

    def assert_evidence_is_a_copy(self, entry, record):
        """Who deletes the file from the message does not delete the evidence."""
        self.assertEqual(entry.attachment_ids.raw, b"signed")
        self.assertEqual(entry.attachment_ids.res_model, "collection.contact")
        record.message_ids[0].attachment_ids.sudo().unlink()
        self.assertEqual(entry.attachment_ids.raw, b"signed")
        self.assertFalse(self.env["collection.contact.seal"]._find_breaks(self.case))

    def test_what_was_sent_stays_as_it_was_sent(self):
        entry = self.write_to(next(iter(self.records)), self.customer)
        entry = entry.with_user(self.users["collector"])
        self.assertFalse(entry.can_complete)
        with self.assert_refused("logged by the program"):
            entry.action_complete({"note": "I wrote something else."})
        with self.assert_refused("Only a collections manager can void"):
            entry.action_void("I wrote nothing.")

    def test_without_a_subject_it_is_the_one_of_the_mail(self):
        promise = next(iter(self.records))
        entry = self.write_to(promise, self.customer)
        [envelope] = self.get_envelopes("writer@example.com")
        self.assertEqual(entry.subject, envelope.message["Subject"])

    def test_what_stays_among_us_is_none(self):
        colleague = self.users["manager"].partner_id
        for record in self.records:
            with self.subTest(record._name):
                record.message_subscribe((colleague | self.customer).ids)
                note = self.write_to(
                    record, colleague, subtype_xmlid="mail.mt_note", subject="Note"
                )
                self.assertFalse(note)
                # Odoo's own notices, of a change of state for example.
                notice = self.write_to(
                    record, self.env["res.partner"], message_type="notification"
                )
                self.assertFalse(notice)
                record.message_unsubscribe(self.customer.ids)
                self.assertFalse(self.write_to(record, colleague | self.adviser))

    def test_an_address_of_the_customer_counts(self):
        entry = self.write_to(
            self.case, self.adviser, outgoing_email_to="Writer@example.com"
        )
        self.assertEqual(entry.partner_id, self.customer)

    def test_our_own_messages_are_not_logged_twice(self):
        promise, plan, dispute, _invoice = self.records
        before = self.case.contact_ids
        promise.action_send_confirmation()
        plan.action_offer()
        plan.action_send_offer()
        self.env["collection.dispute.resolve"].create(
            {
                "dispute_id": dispute.id,
                "decision": "reject",
                "cause_id": self.reason_cause.id,
                "answer": "The price is the agreed one.",
                "send_answer": True,
            }
        ).action_resolve()
        entries = self.case.contact_ids - before
        self.assertEqual(len(entries), 3)
        self.assertEqual(len(entries.letter_id), 3)

    def test_an_answer_lands_on_the_case(self):
        for record, invoice in self.records.items():
            with self.subTest(record._name):
                self.case.sudo().write({"date_paused": False, "reply_unread": False})
                before = self.case.contact_ids | self.write_to(record, self.customer)
                envelope = self.get_envelopes("writer@example.com")[-1]
                self.answer(envelope, "We wait.", Message_Id=f"<{record._name}@x>")
                entry = self.case.contact_ids - before
                self.assertEqual((entry.outcome, entry.direction), ("received", "in"))
                self.assertEqual(entry.partner_id, self.customer)
                self.assertEqual(entry.move_ids, invoice)
                self.assertEqual(entry.attachment_ids.mimetype, "message/rfc822")
                self.assertTrue(self.case.reply_unread)
                self.assertEqual(self.case.date_paused, self.day(5))
                self.assertIn("We wait.", record.message_ids[0].body)

    def test_an_automatic_answer_pauses_nothing(self):
        promise = next(iter(self.records))
        self.write_to(promise, self.customer)
        [envelope] = self.get_envelopes("writer@example.com")
        self.answer(envelope, "Away", Auto_Submitted="auto-replied")
        self.assertEqual(self.case.contact_ids[0].outcome, "auto_reply")
        self.assertFalse(self.case.date_paused or self.case.reply_unread)

    def test_the_answer_of_an_adviser_is_none(self):
        promise = next(iter(self.records))
        for record in (promise, self.case):
            with self.subTest(record._name):
                self.write_to(record, self.adviser)
                [envelope] = self.get_envelopes("our.adviser@example.com")
                before = self.case.contact_ids
                self.reply_to(
                    envelope,
                    f"Sue them. {record._name}",
                    From="Our adviser <our.adviser@example.com>",
                )
                self.assertIn("Sue them.", record.message_ids[0].body)
                self.assertEqual(self.case.contact_ids, before)
                self.assertFalse(self.case.date_paused)

    def test_the_customers_lawyer_is_one_of_its_people(self):
        """So is who works for the lawyer, and what they answer."""
        promise = next(iter(self.records))
        office = self.make_customer("Office")
        clerk = self.make_customer("Clerk", is_company=False, parent_id=office.id)
        self.assertFalse(self.write_to(promise, office | clerk))
        self.customer.collection_lawyer_id = office
        for person in (office, clerk):
            self.assertEqual(self.write_to(promise, person).partner_id, person)
        before, [*_first, envelope] = (
            self.case.contact_ids,
            self.get_envelopes("clerk@example.com"),
        )
        self.answer(envelope, "We act for them.", From="Clerk <clerk@example.com>")
        entry = self.case.contact_ids - before
        self.assertEqual((entry.outcome, entry.partner_id), ("received", clerk))

    def test_what_a_colleague_answers_with_a_mail_program(self):
        promise, collector = next(iter(self.records)), self.users["collector"]
        self.write_to(promise, self.customer)
        [envelope] = self.get_envelopes("writer@example.com")
        promise.message_subscribe(self.customer.ids)
        before = self.case.contact_ids
        sender = f"{collector.name} <{collector.email}>"
        self.reply_to(envelope, "We agree to that.", From=sender)
        entry = self.case.contact_ids - before
        self.assertEqual((entry.direction, entry.user_id), ("out", collector))
        self.assertEqual(
            (entry.partner_id, entry.note), (self.customer, "We agree to that.")
        )

    def test_what_comes_back_marks_the_address(self):
        promise = next(iter(self.records))
        self.write_to(promise, self.customer, subject="Lost")
        [envelope] = self.get_envelopes("writer@example.com")
        for number in (1, 2):
            bounce = self.make_bounce(envelope)
            bounce.replace_header("Message-Id", f"<{number}@mx.example.com>")
            self.receive_mail(bounce)
        bounced = self.case.contact_ids.filtered(lambda row: row.outcome == "bounced")
        self.assertEqual((len(bounced), bounced.subject), (1, "Lost"))
        self.assertEqual(self.customer.collection_email_bounced, "writer@example.com")
        self.assertIn("Message not delivered", self.case.activity_ids.mapped("summary"))
        self.assertFalse(self.case.date_paused)
        # Another message to the address that is marked already comes back as well.
        self.write_to(promise, self.customer, subject="Lost again")
        [envelope] = self.get_envelopes("writer@example.com")
        bounce = self.make_bounce(envelope)
        bounce.replace_header("Message-Id", "<3@mx.example.com>")
        self.receive_mail(bounce)
        bounced = self.case.contact_ids.filtered(lambda row: row.outcome == "bounced")
        self.assertEqual(set(bounced.mapped("subject")), {"Lost", "Lost again"})

    # ------------------------------------------------------------------
    # Invoices
    # ------------------------------------------------------------------

    def test_what_is_not_due_is_not_collected(self):
        fresh = self.make_invoice(self.customer, due=self.day(0))
        self.plan()
        self.assertEqual(fresh.collection_case_id, self.case)
        self.assertFalse(self.write_to(fresh, self.customer))
        self.assertFalse(self.send_invoice(fresh))
        self.assertTrue(self.write_to(fresh, self.customer, 1))

    def test_what_is_paid_is_not_collected(self):
        self.pay(self.invoice)
        self.assertFalse(self.write_to(self.invoice, self.customer))

    def send_invoice(self, invoice):
        """:return: what is new in the log after Odoo's own window has sent it"""
        before = self.case.contact_ids
        wizard = self.env["account.move.send.wizard"].with_user(self.users["invoicing"])
        wizard.with_context(collection_as_of=self.today).create(
            {"move_id": invoice.id, "sending_methods": ["email"]}
        ).action_send_and_print(allow_fallback_pdf=True)
        return self.case.contact_ids - before

    def test_an_overdue_invoice_sent_again_is_an_entry(self):
        entry = self.send_invoice(self.invoice)
        self.assertEqual(entry.user_id, self.users["invoicing"])
        self.assertEqual((entry.partner_id, entry.outcome), (self.customer, "sent"))
        self.assertEqual(entry.move_ids, self.invoice)
        self.assertIn(self.invoice.name, entry.subject)
        # The invoice itself is not frozen by it.
        self.invoice.button_draft()
        self.assertFalse(self.env["collection.contact.seal"]._find_breaks(self.case))

    def test_a_vendor_bill_is_none(self):
        bill = self.make_invoice(self.customer, move_type="in_invoice")
        self.assertFalse(self.write_to(bill, self.customer))

    # ------------------------------------------------------------------
    # The portal
    # ------------------------------------------------------------------

    def test_what_a_customer_writes_in_the_portal(self):
        visitor = self.users["portal"]
        visitor.partner_id.parent_id = self.customer
        before = self.case.contact_ids
        self.invoice.with_user(visitor).sudo().message_post(
            body="This was paid.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            author_id=visitor.partner_id.id,
            attachments=[("proof.txt", b"paid")],
        )
        entry = self.case.contact_ids - before
        self.assertEqual(
            (entry.channel, entry.direction, entry.outcome),
            ("portal", "in", "received"),
        )
        self.assertEqual(entry.partner_id, visitor.partner_id)
        self.assertEqual((entry.note, entry.move_ids), ("This was paid.", self.invoice))
        self.assertEqual(entry.attachment_ids.raw, b"paid")
        self.assertTrue(self.case.reply_unread)
        self.assertIn("Read the reply", self.case.activity_ids.mapped("summary"))

    def test_what_a_colleague_writes_down_for_a_customer_is_none(self):
        """Only who has logged in with the portal has written there."""
        before = self.case.contact_ids
        self.invoice.with_user(self.users["collector"]).message_post(
            body="He says it was paid.",
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            author_id=self.customer.id,
        )
        self.assertEqual(self.case.contact_ids, before)
        self.assertFalse(self.case.reply_unread)

    def test_a_stranger_in_the_portal_is_none(self):
        visitor, before = self.users["portal"], self.case.contact_ids
        self.invoice.with_user(visitor).sudo().message_post(
            body="I was given the link.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual(self.case.contact_ids, before)
