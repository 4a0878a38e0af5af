from contextlib import suppress
from threading import Event, Thread

from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import LockNotAvailable, SerializationFailure

from ..common.concurrency import ConcurrencyCommon

CLEANUP = """
    DELETE FROM collection_blocked_attempt WHERE partner_id = ANY(%(partners)s);
    DELETE FROM mail_activity WHERE res_model = 'collection.bankruptcy'
        AND res_id IN (SELECT id FROM collection_bankruptcy
                        WHERE partner_id = ANY(%(partners)s));
    DELETE FROM mail_message WHERE model = 'collection.bankruptcy'
        AND res_id IN (SELECT id FROM collection_bankruptcy
                        WHERE partner_id = ANY(%(partners)s));
    DELETE FROM collection_bankruptcy WHERE partner_id = ANY(%(partners)s);
"""


class Killed(Exception):
    """A request ended with an error."""


@tagged("post_install", "-at_install")
class TestStayConcurrency(ConcurrencyCommon):
    """A bankruptcy is recorded while the scheduler is at the customer.

    A worker that raises a conflict between transactions is started again, by the web
    server or by the job; here the second attempt is made by hand.
    """

    def setUp(self):
        super().setUp()
        self.addCleanup(self.remove_bankruptcies)
        self.partner_id, self.other_id = self.make_debts(2)

    def remove_bankruptcies(self):
        with self.registry.cursor() as cr:
            cr.execute(CLEANUP, {"partners": self.partner_ids})

    def record(self, env):
        bankruptcy = env["collection.bankruptcy"].create(
            {
                "partner_id": self.partner_id,
                "court_id": env.ref("account_collections.court_deb").id,
                "date_petition": self.today,
            }
        )
        env.flush_all()
        return bankruptcy

    def mail_state(self, partner_id=None):
        with self.worker() as env:
            letters = env["collection.letter"].search(
                [("customer_id", "=", partner_id or self.partner_id)]
            )
            return letters.mail_id.mapped("state")

    def attempts(self):
        with self.worker() as env:
            rows = env["collection.blocked.attempt"].search(
                [("partner_id", "=", self.partner_id)]
            )
            return sorted(rows.mapped(lambda row: (row.kind, row.source)))

    def test_queued_a_second_before(self):
        """The reminder waits in the mail queue; recording the stay cancels it."""
        with self.worker() as env:
            self.assertEqual(self.execute_batch(env), 2)
        self.assertEqual(self.mail_state(), ["outgoing"])
        with self.worker() as env:
            self.record(env)
        self.assertEqual(self.mail_state(), ["cancel"])
        self.assertEqual(self.mail_state(self.other_id), ["outgoing"])

    @mute_logger("odoo.sql_db")
    def test_worker_that_saw_the_debt_before(self):
        """It began before the stay was recorded, and does not see it: the rows tell."""
        with self.worker() as late:
            late.cr.execute("SELECT 1")
            with self.worker() as env:
                self.record(env)
            with self.assertRaises(SerializationFailure):
                self.execute_batch(late)
            late.cr.rollback()
            self.assertEqual(self.execute_batch(late), 1)
        self.assertEqual(self.mail_state(), [])
        self.assertEqual(self.mail_state(self.other_id), ["outgoing"])

    @mute_logger("odoo.sql_db")
    def test_recording_waits_for_the_batch_and_cancels_what_it_queued(self):
        """Two at once: the message is being written while the stay is recorded."""
        with self.worker() as env:
            self.assertEqual(self.execute_batch(env), 2)
            with self.assertRaises(LockNotAvailable), self.worker() as recording:
                recording.cr.execute("SET LOCAL lock_timeout = '200ms'")
                self.record(recording)
        with self.worker() as recording:
            self.record(recording)
        self.assertEqual(self.mail_state(), ["cancel"])

    @mute_logger("odoo.sql_db")
    def test_recording_that_began_before_the_batch(self):
        """It did not see the message: the conflict is found, and the second attempt
        cancels it."""
        with self.worker() as recording:
            recording.cr.execute("SELECT 1")
            with self.worker() as env:
                self.assertEqual(self.execute_batch(env), 2)
            with self.assertRaises(SerializationFailure):
                self.record(recording)
            recording.cr.rollback()
            self.record(recording)
        self.assertEqual(self.mail_state(), ["cancel"])

    @mute_logger("odoo.sql_db")
    def test_two_workers_in_threads(self):
        """One executes, one records, at the same time; whoever comes first, nothing is
        left in the queue."""
        ready, errors = Event(), []

        def again(work):
            ready.wait()
            for _attempt in range(5):
                try:
                    with self.worker() as env:
                        return work(env)
                except SerializationFailure:
                    continue
                except Exception as error:
                    errors.append(error)
                    raise
            return errors.append("never through")

        threads = [
            Thread(target=again, args=(work,))
            for work in (self.execute_batch, self.record, self.execute_batch)
        ]
        for thread in threads:
            thread.start()
        ready.set()
        for thread in threads:
            thread.join()
        self.assertFalse(errors)
        with self.worker() as env:
            self.execute_batch(env)
        self.assertLessEqual(set(self.mail_state()), {"cancel"})
        self.assertEqual(self.mail_state(self.other_id), ["outgoing"])

    def test_mail_worker_that_read_the_queue_before(self):
        """The queue works for minutes: the message is looked at again when its turn
        comes, and whoever holds the row first wins."""
        with self.worker() as env:
            self.execute_batch(env)
            [mail_id] = (
                env["collection.letter"]
                .search([("customer_id", "=", self.partner_id)])
                .mail_id.ids
            )
        with self.worker() as queue:
            mail = queue["mail.mail"].browse(mail_id)
            self.assertEqual(mail.state, "outgoing")
            with self.worker() as env:
                self.record(env)
            with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
                mail.state = "exception"
                mail._prepare_outgoing_list()
            queue.cr.rollback()
        with self.worker() as queue:
            mail = queue["mail.mail"].browse(mail_id)
            mail.state = "exception"
            self.assertEqual(mail._prepare_outgoing_list(), [])
        self.assertEqual(self.mail_state(), ["cancel"])

    def test_refused_attempts_are_kept_whatever_becomes_of_the_transaction(self):
        """The error undoes everything but the proof."""
        with self.worker() as env:
            self.record(env)
        for is_caught in (True, False):
            with self.subTest(is_caught=is_caught):
                before = self.attempts().count(("contact", "person"))
                self.try_to_call(is_caught)
                after = self.attempts().count(("contact", "person"))
                self.assertEqual(after, before + 1)
        with self.worker() as env:
            contacts = env["collection.contact"].search(
                [("customer_id", "=", self.partner_id)]
            )
            self.assertFalse(contacts)

    def try_to_call(self, is_caught):
        """Log an outgoing call; the caller's transaction ends well, or it does not."""
        with suppress(Killed), self.worker() as env:
            case = env["collection.case"].search([("partner_id", "=", self.partner_id)])
            with self.assertRaisesRegex(Exception, "is bankrupt"), env.cr.savepoint():
                env["collection.contact"].create(
                    {"case_id": case.id, "outcome": "reached"}
                )
            if not is_caught:
                raise Killed

    def test_scheduler_is_listed_once_per_case_and_day(self):
        with self.worker() as env:
            self.record(env)
        for _run in range(3):
            with self.worker() as env:
                case = env["collection.case"].search(
                    [("partner_id", "=", self.partner_id)]
                )
                step = case.step_ids[:1]
                step.state = "planned"
                env.flush_all()
                self.execute_batch(env)
                self.assertEqual(step.state, "cancelled")
        self.assertEqual(self.attempts(), [("step", "scheduler")])
