from odoo.fields import Command
from odoo.tests import tagged

from ..common.base import CollectionCommon


@tagged("post_install", "-at_install")
class TestExposure(CollectionCommon):
    """What of the ledger is a customer's debt or credit, and what is not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_policy({"days": 1})
        cls.customer = cls.make_customer()
        cls.euro = cls.setup_other_currency("EUR")

    def get_statuses(self):
        exposure = self.env["collection.exposure"]
        rows = exposure.search([("partner_id", "=", self.customer.id)])
        return sorted(rows.mapped("status"))

    def get_asked(self, currency):
        """:return: what the customer is asked for now, in a currency"""
        asked = self.env["collection.decision.statement"]._get_asked(
            self.company, self.today, self.customer.ids
        )
        return asked.get(self.customer.id, {}).get(currency.id, 0.0)

    def make_entry(self, account, amount, **vals):
        """Post an entry on an account of the customer, in the general journal."""
        lines = [
            {"account_id": account.id, "balance": amount, **vals},
            {
                "account_id": self.company_data["default_account_revenue"].id,
                "balance": -amount,
            },
        ]
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": self.day(-10),
                "line_ids": [
                    Command.create({"partner_id": self.customer.id, **line})
                    for line in lines
                ],
            }
        )
        move.action_post()
        return move

    def test_a_valuation_is_no_credit(self):
        """An invoice in euros, worth less at the end of the month: all is owed."""
        self.make_invoice(self.customer, 1000, currency=self.euro)
        receivable = self.company_data["default_account_receivable"]
        self.make_entry(receivable, -80, currency_id=self.euro.id, amount_currency=0.0)
        self.assertEqual(self.get_statuses(), ["open"])
        self.plan()
        self.assertEqual(self.get_case(self.customer).amount_credit, 0)
        self.assertEqual(self.get_asked(self.euro), 1000)

    def test_what_is_not_trade_is_no_debt(self):
        """An advance to an employee stands on a receivable account, too."""
        account = self.company_data["default_account_receivable"].copy(
            {"name": "Advances", "non_trade": True}
        )
        self.make_entry(account, 800)
        self.assertEqual(self.get_statuses(), [])
        self.plan()
        self.assertFalse(self.get_case(self.customer))
        self.make_invoice(self.customer, 100)
        self.plan()
        self.assertEqual(self.get_case(self.customer).amount_overdue, 100)

    def test_excluded_means_debts_and_credits(self):
        """'No follow-up' on a credit: it is neither netted nor listed as a credit."""
        self.make_invoice(self.customer, 1000)
        credit = self.make_credit(self.customer, 400, self.day(-5))
        self.receivable(credit).no_followup = True
        self.assertEqual(self.get_statuses(), ["excluded", "open"])
        self.plan()
        self.assertEqual(self.get_case(self.customer).amount_credit, 0)
        self.assertEqual(self.get_asked(self.company.currency_id), 1000)
