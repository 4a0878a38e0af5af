from odoo.tests import Form, tagged
from odoo.tools import html2plaintext

from ..common.smtp_server import MailServerCase
from ..contact.test_call import CallCommon


class SummaryCommon(MailServerCase, CallCommon):
    """A mail server that really listens, to which summaries go."""

    def setUp(self):
        super().setUp()
        self.company.email = "accounts@collect.example.com"
        self.start_mail_server()

    def receive(self):
        """Send what waits in Odoo's queue; answer what arrived."""
        return self.run_queue()


@tagged("post_install", "-at_install")
class TestCallSummary(SummaryCommon):
    """What was agreed goes to the customer and on file."""

    def setUp(self):
        super().setUp()
        self.case = self.make_calls(1000)
        self.customer = self.case.partner_id

    def log(self, outcome, **vals):
        """Log an outcome and open the summary; answer the screen and its wizard."""
        log = self.open_call(self.case)
        with Form(log) as form:
            form.outcome = outcome
            for name, value in vals.items():
                setattr(form, name, value)
        action = log.action_log_summary()
        Wizard = log.env[action["res_model"]].with_context(**action["context"])
        return log, Wizard.create({})

    def test_a_promise_is_confirmed_as_edited(self):
        log, wizard = self.log("promise", person="Ms. Smith")
        self.assertIn("What we agreed", wizard.subject)
        self.assertIn("1,000.00", wizard.body)
        self.assertIn("March 9, 2026", wizard.body)
        self.assertIn("Dear Ms. Smith", wizard.body)
        wizard.body = wizard.body.replace("Thank you for", "Many thanks for")
        wizard.action_send()
        [envelope] = self.receive()
        self.assertEqual(envelope.recipients, [self.customer.email])
        body = envelope.message.get_body(("html",)).get_content()
        self.assertIn("Many thanks for", body)
        [pdf] = list(envelope.message.iter_attachments())
        self.assertEqual(pdf.get_content_type(), "application/pdf")
        letter = self.case.letter_ids
        self.assertEqual(letter.delivery_state, "sent")
        self.assertTrue(letter._get_check()[0])
        entry = self.case.contact_ids - log.contact_id
        self.assertEqual(entry.outcome, "sent")
        self.assertEqual(entry.letter_id, letter)
        self.assertEqual(entry.attachment_ids, letter.attachment_id)
        self.assertEqual(entry.user_id, self.users["collector"])

    def test_what_is_promised_less_than_the_invoice_stays_due(self):
        """No word is given that the run does not keep, not on the screen either."""
        log = self.open_call(self.case)
        with Form(log) as form:
            form.outcome = "promise"
            self.assertFalse(form.promise_uncovered)
            with form.promise_line_ids.edit(0) as line:
                line.amount = 650
            self.assertEqual(form.promise_uncovered, 350)
        action = log.action_log_summary()
        Wizard = log.env[action["res_model"]].with_context(**action["context"])
        body = html2plaintext(Wizard.create({}).body).replace("*", "")
        self.assertIn("350.00 of it is not part of this and stays due.", body)
        self.assertIn("reminders about what is promised here", body)
        self.assertEqual(self.case.promise_ids.amount_uncovered, 350)
        _subject, words = self.env["collection.customer.notice"]._render_words(
            self.case.promise_ids,
            self.env.ref("account_collections.mail_template_promise_confirmation"),
            "en_US",
        )
        self.assertIn("350.00", words)
        self.assertIn("stays due", words)

    def test_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("account_collections.mail_template_summary_general")
        template.with_context(lang="fr_FR").subject = "Notre conversation"
        self.customer.lang = "fr_FR"
        _log, wizard = self.log("reached")
        self.assertEqual(wizard.subject, "Notre conversation")

    def test_each_outcome_has_its_words(self):
        summary = self.env["collection.conversation.summary"]
        for outcome in ("dispute", "hardship", "call_back", "paid_already", "refused"):
            contact = self.env["collection.contact"].create(
                {"case_id": self.case.id, "outcome": outcome, "person": "Ms. Smith"}
            )
            with self.subTest(outcome):
                subject, words = summary._write_words(contact)
                self.assertTrue(subject)
                self.assertIn("Ms. Smith", words)

    def test_not_to_whom_a_stop_applies(self):
        log = self.open_call(self.case)
        log.outcome = "refused"
        log.action_log()
        self.customer.collection_do_not_contact = True
        with self.assert_refused("asked not to be contacted"):
            log.action_log_summary()
        self.assertFalse(self.receive())

    def test_nothing_to_sum_up(self):
        log = self.open_call(self.case)
        log.outcome = "no_answer"
        with self.assert_refused("nothing to summarize"):
            log.action_log_summary()

    def test_the_summary_is_no_attempt_to_collect(self):
        """It belongs to the talk and does not count against the limits."""
        _log, wizard = self.log("reached")
        wizard.action_send()
        sent = self.case.contact_ids.filtered(lambda row: row.outcome == "sent")
        self.assertFalse(sent.is_attempt)

    def test_send_and_next(self):
        other = self.make_calls(500)
        log = self.open_call(self.case, is_queue=True)
        log.outcome = "reached"
        action = log.action_log_summary()
        Wizard = log.env[action["res_model"]].with_context(**action["context"])
        Wizard.create({}).action_send_next()
        self.assertEqual(log.case_id, other)
        self.assertEqual(len(self.receive()), 1)

    def test_without_an_entry_there_is_nothing_to_sum_up(self):
        """As the external API may ask for it."""
        with self.assert_refused("Missing required value"):
            self.env["collection.conversation.summary.send"].create({})
