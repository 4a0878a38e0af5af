from odoo.addons.account_collections.benchmarks.bench_ledger import Size, make_ledger
from odoo.addons.account_collections.tests.common.base import CollectionCommon
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestBenchLedger(CollectionCommon):
    """What is measured is a ledger as Odoo would have made it."""

    def test_ledger_of_the_benchmark(self):
        """The copies of the benchmark are invoices that Odoo agrees with."""
        make_ledger(self.root, Size(items=30, customers=3), self.today)
        sample = self.root["account.move"].search([], order="id desc", limit=30)
        self.assertEqual(set(sample.mapped("state")), {"posted"})
        self.assertEqual(len(set(sample.mapped("name"))), 30)
        stored = [(move.amount_total, move.amount_residual) for move in sample]
        self.root.add_to_compute(sample._fields["amount_total"], sample)
        self.root.add_to_compute(
            sample.line_ids._fields["amount_residual"], sample.line_ids
        )
        computed = [(move.amount_total, move.amount_residual) for move in sample]
        self.assertEqual(stored, computed)
        run = self.root["collection.scheduler"]._run(self.root.company, self.today)
        # Three customers, and the one of the invoice that the others are copied from.
        self.assertEqual((run.opened_count, run.planned_count), (4, 4))
        cases = self.root["collection.case"].search([], order="id desc", limit=4)
        self.assertAlmostEqual(
            sum(cases.mapped("amount_overdue")),
            sum(sample.mapped("amount_total")) + 100,
        )
