from threading import Thread
from unittest.mock import patch

from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.addons.sms.tools.sms_api import SmsApi
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import SerializationFailure

from ..common.concurrency import ConcurrencyCommon
from ..common.smtp_server import SmtpServer


@tagged("post_install", "-at_install")
class TestLogConcurrency(ConcurrencyCommon):
    """Two who write to the log of one case do not fork its chain, and who writes to us
    while a message is being made stops it."""

    def get_case(self, env, partner_id=None):
        ids = [partner_id] if partner_id else self.partner_ids
        return env["collection.case"].search([("partner_id", "in", ids)])

    def write_down(self, env, note):
        env["collection.contact"].create(
            {"case_id": self.get_case(env).id, "outcome": "no_answer", "note": note}
        )

    def remove(self, model, ids):
        with self.worker() as env:
            env[model].browse(ids).exists().unlink()

    def check_chain(self, count):
        with self.worker() as env:
            case = self.get_case(env)
            self.assertEqual(len(case.contact_ids), count)
            self.assertEqual(case.log_count, count)
            self.assertFalse(env["collection.contact.seal"]._find_breaks(case))

    @mute_logger("odoo.sql_db")
    def test_who_did_not_see_the_last_entry_starts_again(self):
        self.make_debts(1)
        with self.worker() as late:
            late.cr.execute("SELECT 1")  # its snapshot is of now
            with self.worker() as env:
                self.write_down(env, "First")
            with self.assertRaises(SerializationFailure):
                self.write_down(late, "Second")
            late.cr.rollback()
            self.write_down(late, "Second")
        self.check_chain(2)

    @mute_logger("odoo.sql_db")
    def test_many_at_once(self):
        """As Odoo does with every request, each starts again when it comes late."""
        self.make_debts(1)

        def write_patiently(number):
            for _attempt in range(50):
                try:
                    with self.worker() as env:
                        self.write_down(env, f"Entry {number}")
                    return
                except SerializationFailure:
                    continue

        threads = [Thread(target=write_patiently, args=(n,)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.check_chain(6)

    @mute_logger("odoo.sql_db")
    def test_two_who_revise_one_entry(self):
        """Completed by one, voided by the other, at once: the later sees it, and its
        version is sealed to the earlier one's."""
        ways = {
            "complete": lambda entry: entry.action_complete({"note": "Completed"}),
            "void": lambda entry: entry.action_void("Wrong customer"),
        }
        pairs = (("complete", "void"), ("void", "complete"), ("void", "void"))
        self.make_debts(1)
        for number, (first, second) in enumerate(pairs, 1):
            with self.subTest(f"{first}, {second}"), self.worker() as late:
                with self.worker() as env:
                    self.write_down(env, f"Entry {number}")
                    ids = self.get_case(env).contact_ids[:1].ids
                entry = late["collection.contact"].browse(ids)
                self.assertFalse(entry.is_void)
                with self.worker() as env:
                    ways[first](env["collection.contact"].browse(ids))
                with self.assertRaises(SerializationFailure):
                    ways[second](entry)
                late.cr.rollback()
                late.invalidate_all()
                if first == "void":
                    with self.assertRaisesRegex(UserError, "void"):
                        ways[second](entry)
                else:
                    ways[second](entry)
                    self.assertEqual((entry.is_void, entry.note), (True, "Completed"))
        with self.worker() as env:
            case = self.get_case(env)
            self.assertEqual((len(case.contact_ids), case.log_count), (3, 7))
            self.assertFalse(env["collection.contact.seal"]._find_breaks(case))

    def share_person(self):
        """Two customers with one lawyer, each with a step to be taken.

        :return: id of the lawyer
        """
        self.make_debts(2)
        with self.worker() as env:
            self.get(env, "policy").limit_once_a_day = True
            person = env["res.partner"].create(
                {"name": "Lawyer", "email": "law@example.com"}
            )
            customers = env["res.partner"].browse(self.partner_ids)
            customers.collection_lawyer_id = person
        self.partner_ids.append(person.id)
        return person.id

    def execute_one(self, env, customer_id):
        """Execute as a worker that took the step of one customer only."""
        others = env["collection.step"].search(
            [("case_id.partner_id", "!=", customer_id), ("state", "=", "planned")]
        )
        with self.worker() as rival:
            # The other worker has it: this one cannot lock it.
            rival["collection.step"].browse(others.ids).lock_for_update()
            return self.execute_batch(env)

    @mute_logger("odoo.sql_db")
    def test_two_workers_write_to_one_person_once_a_day(self):
        """Of two customers, each worker has one. The later does not see what the
        earlier wrote, and starts again."""
        person_id = self.share_person()
        first, second = self.partner_ids[:2]
        with self.worker() as late:
            late.cr.execute("SELECT 1")
            with self.worker() as env:
                self.assertEqual(self.execute_one(env, first), 1)
            with self.assertRaises(SerializationFailure):
                self.execute_one(late, second)
            late.cr.rollback()
            self.assertEqual(self.execute_one(late, second), 0)
        with self.worker() as env:
            letters = env["collection.letter"].search([("partner_id", "=", person_id)])
            self.assertEqual(letters.customer_id.ids, [first])
            step = env["collection.step"].search([("case_id.partner_id", "=", second)])
            self.assertEqual((step.state, step.reason), ("planned", "contact_limit"))

    @mute_logger("odoo.sql_db")
    def test_a_reply_that_comes_while_a_batch_begins(self):
        """The batch does not see it, and is not to send either: it starts again."""
        self.make_debts(1)
        with self.worker() as late:
            late.cr.execute("SELECT 1")
            with self.worker() as env:
                case = self.get_case(env)
                case._receive_mail({"subject": "Paid"}, case.partner_id)
            with self.assertRaises(SerializationFailure):
                self.execute_batch(late)
            late.cr.rollback()
            self.assertEqual(self.execute_batch(late), 0)
        with self.worker() as env:
            case = self.get_case(env)
            self.assertFalse(case.letter_ids)
            self.assertEqual(case.step_ids.mapped("reason"), ["reply"])

    # ------------------------------------------------------------------
    # E-mails that are not in the log yet
    # ------------------------------------------------------------------

    def start_server(self):
        self.smtp = self.enterContext(SmtpServer())
        # Odoo sends nothing in tests; here it shall.
        self.enterContext(
            patch.object(IrMail_Server, "_disable_send", lambda _s: False)
        )

    def queue_mail(self, env, partner_id=None):
        """:return: id of an e-mail about the case that waits in the queue"""
        case = self.get_case(env, partner_id)
        server = env["ir.mail_server"].create(
            {
                "name": "Test",
                "smtp_host": "127.0.0.1",
                "smtp_port": self.smtp.port,
                "smtp_encryption": "none",
            }
        )
        self.addCleanup(self.remove, "ir.mail_server", server.ids)
        author = env.ref("base.user_admin")
        mail = env["mail.mail"].create(
            {
                "model": "collection.case",
                "res_id": case.id,
                "author_id": author.partner_id.id,
                "subject": "Our talk",
                "body_html": "<p>As agreed.</p>",
                "recipient_ids": [(4, case.partner_id.id)],
                "mail_server_id": server.id,
            }
        )
        self.addCleanup(self.remove, "mail.mail", mail.ids)
        return mail.id

    @mute_logger("odoo.sql_db")
    def test_an_e_mail_waits_for_the_log(self):
        """Who cannot have the log leaves it in the queue, which sends it once."""
        self.start_server()
        self.make_debts(1)
        with self.worker() as env:
            mail_id = self.queue_mail(env)
        with self.worker() as writer:
            self.write_down(writer, "On the phone")
            with self.worker() as queue:
                queue.cr.execute("SET LOCAL lock_timeout = '5s'")
                mail = queue["mail.mail"].browse(mail_id)
                mail.send()
                self.assertEqual(mail.state, "outgoing")
        self.assertFalse(self.smtp.envelopes)
        with self.worker() as queue:
            mail = queue["mail.mail"].browse(mail_id)
            mail.send()
            self.assertEqual(mail.state, "sent")
            [entry] = self.get_case(queue).contact_ids.filtered(
                lambda row: row.channel == "email"
            )
            self.assertEqual(entry.subject, "Our talk")
        self.assertEqual(len(self.smtp.envelopes), 1)
        self.check_chain(2)

    @mute_logger("odoo.sql_db")
    def test_one_busy_log_holds_up_no_other(self):
        self.start_server()
        self.make_debts(3)
        with self.worker() as env:
            ids = [self.queue_mail(env, id_) for id_ in self.partner_ids]
        with self.worker() as queue:
            queue.cr.execute("SELECT 1")  # its snapshot is of now
            with self.worker() as env:
                env["collection.contact"].create(
                    {
                        "case_id": self.get_case(env, self.partner_ids[0]).id,
                        "outcome": "no_answer",
                    }
                )
            mails = queue["mail.mail"].browse(ids)
            mails.send()
            self.assertEqual(mails.mapped("state"), ["outgoing", "sent", "sent"])

    # ------------------------------------------------------------------
    # Text messages
    # ------------------------------------------------------------------

    def write_text(self, env):
        """:return: a text to the customer that waits in the queue"""
        message = self.get_case(env)._message_sms(
            "Please call.", sms_numbers=["+32470123456"], put_in_queue=True
        )
        text = env["sms.sms"].search([("mail_message_id", "=", message.id)])
        self.addCleanup(self.remove, "sms.sms", text.ids)
        return text.ids

    def send_text(self, env, ids):
        """:return: the numbers that the provider has taken"""
        taken = []
        # Who waits for the other here would wait for good.
        env.cr.execute("SET LOCAL lock_timeout = '5s'")

        def take(_api, messages, **_kwargs):
            rows = [row for message in messages for row in message["numbers"]]
            taken.extend(row["number"] for row in rows)
            return [{"uuid": row["uuid"], "state": "success"} for row in rows]

        with patch.object(SmsApi, "_send_sms_batch", take):
            env["sms.sms"].browse(ids).send()
        return taken

    @mute_logger("odoo.sql_db")
    def test_a_text_waits_for_the_log(self):
        """What the provider has taken is not taken back: who cannot have the log sends
        nothing, and the queue sends it once."""
        self.make_debts(1)
        with self.worker() as env:
            ids = self.write_text(env)
        with self.worker() as writer:
            self.write_down(writer, "On the phone")
            with self.worker() as queue:
                self.assertFalse(self.send_text(queue, ids))
        with self.worker() as late:
            late.cr.execute("SELECT 1")  # its snapshot is of now
            with self.worker() as writer:
                self.write_down(writer, "On the phone again")
            self.assertFalse(self.send_text(late, ids))
        with self.worker() as queue:
            self.assertEqual(queue["sms.sms"].browse(ids).state, "outgoing")
            self.assertEqual(self.send_text(queue, ids), ["+32470123456"])
        with self.worker() as queue:
            self.assertFalse(self.send_text(queue, ids))
            [entry] = self.get_case(queue).contact_ids.filtered(
                lambda row: row.channel == "sms"
            )
            self.assertEqual(entry.person, "+32470123456")
        self.check_chain(3)
