from threading import Thread
from unittest.mock import patch

from odoo.addons.account_collections.models.run import collection_scheduler
from odoo.addons.account_collections.models.step import collection_step_claim
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import LockNotAvailable, SerializationFailure

from ..common.concurrency import ConcurrencyCommon

SENT = (["done"], 1, 1, 1)
UNTOUCHED = (["planned"], 0, 0, 0)
DROPPED = (["cancelled"], 0, 0, 0)


class Killed(Exception):
    """A worker ended at a bad moment."""


@tagged("post_install", "-at_install")
class TestConcurrency(ConcurrencyCommon):
    """Several workers at once: nothing twice, nothing lost, nothing to somebody who has
    just paid."""

    def assert_all(self, expected):
        seen = self.look()
        self.assertEqual(seen, dict.fromkeys(self.partner_ids, expected))

    def start_snapshot(self, env):
        """From here on the worker does not see what others commit."""
        env.cr.execute("SELECT 1")

    # ------------------------------------------------------------------
    # Two who execute
    # ------------------------------------------------------------------

    def test_two_executors_share_the_queue(self):
        self.make_debts(6)
        with (
            patch.object(collection_step_claim, "BATCH", 4),
            self.worker() as one,
            self.worker() as two,
        ):
            self.assertEqual(self.execute_batch(one), 4)
            self.assertEqual(self.execute_batch(two), 2)
            self.assertEqual(self.execute_batch(two), 0)
        self.assert_all(SENT)

    def test_second_executor_finds_nothing_left(self):
        self.make_debts(3)
        with self.worker() as late:
            self.start_snapshot(late)
            with self.worker() as env:
                self.assertEqual(self.execute_batch(env), 3)
            # It does not see that they are done; the rows tell.
            with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
                self.execute_batch(late)
            late.cr.rollback()
            self.assertEqual(self.execute_batch(late), 0)
        self.assert_all(SENT)

    @mute_logger("odoo.sql_db")
    def test_four_executors_in_threads(self):
        """The job itself, commits and all, on many customers in small batches."""
        self.make_debts(40)
        errors = []

        def execute():
            try:
                with self.worker() as env:
                    company = self.get(env, "company")
                    env["collection.scheduler"]._execute_company(company)
            except Exception as error:
                errors.append(error)
                raise

        with patch.object(collection_step_claim, "BATCH", 3):
            threads = [Thread(target=execute) for _number in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertFalse(errors)
        with self.worker() as env:
            self.execute_batch(env)
        self.assert_all(SENT)

    def test_nobody_gets_the_messages_of_two_at_once(self):
        """Two customers with one lawyer: the second executor would not yet see in the
        log what the first one sends."""
        one, two = self.make_debts(2)
        with self.worker() as env:
            lawyer = env["res.partner"].create(
                {"name": "Lawyer", "email": "lawyer@example.com"}
            )
            env["res.partner"].browse((one, two)).collection_lawyer_id = lawyer
            self.partner_ids += lawyer.ids
        with self.worker() as busy, patch.object(collection_step_claim, "BATCH", 1):
            claims = busy["collection.step.claim"]
            with claims._hold(is_lasting=True):
                claims._take(self.get(busy, "company"), self.today, is_lasting=True)
                busy.cr.commit()
                left = set()
                with self.worker() as env:
                    company = self.get(env, "company")
                    free = env["collection.step.claim"]._take(company, self.today, left)
                    self.assertFalse(free)
                    self.assertEqual(len(left), 1)
        with self.worker() as env:
            env["collection.scheduler"]._execute_company(self.get(env, "company"))
        # The other one has to wait: one message a day for one person.
        self.assertEqual(sorted(self.look().values()), [SENT, UNTOUCHED])

    # ------------------------------------------------------------------
    # Payments
    # ------------------------------------------------------------------

    def test_payment_being_registered_leaves_the_step_for_later(self):
        payer, other = self.make_debts(2)
        with self.worker() as paying:
            self.pay(paying, payer)
            with self.worker() as env:
                self.assertEqual(self.execute_batch(env), 1)
            self.assertEqual(self.look(), {payer: UNTOUCHED, other: SENT})
        with self.worker() as env:
            self.assertEqual(self.execute_batch(env), 0)
        self.assertEqual(self.look(), {payer: DROPPED, other: SENT})

    def test_payment_given_up_lets_the_step_go(self):
        [payer] = self.make_debts(1)
        with self.assertRaises(Killed), self.worker() as paying:
            self.pay(paying, payer)
            with self.worker() as env:
                self.assertEqual(self.execute_batch(env), 0)
            raise Killed
        with self.worker() as env:
            self.assertEqual(self.execute_batch(env), 1)
        self.assert_all(SENT)

    @mute_logger("odoo.sql_db")
    def test_payment_waits_for_the_batch(self):
        """Whoever pays while the message is being made waits, and is not lost."""
        [payer] = self.make_debts(1)
        with self.worker() as env:
            self.assertEqual(self.execute_batch(env), 1)
            with self.assertRaises(LockNotAvailable), self.worker() as paying:
                paying.cr.execute("SET LOCAL lock_timeout = '200ms'")
                self.pay(paying, payer)
        with self.worker() as paying:
            self.pay(paying, payer)
        self.assert_all(SENT)

    @mute_logger("odoo.sql_db")
    def test_payment_after_the_batch_began_starts_it_again(self):
        """The worker saw the debt; the money came before it locked the item."""
        payer, other = self.make_debts(2)
        with self.worker() as env:
            company = self.get(env, "company")
            self.start_snapshot(env)
            with self.worker() as paying:
                self.pay(paying, payer)
            env["collection.scheduler"]._execute_company(company)
        self.assertEqual(self.look(), {payer: DROPPED, other: SENT})

    @mute_logger("odoo.sql_db")
    def test_hold_after_the_batch_began_starts_it_again(self):
        held, other = self.make_debts(2)
        with self.worker() as env:
            company = self.get(env, "company")
            self.start_snapshot(env)
            with self.worker() as holding:
                self.hold(holding, held)
            # As if the review had been too busy to drop the step.
            with self.worker() as reset:
                reset.cr.execute(
                    "UPDATE collection_step SET state = 'planned'"
                    " WHERE state = 'cancelled'"
                )
            env["collection.scheduler"]._execute_company(company)
        self.assertEqual(self.look(), {held: DROPPED, other: SENT})

    @mute_logger("odoo.sql_db")
    def test_hold_waits_for_the_batch(self):
        """Then it finds the mail in the queue, and takes it out."""
        [held] = self.make_debts(1)
        with self.worker() as env:
            self.assertEqual(self.execute_batch(env), 1)
            with self.assertRaises(LockNotAvailable), self.worker() as holding:
                holding.cr.execute("SET LOCAL lock_timeout = '200ms'")
                self.hold(holding, held)
        with self.worker() as holding:
            self.hold(holding, held)
            letter = holding["collection.letter"].search([("customer_id", "=", held)])
            self.assertEqual(letter.delivery_state, "cancelled")

    def hold(self, env, partner_id):
        case = env["collection.case"].search([("partner_id", "=", partner_id)])
        reason = env.ref("account_collections.reason_hold_clarify")
        env["collection.hold"].create({"case_id": case.id, "reason_id": reason.id})

    # ------------------------------------------------------------------
    # Kills
    # ------------------------------------------------------------------

    def test_kill_repeats_and_loses_nothing(self):
        self.make_debts(3)
        for _time in range(2):
            with self.assertRaises(Killed), self.worker() as env:
                self.assertEqual(self.execute_batch(env), 3)
                env.flush_all()
                raise Killed
            self.assert_all(UNTOUCHED)
        with self.worker() as env:
            self.assertEqual(self.execute_batch(env), 3)
        self.assert_all(SENT)

    def test_kill_between_two_batches(self):
        """What was committed stays done, the rest is done by the next worker."""
        self.make_debts(4)
        with patch.object(collection_step_claim, "BATCH", 2):
            with self.worker() as env:
                self.assertEqual(self.execute_batch(env), 2)
            with self.assertRaises(Killed), self.worker() as env:
                self.assertEqual(self.execute_batch(env), 2)
                raise Killed
        self.assertEqual(sorted(self.look().values()), [SENT] * 2 + [UNTOUCHED] * 2)
        with self.worker() as env:
            self.assertEqual(self.execute_batch(env), 2)
        self.assert_all(SENT)

    def test_killed_run_leaves_no_trace(self):
        self.make_debts(1)
        with self.worker() as env:
            before = env["collection.decision"].search_count([])
        with self.assertRaises(Killed), self.worker() as env:
            env["collection.scheduler"]._run(
                self.get(env, "company"), self.today.replace(day=9)
            )
            raise Killed
        with self.worker() as env:
            self.assertEqual(env["collection.decision"].search_count([]), before)
        self.assert_all(UNTOUCHED)

    # ------------------------------------------------------------------
    # Review, plan and execution exclude each other
    # ------------------------------------------------------------------

    def test_run_and_execution_exclude_each_other(self):
        self.make_debts(2)
        with self.worker() as env:
            self.assertEqual(self.execute_batch(env), 2)
            with self.worker() as planning:
                self.assertFalse(self.plan(planning))
        with self.worker() as planning:
            self.assertTrue(self.plan(planning))
            with self.worker() as env:
                self.assertEqual(self.execute_batch(env), 0)
            with self.worker() as other:
                self.assertFalse(self.plan(other))
        self.assert_all(SENT)

    def test_companies_do_not_exclude_each_other(self):
        with self.worker() as one, self.worker() as two:
            company = self.get(one, "company")
            self.assertTrue(company._try_collection_lock())
            self.assertFalse(company.with_env(two)._try_collection_lock())
            other = two["res.company"].browse(company.id + 1000)
            self.assertTrue(other._try_collection_lock())

    def test_nothing_is_deleted_that_a_run_may_point_to(self):
        """There is no foreign key behind what the runs write by the thousand."""
        with self.worker() as busy:
            self.assertTrue(self.plan(busy))
            with self.worker() as env:
                policy = env["collection.policy"].create(
                    {"name": "Unused", "company_id": self.get(env, "company").id}
                )
                with self.assertRaisesRegex(UserError, "Try again in a minute"):
                    policy.unlink()
                env.cr.rollback()
        with self.worker() as env:
            policy = env["collection.policy"].create(
                {"name": "Unused", "company_id": self.get(env, "company").id}
            )
            policy.unlink()
            self.assertFalse(policy.exists())

    def test_two_runs_plan_a_step_once(self):
        """Also when the second one began before the first had ended."""
        self.make_debts(2)
        with self.worker() as env:
            env.cr.execute("DELETE FROM collection_step")
        with self.worker() as late:
            self.start_snapshot(late)
            with self.worker() as env:
                self.assertEqual(self.plan(env).planned_count, 2)
            with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
                self.plan(late)
            late.cr.rollback()
            self.assertEqual(self.plan(late).planned_count, 0)
        self.assert_all(UNTOUCHED)

    def test_run_that_saw_too_little_repeats_no_step(self):
        """It began before the messages were sent, so it plans them again; they are
        looked at once more before they are sent."""
        self.make_debts(2)
        with self.worker() as late:
            self.start_snapshot(late)
            with self.worker() as env:
                self.assertEqual(self.execute_batch(env), 2)
            self.assertTrue(self.plan(late))
        with self.worker() as env:
            self.assertEqual(self.execute_batch(env), 0)
        for states, *made in self.look().values():
            self.assertEqual(made, [1, 1, 1])
            self.assertLessEqual(set(states), {"done", "cancelled"})

    @mute_logger("odoo.sql_db")
    def test_nightly_run_begins_again_when_the_ledger_changes(self):
        """It is neither reported as failed, nor left for the next night."""
        payer, _other = self.make_debts(2)
        with self.worker() as env:
            company = self.get(env, "company")
            company.collection_date_reviewed = False
            self.addCleanup(self.forget_night)
        with self.worker() as env, patch.object(collection_scheduler, "LOCK_PAUSE", 0):
            company = self.get(env, "company")
            self.start_snapshot(env)
            with self.worker() as executing:
                self.assertEqual(self.execute_batch(executing), 2)
            with self.worker() as paying:
                self.pay(paying, payer)
            tomorrow = self.today.replace(day=3)
            env["collection.scheduler"]._run_night(company, tomorrow)
            run = env["collection.run"].search([], order="id desc", limit=1)
            self.assertEqual((run.date, run.closed_count), (tomorrow, 1))
            self.assertFalse(run.error)
            self.assertEqual(company.collection_date_reviewed, tomorrow)

    def forget_night(self):
        with self.worker() as env:
            self.get(env, "company").collection_date_reviewed = False

    def test_nightly_run_waits_for_the_batch(self):
        self.make_debts(1)
        with (
            self.worker() as planning,
            patch.multiple(collection_scheduler, LOCK_PAUSE=0, LOCK_ATTEMPTS=2),
        ):
            company = self.get(planning, "company")
            with self.worker() as env:
                self.assertEqual(self.execute_batch(env), 1)
                run = planning["collection.scheduler"]._run_patiently(
                    company, self.today
                )
                self.assertFalse(run)
            run = planning["collection.scheduler"]._run_patiently(company, self.today)
            self.assertTrue(run)

    # ------------------------------------------------------------------
    # Requests for a review
    # ------------------------------------------------------------------

    def get_requests(self):
        with self.worker() as env:
            requests = env["collection.review.request"].search([])
            return sorted(set(requests.partner_id.ids))

    def test_requests_are_put_back_while_the_company_is_busy(self):
        [payer] = self.make_debts(1)
        with self.worker() as paying:
            self.pay(paying, payer)
        self.assertEqual(self.get_requests(), [payer])
        with self.worker() as busy:
            self.assertTrue(self.plan(busy))
            with self.worker() as env:
                env["collection.scheduler"]._cron_review_changes()
            self.assertEqual(self.get_requests(), [payer])
        with self.worker() as env:
            env["collection.scheduler"]._cron_review_changes()
        self.assertEqual(self.get_requests(), [])
        self.assertEqual(self.look(), {payer: DROPPED})

    def test_two_reviewers_do_not_take_the_same_requests(self):
        payers = self.make_debts(2)
        for payer in payers:
            with self.worker() as paying:
                self.pay(paying, payer)
        with self.worker() as one, self.worker() as two:
            first = one["collection.review.request"]._take(1)
            second = two["collection.review.request"]._take(1)
            self.assertEqual(set.union(*first.values(), *second.values()), set(payers))
            self.assertFalse(two["collection.review.request"]._take(5))

    @mute_logger("odoo.sql_db")
    def test_reviewer_keeps_requests_when_the_ledger_changes(self):
        [payer] = self.make_debts(1)
        with self.worker() as paying:
            self.pay(paying, payer)
        with self.worker() as env:
            self.start_snapshot(env)
            with self.worker() as executing:
                self.execute_batch(executing)
            env["collection.scheduler"]._cron_review_changes()
        self.assertEqual(self.get_requests(), [payer])
        with self.worker() as env:
            env["collection.scheduler"]._cron_review_changes()
        self.assertEqual(self.get_requests(), [])

    def test_payment_does_not_wait_for_the_review(self):
        """It only adds a row to the queue, whoever is working on the case."""
        payer, other = self.make_debts(2)
        with self.worker() as busy:
            self.assertTrue(self.plan(busy))
            with self.worker() as paying:
                paying.cr.execute("SET LOCAL lock_timeout = '200ms'")
                self.pay(paying, payer)
        self.assertEqual(self.get_requests(), [payer])
        self.assertEqual(self.look()[other], UNTOUCHED)
