from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common.plan import PlanCommon


@tagged("post_install", "-at_install")
class TestPlanCompanies(PlanCommon):
    """Plans of companies are isolated; evaluating many costs what one costs."""

    def test_two_companies(self):
        """The same customer, a plan in each; a night of one leaves the other alone."""
        other = self.setup_other_company()["company"]
        self.make_policy({"days": 1}, company=other, plan_cure_days=3)
        plans = []
        for company in (self.company, other):
            invoice = self.make_invoice(self.customer, 1000, company=company)
            self.plan(company=company)
            items = self.get_items(invoice)
            self.assertEqual(items.case_id.company_id, company)
            plan = self.make_plan(
                invoice,
                (5, 1000),
                env=self.env(context={"allowed_company_ids": company.ids}),
            )
            self.accept(plan)
            plans.append(plan)
        own, others = plans
        self.night(8)
        self.assertEqual((own.state, others.state), ("notice", "active"))
        self.night(20, other)
        self.assertEqual((own.state, others.state), ("notice", "notice"))
        user = self.make_user(
            "collector_own", "account_collections.group_collection_user"
        )
        mine = self.env["collection.installment.plan"].with_user(user).search([])
        self.assertIn(own, mine)
        self.assertNotIn(others, mine)
        for record in (others, others.line_ids):
            with self.assertRaises(AccessError):
                record.with_user(user).read(["amount"])
        rows = self.env["collection.installment.forecast"].with_user(user).search([])
        self.assertEqual(rows.company_id, self.company)

    def test_the_number_of_queries_is_constant(self):
        """Evaluating fifty plans takes as many statements as evaluating five."""
        evaluation = self.root["collection.installment.evaluation"]
        seen = {}
        for count in (1, 5, 20):  # the first fills the caches
            with self.env.cr.savepoint() as savepoint:
                customers = [
                    self.make_customer(f"Customer {number}") for number in range(count)
                ]
                moves = [self.make_invoice(customer, 100) for customer in customers]
                self.plan()
                for move in moves:
                    self.accept(self.make_plan(move, (5, 100)))
                self.root.flush_all()
                before = self.env.cr.sql_log_count
                evaluation._evaluate(self.company, self.day(8))
                seen[count] = self.env.cr.sql_log_count - before
                states = (
                    self.env["collection.installment.plan"].search([]).mapped("state")
                )
                self.assertEqual(states.count("notice"), count)
                savepoint.rollback()
                self.env.invalidate_all()
        self.assertEqual(seen[5], seen[20])
