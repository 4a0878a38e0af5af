from odoo.tests import new_test_user, tagged

from ..common.settlement import SettlementCommon
from ..common.tours import TourCase


class SettlementTours(SettlementCommon, TourCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The browser cannot be told another day, so these tests live today.
        cls.today = cls.company._get_collection_today()
        cls.invoice = cls.make_invoice(cls.customer, 1000)
        cls.plan()
        cls.visitor = new_test_user(
            cls.env, "portal_settlement", groups="base.group_portal", lang="en_US"
        )
        cls.visitor.partner_id.parent_id = cls.customer
        cls.offered = cls.make_settlement(cls.invoice, 700)
        cls.offered.action_offer()

    def settle(self):
        self.start_tour(
            "/my/settlements", "collection_portal_settlement", login=self.visitor.login
        )
        self.env.invalidate_all()
        self.assertEqual(self.offered.state, "accepted")
        self.assertEqual(self.offered.signed_by, "Paula Payer")
        self.assertEqual(self.get_case(self.customer).reason, "promised")


@tagged("post_install", "-at_install", "is_tour")
class TestToursPortalSettlement(SettlementTours):
    """A customer settles in the portal."""

    def test_portal(self):
        self.settle()


@tagged("post_install", "-at_install", "is_tour")
class TestToursPortalSettlementPhone(SettlementTours):
    """A customer settles in the portal on a telephone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_portal(self):
        self.settle()
