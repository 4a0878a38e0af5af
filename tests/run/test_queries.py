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
