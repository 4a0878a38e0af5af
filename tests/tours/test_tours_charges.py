from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..common.settlement import SettlementCommon
from .test_tours_promise import PromiseTours


@tagged("post_install", "-at_install", "is_tour")
class TestToursCharges(PromiseTours):
    """Late charges in the browser, with a collector's rights."""

    def test_charge_waive_and_settle_in_the_portal(self):
        """From the case: a draft, posted, and a credit note that waits; and the rest is
        settled by the customer."""
        collector = new_test_user(
            self.env,
            "collector_charges",
            groups="account_collections.group_collection_user",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
            lang="en_US",
        )
        # A rate that is known on any day the tests are run, where no law limits it.
        self.customer.country_id = self.env.ref("base.jp")
        self.env["collection.charge.rule"].create(
            {
                "name": "A tenth of a percent a day",
                "company_id": self.company.id,
                "country_ids": [Command.set(self.customer.country_id.ids)],
                "basis": "fixed",
                "rate": 36.5,
                "currency_id": self.currency.id,
                "source": "A test",
            }
        )
        self.start_tour(
            f"/odoo/collections/{self.case.id}",
            "collection_collector_charge",
            login=collector.login,
        )
        charge = self.env["collection.charge"].search(
            [("line_id.move_id", "=", self.invoice.id)]
        )
        self.assertEqual((charge.amount, charge.state), (10, "waived"))
        self.assertEqual(charge.move_id.state, "posted")
        self.assertEqual(charge.waive_move_id.state, "draft")
        self.assertEqual(charge.waive_user_id, collector)
        charge.waive_move_id.action_post()

        visitor = new_test_user(
            self.env, "portal_charges", groups="base.group_portal", lang="en_US"
        )
        visitor.partner_id.parent_id = self.customer
        self.plan()
        offered = SettlementCommon.make_settlement.__func__(
            type(self), self.invoice, 700
        )
        offered.action_offer()
        self.start_tour(
            "/my/settlements", "collection_portal_settlement", login=visitor.login
        )
        self.env.invalidate_all()
        self.assertEqual(offered.state, "accepted")
        self.pay(self.invoice, 700)
        self.plan()
        self.env.invalidate_all()
        self.assertEqual(offered.state, "settled")
        self.assertEqual(offered.rest_move_ids.amount_total, 300)
