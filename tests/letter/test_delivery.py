from email import message_from_string
from email.message import EmailMessage
from email.utils import make_msgid
from unittest.mock import patch

from odoo.addons.sms.tools.sms_api import SmsApi
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common.smtp_server import MailServerCase
from .test_messages import MessageCommon

MAIL_LOG = "odoo.addons.mail.models.mail_thread"
BOUNCE = """\
From: Mail Delivery System <MAILER-DAEMON@mx.example.com>
To: {sender}
Subject: Undelivered Mail Returned to Sender
Message-Id: <bounce@mx.example.com>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="edge"

--edge
Content-Type: text/plain

The mailbox does not exist.
--edge
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.1.1

--edge
Content-Type: text/rfc822-headers

Message-Id: {message_id}

--edge--
"""


class DeliveryCommon(MailServerCase, MessageCommon):
    """A mail server that really listens, and Odoo's mail gateway."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        domain = cls.root["mail.alias.domain"].create(
            {
                "name": "collect.example.com",
                "bounce_alias": "bounce",
                "catchall_alias": "catchall",
            }
        )
        cls.company.sudo().alias_domain_id = domain
        cls.company.email = "accounts@collect.example.com"

    def setUp(self):
        super().setUp()
        self.start_mail_server()

    def receive_mail(self, message, day=None):
        """Let Odoo's mail gateway process a message that comes in on a day."""
        gateway = self.root["mail.thread"].with_context(
            collection_as_of=day or self.today
        )
        with mute_logger(MAIL_LOG):
            gateway.message_process(None, message.as_bytes())

    def reply_to(self, envelope, text="We paid last week.", day=None, **headers):
        """Answer a message that the mail server has taken, and take the answer in."""
        reply = EmailMessage()
        for name, value in {
            "From": "Reader <reader@example.com>",
            "To": envelope.message["Reply-To"],
            "Subject": f"Re: {envelope.message['Subject']}",
            "Message-Id": make_msgid(domain="reader.example.com"),
            "In-Reply-To": envelope.message["Message-Id"],
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }.items():
            reply[name] = value
        reply.set_content(text)
        self.receive_mail(reply, day)
        return reply

    @staticmethod
    def make_bounce(envelope):
        """:return: what a mail server sends back, with the original's headers"""
        return message_from_string(
            BOUNCE.format(
                sender=envelope.sender,
                recipient=envelope.recipients[0],
                message_id=envelope.message["Message-Id"].strip(),
            )
        )


@tagged("post_install", "-at_install")
class TestDelivery(DeliveryCommon):
    """Messages go through Odoo's mail server code to a server that really listens."""

    def test_sent_for_real(self):
        self.make_invoice(self.customer)
        letter = self.send()
        self.assertEqual(letter.delivery_state, "queued")
        self.assertFalse(letter.date_sent)
        [envelope] = self.run_queue()
        self.assertEqual(envelope.recipients, ["reader@example.com"])
        self.assertEqual(envelope.sender, "bounce@collect.example.com")
        self.assertEqual(envelope.message["Subject"], letter.subject)
        body = envelope.message.get_body(("html",)).get_content()
        self.assertIn(letter.move_ids.name, body)
        self.assertEqual(letter.delivery_state, "sent")
        self.assertTrue(letter.date_sent)
        # What has left is not made unsent by what cancels the queue.
        letter.sudo()._cancel_queued()
        self.assertEqual(letter.delivery_state, "sent")

    def assert_stays_here(self, letter):
        # Nor the next time, with a copy for us that was left in the queue.
        for _turn in range(2):
            self.assertFalse(self.run_queue())
        self.assertEqual(letter.delivery_state, "cancelled")
        self.assertEqual(
            letter.failure_reason, "Settled or stopped before the message left."
        )
        self.assertEqual(letter.sudo().mail_id.state, "cancel")

    def test_settled_while_it_waited_in_the_queue(self):
        """The mail server was down for a day, and the money came in."""
        self.stage.copy_to = "collector"
        self.policy.user_id = self.env.user
        invoice = self.make_invoice(self.customer)
        letter = self.send()
        self.pay(invoice)
        self.assert_stays_here(letter)

    def test_paper_stays_here_with_its_mail(self):
        self.stage.write({"channel": "letter", "with_email": True})
        invoice = self.make_invoice(self.customer)
        letter = self.send()
        self.assertEqual(letter.delivery_state, "to_print")
        self.pay(invoice)
        self.assert_stays_here(letter)

    def test_covered_while_it_waited_in_the_queue(self):
        self.make_invoice(self.customer)
        letter = self.send()
        self.make_credit(self.customer, 1000, self.today)
        self.assert_stays_here(letter)

    def approve(self):
        """:return: the step of the customer, approved"""
        self.stage.is_automatic = False
        self.plan()
        step = self.open_steps(self.customer)
        step.action_approve()
        self.assertEqual(step.state, "planned")
        return step

    @staticmethod
    def take_back(payment):
        """The bank returns the money."""
        payment.action_draft()
        payment.action_cancel()

    def test_paid_and_returned_between_approval_and_sending(self):
        """Nobody has looked in between: what was approved holds, and leaves once."""
        invoice = self.make_invoice(self.customer)
        step = self.approve()
        self.take_back(self.pay(invoice))
        self.execute()
        self.assertEqual(step.state, "done")
        self.assertEqual(len(self.run_queue()), 1)
        self.assertEqual(step.case_id.contact_ids.mapped("outcome"), ["sent"])

    def test_returned_after_the_approved_step_was_dropped(self):
        """It is approved anew, for what was approved is gone."""
        invoice = self.make_invoice(self.customer)
        step = self.approve()
        case = step.case_id
        payment = self.pay(invoice)
        self.execute()
        self.assertEqual(step.state, "cancelled")
        self.take_back(payment)
        self.execute()
        self.assertFalse(self.run_queue())
        self.assertFalse(case.contact_ids)
        self.plan(self.day(1))
        self.assertEqual(self.open_steps(self.customer).state, "approve")

    def test_returned_after_the_message_was_kept_here(self):
        """It never left, and the case says so; a person has it sent after all."""
        invoice = self.make_invoice(self.customer)
        letter = self.send()
        payment = self.pay(invoice)
        self.assert_stays_here(letter)
        self.take_back(payment)
        self.plan(self.day(1))
        self.assertRegex(letter.case_id.delivery_problem, "before the message left")
        letter.sudo().mail_id.mark_outgoing()
        self.assertEqual(len(self.run_queue()), 1)
        self.assertEqual(letter.delivery_state, "sent")
        self.assertFalse(letter.case_id.delivery_problem)

    def test_paid_in_part_while_it_waited_in_the_queue(self):
        """The rest is still to be asked for."""
        invoice = self.make_invoice(self.customer)
        letter = self.send()
        self.pay(invoice, 100)
        self.assertEqual(len(self.run_queue()), 1)
        self.assertEqual(letter.delivery_state, "sent")

    def test_paper_of_who_has_paid_is_not_printed(self):
        self.stage.channel = "letter"
        invoices = self.make_invoice(self.customer)
        letter = self.send()
        other = self.make_customer("Still owing")
        self.make_invoice(other)
        both = letter | self.send(other)
        self.pay(invoices)
        action = both.action_print()
        self.assertEqual(letter.delivery_state, "cancelled")
        self.assertEqual((both - letter).delivery_state, "printed")
        self.assertNotIn(str(letter.id), action["url"].rsplit("/", 1)[1].split(","))

    def test_paper_of_who_is_not_to_be_contacted(self):
        self.stage.channel = "letter"
        self.make_invoice(self.customer)
        letter = self.send()
        self.customer.collection_do_not_contact = True
        self.assertEqual(letter.action_print()["tag"], "display_notification")
        self.assertEqual(letter.delivery_state, "cancelled")

    def test_text_settled_while_it_waited(self):
        self.stage.channel = "sms"
        invoice = self.make_invoice(self.customer)
        letter = self.send()
        self.pay(invoice)
        texts = self.root["sms.sms"].search([("state", "=", "outgoing")])
        self.assertTrue(texts)
        texts.send()
        self.assertEqual(set(texts.exists().mapped("state")), {"canceled"})
        self.assertEqual(letter.delivery_state, "cancelled")

    def test_refused_by_the_server(self):
        self.smtp.refused.add("reader@example.com")
        self.make_invoice(self.customer)
        letter = self.send()
        with mute_logger(
            "odoo.addons.mail.models.mail_mail",
            "odoo.addons.base.models.ir_mail_server",
        ):
            served = [to for mail in self.run_queue() for to in mail.recipients]
        self.assertNotIn("reader@example.com", served)
        self.assertEqual(letter.delivery_state, "failed")
        self.assertFalse(letter.date_sent)
        self.assertIn("no such mailbox", letter.failure_reason)
        case = letter.case_id
        self.assertIn("Message not delivered", case.activity_ids.mapped("summary"))
        self.smtp.refused.clear()
        letter.sudo().mail_id.action_retry()
        self.assertEqual(letter.delivery_state, "queued")
        self.run_queue()
        self.assertEqual(letter.delivery_state, "sent")

    def test_reply_lands_on_the_case(self):
        self.make_invoice(self.customer)
        letter = self.send()
        [envelope] = self.run_queue()
        reply = EmailMessage()
        reply["From"] = "Reader <reader@example.com>"
        reply["To"] = envelope.message["Reply-To"]
        reply["Subject"] = f"Re: {letter.subject}"
        reply["Message-Id"] = "<reply@reader.example.com>"
        reply["In-Reply-To"] = envelope.message["Message-Id"]
        reply["References"] = envelope.message["Message-Id"]
        reply.set_content("We paid last week.")
        self.receive_mail(reply)
        case = letter.case_id
        self.assertIn("We paid last week.", case.message_ids[0].body)
        self.assertEqual(case.message_ids[0].author_id, self.customer)
        self.assertTrue(case.reply_unread)
        contact = case.contact_ids[0]
        self.assertEqual(
            (contact.direction, contact.outcome, contact.partner_id),
            ("in", "received", self.customer),
        )
        self.assertIn("Read the reply", case.activity_ids.mapped("summary"))

    def test_bounce_marks_the_letter(self):
        self.make_invoice(self.customer)
        letter = self.send()
        [envelope] = self.run_queue()
        self.receive_mail(self.make_bounce(envelope))
        self.assertEqual(letter.delivery_state, "bounced")
        self.assertTrue(letter.failure_reason)
        case = letter.case_id
        self.assertEqual(case.contact_ids[0].outcome, "bounced")
        self.assertIn("Message not delivered", case.activity_ids.mapped("summary"))
        self.assertTrue(case.delivery_problem)

    def store_pdf(self, move):
        """Store the PDF of an invoice, as sending it does."""
        return self.env["ir.attachment"].create(
            {
                "name": f"Invoice of {move.partner_id.name}.pdf",
                "raw": b"%PDF-1.4 an invoice",
                "mimetype": "application/pdf",
                "res_model": "account.move",
                "res_id": move.id,
                "res_field": "invoice_pdf_report_file",
            }
        )

    def test_statement_and_own_invoices_are_attached(self):
        self.stage.write({"attach_statement": True, "attach_invoices": True})
        other = self.make_customer("Somebody else")
        for customer in (self.customer, other):
            self.store_pdf(self.make_invoice(customer))
            self.make_invoice(customer, 50)  # never sent, so there is no PDF
            # Not due yet, so it is not listed.
            self.store_pdf(self.make_invoice(customer, due=self.day(20)))
        letter = self.send()
        by_recipient = {
            envelope.recipients[0]: [
                part.get_filename() for part in envelope.message.iter_attachments()
            ]
            for envelope in self.run_queue()
        }
        for customer in (self.customer, other):
            case = self.get_case(customer)
            self.assertEqual(
                sorted(by_recipient[customer.email]),
                [
                    f"Invoice of {customer.name}.pdf",
                    f"Statement of account {case.name} 2026-03-02.pdf",
                ],
            )
            # That one went without is said, and which.
            missing = letter.move_ids.filtered(lambda move: move.amount_total == 50)
            if case == letter.case_id:
                [said] = case.message_ids.filtered(
                    lambda message: "went without the PDF" in message.body
                )
                self.assertIn(f"the PDF of {missing.name}:", said.body)
        content = letter.attachment_id.raw
        self.assertTrue(content.startswith(b"%PDF"))
        self.assertEqual(letter.sha256, letter._fingerprint(content))

    def test_names_with_line_breaks(self):
        """They are typed in anywhere, and no header takes them."""
        self.customer.name = "Line\nBreak's & <Co>"
        self.company.name = "Our\r\nFirm"
        self.stage.attach_statement = True
        self.stage.template_id.subject = (
            "{{ object.company_id.name }} to {{ object.partner_id.name }}"
        )
        self.make_invoice(self.customer)
        letter = self.send()
        [envelope] = self.run_queue()
        message = envelope.message
        self.assertEqual(message["Subject"], "Our Firm to Line Break's & <Co>")
        self.assertEqual(letter.subject, message["Subject"])
        self.assertIn("Line Break's & <Co>", message["To"])
        self.assertNotIn("\n", message["From"] + message["Reply-To"])
        [pdf] = message.iter_attachments()
        self.assertEqual(pdf.get_content_type(), "application/pdf")
        self.assertEqual(letter.delivery_state, "sent")

    def test_invoices_of_others_are_never_attached(self):
        """Not even if one should stand on the letter."""
        self.stage.attach_invoices = True
        strange = self.make_invoice(self.make_customer("Somebody else"))
        pdfs = {
            move: self.store_pdf(move)
            for move in (self.make_invoice(self.customer), strange)
        }
        letter = self.send()
        letter.sudo().move_ids |= strange
        attached = self.env["collection.dispatcher"]._get_attachments(
            letter, letter.case_id.step_ids
        )
        self.assertEqual(attached - letter.attachment_id, pdfs[letter.move_ids[0]])
        self.assertNotIn(pdfs[strange], attached)

    def test_copy_to_collector_and_salesperson(self):
        users = self.make_users()
        users["collector"].email = "collector@collect.example.com"
        users["manager"].email = "sales@collect.example.com"
        self.policy.user_id = users["collector"]
        self.customer.user_id = users["manager"]
        for copy_to, address in (
            ("collector", "collector@collect.example.com"),
            ("salesperson", "sales@collect.example.com"),
        ):
            self.stage.copy_to = copy_to
            customer = self.make_customer(
                f"Copied {copy_to}", user_id=users["manager"].id
            )
            self.make_invoice(customer)
            self.send(customer)
            recipients = [name for item in self.run_queue() for name in item.recipients]
            with self.subTest(copy_to):
                self.assertEqual(sorted(recipients), sorted([address, customer.email]))

    def test_copy_that_is_refused_holds_nothing_up(self):
        user = self.make_users()["collector"]
        user.email = "collector@collect.example.com"
        self.policy.user_id = user
        self.stage.copy_to = "collector"
        self.smtp.refused.add(user.email)
        self.make_invoice(self.customer)
        letter = self.send()
        with mute_logger(
            "odoo.addons.mail.models.mail_mail",
            "odoo.addons.base.models.ir_mail_server",
        ):
            [envelope] = self.run_queue()
        self.assertEqual(envelope.recipients, ["reader@example.com"])
        self.assertEqual(letter.delivery_state, "sent")

    def test_letter_goes_by_email_as_well(self):
        self.stage.write({"channel": "letter", "with_email": True})
        without = self.make_customer("No mail", email=False)
        for customer in (self.customer, without):
            self.make_invoice(customer)
        letter = self.send()
        self.assertEqual(letter.delivery_state, "to_print")
        self.assertIn("Main Street 1", letter.address)
        [envelope] = self.run_queue()
        self.assertEqual(envelope.recipients, ["reader@example.com"])
        [document] = envelope.message.iter_attachments()
        self.assertEqual(document.get_content(), letter.attachment_id.raw)
        self.assertEqual(letter.delivery_state, "to_print")
        paper_only = self.env["collection.letter"].search(
            [("customer_id", "=", without.id)]
        )
        self.assertFalse(paper_only.mail_id)
        self.assertTrue(paper_only.attachment_id)
        self.assertNotIn("attached as a PDF", paper_only.body)
        self.assertIn("attached as a PDF", letter.body)

    def test_text_message(self):
        self.stage.channel = "sms"
        self.make_invoice(self.customer)
        letter = self.send()
        self.assertEqual(letter.address, "+3222903490")
        self.assertEqual(letter.delivery_state, "queued")
        text = self.root["sms.sms"].search(
            [("mail_message_id", "=", letter.mail_message_id.id)]
        )
        self.assertEqual(text.number, "+3222903490")
        self.assertIn("1,000.00", text.body)
        self.assertNotIn("How to pay", text.body)
        self.assertEqual(letter.mail_message_id.res_id, letter.case_id.id)
        text.sms_tracker_id._action_update_from_sms_state("pending")
        self.assertEqual(letter.delivery_state, "sent")
        self.assertTrue(letter.date_sent)
        text.sms_tracker_id._action_update_from_provider_error("invalid_destination")
        self.assertEqual(letter.delivery_state, "bounced")
        self.assertIn(
            "Message not delivered", letter.case_id.activity_ids.mapped("summary")
        )

    def sweep(self, letter):
        self.env.flush_all()
        self.root["collection.text.delivery"]._follow_texts(self.company)
        self.env.invalidate_all()
        return letter.delivery_state

    def test_a_letter_follows_its_text(self):
        self.stage.channel = "sms"
        self.make_invoice(self.customer)
        letter = self.send()
        self.assertEqual(self.sweep(letter), "queued")
        for state, expected in (
            ("pending", "sent"),
            ("error", "failed"),
            ("outgoing", "queued"),
            ("sent", "delivered"),
        ):
            self.env.flush_all()
            # Behind the back of everything, as a server that dies leaves it.
            self.env.cr.execute(
                "UPDATE sms_sms SET state = %s WHERE mail_message_id = %s",
                [state, letter.mail_message_id.id],
            )
            self.env.invalidate_all()
            self.assertEqual(self.sweep(letter), expected)
        tasks = letter.case_id.activity_ids.mapped("summary")
        self.assertEqual(tasks, ["Message not delivered"])

    def test_a_text_that_was_deleted(self):
        """Before it left; the queue forgets what it has sent."""
        self.stage.channel = "sms"
        self.make_invoice(self.customer)
        letter = self.send()
        text = self.root["sms.sms"].search(
            [("mail_message_id", "=", letter.mail_message_id.id)]
        )
        letter.mail_message_id.sudo().notification_ids.notification_status = "pending"
        text.unlink()
        self.assertEqual(self.sweep(letter), "sent")
        letter.sudo().delivery_state = "queued"
        letter.mail_message_id.sudo().notification_ids.notification_status = "ready"
        self.root["collection.scheduler"]._follow_up(self.company, self.today)
        self.assertEqual(letter.delivery_state, "failed")
        self.assertIn("deleted", letter.failure_reason)

    # ------------------------------------------------------------------
    # A queue of texts that is killed after the provider's answer
    # ------------------------------------------------------------------

    def send_texts(self, letter):
        """:return: numbers of those that the provider was asked to take"""
        asked = []

        def take(_api, messages, **_options):
            numbers = [number for one in messages for number in one["numbers"]]
            asked.extend(number["number"] for number in numbers)
            return [{"uuid": one["uuid"], "state": "success"} for one in numbers]

        texts = self.root["sms.sms"].search(
            [("mail_message_id", "=", letter.mail_message_id.id)]
        )
        with patch.object(SmsApi, "_send_sms_batch", take):
            texts.send()
        return asked

    def send_texts_killed(self):
        """:return: the letter of a text that was taken, and nobody wrote it down"""
        self.stage.channel = "sms"
        self.make_invoice(self.customer)
        letter = self.send()
        self.env.flush_all()
        with self.env.cr.savepoint() as savepoint:
            self.assertEqual(self.send_texts(letter), [letter.address])
            savepoint.rollback()
        self.env.invalidate_all()
        self.assertEqual(letter.delivery_state, "queued")
        return letter

    def test_a_text_that_was_taken_is_not_sent_again(self):
        letter = self.send_texts_killed()
        self.assertEqual(self.send_texts(letter), [])
        self.assertEqual(letter.delivery_state, "sent")
        self.assertTrue(letter.date_sent)

    def test_a_text_that_has_left_is_not_cancelled(self):
        letter = self.send_texts_killed()
        self.make_hold(letter.case_id)
        self.assertEqual(letter.delivery_state, "sent")
        self.assertTrue(self.get_items(letter.move_ids).stage_id)
