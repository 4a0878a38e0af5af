# What colleagues write in tests is not translated.
# pylint: disable=translation-required
import smtplib
from unittest.mock import patch

from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.exceptions import ValidationError
from odoo.fields import Command, Datetime
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_correspondence_queue import MAIL_LOG, QueueCommon


@tagged("post_install", "-at_install")
class TestLeaving(QueueCommon):
    """What the log says is what the mail server took, and nothing leaves past it."""

    def run_with_stay(self):
        """A petition is recorded between the start of the queue and the message."""
        MailMail, test, done = type(self.root["mail.mail"]), self, []
        original = MailMail._prepare_outgoing_list

        def prepare(mail, mail_server=False, doc_to_followers=None):
            if not done:
                done.append(test.make_bankruptcy(test.second))
            return original(mail, mail_server, doc_to_followers)

        with patch.object(MailMail, "_prepare_outgoing_list", prepare):
            return self.send_queue()

    def get_sent(self, entries):
        return entries.filtered(
            lambda row: row.outcome == "sent" and row.channel == "email"
        )

    @mute_logger(MAIL_LOG)
    def test_a_petition_in_the_moment_of_sending(self):
        self.write_to_all(self.cases)
        entries = self.run_with_stay()
        self.assertEqual(self.arrived, ["writer@example.com"])
        self.assertEqual(self.get_sent(entries).partner_id, self.customer)

    @mute_logger(MAIL_LOG)
    def test_a_server_that_goes_away(self):
        mails, count = self.write_to_all(self.cases), []
        original = IrMail_Server.send_email

        def send_email(server, message, *args, **kw):
            count.append(1)
            if len(count) > 1:
                raise smtplib.SMTPServerDisconnected("gone")
            return original(server, message, *args, **kw)

        with patch.object(IrMail_Server, "send_email", send_email):
            before = self.cases.contact_ids
            self.send_queue()
        mails.filtered(lambda mail: mail.state != "sent").cancel()
        now = self.cases.contact_ids - before
        lost = now.filtered(lambda row: row.outcome == "bounced")
        self.assertEqual(len(self.get_sent(now)) - len(lost), len(self.arrived))

    def test_what_was_cancelled_is_not_listed(self):
        case = self.make_final()
        thread = case.with_user(self.users["collector"])
        message = thread.with_context(mail_notify_force_send=False).message_post(
            body="x",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=case.partner_id.ids,
        )
        mails = self.root["mail.mail"].search([("mail_message_id", "=", message.id)])
        mails.cancel()
        self.assertFalse(self.get_told(case))

    @mute_logger(MAIL_LOG)
    def test_what_was_stopped_does_not_look_sent(self):
        mail = self.write_to_all(self.cases[1])
        message = mail.mail_message_id
        self.run_with_stay()
        self.env.invalidate_all()
        self.assertFalse(self.arrived)
        self.assertNotEqual(message.notification_ids.notification_status, "sent")

    def test_a_stay_holds_for_copies(self):
        template = self.make_template(
            partner_to=False,
            email_to="our.adviser@example.com",
            email_cc="{{ object.partner_id.email }}",
        )
        self.make_bankruptcy(self.customer)
        self.smtp.envelopes.clear()
        template.with_user(self.users["collector"]).send_mail(self.case.id)
        reached = {name for row in self.run_queue() for name in row.recipients}
        self.assertNotIn("writer@example.com", reached)

    def test_what_comes_back_when_the_message_is_gone(self):
        template = self.make_template()
        self.assertTrue(template.auto_delete)
        template.with_user(self.users["collector"]).send_mail(self.case.id)
        [envelope] = self.run_queue()
        before = self.case.contact_ids
        self.receive_mail(self.make_bounce(envelope))
        self.env.invalidate_all()
        self.assertEqual(
            (self.case.contact_ids - before).mapped("outcome"), ["bounced"]
        )

    @mute_logger(MAIL_LOG)
    def test_who_did_not_get_it_is_not_named(self):
        case = self.make_final()
        anna, bert = (
            self.make_customer(name, is_company=False, parent_id=case.partner_id.id)
            for name in ("Anna", "Bert")
        )
        self.refuse("bert@example.com")
        self.write_to_all(case, partner_ids=[Command.set((anna | bert).ids)])
        self.send_queue()
        self.assertEqual(self.arrived, ["anna@example.com"])
        told = " ".join(self.get_told(case).mapped("person"))
        self.assertIn("Anna", told)
        self.assertNotIn("Bert", told)

    @mute_logger(MAIL_LOG)
    def test_a_server_that_is_down(self):
        self.cases.user_id = self.users["collector"]
        self.run_queue()
        self.write_to_all(self.cases)
        with patch.object(IrMail_Server, "_connect__", side_effect=OSError("down")):
            self.assertFalse(self.send_queue())
        self.assertFalse(self.case.activity_ids)
        # What was posted is in the log since then.
        sent = self.write_to(self.case, self.customer)
        with patch.object(IrMail_Server, "_connect__", side_effect=OSError("down")):
            lost = self.send_queue()
        self.assertEqual(lost.mapped("outcome"), ["bounced"])
        self.assertEqual(lost.message_ref, sent.message_ref)

    def test_the_company_of_a_template(self):
        """In which it is sent, where the record has none."""
        other, collector = self.other, self.users["collector"]
        collector.company_ids = [Command.link(other.id)]
        self.make_policy({"days": 1}, company=other)
        self.make_invoice(self.customer, company=other)
        self.plan(company=other)
        theirs = self.get_case(self.customer, other)
        template = self.make_template("res.partner", partner_to="{{ object.id }}")
        there = self.env(user=collector, context={"allowed_company_ids": [other.id]})
        template.with_env(there).send_mail(self.customer.id)
        self.assertFalse(self.send_queue())
        self.assertEqual(theirs.contact_ids.user_id, collector)

    @mute_logger(MAIL_LOG)
    def test_two_mails_of_one_message(self):
        person = self.users["portal"].partner_id
        self.env["res.lang"]._activate_lang("fr_FR")
        person.write(
            {
                "parent_id": self.customer.id,
                "email": "portal@example.com",
                "lang": "fr_FR",
            }
        )
        sent = self.write_to(self.invoice, self.customer | person)
        mails = self.root["mail.mail"].search(
            [("mail_message_id.message_id", "=", sent.message_ref)]
        )
        self.assertEqual(len(mails), 2)
        self.refuse("writer@example.com")
        second = mails.filtered(lambda mail: person in mail.recipient_ids)
        second.scheduled_date = Datetime.add(Datetime.now(), hours=1)
        self.send_queue()
        second.scheduled_date = False
        self.assertFalse(self.send_queue(), "one sending, two entries")

    @mute_logger(MAIL_LOG)
    def test_one_entry_that_fails(self):
        self.write_to_all(self.cases)
        Seal = type(self.root["collection.contact.seal"])
        original = Seal._seal

        def seal(seals, rows, kind):
            if rows.customer_id == self.customer:
                raise ValidationError(rows.outcome)
            return original(seals, rows, kind)

        with patch.object(Seal, "_seal", seal):
            self.send_queue()
        self.assertIn("second@example.com", self.arrived)

    @mute_logger(MAIL_LOG)
    def test_a_copy_that_is_refused(self):
        mails = self.write_to_all(self.case)
        mails.write(
            {"recipient_ids": [Command.clear()], "email_cc": "Writer@example.com"}
        )
        self.refuse()
        self.assertEqual(self.send_queue().mapped("outcome"), ["sent", "bounced"])

    def test_the_lawyer_by_address(self):
        lawyer = self.make_customer("Lawyer")
        self.customer.collection_lawyer_id = lawyer
        mails = self.write_to_all(self.case)
        mails.write({"recipient_ids": [Command.clear()], "email_to": lawyer.email})
        self.assertEqual(self.send_queue().partner_id, lawyer)

    def test_nobody_represents_themselves_as_another(self):
        case = self.make_bankruptcy(self.customer)
        child = self.make_customer(
            "Child", is_company=False, parent_id=self.customer.id
        )
        for name in ("trustee_id", "lawyer_id", "agent_id"):
            for person in (self.customer, child):
                with self.assertRaises(ValidationError):
                    case.write({name: person.id})
        # As it may have been recorded before.
        child.parent_id = False
        case.agent_id = child
        child.parent_id = self.customer
        self.assertFalse(case._is_representative(child))
        self.smtp.envelopes.clear()
        self.write_to(self.invoice, child)
        self.assertFalse(self.get_envelopes("child@example.com"))

    def post_as(self, author, user="collector"):
        before = self.case.contact_ids
        thread = self.invoice.with_user(self.users[user])
        thread.with_context(mail_notify_force_send=False).message_post(
            body="Pay or else.",
            message_type="email",
            author_id=author.id,
            partner_ids=self.customer.ids,
            subtype_xmlid="mail.mt_comment",
        )
        self.env.invalidate_all()
        return self.case.contact_ids - before

    def test_not_in_the_name_of_the_manager(self):
        entry = self.post_as(self.users["manager"].partner_id, "invoicing")
        self.assertEqual(entry.user_id, self.users["invoicing"])

    def test_not_in_the_name_of_nobody(self):
        entry = self.post_as(self.adviser)
        self.assertTrue(self.get_envelopes("writer@example.com"))
        self.assertTrue(entry, "it left and is not in the log")

    def test_not_past_the_log(self):
        template = self.make_template().with_user(self.users["collector"])
        for vals in ({"message_type": "comment"}, {"model": False}, {"res_id": 0}):
            with self.subTest(vals):
                template.send_mail(self.case.id, email_values=vals)
                self.assertTrue(self.send_queue())
