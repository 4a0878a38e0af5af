import re

from odoo.tests import tagged

from ..common.portal import PortalCommon


@tagged("post_install", "-at_install")
class TestPortalAccountFigures(PortalCommon):
    """What the page of an account asks for, and when it asks for nothing."""

    def test_settled_has_nothing_to_pay(self):
        """Nor is there a heading without anything below it."""
        self.company.collection_bank_id = self.make_bank()
        self.pay(self.late | self.later | self.upcoming)
        self.plan()
        self.log_in()
        page = self.url_open(self.url).text
        self.assertNotIn("How to pay", page)
        self.assertNotIn("Your contact", page)
        self.make_credit(self.customer, 60)
        self.plan()
        page = self.url_open(self.url).text
        self.assertIn("Your credits", page)
        self.assertNotIn("How to pay", page)
        self.assertNotIn("With the invoices you have chosen", page)

    def test_net_of_credits(self):
        """Who is covered by credits is not asked to pay; where the policy nets."""
        self.make_credit(self.customer, 1200)
        self.assertEqual(self.get_figures(), {"overdue": "1,500", "asked": "300"})
        listed = "/my/invoices?filterby=overdue_invoices"
        # The oldest is covered; Odoo's own list says the same.
        self.assertNotIn(self.late.name, self.url_open(listed).text)
        self.assertIn(self.later.name, self.url_open(listed).text)
        self.make_credit(self.customer, 400)
        self.assertEqual(self.get_figures(), {"overdue": "1,500", "asked": "0"})
        self.assertNotIn(self.later.name, self.url_open(listed).text)
        self.policy.net_credits = False
        self.assertEqual(self.get_figures(), {"overdue": "1,500"})

    def test_what_is_tolerated(self):
        """Where only the tolerance covers an account, no credits are named."""
        self.policy.tolerance = 1500
        self.assertEqual(self.get_figures(), {"overdue": "1,500", "asked": "0"})
        text = self.url_open(self.url).text
        self.assertIn("To pay now", text)
        self.assertIn("it can wait until your next payment", text)
        self.assertNotIn("less your credits", text)
        self.policy.tolerance = 1499
        self.make_credit(self.customer, 1)
        self.assertEqual(self.get_figures(), {"overdue": "1,500", "asked": "0"})
        text = self.url_open(self.url).text
        self.assertIn("To pay now", text)
        self.assertNotIn("it can wait until your next payment", text)

    def get_figures(self):
        """Answer what the page says is overdue, and to be paid after credits."""
        self.plan()
        self.log_in()
        text = self.url_open(self.url).text.replace("\xa0", " ")
        found = {}
        for name in ("overdue", "asked"):
            if f'name="{name}"' in text:
                part = text.split(f'name="{name}"')[1]
                found[name] = re.search(r"oe_currency_value\">([\d,]+)\.", part)[1]
        return found

    def test_stayed_account(self):
        """What a bankruptcy stays is not asked for, and its credits are no invoices."""
        self.company.collection_bank_id = self.make_bank()
        credit = self.make_credit(self.customer, 60, self.day(-20))
        self.env["collection.bankruptcy"].create(
            {
                "partner_id": self.customer.id,
                "court_id": self.env.ref("account_collections.court_deb").id,
                "date_petition": self.today,
            }
        )
        self.plan()
        self.log_in()
        text = self.url_open(self.url).text.replace("\xa0", " ")
        self.assertIn("Not being collected", text)
        self.assertNotIn("How to pay", text)
        self.assertNotIn("-60.00", text)
        part = text.split('name="credit"')[1]
        self.assertIn(credit.name, part)
