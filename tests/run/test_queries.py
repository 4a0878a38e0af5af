import re

from odoo.tests import tagged

from ..common.base import CollectionCommon


@tagged("post_install", "-at_install")
class TestQueries(CollectionCommon):
    """The number of queries of a run does not depend on the number of customers."""

    def count_queries(self, work, *arguments):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        work(*arguments)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def make_customers(self, count):
        customers = [
            self.make_customer(f"Customer {number}") for number in range(count)
        ]
        for customer in customers:
            self.make_invoice(customer, 100)
            self.make_invoice(customer, 100, self.day(-40))

    def test_run(self):
        """Simulated, opening, repeating, with calls that expire, closing, reopening."""
        self.make_policy(
            {"days": 1, "channel": "phone", "template_id": False},
            {"days": 10},
            task_patience=1,
        )
        seen = {}
        for count in (1, 5, 20):  # the first fills the caches
            with self.env.cr.savepoint() as savepoint:
                self.make_customers(count)
                seen[count] = self.live_and_count(count)
                savepoint.rollback()
                self.env.invalidate_all()
        self.assertEqual(seen[5], seen[20])

    def live_and_count(self, count):
        """Answer the number of queries of each thing that happens to customers."""
        simulate = self.root["collection.scheduler"]._simulate
        later = self.day(8)
        moves = self.env["account.move"].search([("company_id", "=", self.company.id)])
        queries = [
            self.count_queries(simulate, self.company, self.today),
            self.count_queries(self.plan),
        ]
        self.assertEqual(len(self.open_steps()), count)
        queries.append(self.count_queries(self.plan))
        self.env.cr.execute("UPDATE collection_step SET state = 'todo'")
        self.env.invalidate_all()
        queries.append(self.count_queries(self.plan, later))
        self.receivable(moves).no_followup = True
        queries.append(self.count_queries(self.plan, later))
        self.assertFalse(self.open_steps())
        self.receivable(moves).no_followup = False
        queries.append(self.count_queries(self.plan, later))
        self.assertEqual(len(self.open_steps()), count)
        return queries

    def list_statements(self, work, *arguments):
        """Answer the statements of something done that look at tables of the addon, or
        wake its actions."""
        seen = []

        class Listening(type(self.env.cr)):
            def execute(cursor, query, *args, **kwargs):
                seen.append(str(getattr(query, "code", query)))
                return super().execute(query, *args, **kwargs)

        self.env.flush_all()
        self.env.invalidate_all()
        kind, self.env.cr.__class__ = self.env.cr.__class__, Listening
        try:
            work(*arguments)
            self.env.flush_all()
        finally:
            self.env.cr.__class__ = kind
        # A policy of the customer comes with all that is read of the customer.
        ours = re.compile(r'\s*(SELECT|INSERT INTO|UPDATE) "?(collection_|ir_cron)')
        return [text for text in seen if ours.match(text)]

    def test_ledger(self):
        """Posting asks nothing of the addon; a payment, and undoing it, leave a request
        for a review and wake who works it off, in a statement each."""
        customer = self.make_customer()
        self.pay(self.make_invoice(customer))
        invoice, other = (self.make_invoice(customer, post=False) for _number in "12")
        other.action_post()
        self.plan()
        self.assertEqual(self.list_statements(invoice.action_post), [])
        for work in (self.pay, self.unpay):
            with self.subTest(work=work.__name__):
                seen = self.list_statements(work, other)
                self.assertEqual(len(seen), 2, "\n".join(seen))
                self.assertIn("INTO collection_review_request", seen[0])
                self.assertIn('INTO "ir_cron_trigger"', seen[1])

    def test_worklist(self):
        """A page of the worklist takes as many queries for many cases as for few."""
        arch = self.env["collection.case"].get_views([(False, "list")])
        fields = arch["models"]["collection.case"]["fields"]
        names = {name: {} for name in fields if f'name="{name}"' in str(arch["views"])}
        self.make_customers(12)
        self.plan()
        cases = self.env["collection.case"].search(
            [("company_id", "=", self.company.id)]
        )
        self.count_queries(cases.web_read, names)  # the first fills the caches
        few = self.count_queries(cases[:2].web_read, names)
        self.assertEqual(self.count_queries(cases.web_read, names), few)
