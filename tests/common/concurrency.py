from contextlib import contextmanager
from datetime import date, timedelta

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests import BaseCase
from odoo.tests.common import get_db_name

COMPANY = "base.main_company"
# What belongs to the customers of a test.
OWN = """
    CREATE TEMPORARY TABLE own_partner ON COMMIT DROP AS
        SELECT unnest(%(partners)s::int[]) AS id;
    CREATE TEMPORARY TABLE own_case ON COMMIT DROP AS
        SELECT id FROM collection_case
         WHERE partner_id IN (SELECT id FROM own_partner);
    CREATE TEMPORARY TABLE own_line ON COMMIT DROP AS
        SELECT id, move_id FROM account_move_line WHERE move_id IN (
            SELECT move_id FROM account_move_line
             WHERE partner_id IN (SELECT id FROM own_partner));
"""
# What the tests leave behind, in an order that no foreign key minds.
CLEANUP = """
    DELETE FROM collection_inbox WHERE case_id IN (SELECT id FROM own_case);
    DELETE FROM collection_contact_seal
     WHERE case_id IN (SELECT id FROM own_case);
    DELETE FROM collection_contact WHERE case_id IN (SELECT id FROM own_case);
    DELETE FROM mail_message WHERE model = 'collection.case'
        AND res_id IN (SELECT id FROM own_case);
    DELETE FROM mail_activity WHERE res_model = 'collection.case'
        AND res_id IN (SELECT id FROM own_case);
    DELETE FROM collection_decision WHERE case_id IN (SELECT id FROM own_case);
    DELETE FROM collection_step WHERE case_id IN (SELECT id FROM own_case);
    DELETE FROM collection_letter WHERE case_id IN (SELECT id FROM own_case);
    DELETE FROM collection_item WHERE case_id IN (SELECT id FROM own_case);
    DELETE FROM collection_case WHERE id IN (SELECT id FROM own_case);
    DELETE FROM collection_review_request
        WHERE partner_id IN (SELECT id FROM own_partner);
    DELETE FROM collection_run WHERE company_id = %(company)s;
    DELETE FROM account_partial_reconcile
        WHERE debit_move_id IN (SELECT id FROM own_line)
           OR credit_move_id IN (SELECT id FROM own_line);
    DELETE FROM account_payment WHERE partner_id IN (SELECT id FROM own_partner);
    DELETE FROM account_move_line WHERE id IN (SELECT id FROM own_line);
    DELETE FROM account_move WHERE id IN (SELECT move_id FROM own_line);
    DELETE FROM account_full_reconcile full_rec WHERE NOT EXISTS (
        SELECT FROM account_move_line line WHERE line.full_reconcile_id = full_rec.id);
    DELETE FROM ir_cron_trigger WHERE id > %(trigger)s;
"""


class ConcurrencyCommon(BaseCase):
    """Workers with transactions of their own, on data that is really committed.

    Nothing is wrapped and nothing pretends: each worker is a cursor of the registry, as
    a cron worker's on another host would be. The data is removed afterwards.
    """

    today = date(2026, 3, 2)  # a Monday

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            cls.records = {}
            cls.make_books(env)
        cls.addClassCleanup(cls.remove_books)

    def setUp(self):
        super().setUp()
        self.partner_ids, self.move_ids = [], []
        with self.registry.cursor() as cr:
            cr.execute("SELECT COALESCE(MAX(id), 0) FROM ir_cron_trigger")
            [self.last_trigger] = cr.fetchone()
        self.addCleanup(self.remove_ledger)

    # ------------------------------------------------------------------
    # Data
    # ------------------------------------------------------------------

    @classmethod
    def keep(cls, **records):
        for name, record in records.items():
            cls.records[name] = (record._name, record.ids)
        return records.values()

    @classmethod
    def get(cls, env, name):
        """Answer a record of the books in the transaction of a worker."""
        model, ids = cls.records[name]
        return env[model].browse(ids)

    @classmethod
    def make_books(cls, env):
        """Create accounts, journals and a policy in a company that has no chart."""
        company = env.ref(COMPANY)
        Account = env["account.account"].with_company(company)
        vals = {
            "receivable": "asset_receivable",
            "income": "income",
            "bank": "asset_cash",
        }
        accounts = {
            name: Account.create(
                {
                    "name": f"Concurrency {name}",
                    "code": f"CC{number}",
                    "account_type": account_type,
                    "company_ids": [Command.set(company.ids)],
                    "reconcile": name != "income",
                }
            )
            for number, (name, account_type) in enumerate(vals.items())
        }
        journals = {
            kind: env["account.journal"].create(
                {
                    "name": f"Concurrency {kind}",
                    "code": f"CC{kind[:1].upper()}",
                    "type": kind,
                    "company_id": company.id,
                    "default_account_id": accounts[
                        {"sale": "income", "bank": "bank"}.get(kind, "receivable")
                    ].id,
                }
            )
            for kind in ("sale", "general")
        }
        template = env["mail.template"].create(
            {
                "name": "Concurrency",
                "model_id": env["ir.model"]._get_id("collection.step"),
                "subject": "Reminder",
                "body_html": "<p>Please pay.</p>",
            }
        )
        policy = env["collection.policy"].create(
            {
                "name": "Concurrency",
                "sequence": -9,
                "state": "active",
                "company_id": company.id,
                "stage_ids": [
                    Command.create(
                        {"name": "Reminder", "days": 1, "template_id": template.id}
                    )
                ],
            }
        )
        cls.keep(company=company, template=template, policy=policy)
        cls.keep(**accounts, **journals)

    @classmethod
    def remove_books(cls):
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            for name in ("policy", "template", "sale", "general"):
                cls.get(env, name).unlink()
            for name in ("receivable", "income", "bank"):
                cls.get(env, name).unlink()

    def make_debts(self, count):
        """Create customers who owe 1000 each, and plan their reminders.

        :return: ids of the customers
        """
        with self.registry.cursor() as cr:
            env = self.make_env(cr)
            partners = env["res.partner"].create(
                [
                    {
                        "name": f"Concurrent {number}",
                        "email": f"concurrent{number}@example.com",
                        "property_account_receivable_id": self.get(
                            env, "receivable"
                        ).id,
                    }
                    for number in range(count)
                ]
            )
            moves = env["account.move"].create(
                [self.prepare_invoice(env, partner) for partner in partners]
            )
            moves.action_post()
            self.partner_ids += partners.ids
            self.move_ids += moves.ids
            env["collection.review.request"].search([]).unlink()
            self.assertTrue(self.plan(env))
        return partners.ids

    def prepare_invoice(self, env, partner):
        return {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "company_id": self.get(env, "company").id,
            "journal_id": self.get(env, "sale").id,
            "invoice_date": self.today - timedelta(days=40),
            "invoice_date_due": self.today - timedelta(days=10),
            "invoice_payment_term_id": False,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": "Thing",
                        "price_unit": 1000,
                        "account_id": self.get(env, "income").id,
                        "tax_ids": [Command.clear()],
                    }
                )
            ],
        }

    def remove_ledger(self):
        values = {
            "partners": self.partner_ids,
            "company": self.records["company"][1][0],
            "trigger": self.last_trigger,
        }
        with self.registry.cursor() as cr:
            cr.execute(OWN, values)
            cr.execute(CLEANUP, values)
            self.make_env(cr)["res.partner"].browse(self.partner_ids).unlink()

    # ------------------------------------------------------------------
    # Workers
    # ------------------------------------------------------------------

    def make_env(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {"collection_as_of": self.today})

    @contextmanager
    def worker(self):
        """A worker: commits in the end, unless something is raised.

        Its snapshot of the database is that of its first statement.
        """
        with self.registry.cursor() as cr:
            yield self.make_env(cr)

    def plan(self, env):
        return env["collection.scheduler"]._run(self.get(env, "company"), self.today)

    def execute_batch(self, env):
        """Execute one batch; answer the number of messages made."""
        counts = {"done_count": 0, "failed_count": 0, "cancelled_count": 0}
        env["collection.executor"]._execute_batch(
            self.get(env, "company"), self.today, counts
        )
        failed = env["collection.step"].search([("state", "=", "failed")])
        self.assertFalse(failed.mapped("error"))
        return counts["done_count"]

    def pay(self, env, partner_id, amount=1000):
        """Allocate money to what a customer owes, as a bank statement does."""
        receivable = self.get(env, "receivable")
        debt = env["account.move.line"].search(
            [("partner_id", "=", partner_id), ("account_id", "=", receivable.id)]
        )
        entry = env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": self.get(env, "general").id,
                "date": self.today,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": receivable.id,
                            "partner_id": partner_id,
                            "credit": amount,
                        }
                    ),
                    Command.create(
                        {"account_id": self.get(env, "bank").id, "debit": amount}
                    ),
                ],
            }
        )
        entry.action_post()
        money = entry.line_ids.filtered(lambda line: line.account_id == receivable)
        (debt + money).reconcile()
        env.flush_all()

    def look(self):
        """Answer what has been committed, per customer: states of the steps, number of
        letters, of mails and of log entries."""
        with self.worker() as env:
            cases = env["collection.case"].search(
                [("partner_id", "in", self.partner_ids)]
            )
            return {
                case.partner_id.id: (
                    case.step_ids.mapped("state"),
                    len(case.letter_ids),
                    len(case.letter_ids.mail_id),
                    len(case.contact_ids),
                )
                for case in cases
            }
