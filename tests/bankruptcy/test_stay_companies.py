from odoo.fields import Command
from odoo.tests import tagged

from ..common.bankruptcy import BankruptcyCommon


@tagged("post_install", "-at_install")
class TestStayCompanies(BankruptcyCommon):
    """One bankruptcy binds every company that has the customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company(name="Second company")["company"]
        cls.invoice = cls.make_invoice(cls.customer, 1000)
        cls.theirs = cls.make_invoice(cls.customer, 700, company=cls.other)
        cls.make_policy({"days": 1}, company=cls.other)
        for company in (cls.company, cls.other):
            cls.plan(company=company)

    def test_recorded_in_one_in_force_in_both(self):
        """The collector who records it may not even see the other company."""
        cases = self.get_case(self.customer) | self.root["collection.case"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(cases.company_id, self.company | self.other)
        self.execute(company=self.other)
        queued = self.root["collection.letter"].search(
            [("company_id", "=", self.other.id)]
        )
        self.assertEqual(queued.delivery_state, "queued")
        bankruptcy = self.make_bankruptcy(env=self.collector_env())
        cases.invalidate_recordset()
        self.assertEqual(set(cases.mapped("state")), {"stayed"})
        self.assertEqual(queued.delivery_state, "cancelled")
        self.assertEqual(
            {case.company_id: case.amount_stayed for case in cases},
            {self.company: 1000, self.other: 700},
        )
        own = bankruptcy.with_env(self.collector_env())
        self.assertEqual(own.case_ids.company_id, self.company)
        self.assertNotIn("700", own.amount_text)

    def test_dismissed_by_one_manager_resumes_in_both(self):
        bankruptcy = self.make_bankruptcy()
        self.happen(bankruptcy, "dismissed", self.day(3))
        cases = self.root["collection.case"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(set(cases.mapped("state")), {"active"})

    def test_attempts_are_seen_in_their_company(self):
        bankruptcy = self.make_bankruptcy()
        attempts = bankruptcy.sudo().attempt_ids
        self.assertEqual(attempts.company_id, self.company | self.other)
        seen = self.collector_env()["collection.blocked.attempt"].search(
            [("id", "in", attempts.ids)]
        )
        self.assertEqual(seen.company_id, self.company)

    def test_customer_of_another_company_is_not_seen(self):
        private = self.make_customer("Private", company_id=self.other.id)
        bankruptcy = self.make_bankruptcy(private)
        found = self.collector_env()["collection.bankruptcy"].search(
            [("id", "=", bankruptcy.id)]
        )
        self.assertFalse(found)
        self.collector.company_ids = [Command.link(self.other.id)]
        env = self.collector_env()
        env = env(context={"allowed_company_ids": self.collector.company_ids.ids})
        self.assertTrue(
            env["collection.bankruptcy"].search([("id", "=", bankruptcy.id)])
        )
