from odoo.fields import Command, Datetime
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_correspondence_customer import CustomerCommon
from .test_correspondence_texts import NUMBERS

MAIL_LOG = "odoo.addons.mail.models.mail_mail"


class QueueCommon(CustomerCommon):
    """E-mails that nobody posts: to several records at once, or from a template."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.make_customer("Second")
        cls.make_invoice(cls.second)
        cls.plan()
        cls.cases = cls.case | cls.get_case(cls.second)

    def setUp(self):
        super().setUp()
        # What was written to the users of the tests.
        self.run_queue()
        self.smtp.envelopes.clear()

    def compose(self, records, user=None, **vals):
        """:return: Odoo's window for e-mails to several records, filled in"""
        composer = self.env(user=user or self.users["collector"], context={})
        return composer["mail.compose.message"].create(
            {
                "model": records._name,
                "res_ids": repr(records.ids),
                "composition_mode": "mass_mail",
                "subject": "Our new bank account",
                "body": "<p>Please pay to the new one.</p>",
                "force_send": False,
                **vals,
            }
        )

    def write_to_all(self, records, user=None, **vals):
        """Have a collector write to records, without sending it yet."""
        return self.compose(records, user, **vals)._action_send_mail()[0]

    def send_queue(self):
        """:return: what is new in the log after the queue has run"""
        before = self.cases.contact_ids
        self.arrived = [row.recipients[0] for row in self.run_queue()]
        self.env.invalidate_all()
        return (self.cases.contact_ids - before).sorted("id")

    def make_template(self, model="collection.case", **vals):
        return self.root["mail.template"].create(
            {
                "name": "Account",
                "model_id": self.root["ir.model"]._get_id(model),
                "subject": "Your account",
                "body_html": "<p>Please call.</p>",
                "partner_to": "{{ object.partner_id.id }}",
                "use_default_to": False,
                **vals,
            }
        )

    def make_final(self):
        """:return: the case of a customer whose next step is a final demand"""
        self.make_policy(
            {"days": 1, "channel": "certified", "is_final_demand": True}, sequence=0
        )
        debtor = self.make_customer("Debtor")
        self.make_invoice(debtor)
        self.plan()
        case = self.get_case(debtor)
        self.cases |= case
        return case

    def get_told(self, case):
        """:return: what the final demand of a case lists"""
        return self.env["collection.demand.history"].search(
            [("step_id", "=", case.step_ids.id)]
        )

    def refuse(self, address="writer@example.com"):
        self.smtp.refused.add(address)


@tagged("post_install", "-at_install")
class TestMailQueue(QueueCommon):
    """Whatever leaves is in the log from the moment on in which it leaves."""

    def test_to_several_cases(self):
        attached = self.env(user=self.users["collector"])["ir.attachment"].create(
            {
                "name": "a.txt",
                "raw": b"signed",
                "res_model": "mail.compose.message",
                "res_id": 0,
            }
        )
        self.write_to_all(self.cases, attachment_ids=[Command.set(attached.ids)])
        self.assertFalse(self.cases.contact_ids)
        entries = self.send_queue()
        self.assertEqual(
            set(self.arrived), {"writer@example.com", "second@example.com"}
        )
        self.assertEqual(entries.partner_id, self.customer | self.second)
        for entry in entries:
            self.assertEqual(entry.partner_id, entry.customer_id)
            self.assertEqual(
                (entry.channel, entry.direction, entry.outcome),
                ("email", "out", "sent"),
            )
            self.assertEqual(entry.user_id, self.users["collector"])
            self.assertEqual(entry.subject, "Our new bank account")
            self.assertEqual(entry.note, "Please pay to the new one.")
            self.assertEqual(entry.attachment_ids.raw, b"signed")
            self.assertFalse(entry.is_attempt)
        self.assertFalse(self.send_queue())
        self.assertFalse(self.env["collection.contact.seal"]._find_breaks(self.cases))

    def test_from_whatever_belongs_to_a_case(self):
        for record, invoice in self.records.items():
            with self.subTest(record._name):
                self.write_to_all(record, partner_ids=[Command.set(self.customer.ids)])
                entry = self.send_queue()
                self.assertEqual(entry.partner_id, self.customer)
                self.assertEqual(entry.move_ids, invoice)

    def test_sent_at_once(self):
        before = self.cases.contact_ids
        self.write_to_all(self.cases, force_send=True)
        self.assertEqual(len(self.smtp.envelopes), 2)
        self.assertEqual(len(self.cases.contact_ids - before), 2)

    def test_without_a_trace_in_the_messages(self):
        """Who keeps no copy there has one in the log."""
        self.write_to_all(self.cases, auto_delete=True, auto_delete_keep_log=False)
        self.assertEqual(len(self.send_queue()), 2)
        self.assertFalse(self.root["mail.mail"].search([("state", "=", "sent")]))

    def test_sent_later(self):
        mails = self.write_to_all(self.case)
        mails.scheduled_date = Datetime.add(Datetime.now(), hours=1)
        self.assertFalse(self.send_queue())
        mails.scheduled_date = Datetime.subtract(Datetime.now(), hours=1)
        self.assertTrue(self.send_queue())

    def test_to_others_only(self):
        self.write_to_all(self.case, partner_ids=[Command.set(self.adviser.ids)])
        self.assertFalse(self.send_queue())
        self.assertEqual(self.arrived, ["our.adviser@example.com"])

    def test_to_an_address(self):
        mails = self.write_to_all(self.case)
        mails.write(
            {"recipient_ids": [Command.clear()], "email_to": "Writer@example.com"}
        )
        self.assertEqual(self.send_queue().partner_id, self.customer)

    def test_from_a_template(self):
        template = self.make_template()
        template.with_user(self.users["collector"]).send_mail(self.case.id)
        entry = self.send_queue()
        self.assertEqual(entry.user_id, self.users["collector"])
        self.assertIn("Please call.", entry.note)
        template.send_mail(self.case.id)
        self.assertEqual(self.send_queue().user_name, "Automatic")

    def test_to_customers(self):
        """About debts, if a collector writes."""
        people = self.customer | self.second
        self.write_to_all(people)
        self.assertEqual(self.send_queue().partner_id, people)
        self.write_to_all(people, self.seller)
        self.assertFalse(self.send_queue())
        self.assertEqual(len(self.arrived), 2)

    def test_not_about_what_is_stayed(self):
        self.write_to_all(self.cases)
        self.make_bankruptcy(self.customer)
        entries = self.send_queue().filtered(lambda row: row.channel == "email")
        self.assertEqual(entries.partner_id, self.second)
        self.assertEqual(self.arrived, ["second@example.com"])

    def test_our_own_are_not_logged_twice(self):
        self.make_policy({"days": 1, "channel": "email"}, sequence=0)
        third = self.make_customer("Third")
        self.make_invoice(third)
        self.plan()
        self.execute()
        case = self.get_case(third)
        self.cases |= case
        self.assertEqual(len(case.contact_ids), 1)
        self.assertFalse(self.send_queue())
        self.assertIn("third@example.com", self.arrived)

    def test_addressed_by_name_under_another_name(self):
        entry = self.write_to(self.case, self.customer, message_type="notification")
        self.assertEqual(entry.user_id, self.users["collector"])

    # ------------------------------------------------------------------
    # What does not get through
    # ------------------------------------------------------------------

    @mute_logger(MAIL_LOG)
    def test_what_the_server_refuses(self):
        self.write_to_all(self.cases)
        self.refuse()
        entries = self.send_queue()
        self.assertEqual(self.arrived, ["second@example.com"])
        lost = entries.filtered(lambda row: row.outcome == "bounced")
        self.assertEqual((lost.partner_id, lost.channel), (self.customer, "email"))
        self.assertEqual(lost.subject, "Our new bank account")
        self.assertIn("no such mailbox", lost.note)
        self.assertIn("Message not delivered", self.case.activity_ids.mapped("summary"))
        self.assertFalse(self.cases[1].activity_ids)

    def test_what_is_in_no_log_does_not_hurry_the_transaction(self):
        done = []
        self.env.cr.precommit.add(lambda: done.append("run"))
        lost = self.env["collection.contact"]._log_undelivered(
            "<in-no-log@example.com>", self.customer, "Nobody there"
        )
        self.assertFalse(lost)
        self.assertFalse(done)

    @mute_logger(MAIL_LOG)
    def test_sent_once_more(self):
        mail = self.write_to_all(self.case)
        self.refuse()
        self.send_queue()
        for _turn in range(2):
            mail.mark_outgoing()
            self.assertEqual(self.send_queue().mapped("outcome"), ["sent", "bounced"])
        self.smtp.refused.clear()
        mail.mark_outgoing()
        self.assertEqual(self.send_queue().outcome, "sent")
        mail.mark_outgoing()
        self.assertFalse(self.send_queue())

    @mute_logger(MAIL_LOG)
    def test_posted_and_refused(self):
        sent = self.write_to(self.case, self.customer | self.person | self.adviser)
        self.refuse("buyer@example.com")
        lost = self.send_queue()
        self.assertEqual((lost.outcome, lost.partner_id), ("bounced", self.person))
        self.assertEqual(lost.message_ref, sent.message_ref)

    @mute_logger(MAIL_LOG)
    def test_what_was_lost_is_not_listed(self):
        case = self.make_final()
        for address in ("nobody@example.com", "debtor@example.com"):
            self.smtp.refused = {address}
            self.write_to_all(case, subject=f"Not to {address}")
            self.send_queue()
        self.assertEqual(
            self.get_told(case).contact_id.mapped("subject"),
            ["Not to nobody@example.com"],
        )

    # ------------------------------------------------------------------
    # Texts that do not get through
    # ------------------------------------------------------------------

    def report(self, message, error):
        """Have the provider tell what became of a text, twice."""
        tracker = self.root["sms.tracker"].search(
            [("mail_notification_id.mail_message_id", "=", message.id)]
        )
        before = self.case.contact_ids
        for _turn in range(2):
            tracker._action_update_from_provider_error(error)
        return self.case.contact_ids - before

    def test_a_text_that_is_lost(self):
        sent = self.post(self.case, partner_ids=self.customer.ids)
        lost = self.report(self.case.message_ids[0], "invalid_destination")
        self.assertEqual(
            (lost.channel, lost.outcome, lost.partner_id),
            ("sms", "bounced", self.customer),
        )
        self.assertEqual(lost.message_ref, sent.message_ref)
        self.assertTrue(lost.note)
        self.assertIn("Message not delivered", self.case.activity_ids.mapped("summary"))

    def test_a_text_to_a_number(self):
        for number, person in (
            ("+32470123456", self.env["res.partner"]),
            (NUMBERS["customer"], self.customer),
        ):
            with self.subTest(number):
                self.post(self.case, sms_numbers=[number])
                lost = self.report(self.case.message_ids[0], "rejected")
                self.assertEqual(lost.partner_id, person)
                self.assertEqual(lost.person, False if person else number)

    def test_a_text_that_never_left(self):
        self.post(self.case, provider={"sim_error": "credit"})
        self.assertFalse(self.report(self.case.message_ids[0], "rejected"))

    def test_a_text_to_somebody_else(self):
        self.post(self.case, partner_ids=(self.customer | self.adviser).ids)
        message = self.case.message_ids[0]
        lost = self.report(message, "rejected")
        self.assertEqual(lost.partner_id, self.customer)
