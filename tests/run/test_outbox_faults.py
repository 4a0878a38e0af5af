import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from odoo.addons.account_collections.models.common import ir_actions_report
from odoo.addons.account_collections.models.step import collection_step_claim
from odoo.addons.base.models.ir_actions_report import _wkhtml
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common.concurrency import ConcurrencyCommon
from .test_concurrency import DROPPED, SENT, UNTOUCHED

SLOW = """#!/bin/sh
touch {folder}/begun
while [ ! -e {folder}/go_on ]; do sleep 0.05; done
exec {real} "$@"
"""
PATIENCE = 60  # seconds


class Killed(BaseException):
    """The executor was ended; nothing catches that."""


@tagged("post_install", "-at_install")
class TestOutboxFaults(ConcurrencyCommon):
    """A document that takes its time, or kills who makes it, stops nobody else."""

    def setUp(self):
        super().setUp()
        with self.worker() as env:
            self.get(env, "policy").stage_ids.attach_statement = True
        self.addCleanup(self.detach_statements)

    def detach_statements(self):
        with self.worker() as env:
            self.get(env, "policy").stage_ids.attach_statement = False

    def slow_down(self):
        """Have wkhtmltopdf wait for a file of that name."""
        folder = Path(self.enterContext(TemporaryDirectory()))
        program = folder / "wkhtmltopdf"
        program.write_text(SLOW.format(folder=folder, real=_wkhtml().bin))
        program.chmod(0o755)
        slow = _wkhtml()._replace(bin=str(program))
        self.enterContext(patch.object(ir_actions_report, "_wkhtml", lambda: slow))
        return folder

    def wait_for(self, path):
        deadline = time.monotonic() + PATIENCE
        while not path.exists():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)

    def start_executor(self):
        def execute():
            with self.worker() as env:
                company = self.get(env, "company")
                env["collection.scheduler"]._execute_company(company)

        thread = threading.Thread(target=execute)
        thread.start()
        self.addCleanup(thread.join)
        return thread

    # ------------------------------------------------------------------
    # Payments
    # ------------------------------------------------------------------

    def test_a_payment_does_not_wait_for_a_document(self):
        payer, other = self.make_debts(2)
        folder = self.slow_down()
        self.addCleanup((folder / "go_on").touch)
        thread = self.start_executor()
        self.wait_for(folder / "begun")
        clock = time.monotonic()
        with self.worker() as paying:
            paying.cr.execute("SET LOCAL lock_timeout = '500ms'")
            self.pay(paying, payer)
        self.assertLess(time.monotonic() - clock, 10)
        # Nor does another executor make the same documents meanwhile.
        with self.worker() as env:
            self.assertEqual(self.execute_batch(env), 0)
        self.assertTrue(thread.is_alive())
        (folder / "go_on").touch()
        thread.join()
        self.assertEqual(self.look(), {payer: DROPPED, other: SENT})

    def test_what_is_no_longer_true_is_made_anew(self):
        payer, other = self.make_debts(2)

        def pay_part():
            with self.worker() as paying:
                self.pay(paying, payer, 400)

        left = self.execute_with(pay_part)
        self.assertEqual(self.look(), {payer: UNTOUCHED, other: SENT})
        with self.worker() as env:
            [step] = env["collection.step"].browse(left)
            self.assertEqual(step.case_id.partner_id.id, payer)
            self.assertEqual((step.interruptions, step.date_claimed), (0, False))
            self.assertEqual(self.execute_batch(env), 1)
            self.assertIn("600", step.letter_id.body)

    def execute_with(self, event):
        """Have something happen between the documents and the last look.

        :return: ids of the steps that are left for later
        """
        events, left = [lambda: None, event], set()
        counts = {"done_count": 0, "failed_count": 0, "cancelled_count": 0}
        with self.worker() as env:

            def commit():
                env.cr.commit()
                if events:
                    events.pop(0)()

            company = self.get(env, "company")
            env["collection.executor"]._execute_batch(
                company, self.today, counts, commit=commit, left=left
            )
        return left

    @mute_logger("odoo.sql_db")
    def test_a_hold_between_document_and_last_look(self):
        [held] = self.make_debts(1)

        def hold():
            with self.worker() as env:
                case = env["collection.case"].search([("partner_id", "=", held)])
                reason = env.ref("account_collections.reason_hold_clarify")
                env["collection.hold"].create(
                    {"case_id": case.id, "reason_id": reason.id}
                )

        self.execute_with(hold)
        self.assertEqual(self.look(), {held: DROPPED})

    # ------------------------------------------------------------------
    # Kills
    # ------------------------------------------------------------------

    def kill_for(self, partner_id):
        """End the executor in the moment it makes the document of a customer."""
        Dispatcher = self.registry["collection.dispatcher"]
        prepare = Dispatcher._prepare

        def _prepare(dispatcher, steps, histories):
            if partner_id in steps.case_id.partner_id.ids:
                raise Killed
            return prepare(dispatcher, steps, histories)

        self.enterContext(patch.object(Dispatcher, "_prepare", _prepare))

    def run_until_killed(self):
        """:return: whether the executor was killed"""
        try:
            with self.worker() as env:
                company = self.get(env, "company")
                env["collection.scheduler"]._execute_company(company)
        except Killed:
            return True
        return False

    def test_what_kills_its_executor_is_set_aside(self):
        killer, *others = self.make_debts(4)
        self.kill_for(killer)
        kills = 0
        while self.run_until_killed():
            kills += 1
            self.assertLessEqual(kills, collection_step_claim.MAX_INTERRUPTIONS)
        self.assertEqual(kills, collection_step_claim.MAX_INTERRUPTIONS)
        seen = self.look()
        self.assertEqual(seen.pop(killer), (["failed"], 0, 0, 0))
        self.assertEqual(seen, dict.fromkeys(others, SENT))
        with self.worker() as env:
            case = env["collection.case"].search([("partner_id", "=", killer)])
            self.assertIn("3 times", case.step_ids.error)
            self.assertFalse(case.step_ids.date_try)
            self.assertIn("Message set aside", case.activity_ids.mapped("summary"))
            case.step_ids.action_retry()
            self.assertEqual(case.step_ids.interruptions, 0)

    def test_the_others_go_first(self):
        """After the first kill they are not held up by what was interrupted."""
        killer, *_others = self.make_debts(3)
        self.kill_for(killer)
        self.assertTrue(self.run_until_killed())
        late = self.make_debts(2)
        self.assertTrue(self.run_until_killed())
        seen = self.look()
        self.assertEqual(seen.pop(killer), UNTOUCHED)
        for customer in late:
            self.assertEqual(seen[customer], SENT)

    def test_what_was_begun_is_free_when_its_executor_is_gone(self):
        """Whoever lives keeps it for as long as it takes."""
        [customer] = self.make_debts(1)
        with self.worker() as living:
            claims = living["collection.step.claim"]
            company = self.get(living, "company")
            with claims._hold(is_lasting=True):
                [step] = claims._take(company, self.today, is_lasting=True)
                living.cr.commit()
                with self.worker() as env:
                    self.assertEqual(self.execute_batch(env), 0)
        # It ended without a word.
        with self.worker() as env:
            step = step.with_env(env)
            self.assertEqual((step.interruptions, bool(step.date_claimed)), (1, True))
            self.assertEqual(self.execute_batch(env), 1)
        self.assertEqual(self.look(), {customer: SENT})
