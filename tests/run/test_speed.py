from odoo.tests import tagged

from ...models.case.collection_snapshot import TABLES
from ..common.base import CollectionCommon


@tagged("post_install", "-at_install")
class TestSpeed(CollectionCommon):
    """What makes the nightly run fast, and must not cost its correctness."""

    def count_queries(self, function):
        """Answer how many statements a call sends to the database."""
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        function()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_queries_do_not_depend_on_the_number_of_customers(self):
        """A first run, one without news, and the next day's: each takes as many
        queries for twelve more customers as for one more."""
        # What Odoo reads once and keeps is read by the first of these.
        _warm, one, twelve = (self.count_runs(number) for number in (2, 1, 12))
        self.assertEqual(one, twelve)

    def count_runs(self, number):
        """Answer the queries of three runs, after some customers have come."""
        for _customer in range(number):
            customer = self.make_customer()
            self.make_invoice(customer, due=self.day(-10))
            self.make_invoice(customer, due=self.day(5))
        return [
            self.count_queries(self.plan),
            self.count_queries(self.plan),
            self.count_queries(lambda: self.plan(self.day(1))),
        ]

    def test_small_reviews_keep_the_working_tables(self):
        """They are made once per database session, and again if they have other
        columns: the session may be older than the addon."""
        customer = self.make_customer()
        self.make_invoice(customer)
        review = self.root["collection.scheduler"]._run
        review(self.company, self.today, customer.ids)
        before = self.read_working_tables()
        self.assertEqual(set(before), set(TABLES))
        review(self.company, self.today, customer.ids)
        self.assertEqual(self.read_working_tables(), before)
        self.env.cr.execute("ALTER TABLE collection_total DROP COLUMN amount_overdue")
        review(self.company, self.today, customer.ids)
        after = self.read_working_tables()
        self.assertEqual(
            {name for name in TABLES if after[name] != before[name]},
            {"collection_total"},
        )

    def read_working_tables(self):
        """Answer the number that PostgreSQL has given to each working table."""
        self.env.cr.execute(
            "SELECT relname, oid FROM pg_class"
            " WHERE relnamespace = PG_MY_TEMP_SCHEMA() AND relname = ANY(%s)",
            [list(TABLES)],
        )
        return dict(self.env.cr.fetchall())

    def test_second_run_of_a_day_writes_nothing(self):
        """A case without news is not written, and stays the version that it is."""
        self.make_invoice(self.make_customer())
        self.plan()
        tables = ("collection_case", "collection_item", "collection_step")
        before = [self.read_versions(table) for table in tables]
        self.plan()
        self.assertEqual([self.read_versions(table) for table in tables], before)

    def read_versions(self, table):
        """Answer where PostgreSQL keeps each row: a new place for every version."""
        self.env.cr.execute(f"SELECT id, ctid::text FROM {table} ORDER BY id")  # noqa: S608
        return self.env.cr.fetchall()

    def test_item_goes_with_its_journal_item(self):
        """There is no foreign key between them: Odoo's own unlink sees to it."""
        invoice = self.make_invoice(self.make_customer())
        kept = self.make_invoice(self.make_customer("Other"))
        self.plan()
        items = self.get_items(invoice)
        self.assertTrue(items)
        invoice.button_draft()
        invoice.with_context(force_delete=True).unlink()
        self.assertFalse(items.exists())
        self.assertTrue(self.get_items(kept))
        self.plan()

    def test_item_without_its_journal_item_is_settled_by_the_review(self):
        """Somebody who deletes rows behind the back of everything does no lasting
        harm."""
        customer = self.make_customer()
        invoice = self.make_invoice(customer)
        self.plan()
        case, items = self.get_case(customer), self.get_items(invoice)
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM account_move WHERE id = %s", [invoice.id])
        self.env.invalidate_all()
        self.plan(self.day(1))
        self.assertEqual(items.mapped("is_open"), [False])
        self.assertEqual(case.state, "closed")
        self.assertFalse(case.item_ids)

    def test_case_numbers_of_seven_digits(self):
        """Two cases never share a number, however many there have been."""
        self.env.cr.execute("SELECT SETVAL('collection_case_id_seq', 1234566)")
        first, second = self.make_customer("First"), self.make_customer("Second")
        self.make_invoice(first)
        self.make_invoice(second)
        self.plan()
        names = {self.get_case(first).name, self.get_case(second).name}
        self.assertEqual(names, {"C1234567", "C1234568"})
