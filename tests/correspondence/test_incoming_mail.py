from email import message_from_bytes
from email.message import EmailMessage

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..letter.test_delivery import DeliveryCommon

BACK_AND_SENT = ("bounced", "sent")


@tagged("post_install", "-at_install")
class TestIncomingMail(DeliveryCommon):
    """What customers write comes in through Odoo's mail gateway, and is not lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls.make_users()
        cls.policy.stage_ids = [
            Command.create(
                {
                    "name": "Second",
                    "days": 20,
                    "template_id": cls.stage.template_id.id,
                }
            )
        ]
        cls.make_invoice(cls.customer)

    def write_to_alias(
        self, sender, subject="A question", text="Which invoice?", **headers
    ):
        mail = EmailMessage()
        mail["From"] = sender
        mail["To"] = "collections@collect.example.com"
        mail["Subject"] = subject
        mail["Message-Id"] = f"<{subject.replace(' ', '-')}@somewhere.example.com>"
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        self.receive_mail(mail)
        return mail

    def set_alias(self):
        self.company.sudo().collection_alias_name = "collections"

    def get_inbox(self):
        return self.root["collection.inbox"].search(
            [("company_id", "=", self.company.id)]
        )

    def send_first(self):
        letter = self.send()
        [envelope] = self.run_queue()
        return letter, letter.case_id, envelope

    # ------------------------------------------------------------------
    # Replies
    # ------------------------------------------------------------------

    def test_a_reply_becomes_an_entry_with_the_mail_as_evidence(self):
        letter, case, envelope = self.send_first()
        reply = self.reply_to(envelope)
        contact = case.contact_ids[0]
        self.assertEqual(
            (contact.outcome, contact.direction, contact.partner_id),
            ("received", "in", self.customer),
        )
        self.assertEqual(contact.note, "We paid last week.")
        self.assertEqual(contact.move_ids, letter.move_ids)
        self.assertFalse(contact.is_attempt)
        evidence = contact.attachment_ids
        self.assertEqual(evidence.mimetype, "message/rfc822")
        self.assertIn(reply["Message-Id"].encode(), evidence.raw)
        self.assertIn("Read the reply", case.activity_ids.mapped("summary"))
        self.assertFalse(self.env["collection.contact.seal"]._find_breaks(case))

    def test_a_reply_pauses_the_steps(self):
        """The default is five days; the pause is visible, and ended by a button."""
        _letter, case, envelope = self.send_first()
        worker = case.with_context(collection_as_of=self.day(17))
        self.reply_to(envelope, day=self.day(17))
        self.assertEqual(case.date_paused, self.day(22))
        self.plan(self.day(17))
        self.assertEqual((case.reason, case.date_next), ("reply", self.day(22)))
        self.assertIn("the customer has written", case.explanation)
        self.assertFalse(self.open_steps(self.customer))
        worker.with_user(self.users["collector"]).action_end_pause()
        self.assertFalse(case.date_paused or case.reply_unread)
        self.assertEqual(case.reason, "due")
        self.assertTrue(self.open_steps(self.customer))

    def test_the_pause_ends_by_itself(self):
        _letter, case, envelope = self.send_first()
        self.reply_to(envelope, day=self.day(17))
        self.plan(self.day(21))
        self.assertEqual(case.reason, "reply")
        self.plan(self.day(22))
        self.assertEqual(case.reason, "due")

    def test_a_reply_between_planning_and_sending_stops_the_message(self):
        _letter, case, envelope = self.send_first()
        self.plan(self.day(17))
        step = self.open_steps(self.customer)
        self.assertEqual(step.state, "planned")
        self.reply_to(envelope, day=self.day(17))
        counts = self.execute(self.day(17))
        self.assertEqual(counts["done_count"], 0)
        self.assertEqual(len(case.letter_ids), 1)
        self.assertEqual((step.state, step.reason), ("planned", "reply"))
        self.assertEqual(step.date_planned, self.day(22))
        self.execute(self.day(22))
        self.assertEqual(step.state, "done")

    def test_no_pause_where_the_company_says_so(self):
        self.company.sudo().collection_reply_days = 0
        _letter, case, envelope = self.send_first()
        self.reply_to(envelope)
        self.assertFalse(case.date_paused)
        self.assertTrue(case.reply_unread)

    def test_out_of_office_does_not_pause(self):
        _letter, case, envelope = self.send_first()
        for number, header in enumerate(
            (
                {"Auto_Submitted": "auto-replied"},
                {"X_Autoreply": "yes"},
                {"Precedence": "bulk"},
                {
                    "X_Auto_Response_Suppress": "All",
                    "Subject": "Automatic reply: Reminder",
                },
            )
        ):
            self.reply_to(envelope, "I am away" + "." * number, **header)
            contact = case.contact_ids[0]
            with self.subTest(header):
                self.assertEqual(contact.outcome, "auto_reply")
                self.assertTrue(contact.attachment_ids)
                self.assertFalse(case.date_paused or case.reply_unread)
                self.assertNotIn("Read the reply", case.activity_ids.mapped("summary"))
        self.assertEqual(len(case.contact_ids), 5)

    def test_mail_of_people_has_the_header_of_exchange_as_well(self):
        _letter, case, envelope = self.send_first()
        self.reply_to(envelope, X_Auto_Response_Suppress="DR, OOF")
        self.assertEqual(case.contact_ids[0].outcome, "received")
        self.assertTrue(case.date_paused)

    def test_a_bounce_marks_the_address(self):
        letter, case, envelope = self.send_first()
        self.receive_mail(self.make_bounce(envelope))
        contact = case.contact_ids[0]
        self.assertEqual((contact.outcome, contact.letter_id), ("bounced", letter))
        self.assertTrue(contact.attachment_ids)
        self.assertFalse(case.date_paused)
        self.assertEqual(self.customer.collection_email_bounced, "reader@example.com")
        # Nothing more goes there; a new address is free.
        finder = self.env["collection.recipient"]
        self.assertRegex(finder._find_for_case(case, "email")[1], "bounced")
        self.customer.email = "new@example.com"
        self.assertFalse(finder._find_for_case(case, "email")[1])

    def send_twice(self):
        """:return: two letters to one address, and the first as it arrived"""
        first, case, envelope = self.send_first()
        second = first.sudo().copy({"mail_id": False, "mail_message_id": False})
        dispatcher = self.root["collection.dispatcher"]
        vals = dispatcher._prepare_mail_vals(second, "Again", "Again")
        dispatcher._write_mails(second, [vals])
        self.run_queue()
        self.assertEqual((first | second).mapped("delivery_state"), ["sent"] * 2)
        self.assertEqual(case.letter_ids[0], second)
        return first, second, envelope

    def test_a_bounce_is_of_the_message_that_came_back(self):
        first, second, envelope = self.send_twice()
        self.receive_mail(self.make_bounce(envelope))
        self.assertEqual((first.delivery_state, second.delivery_state), BACK_AND_SENT)
        # The same report again says nothing new, of no letter.
        count = len(first.case_id.contact_ids)
        again = self.make_bounce(envelope)
        again.replace_header("Message-Id", "<again@mx.example.com>")
        self.receive_mail(again)
        self.assertEqual(second.delivery_state, "sent")
        self.assertEqual(len(first.case_id.contact_ids), count)

    def test_a_bounce_that_holds_the_whole_message(self):
        """Some servers send all of it back, and name an address we never wrote to:
        the mailbox that the customer's mail is forwarded to."""
        first, second, envelope = self.send_twice()
        report = EmailMessage()
        report["From"] = "MAILER-DAEMON@mx.example.com"
        report["To"] = envelope.sender
        report["Message-Id"] = "<forwarded@mx.example.com>"
        report.set_content("The mailbox does not exist.")
        report.add_attachment(envelope.message)
        status = self.make_bounce(envelope).get_payload(1)
        status.get_payload(1).replace_header(
            "Final-Recipient", "rfc822; forwarded@elsewhere.example.com"
        )
        report.attach(status)
        report.replace_header(
            "Content-Type", 'multipart/report; report-type="delivery-status"'
        )
        report.set_boundary("edge")
        self.receive_mail(report)
        self.assertEqual((first.delivery_state, second.delivery_state), BACK_AND_SENT)
        self.assertEqual(self.customer.collection_email_bounced, "reader@example.com")

    def test_a_colleagues_copy_that_came_back_is_not_the_customers(self):
        user = self.users["collector"]
        user.email = "collector@collect.example.com"
        self.policy.user_id = user
        self.stage.copy_to = "collector"
        letter = self.send()
        copies = [one for one in self.run_queue() if "collector@" in one.recipients[0]]
        self.receive_mail(self.make_bounce(copies[0]))
        self.assertEqual(letter.delivery_state, "sent")
        self.assertFalse(self.customer.collection_email_bounced)

    def test_the_mail_beside_a_letter_on_paper_came_back(self):
        self.stage.write({"channel": "letter", "with_email": True})
        letter, case, envelope = self.send_first()
        self.receive_mail(self.make_bounce(envelope))
        self.assertEqual(letter.delivery_state, "to_print")
        self.assertEqual(self.customer.collection_email_bounced, "reader@example.com")
        self.assertEqual(case.contact_ids[0].outcome, "bounced")
        self.assertIn("Message not delivered", case.activity_ids.mapped("summary"))

    # ------------------------------------------------------------------
    # The collections address
    # ------------------------------------------------------------------

    def test_a_known_sender_finds_the_case(self):
        self.set_alias()
        self.plan()
        case = self.get_case(self.customer)
        self.write_to_alias("Reader <READER@example.com>")
        self.assertEqual(case.contact_ids.outcome, "received")
        self.assertIn("Which invoice?", case.message_ids[0].body)
        self.assertTrue(case.reply_unread)
        self.assertFalse(self.get_inbox())

    def test_nobody_pauses_the_steps_in_a_customers_name(self):
        """Anybody can write a sender into a mail, and do so every five days."""
        self.set_alias()
        self.company.sudo().collection_mail_server = "mx.example.com"
        other = self.make_customer("Other")
        self.make_invoice(other)
        self.plan()
        self.execute()
        case = self.get_case(self.customer)
        theirs = self.get_case(other).letter_ids.mail_message_id.message_id
        for number, headers in enumerate(
            (
                {},
                {"In_Reply_To": "<invented@mail.example.com>"},
                {"Authentication_Results": "mx.forged.net; dmarc=pass"},
                {"Authentication_Results": "mx.example.com; spf=fail; dmarc=fail"},
            )
        ):
            with self.subTest(headers):
                sender = "Reader <reader@example.com>"
                self.write_to_alias(sender, f"Question {number}", **headers)
                self.assertFalse(case.date_paused)
                self.assertTrue(case.reply_unread)
                self.assertIn("Read the message", case.activity_ids.mapped("summary"))
                case.action_mark_reply_read()
        # An answer to what another customer got lands on the case of that customer.
        self.write_to_alias(sender, "Question", In_Reply_To=theirs)
        self.assertFalse(case.date_paused or case.reply_unread)

    def test_a_verified_sender_pauses_the_steps(self):
        self.set_alias()
        self.company.sudo().collection_mail_server = "mx.example.com"
        self.plan()
        case = self.get_case(self.customer)
        results = "mx.example.com; dkim=pass header.d=example.com"
        self.write_to_alias("reader@example.com", Authentication_Results=results)
        self.assertTrue(case.date_paused)

    def test_an_unknown_sender_is_a_task_for_the_responsible(self):
        self.set_alias()
        self.company.sudo().collection_responsible_id = self.users["manager"]
        self.plan()
        case = self.get_case(self.customer)
        self.write_to_alias("Lawyer <counsel@law.example.com>", f"About {case.name}")
        mail = self.get_inbox()
        self.assertEqual((mail.state, mail.case_id), ("new", case))
        self.assertEqual(mail.activity_ids.user_id, self.users["manager"])
        self.assertFalse(case.contact_ids)
        mine = mail.with_user(self.users["collector"])
        mine.action_assign()
        contact = case.contact_ids
        self.assertEqual(contact.person, '"Lawyer" <counsel@law.example.com>')
        self.assertIn(b"counsel@law.example.com", contact.attachment_ids.raw)
        self.assertTrue(case.date_paused)
        self.assertFalse(mail.activity_ids)
        with self.assert_refused("already been dealt with"):
            mine.action_assign()

    def test_the_inbox_is_not_for_everybody(self):
        self.set_alias()
        self.write_to_alias("Spam <spam@example.com>")
        mail = self.get_inbox()
        self.assertTrue(mail.activity_ids.user_id)
        with self.assertRaises(AccessError):
            mail.with_user(self.users["invoicing"]).action_ignore()
        collector = mail.with_user(self.users["collector"])
        with self.assert_refused("Choose the case"):
            collector.action_assign()
        with self.assert_refused("cannot be changed by hand"):
            collector.state = "assigned"
        collector.action_ignore()
        self.assertEqual(mail.state, "ignored")
        self.assertFalse(mail.activity_ids)

    def test_two_customers_of_one_address_are_told_apart_by_a_person(self):
        self.set_alias()
        twin = self.make_customer("Twin", email="reader@example.com")
        self.make_invoice(twin)
        self.plan()
        self.write_to_alias("reader@example.com")
        self.assertTrue(self.get_inbox())

    def test_a_delay_is_no_bounce(self):
        """The mail server tries on; only a report of failure says that it gave up."""
        letter, _case, envelope = self.send_first()
        failed = self.make_bounce(envelope).as_bytes()
        self.receive_mail(
            message_from_bytes(failed.replace(b"Action: failed", b"Action: delayed"))
        )
        self.assertEqual(letter.delivery_state, "sent")
        self.assertFalse(self.customer.collection_email_bounced)
