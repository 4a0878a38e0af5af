from datetime import timedelta

from freezegun import freeze_time
from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..letter.test_delivery import DeliveryCommon

MAIL_LOG = "odoo.addons.mail.models.mail_mail"
BUSY = (450, "4.2.0 greylisted, try later")


@tagged("post_install", "-at_install")
class TestMailFaults(DeliveryCommon):
    """A mail server that is down, busy, or goes away in the middle: nothing is lost in
    silence, what may be taken later is tried again."""

    def send_many(self, count=1):
        customers = [self.make_customer(f"Reader {number}") for number in range(count)]
        for customer in customers:
            self.make_invoice(customer)
        self.plan()
        self.execute(leave=False)
        return self.env["collection.letter"].search(
            [("customer_id", "in", [customer.id for customer in customers])]
        )

    @mute_logger(MAIL_LOG)
    def run_faulty(self, **faults):
        self.smtp.faults = faults
        return self.run_queue()

    def get_tasks(self, letters):
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", "collection.case"),
                ("res_id", "in", letters.case_id.ids),
            ]
        )

    def let_pass(self, letters):
        """Have the time of the next try come."""
        letters.sudo().mail_id.scheduled_date = fields.Datetime.now()

    def assert_waiting(self, letters, minutes, attempts=1):
        now = fields.Datetime.now()
        for letter in letters:
            self.assertEqual(letter.delivery_state, "queued")
            self.assertEqual(letter.mail_attempts, attempts)
            self.assertEqual(letter.mail_id.sudo().state, "outgoing")
            self.assertEqual(letter.mail_id.sudo().scheduled_date, letter.date_try)
            wait = (letter.date_try - now).total_seconds() / 60
            self.assertAlmostEqual(wait, minutes, delta=1)
            notification = letter.mail_message_id.sudo().notification_ids
            self.assertEqual(notification.notification_status, "ready")
        task = self.get_tasks(letters)
        self.assertEqual(len(task), 1)
        self.assertIn(f"{len(letters)} messages wait", task.note)

    def assert_all_arrive(self, letters):
        # Not before its time.
        self.assertFalse(self.run_faulty())
        self.let_pass(letters)
        self.assertEqual(len(self.run_faulty()), len(letters))
        for letter in letters:
            self.assertEqual(letter.delivery_state, "sent")
            self.assertFalse(letter.failure_reason)
            self.assertFalse(letter.date_try)
        self.assertFalse(self.get_tasks(letters))

    # ------------------------------------------------------------------
    # For now
    # ------------------------------------------------------------------

    def test_greylisting(self):
        letters = self.send_many(3)
        self.run_faulty(RCPT=BUSY)
        self.assert_waiting(letters, 5)
        self.assertIn("greylisted", letters[0].failure_reason)
        self.assert_all_arrive(letters)

    def test_temporary_answers_at_every_point(self):
        for fault in ("CONNECT", "MAIL", "RCPT", "DATA", "END"):
            with self.subTest(fault), self.env.cr.savepoint() as savepoint:
                letters = self.send_many(2)
                self.run_faulty(**{fault: (421, "4.3.2 closing down")})
                self.assert_waiting(letters, 5)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_a_server_that_is_down(self):
        letters = self.send_many(3)
        server = self.root["ir.mail_server"].search([])
        port, server.smtp_port = server.smtp_port, 1
        self.run_faulty()
        self.assert_waiting(letters, 5)
        server.smtp_port = port
        self.assert_all_arrive(letters)

    def test_waiting_longer_and_longer(self):
        letters = self.send_many(2)
        for number, minutes in enumerate((5, 20, 80, 320, 720), 1):
            self.let_pass(letters)
            self.run_faulty(RCPT=BUSY)
            self.assert_waiting(letters, minutes, number)

    def test_given_up_after_the_hours_of_the_company(self):
        letters = self.send_many(2)
        self.run_faulty(RCPT=BUSY)
        with freeze_time(fields.Datetime.now() + timedelta(hours=49)):
            self.run_faulty(RCPT=BUSY)
        self.assertEqual(set(letters.mapped("delivery_state")), {"failed"})
        task = self.get_tasks(letters)
        self.assertEqual(len(task), 1)
        self.assertIn("2 were given up", task.note)
        # The way back, from the list.
        letters.action_resend()
        self.assertEqual(len(self.run_faulty()), 2)
        self.assertEqual(set(letters.mapped("delivery_state")), {"sent"})
        self.assertFalse(self.get_tasks(letters))

    def test_paid_while_it_waited(self):
        [letter] = self.send_many()
        self.run_faulty(RCPT=BUSY)
        self.pay(letter.move_ids)
        self.let_pass(letter)
        self.assertFalse(self.run_faulty())
        self.assertEqual(letter.delivery_state, "cancelled")
        self.assertFalse(self.get_items(letter.move_ids).stage_id)
        self.assertFalse(letter.date_refused_first)

    def test_a_to_do_that_was_done_does_not_come_back(self):
        letters = self.send_many(2)
        self.run_faulty(RCPT=BUSY)
        self.get_tasks(letters).action_done()
        self.let_pass(letters)
        self.run_faulty(RCPT=BUSY)
        self.assertFalse(self.get_tasks(letters))

    # ------------------------------------------------------------------
    # For good
    # ------------------------------------------------------------------

    def test_refused_for_good(self):
        letters = self.send_many(2)
        self.run_faulty(RCPT=(550, "5.1.1 no such mailbox"))
        for letter in letters:
            self.assertEqual(letter.delivery_state, "failed")
            self.assertIn("no such mailbox", letter.failure_reason)
            self.assertFalse(letter.date_try)
            self.assertEqual(len(self.get_tasks(letter)), 1)
        self.assertFalse(self.run_faulty())

    def test_sent_again_to_the_corrected_address(self):
        [letter] = self.send_many()
        self.run_faulty(RCPT=(550, "5.1.1 no such mailbox"))
        letter.partner_id.email = "right@example.com"
        collector = self.make_users()["collector"]
        letter.with_user(collector).action_resend()
        [envelope] = self.run_faulty()
        self.assertEqual(envelope.recipients, ["right@example.com"])
        self.assertEqual(letter.delivery_state, "sent")
        self.assertIn("right@example.com", letter.address)

    def test_nothing_to_send_again(self):
        [letter] = self.send_many()
        with self.assert_refused("did not get through"):
            letter.action_resend()
        self.run_faulty(RCPT=(550, "no"))
        letter.partner_id.email = False
        with self.assert_refused("no e-mail address"):
            letter.action_resend()

    def test_settled_ones_are_not_sent_again(self):
        [letter] = self.send_many()
        self.run_faulty(RCPT=(550, "no"))
        self.pay(letter.move_ids)
        letter.action_resend()
        self.assertEqual(letter.delivery_state, "cancelled")
        self.assertFalse(self.run_faulty())

    # ------------------------------------------------------------------
    # In the middle
    # ------------------------------------------------------------------

    def test_a_message_that_breaks_off(self):
        for fault in ("MIDDLE", "AFTER"):
            with self.subTest(fault), self.env.cr.savepoint() as savepoint:
                [letter] = self.send_many()
                reference = letter.mail_id.sudo().message_id
                self.run_faulty(**{fault: True})
                self.assert_waiting(letter, 5)
                self.let_pass(letter)
                [envelope] = self.run_faulty()
                # Who got it after all can tell that it is the same.
                self.assertEqual(envelope.message["Message-Id"].strip(), reference)
                self.assertEqual(letter.delivery_state, "sent")
                savepoint.rollback()
                self.env.invalidate_all()

    def test_one_that_breaks_off_does_not_stop_the_others(self):
        letters = self.send_many(4)
        first, session = letters.sorted("id")[0], []
        reset = self.smtp.RequestHandlerClass.do_mail

        def do_mail(handler, rest):
            session.append(1)
            self.smtp.faults = {"MIDDLE": True} if len(session) == 1 else {}
            reset(handler, rest)

        self.enterContext(
            mute_logger(MAIL_LOG),
        )
        self.smtp.RequestHandlerClass = type(
            "Breaking", (self.smtp.RequestHandlerClass,), {"do_mail": do_mail}
        )
        self.assertEqual(len(self.run_queue()), 3)
        self.assertEqual(first.delivery_state, "queued")
        self.assertTrue(first.date_try)
        self.assertEqual(set((letters - first).mapped("delivery_state")), {"sent"})

    # ------------------------------------------------------------------
    # A queue that is killed after the server's answer
    # ------------------------------------------------------------------

    def run_killed(self):
        """Have the server take what is in the queue, and nobody write that down.

        :return: what arrived
        """
        self.env.flush_all()
        with self.env.cr.savepoint() as savepoint:
            envelopes = self.run_faulty()
            savepoint.rollback()
        self.env.invalidate_all()
        return envelopes

    def get_notes(self, letters):
        """:return: tuples of attempts and whether it was taken, as others see them"""
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT attempts, date_taken IS NOT NULL FROM collection_mail_handover"
                " WHERE mail_id = ANY(%s)",
                [letters.sudo().mail_id.ids],
            )
            return cr.fetchall()

    def test_what_the_server_has_taken_is_not_sent_again(self):
        letters = self.send_many(3)
        self.assertEqual(len(self.run_killed()), 3)
        self.assertEqual(set(letters.mapped("delivery_state")), {"queued"})
        self.assertEqual(self.get_notes(letters), [(1, True)] * 3)
        self.assertFalse(self.run_faulty())
        self.assertEqual(set(letters.mapped("delivery_state")), {"sent"})
        for letter in letters:
            self.assertTrue(letter.date_sent)
            notification = letter.mail_message_id.sudo().notification_ids
            self.assertEqual(notification.notification_status, "sent")

    def test_what_has_left_is_not_cancelled(self):
        """By what comes before the queue is worked again, or by the queue."""
        for is_found_by_queue in (False, True):
            with (
                self.subTest(is_found_by_queue=is_found_by_queue),
                self.env.cr.savepoint() as savepoint,
            ):
                [letter] = self.send_many()
                self.run_killed()
                if is_found_by_queue:
                    letter.partner_id.collection_do_not_contact = True
                    self.run_faulty()
                else:
                    self.make_hold(letter.case_id)
                self.assertEqual(letter.delivery_state, "sent")
                self.assertEqual(letter.sudo().mail_id.state, "sent")
                self.assertTrue(self.get_items(letter.move_ids).stage_id)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_what_the_server_has_not_answered_is_sent_again(self):
        [letter] = self.send_many()
        reference = letter.mail_id.sudo().message_id
        self.run_faulty(AFTER=True)
        self.assertEqual(self.get_notes(letter), [(1, False)])
        self.let_pass(letter)
        [envelope] = self.run_faulty()
        self.assertEqual(envelope.message["Message-Id"].strip(), reference)
        self.assertEqual(self.get_notes(letter), [(2, True)])

    def test_a_person_may_send_again_what_was_taken(self):
        [letter] = self.send_many()
        [first] = self.run_faulty()
        self.assertNotIn("X-Collection-Mail", first.message)
        letter._receive_bounce("5.1.1 unknown", letter.partner_id.email)
        letter.partner_id.email = "right@example.com"
        letter.action_resend()
        [envelope] = self.run_faulty()
        self.assertEqual(envelope.recipients, ["right@example.com"])

    # ------------------------------------------------------------------
    # The sweep
    # ------------------------------------------------------------------

    def sweep(self, letter):
        self.env.flush_all()
        self.root["collection.mail.retry"]._follow_mails(self.company)
        self.env.invalidate_all()
        return letter.delivery_state

    def test_a_letter_follows_its_mail(self):
        [letter] = self.send_many()
        mail = letter.sudo().mail_id
        for state, expected in (
            ("sent", "sent"),
            ("outgoing", "queued"),
            ("cancel", "cancelled"),
            ("outgoing", "queued"),
            ("exception", "failed"),
            ("sent", "sent"),
        ):
            self.env.flush_all()
            # Behind the back of everything, as a server that dies leaves it.
            self.env.cr.execute(
                "UPDATE mail_mail SET state = %s, failure_reason = 'lost'"
                " WHERE id = %s",
                [state, mail.id],
            )
            self.env.invalidate_all()
            self.assertEqual(self.sweep(letter), expected)
        self.assertEqual(len(self.get_tasks(letter)), 1)

    def test_a_mail_that_was_deleted(self):
        [letter] = self.send_many()
        letter.sudo().mail_id.unlink()
        self.assertEqual(self.sweep(letter), "failed")
        self.assertIn("deleted", letter.failure_reason)
        letter.action_resend()
        [envelope] = self.run_faulty()
        self.assertEqual(envelope.message["Subject"], letter.subject)
        self.assertEqual(letter.delivery_state, "sent")

    def test_one_that_another_queue_has_removed(self):
        """What was sent meanwhile and removed keeps nothing of the rest back."""
        letters = self.send_many(2)
        mails = letters.sudo().mail_id
        self.smtp.envelopes.clear()
        mails[0].unlink()
        mails.send()
        [envelope] = self.smtp.envelopes
        self.assertEqual(envelope.message["Subject"], letters[1].subject)

    def test_the_night_sweeps(self):
        [letter] = self.send_many()
        letter.sudo().mail_id.unlink()
        self.root["collection.scheduler"]._follow_up(self.company, self.today)
        self.assertEqual(letter.delivery_state, "failed")
