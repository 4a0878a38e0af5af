# What colleagues write in tests is not translated.
# pylint: disable=translation-required
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common.bankruptcy import BankruptcyCommon

PDF = b"%PDF-1.4 an invoice"


@tagged("post_install", "-at_install")
class TestStaySending(BankruptcyCommon):
    """What Odoo itself sends of an invoice: by e-mail and by its postal service."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.address = {
            "street": "Harbor 1",
            "zip": "19801",
            "city": "Wilmington",
            "country_id": cls.env.ref("base.us").id,
        }
        cls.customer.write(
            {**cls.address, "state_id": cls.env.ref("base.state_us_8").id}
        )
        cls.neighbour = cls.make_customer("Neighbour", **cls.address)
        cls.neighbour.state_id = cls.env.ref("base.state_us_8")
        cls.lawyer = cls.make_customer("Lawyers")
        cls.invoice = cls.make_invoice(cls.customer)
        cls.other = cls.make_invoice(cls.neighbour)
        cls.plan()
        cls.case = cls.get_case(cls.customer)

    def record(self, **vals):
        return self.make_bankruptcy(lawyer_id=self.lawyer.id, **vals)

    def send(self, moves, **settings):
        """Send invoices as the window does; answer the mails that are made."""
        known = self.root["mail.mail"].search([])
        send = self.env["account.move.send"].with_context(mail_notify_force_send=False)
        send._generate_and_send_invoices(moves, **settings)
        return self.root["mail.mail"].search([]) - known

    def order(self, move):
        """Hand an invoice over to the postal service, printed already."""
        document = self.root["ir.attachment"].create(
            {"name": "invoice.pdf", "raw": PDF, "mimetype": "application/pdf"}
        )
        return self.root["snailmail.letter"].create(
            {
                "partner_id": move.partner_id.id,
                "model": "account.move",
                "res_id": move.id,
                "company_id": move.company_id.id,
                "attachment_id": document.id,
            }
        )

    # ------------------------------------------------------------------
    # Send & Print
    # ------------------------------------------------------------------

    def test_the_debtor_gets_no_invoice_by_email(self):
        self.record()
        with self.assert_refused("is bankrupt .* This attempt has been logged"):
            self.send(self.invoice, sending_methods={"email"})
        with self.assert_refused("is bankrupt"):
            self.send(
                self.invoice,
                sending_methods={"email"},
                mail_partner_ids=(self.customer | self.lawyer).ids,
            )

    def test_a_copy_goes_to_counsel_and_to_ourselves(self):
        self.record()
        mails = self.send(
            self.invoice,
            sending_methods={"email"},
            mail_partner_ids=self.lawyer.ids,
        )
        self.assertEqual(mails.recipient_ids, self.lawyer)
        mails.send()
        self.assertNotEqual(mails.state, "cancel")
        self.assertFalse(self.send(self.invoice, sending_methods={"manual"}))

    def test_the_window_says_so_before(self):
        self.record()
        wizard = self.env["account.move.send.wizard"].create(
            {"move_id": self.invoice.id, "sending_methods": ["email"]}
        )
        self.assertIn(self.invoice.name, wizard.alerts["collection_stay"]["message"])
        with self.assert_refused("is bankrupt"):
            wizard.action_send_and_print()
        wizard.mail_partner_ids = self.lawyer
        self.assertNotIn("collection_stay", wizard.alerts or {})

    def test_of_many_the_others_are_sent(self):
        """By hand, and by the scheduled action, which goes on with the next ones."""
        bankruptcy = self.record()
        for from_cron in (False, True):
            moves = self.invoice | self.other
            moves.sending_data = {
                "author_user_id": self.env.uid,
                "author_partner_id": self.env.user.partner_id.id,
            }
            mails = self.send(moves, from_cron=from_cron)
            self.assertEqual(mails.recipient_ids, self.neighbour)
            self.assertFalse(any(moves.mapped("sending_data")))
        attempt = bankruptcy.attempt_ids.filtered(lambda row: row.kind == "message")
        self.assertEqual(
            (attempt.description, attempt.case_id, attempt.source),
            (self.invoice.name, self.case, "scheduler"),
        )

    def test_new_business_is_sent(self):
        self.record()
        fresh = self.make_invoice(
            self.customer, 50, issued=self.day(1), due=self.day(9)
        )
        mails = self.send(fresh, sending_methods={"email"})
        self.assertEqual(mails.recipient_ids, self.customer)

    def test_who_wrote_a_message_sees_that_it_did_not_leave(self):
        self.record()
        message = self.invoice.with_context(mail_notify_force_send=False).message_post(
            body="Please pay",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.customer.ids,
        )
        mail = self.root["mail.mail"].search([("mail_message_id", "=", message.id)])
        mail.send()
        notice = message.notification_ids.filtered(
            lambda row: row.res_partner_id == self.customer
        )
        self.assertEqual(notice.notification_status, "exception")
        self.assertIn("is bankrupt", notice.failure_reason)

    # ------------------------------------------------------------------
    # The postal service
    # ------------------------------------------------------------------

    def test_what_waits_to_be_printed_is_recalled(self):
        orders = self.order(self.invoice) | self.order(self.other)
        bankruptcy = self.record()
        self.assertEqual(orders.mapped("state"), ["canceled", "pending"])
        attempt = bankruptcy.attempt_ids.filtered(lambda row: row.kind == "post")
        self.assertEqual(attempt.case_id, self.case)

    @mute_logger("odoo.addons.iap.tools.iap_tools")
    def test_the_last_look_is_before_printing(self):
        """Queued behind our back: nothing is asked of the service. The neighbour's
        letter reaches it, as far as a test may."""
        self.record()
        order, other = self.order(self.invoice), self.order(self.other)
        order._snailmail_print_valid_address()
        self.assertEqual(order.state, "canceled")
        self.assertIn("is bankrupt", order.info_msg)
        # Cancelled while the queue was at work: not printed either.
        order._snailmail_print_valid_address()
        with self.assertRaisesRegex(Exception, "during tests|Unavailable"):
            other._snailmail_print_valid_address()

    def test_the_window_sends_no_letter(self):
        self.record()
        with self.assert_refused("is bankrupt"):
            self.send(self.invoice, sending_methods={"snailmail"})
        self.send(
            self.invoice | self.other, sending_methods={"snailmail"}, from_cron=False
        )
        orders = self.root["snailmail.letter"].search([])
        self.assertEqual(orders.mapped("res_id"), self.other.ids)

    # ------------------------------------------------------------------
    # Odoo's outstanding credits
    # ------------------------------------------------------------------

    def test_no_set_off_by_the_button_of_the_invoice(self):
        credit = self.make_credit(self.customer, 600, self.day(-5))
        before = self.receive(self.customer, 40, self.day(-4))
        self.record()
        fresh = self.make_invoice(
            self.customer, 400, due=self.day(10), issued=self.day(2)
        )
        dividend = self.receive(self.customer, 30, self.day(11))
        for invoice, entry in (
            (self.invoice, credit),
            (fresh, credit),
            (fresh, before.move_id),
        ):
            with (
                self.subTest(f"{invoice.name}: {entry.name}"),
                self.assert_refused("no set-off"),
            ):
                invoice.js_assign_outstanding_line(self.receivable(entry).id)
        for entry in (before.move_id, dividend.move_id):
            self.invoice.js_assign_outstanding_line(self.receivable(entry).id)
        self.assertEqual(self.invoice.amount_residual, 930)
        self.assertEqual(fresh.amount_residual, 400)


@tagged("post_install", "-at_install")
class TestStayMerge(BankruptcyCommon):
    """Customers that turn out to be one, and one of them is bankrupt."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.make_customer("Double")
        cls.invoice = cls.make_invoice(cls.other)
        cls.plan()
        cls.case = cls.get_case(cls.other)

    def merge(self, source, target):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard.sudo()._merge((source | target).ids, target)
        self.env.invalidate_all()

    def test_what_is_queued_is_pulled_at_once(self):
        """Whichever of the two stays; with an open case of the debtor, or without."""
        for is_target, has_case in ((True, True), (True, False), (False, False)):
            with (
                self.subTest(f"{is_target}, {has_case}"),
                self.env.cr.savepoint() as sp,
            ):
                if has_case:
                    self.make_invoice(self.customer, 70)
                    self.plan()
                self.execute()
                letter = self.case.letter_ids
                self.case._add_task("Call them")
                self.assertEqual(letter.delivery_state, "queued")
                bankruptcy = self.make_bankruptcy()
                pair = (self.other, self.customer)
                self.merge(*(pair if is_target else reversed(pair)))
                self.assertEqual(letter.delivery_state, "cancelled")
                self.assertEqual(letter.mail_id.state, "cancel")
                self.assertIn(letter, bankruptcy.pulled_letter_ids)
                self.assertEqual(self.statuses(self.invoice), ["stayed"])
                case = self.get_case(bankruptcy.partner_id)
                self.assertEqual(case.state, "stayed")
                self.assertEqual(case.activity_ids, bankruptcy.task_ids)
                self.assertEqual(len(case.activity_ids), 1)
                sp.rollback()
                self.env.invalidate_all()

    def test_one_case_that_both_had_on_file_is_kept_once(self):
        numbers = {"case_number": "24-11334", "chapter": "7"}
        kept = self.make_bankruptcy(**numbers)
        double = self.make_bankruptcy(self.other, **numbers)
        self.merge(self.other, self.customer)
        self.assertEqual((kept.state, double.state), ("open", "mistake"))
        self.assertEqual(kept.partner_id, self.customer)
        self.assertIn("were merged", double.message_ids[:1].body)
        self.assertEqual(self.statuses(self.invoice), ["stayed"])

    def test_spouses_file_jointly(self):
        """One number, two debtors, a stay for each: and each says so."""
        first = self.make_bankruptcy(case_number="24-11334")
        spouse = self.make_bankruptcy(self.other, case_number="24-11334-abc")
        self.assertEqual(first.joint_ids, spouse)
        self.assertEqual(spouse.joint_ids, first)
        self.happen(first, "dismissed")
        self.assertEqual(self.statuses(self.invoice), ["stayed"])
        self.happen(spouse, "mistake")
        self.assertFalse(first.joint_ids)
        self.make_bankruptcy(
            self.other, case_number="24-11334", guarantor_ids=[Command.clear()]
        )
