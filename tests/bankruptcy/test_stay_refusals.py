# What colleagues write in tests is not translated.
# pylint: disable=translation-required
from unittest.mock import patch

from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..common.bankruptcy import BankruptcyCommon
from ..common.smtp_server import SmtpServer


@tagged("post_install", "-at_install")
class TestStayRefusals(BankruptcyCommon):
    """What people try, and what leaves all the same: to trustee and counsel."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Contacts are logged as of the clock, so these tests live today.
        cls.today = cls.company._get_collection_today()
        cls.policy.working_days_only = False
        cls.invoice = cls.make_invoice(cls.customer)
        cls.plan()
        cls.case = cls.get_case(cls.customer)
        cls.trustee = cls.make_customer("Trustee")
        cls.lawyer = cls.make_customer("Lawyers")
        cls.clerk = cls.env["res.partner"].create(
            {"name": "Clerk", "parent_id": cls.lawyer.id, "email": "clerk@example.com"}
        )

    def record(self, **vals):
        return self.make_bankruptcy(
            trustee_id=self.trustee.id, lawyer_id=self.lawyer.id, **vals
        )

    def log(self, partner=None, **vals):
        log = self.env["collection.call.screen"].create(
            {
                "case_id": self.case.id,
                "outcome": "reached",
                "partner_id": (partner or self.customer).id,
                **vals,
            }
        )
        return log.action_log()

    def test_calls_are_refused_except_to_trustee_and_counsel(self):
        self.record()
        with self.assert_refused("is bankrupt .* This attempt has been logged"):
            self.log()
        for partner in (self.trustee, self.lawyer, self.clerk):
            with self.subTest(partner.name):
                self.log(partner)
        self.log(direction="in", outcome="received")
        self.assertEqual(
            self.case.contact_ids.partner_id,
            self.trustee | self.lawyer | self.clerk | self.customer,
        )

    def test_what_happened_before_we_knew_is_logged_as_it_was(self):
        bankruptcy = self.record()
        self.log(date="2026-01-01 10:00:00")
        bankruptcy.sudo().date_recorded = "2025-12-31 10:00:00"
        with self.assert_refused("is bankrupt"):
            self.log(date="2026-01-01 10:00:00")

    def test_calls_about_new_business_go_on(self):
        self.record()
        fresh = self.make_invoice(
            self.customer, 300, issued=self.day(1), due=self.day(2)
        )
        self.plan(self.day(3))
        self.env.invalidate_all()
        self.log()
        self.assertEqual(self.case.contact_ids[:1].move_ids, fresh)
        with self.assert_refused("is bankrupt"):
            self.env["collection.contact"].create(
                {
                    "case_id": self.case.id,
                    "outcome": "reached",
                    "partner_id": self.customer.id,
                    "move_ids": self.invoice.ids,
                }
            )

    def test_notice_of_insolvency_leads_to_recording_it(self):
        action = self.log(direction="in", outcome="insolvency", note="A letter came")
        contact = self.case.contact_ids[:1]
        self.assertEqual(action["res_model"], "collection.bankruptcy")
        self.assertEqual(action["context"]["default_partner_id"], self.customer.id)
        self.assertEqual(action["context"]["default_contact_id"], contact.id)
        again = contact.action_record_bankruptcy()
        self.assertEqual(again["context"], action["context"])
        by_hand = self.case.action_record_bankruptcy()
        self.assertEqual(by_hand["context"], {"default_partner_id": self.customer.id})

    def test_step_that_waits_is_not_approved(self):
        """Approval, retry: also in the moment before the plan has dropped the step."""
        self.policy.stage_ids[0].is_automatic = False
        self.open_steps(self.customer)._set_state("cancelled")
        self.plan()
        step = self.open_steps(self.customer)
        self.assertEqual(step.state, "approve")
        self.record()
        self.assertEqual(step.state, "cancelled")
        step.sudo().state = "approve"
        with self.assert_refused("is bankrupt"):
            step.action_approve()
        step.sudo().state = "failed"
        with self.assert_refused("is bankrupt"):
            step.action_retry()

    def test_messages_that_people_write(self):
        """The composer of the case and of the invoice; real SMTP is in the next one."""
        self.record()
        for record in (self.case, self.invoice):
            message = record.with_context(mail_notify_force_send=False).message_post(
                body="Please pay",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                partner_ids=(self.customer | self.clerk).ids,
            )
            mails = self.env["mail.mail"].sudo()
            mails = mails.search([("mail_message_id", "=", message.id)])
            mails.send()
            for mail in mails:
                to_customer = self.customer in mail.recipient_ids
                with self.subTest(f"{record}: {mail.recipient_ids}"):
                    self.assertEqual(mail.state == "cancel", to_customer)
            self.assertTrue(mails)
        # What did not reach the customer is not in the log.
        sent = self.case.contact_ids.filtered(lambda entry: entry.outcome == "sent")
        self.assertNotIn(self.customer, sent.partner_id)
        self.assertIn(self.clerk, sent.partner_id)

    def test_answer_to_a_dispute_is_not_sent(self):
        dispute = self.make_dispute(self.invoice, 100)
        self.record()
        self.assertEqual(self.statuses(self.invoice), ["stayed"])
        wizard = self.env["collection.dispute.resolve"].create(
            {
                "dispute_id": dispute.id,
                "decision": "reject",
                "cause_id": self.reason_cause.id,
                "answer": "<p>All was delivered.</p>",
            }
        )
        Attempt, tried = type(self.env["collection.blocked.attempt"]), []
        self.patch(Attempt, "_log_refusal", lambda _self, *args: tried.append(args))
        with self.assert_refused("is bankrupt"):
            wizard.action_resolve()
        # Refused before anything is written, and listed as what it would have been.
        [(_bankruptcy, _company, kind, _subject, case, _source)] = tried
        self.assertEqual((kind, case), ("message", self.case))
        self.assertEqual(dispute.state, "new")
        wizard.send_answer = False
        wizard.action_resolve()
        self.assertEqual(dispute.state, "rejected")
        self.assertFalse(self.case.letter_ids)

    def test_statement_shows_the_past_apart(self):
        self.record()
        self.make_invoice(self.customer, 300, issued=self.day(1), due=self.day(2))
        self.plan(self.day(3))
        statement = self.as_of(self.env["collection.statement"], self.day(3))
        values = statement._prepare_cases(self.case)[self.case]
        [group] = values["statements"]
        totals = {section["key"]: section["total"] for section in group["sections"]}
        self.assertEqual(list(totals), ["overdue", "stayed"])
        self.assertIn("300.00", totals["overdue"])
        self.assertIn("300.00", group["balance"])
        self.assertIn("1,000.00", totals["stayed"])
        self.assertNotIn("1,000.00", "".join(amount for _, amount in group["ageing"]))
        html = self.env["ir.qweb"]._render(
            "account_collections.collection_statement_document",
            {**values, "case": self.case},
        )
        words = "for information only, not being collected"
        self.assertIn(words, " ".join(str(html).split()))

    def test_text_messages_do_not_leave_the_queue(self):
        other = self.make_customer("Texted")
        self.make_invoice(other)
        # At whatever hour and day the tests run.
        self.make_policy(
            {"days": 1, "channel": "sms"},
            sequence=0,
            limit_hour_from=0,
            limit_hour_to=24,
            working_days_only=False,
        )
        self.plan()
        self.execute()
        letter = self.get_case(other).letter_ids
        text = self.root["sms.sms"].search(
            [("mail_message_id", "=", letter.mail_message_id.id)]
        )
        self.assertEqual((text.state, letter.delivery_state), ("outgoing", "queued"))
        self.make_bankruptcy(other)
        self.assertEqual(text.state, "canceled")
        self.assertEqual(letter.delivery_state, "cancelled")
        text.state = "outgoing"
        text.send()
        self.assertEqual(text.state, "canceled")

    def test_texts_about_something_else_are_left_alone(self):
        """A text to the debtor that is about no debt, and one that is about nothing."""
        self.record()
        customer = self.customer.with_user(self.make_seller())
        about = customer.message_post(body="The door code is 12")
        texts = self.root["sms.sms"].create(
            [
                {"number": "+3222903490", "partner_id": self.customer.id},
                {"number": "+3222903491", "mail_message_id": about.id},
            ]
        )
        self.assertFalse(texts._stop_for_stay())


@tagged("post_install", "-at_install")
class TestStayOverTheWire(BankruptcyCommon, HttpCase):
    """Requests and mail as they really are."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._get_collection_today()
        cls.policy.working_days_only = False
        cls.invoice = cls.make_invoice(cls.customer)
        cls.plan()
        cls.case = cls.get_case(cls.customer)

    def call(self, model, method, *args, **kwargs):
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": args, "kwargs": kwargs},
        )

    @mute_logger("odoo.http")
    def test_refused_attempts_are_listed_though_the_request_is_undone(self):
        bankruptcy = self.make_bankruptcy()
        self.authenticate(self.collector.login, self.collector.login)
        [log] = self.call(
            "collection.call.screen",
            "create",
            [
                {
                    "case_id": self.case.id,
                    "outcome": "reached",
                    "partner_id": self.customer.id,
                }
            ],
        )
        with self.assertRaisesRegex(Exception, "UserError"):
            self.call("collection.call.screen", "action_log", [log])
        with self.assertRaisesRegex(Exception, "UserError"):
            self.call("collection.case", "action_take_promise", [self.case.id])
        self.env.invalidate_all()
        attempts = bankruptcy.attempt_ids.filtered(lambda row: row.source == "person")
        self.assertEqual(set(attempts.mapped("kind")), {"contact", "promise"})
        self.assertEqual(len(attempts), 2)
        self.assertEqual(attempts.user_id, self.collector)
        self.assertEqual(attempts.case_id, self.case)
        self.assertFalse(self.case.contact_ids)

    def test_no_envelope_reaches_the_customer(self):
        """Queued before, and brought back into the queue: nothing leaves, while the
        neighbour's message does. At both looks: of the queue, of the message."""
        other = self.make_customer("Neighbour")
        self.make_invoice(other)
        self.plan()
        server = self.enterContext(SmtpServer())
        # Odoo sends nothing in tests; here it shall, to the server above and no other.
        self.enterContext(
            patch.object(IrMail_Server, "_disable_send", lambda _s: False)
        )
        servers = self.root["ir.mail_server"]
        servers.search([]).active = False
        servers.create(
            {
                "name": "Test",
                "smtp_host": "127.0.0.1",
                "smtp_port": server.port,
                "smtp_encryption": "none",
            }
        )
        self.execute()
        cases = self.case | self.get_case(other)
        mails = cases.letter_ids.mail_id.sudo()
        self.assertEqual(mails.mapped("state"), ["outgoing"] * 2)
        self.make_bankruptcy()
        handovers = self.root["collection.mail.handover"]
        for send in (mails.send, mails._send):
            handovers._forget(mails)
            mails.state = "outgoing"
            server.envelopes.clear()
            send()
            self.assertEqual(
                [envelope.recipients for envelope in server.envelopes], [[other.email]]
            )
            self.assertEqual(self.case.letter_ids.mail_id.sudo().state, "cancel")
            self.assertEqual(self.case.letter_ids.delivery_state, "cancelled")
        handovers._forget(mails)
