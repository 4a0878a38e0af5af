from datetime import timedelta

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import LockNotAvailable, SerializationFailure

from ..common.concurrency import ConcurrencyCommon

CLEANUP = """
    CREATE TEMPORARY TABLE own ON COMMIT DROP AS
        SELECT id FROM collection_case WHERE partner_id = ANY(%(partners)s);
    DELETE FROM collection_promise_item_rel WHERE promise_id IN (
        SELECT id FROM collection_promise WHERE case_id IN (SELECT id FROM own));
    DELETE FROM collection_promise_line WHERE promise_id IN (
        SELECT id FROM collection_promise WHERE case_id IN (SELECT id FROM own));
    DELETE FROM collection_promise WHERE case_id IN (SELECT id FROM own);
    DELETE FROM collection_dispute WHERE move_id = ANY(%(moves)s);
"""


@tagged("post_install", "-at_install")
class TestPromiseConcurrency(ConcurrencyCommon):
    """A promise or a dispute while somebody else, or the scheduler, is at the customer.

    A worker that raises a conflict between transactions is started again, by the web
    server or by the job; here the second attempt is made by hand.
    """

    def setUp(self):
        super().setUp()
        self.addCleanup(self.remove_promises)
        [self.partner_id] = self.make_debts(1)

    def remove_promises(self):
        with self.registry.cursor() as cr:
            values = {"partners": self.partner_ids, "moves": self.move_ids}
            cr.execute(CLEANUP, values)

    def promise(self, env):
        case = env["collection.case"].search([("partner_id", "=", self.partner_id)])
        return env["collection.promise"].create(
            {
                "case_id": case.id,
                "item_ids": [Command.set(case.item_ids.ids)],
                "line_ids": [
                    Command.create(
                        {"date": self.today + timedelta(days=7), "amount": 1000}
                    )
                ],
            }
        )

    def dispute(self, env, amount=600):
        return env["collection.dispute"].create(
            {
                "move_id": self.move_ids[0],
                "amount": amount,
                "reason_id": env.ref("account_collections.reason_dispute_price").id,
            }
        )

    def count(self, model):
        with self.worker() as env:
            return env[model].search_count([("partner_id", "=", self.partner_id)])

    def get_mail_states(self):
        with self.worker() as env:
            letters = env["collection.letter"].search(
                [("customer_id", "=", self.partner_id)]
            )
            return letters.mail_id.mapped("state")

    def is_sent(self):
        """:return: whether a reminder has left, or is about to"""
        return bool(set(self.get_mail_states()) - {"cancel"})

    # ------------------------------------------------------------------
    # Two people
    # ------------------------------------------------------------------

    def check_second_one(self, take, model):
        """The second of two people who did not see each other is refused."""
        with self.worker() as late:
            late.cr.execute("SELECT 1")
            with self.worker() as env:
                take(env)
            with self.assertRaises(SerializationFailure):
                take(late)
            late.cr.rollback()
            with self.assertRaises(ValidationError):
                take(late)
            late.cr.rollback()
        self.assertEqual(self.count(model), 1)

    def check_waiting(self, take, model):
        """While the first one is not committed, the second one waits for it."""
        with self.worker() as env:
            take(env)
            with self.assertRaises(LockNotAvailable), self.worker() as second:
                second.cr.execute("SET LOCAL lock_timeout = '200ms'")
                take(second)
        self.assertEqual(self.count(model), 1)

    @mute_logger("odoo.sql_db")
    def test_two_promises_on_one_item(self):
        self.check_second_one(self.promise, "collection.promise")

    @mute_logger("odoo.sql_db")
    def test_two_promises_at_the_very_same_time(self):
        self.check_waiting(self.promise, "collection.promise")

    @mute_logger("odoo.sql_db")
    def test_two_disputes_for_more_than_is_open(self):
        self.check_second_one(self.dispute, "collection.dispute")

    @mute_logger("odoo.sql_db")
    def test_two_disputes_at_the_very_same_time(self):
        self.check_waiting(self.dispute, "collection.dispute")

    # ------------------------------------------------------------------
    # Somebody and the scheduler
    # ------------------------------------------------------------------

    def check_before(self, take):
        """Taken after the batch began and before it locked the customer: the batch
        starts again and drops the step."""
        with self.worker() as env:
            company = self.get(env, "company")
            env.cr.execute("SELECT 1")
            with self.worker() as taking:
                take(taking)
            # As if the review had been too busy to drop the step.
            with self.worker() as reset:
                reset.cr.execute(
                    "UPDATE collection_step SET state = 'planned'"
                    " WHERE state = 'cancelled'"
                )
            env["collection.scheduler"]._execute_company(company)
        self.assertFalse(self.is_sent())

    def check_during(self, take):
        """Taken while the message is being written: waits, then cancels it."""
        with self.worker() as env:
            self.assertEqual(self.execute_batch(env), 1)
            with self.assertRaises(LockNotAvailable), self.worker() as taking:
                taking.cr.execute("SET LOCAL lock_timeout = '200ms'")
                take(taking)
        self.assertEqual(self.get_mail_states(), ["outgoing"])
        with self.worker() as taking:
            take(taking)
        self.assertEqual(self.get_mail_states(), ["cancel"])

    def check_after(self, take):
        """The message was written meanwhile: who took it starts again and sees it."""
        with self.worker() as taking:
            taking.cr.execute("SELECT 1")
            with self.worker() as env:
                self.assertEqual(self.execute_batch(env), 1)
            with self.assertRaises(SerializationFailure):
                take(taking)
            taking.cr.rollback()
            take(taking)
        self.assertEqual(self.get_mail_states(), ["cancel"])

    @mute_logger("odoo.sql_db")
    def test_promise_before_during_and_after_a_step(self):
        for check in (self.check_before, self.check_during, self.check_after):
            with self.subTest(check.__name__):
                check(self.promise)
                self.start_over()

    @mute_logger("odoo.sql_db")
    def test_dispute_before_during_and_after_a_step(self):
        for check in (self.check_before, self.check_during, self.check_after):
            with self.subTest(check.__name__):
                check(lambda env: self.dispute(env, 1000))
                self.start_over()

    def start_over(self):
        self.remove_promises()
        self.remove_ledger()
        self.partner_ids, self.move_ids = [], []
        [self.partner_id] = self.make_debts(1)

    @mute_logger("odoo.sql_db")
    def test_promise_while_the_company_is_reviewed(self):
        """Its own review cannot run; it is asked for and comes right afterwards."""
        with self.worker() as night:
            self.get(night, "company")._try_collection_lock()
            with self.worker() as env:
                self.promise(env)
        with self.worker() as env:
            requests = env["collection.review.request"].search(
                [("partner_id", "=", self.partner_id)]
            )
            self.assertTrue(requests)
            env["collection.scheduler"]._execute_company(self.get(env, "company"))
        self.assertFalse(self.is_sent())
