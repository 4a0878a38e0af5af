# What colleagues write in tests is not translated.
# pylint: disable=translation-required
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_correspondence_queue import MAIL_LOG, QueueCommon


@tagged("post_install", "-at_install")
class TestStayLeaving(QueueCommon):
    """A petition comes between writing and sending: counsel gets the message, and the
    log says that the debtor did not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lawyer = cls.make_customer("Counsel")
        cls.customer.collection_lawyer_id = cls.lawyer
        cls.records[cls.case] = None

    def petition(self, debtor=None):
        """:return: a bankruptcy in which the lawyer is the debtor's counsel"""
        bankruptcy = self.make_bankruptcy(
            debtor or self.customer, lawyer_id=self.lawyer.id
        )
        self.env.invalidate_all()
        return bankruptcy

    def read_log(self, entries):
        """:return: outcome and people of entries about e-mails"""
        return [
            (entry.outcome, entry.partner_id, entry.person or "")
            for entry in entries.filtered(lambda row: row.channel == "email")
        ]

    def assert_lost(self, entry, sent, bankruptcy):
        """The debtor's message is in the log as one that has not got through."""
        self.assertEqual((entry.outcome, entry.partner_id), ("bounced", self.customer))
        self.assertEqual(entry.message_ref, sent.message_ref)
        self.assertEqual(entry.move_ids, sent.move_ids)
        self.assertEqual(entry.note, bankruptcy.sudo()._get_refusal_text())
        self.assertEqual(sent._get_reached_text(), self.lawyer.display_name)

    @mute_logger(MAIL_LOG)
    def test_the_log_says_what_did_not_reach_the_debtor(self):
        for record in self.records:
            with self.subTest(record._name), self.env.cr.savepoint() as savepoint:
                sent = self.write_to(record, self.customer | self.lawyer)
                self.assertEqual(
                    self.read_log(sent), [("sent", self.customer, "Counsel")]
                )
                bankruptcy = self.petition()
                lost = self.send_queue()
                self.assertEqual(self.arrived, ["counsel@example.com"])
                self.assert_lost(lost, sent, bankruptcy)
                self.assertFalse(
                    self.env["collection.contact.seal"]._find_breaks(self.case)
                )
                savepoint.rollback()
                self.env.invalidate_all()
                self.smtp.envelopes.clear()

    @mute_logger(MAIL_LOG)
    def test_who_of_the_debtor_was_left_out(self):
        """Everybody who belongs to the debtor, and nobody else."""
        people = self.customer | self.person | self.lawyer | self.adviser
        sent = self.write_to(self.invoice, people)
        bankruptcy = self.petition()
        lost = self.send_queue()
        arrived = {name for row in self.smtp.envelopes for name in row.recipients}
        self.assertEqual(arrived, {"counsel@example.com", "our.adviser@example.com"})
        self.assertEqual(lost.partner_id, self.customer | self.person)
        self.assertEqual(set(lost.mapped("outcome")), {"bounced"})
        self.assertEqual(
            set(lost.mapped("note")), {bankruptcy.sudo()._get_refusal_text()}
        )
        self.assertEqual(sent._get_reached_text(), self.lawyer.display_name)

    @mute_logger(MAIL_LOG)
    def test_to_the_debtor_only(self):
        sent = self.write_to(self.invoice, self.customer)
        bankruptcy = self.petition()
        lost = self.send_queue()
        self.assertFalse(self.arrived)
        self.assertEqual((lost.outcome, lost.partner_id), ("bounced", self.customer))
        self.assertEqual(lost.note, bankruptcy.sudo()._get_refusal_text())
        self.assertFalse(sent._get_reached_text())

    @mute_logger(MAIL_LOG)
    def test_in_the_moment_of_sending(self):
        """The queue is at work already when the petition is recorded."""
        sent = self.write_to(self.case, self.customer | self.lawyer)
        MailMail, petitions = type(self.root["mail.mail"]), []
        original = MailMail._prepare_outgoing_list

        def prepare(mail, *args, **kwargs):
            if not petitions:
                petitions.append(self.petition())
            return original(mail, *args, **kwargs)

        self.patch(MailMail, "_prepare_outgoing_list", prepare)
        lost = self.send_queue()
        self.assertEqual(self.arrived, ["counsel@example.com"])
        self.assert_lost(lost, sent, *petitions)

    @mute_logger(MAIL_LOG)
    def test_written_down_once(self):
        """However often the message is tried again."""
        sent = self.write_to(self.case, self.customer | self.lawyer)
        mail = self.root["mail.mail"].search(
            [("mail_message_id.message_id", "=", sent.message_ref)]
        )
        bankruptcy = self.petition()
        self.refuse("counsel@example.com")
        lost = self.send_queue()
        self.assertEqual(lost.mapped("outcome"), ["bounced"] * 2)
        self.assertEqual(lost.partner_id, self.customer | self.lawyer)
        mail.mark_outgoing()
        self.smtp.refused.clear()
        again = self.send_queue()
        self.assertEqual(self.read_log(again), [("sent", self.lawyer, "")])
        self.assertEqual(self.arrived, ["counsel@example.com"])
        attempts = bankruptcy.attempt_ids.filtered(lambda row: row.kind == "queue")
        self.assertEqual(len(attempts), 1)

    def test_what_nobody_posted(self):
        """Who was left out before the message was in the log is not in it as reached,
        nor as lost."""
        people = self.customer | self.lawyer
        self.write_to_all(self.case, partner_ids=[Command.set(people.ids)])
        self.petition()
        self.assertEqual(self.read_log(self.send_queue()), [("sent", self.lawyer, "")])
        self.assertEqual(self.arrived, ["counsel@example.com"])

    @mute_logger(MAIL_LOG)
    def test_a_final_demand_does_not_list_it(self):
        """Dismissed later on, the debtor is not told of what never came."""
        case = self.make_final()
        debtor = case.partner_id
        debtor.collection_lawyer_id = self.lawyer
        thread = case.with_user(self.users["collector"])
        thread.with_context(mail_notify_force_send=False).message_post(
            body="Please pay.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=(debtor | self.lawyer).ids,
        )
        bankruptcy = self.petition(debtor)
        self.send_queue()
        self.assertEqual(self.arrived, ["counsel@example.com"])
        bankruptcy.sudo()._change_state("dismissed", self.today)
        self.plan(self.day(1))
        [told] = self.env["collection.demand.history"].search(
            [
                ("step_id", "in", self.open_steps(debtor).ids),
                ("contact_id.channel", "=", "email"),
            ]
        )
        self.assertEqual(told.person, self.lawyer.display_name)
