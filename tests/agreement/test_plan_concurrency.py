import base64

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import LockNotAvailable, SerializationFailure

from ..common.concurrency import ConcurrencyCommon
from ..common.plan import PNG

CLEANUP = """
    CREATE TEMPORARY TABLE own_plan ON COMMIT DROP AS
        SELECT id FROM collection_installment_plan WHERE partner_id = ANY(%(partners)s);
    DELETE FROM mail_message WHERE model = 'collection.installment.plan'
        AND res_id IN (SELECT id FROM own_plan);
    DELETE FROM mail_activity WHERE res_model = 'collection.installment.plan'
        AND res_id IN (SELECT id FROM own_plan);
    DELETE FROM collection_installment_plan_item_rel
        WHERE plan_id IN (SELECT id FROM own_plan);
    DELETE FROM collection_installment
        WHERE plan_id IN (SELECT id FROM own_plan);
    UPDATE collection_installment_plan SET document_id = NULL, signed_document_id = NULL
        WHERE id IN (SELECT id FROM own_plan);
    DELETE FROM ir_attachment WHERE res_model = 'collection.installment.plan'
        AND res_id IN (SELECT id FROM own_plan);
    DELETE FROM collection_installment_plan WHERE id IN (SELECT id FROM own_plan);
"""


@tagged("post_install", "-at_install")
class TestPlanConcurrency(ConcurrencyCommon):
    """A signature while somebody else signs, pays, or the scheduler is at work.

    A worker that raises a conflict between transactions is started again by the web
    server; here the second attempt is made by hand.
    """

    def setUp(self):
        super().setUp()
        self.addCleanup(self.remove_plans)
        [self.partner_id] = self.make_debts(1)
        with self.worker() as env:
            case = env["collection.case"].search([("partner_id", "=", self.partner_id)])
            plan = env["collection.installment.plan"].create(
                {
                    "case_id": case.id,
                    "currency_id": case.item_ids.currency_id.id,
                    "item_ids": [Command.set(case.item_ids.ids)],
                }
            )
            plan._do_offer()
            self.plan_id, self.sha256 = plan.id, plan.document_sha256

    def remove_plans(self):
        with self.registry.cursor() as cr:
            cr.execute(CLEANUP, {"partners": self.partner_ids})

    def sign(self, env):
        plan = env["collection.installment.plan"].browse(self.plan_id)
        signature = base64.b64encode(PNG).decode()
        answer = env["collection.signature"]._sign(
            plan, "Paula", signature, self.sha256, "192.0.2.7", "Browser"
        )
        env.flush_all()
        return answer

    def look_at_plan(self):
        with self.worker() as env:
            plan = env["collection.installment.plan"].browse(self.plan_id)
            letters = plan.case_id.letter_ids.filtered(lambda one: not one.stage_id)
            return plan.state, len(letters)

    @mute_logger("odoo.sql_db")
    def test_two_sign_one_after_the_other(self):
        """Who did not see the other one starts again, and finds it signed."""
        with self.worker() as late:
            late.cr.execute("SELECT 1")
            with self.worker() as env:
                self.assertFalse(self.sign(env))
            with self.assertRaises(SerializationFailure):
                self.sign(late)
            late.cr.rollback()
            late.invalidate_all(flush=False)
            self.assertRegex(self.sign(late), "can no longer be signed")
        self.assertEqual(self.look_at_plan(), ("active", 1))

    @mute_logger("odoo.sql_db")
    def test_two_sign_at_the_very_same_time(self):
        """While the first one is not committed, the second one waits."""
        with self.worker() as env:
            self.assertFalse(self.sign(env))
            with self.assertRaises(LockNotAvailable), self.worker() as second:
                second.cr.execute("SET LOCAL lock_timeout = '200ms'")
                self.sign(second)
        self.assertEqual(self.look_at_plan(), ("active", 1))

    @mute_logger("odoo.sql_db")
    def test_sign_while_the_invoice_is_being_paid(self):
        """A payment that is not committed yet: try again; then the offer is void."""
        with self.worker() as paying:
            self.pay(paying, self.partner_id)
            with self.worker() as env:
                self.assertRegex(self.sign(env), "being recorded right now")
        with self.worker() as env:
            self.assertRegex(self.sign(env), "have changed")
        self.assertEqual(self.look_at_plan(), ("void", 1))

    @mute_logger("odoo.sql_db")
    def test_sign_when_the_invoice_was_just_paid(self):
        """Paid after the signer's transaction began: it starts again and sees it."""
        with self.worker() as env:
            env.cr.execute("SELECT 1")
            with self.worker() as paying:
                self.pay(paying, self.partner_id)
            with self.assertRaises(SerializationFailure):
                self.sign(env)
            env.cr.rollback()
            env.invalidate_all(flush=False)
            self.assertRegex(self.sign(env), "have changed")
        self.assertEqual(self.look_at_plan(), ("void", 1))

    @mute_logger("odoo.sql_db")
    def test_signed_before_a_step_that_was_taken_up(self):
        """The reminder that was planned is dropped under the lock."""
        with self.worker() as env:
            company = self.get(env, "company")
            env.cr.execute("SELECT 1")
            with self.worker() as signing:
                self.assertFalse(self.sign(signing))
            with self.worker() as reset:
                reset.cr.execute(
                    "UPDATE collection_step SET state = 'planned'"
                    " WHERE state = 'cancelled'"
                )
            env["collection.scheduler"]._execute_company(company)
        self.assertEqual(self.get_reminders(), [])

    @mute_logger("odoo.sql_db")
    def test_signed_while_a_step_is_being_sent(self):
        """Waits for the message, then takes it out of the mail queue."""
        with self.worker() as env:
            self.assertEqual(self.execute_batch(env), 1)
            with self.assertRaises(LockNotAvailable), self.worker() as signing:
                signing.cr.execute("SET LOCAL lock_timeout = '200ms'")
                self.sign(signing)
        self.assertEqual(self.get_reminders(), ["outgoing"])
        with self.worker() as signing:
            self.assertFalse(self.sign(signing))
        self.assertEqual(self.get_reminders(), ["cancel"])

    def get_reminders(self):
        with self.worker() as env:
            letters = env["collection.letter"].search(
                [("customer_id", "=", self.partner_id), ("stage_id", "!=", False)]
            )
            return letters.mail_id.mapped("state")

    @mute_logger("odoo.sql_db")
    def test_two_nights_at_once(self):
        """The second worker leaves the company to the first; the notice goes once."""
        with self.worker() as env:
            self.assertFalse(self.sign(env))
        with self.worker() as night:
            company = self.get(night, "company")
            self.assertTrue(night["collection.scheduler"]._run(company, self.today))
            with self.worker() as second:
                own = self.get(second, "company")
                self.assertFalse(second["collection.scheduler"]._run(own, self.today))
        self.assertEqual(self.look_at_plan(), ("active", 1))
