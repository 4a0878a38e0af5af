from odoo.tests import new_test_user, tagged

from ..common.plan import PlanCommon
from ..common.tours import TourCase


class PlanTours(PlanCommon, TourCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The browser cannot be told another day, so these tests live today. The
        # policy works on every day of the week.
        cls.today = cls.company._get_collection_today()
        cls.policy.working_days_only = False
        cls.invoice = cls.make_invoice(cls.customer, 1000)
        cls.plan()
        cls.case = cls.get_case(cls.customer)


@tagged("post_install", "-at_install", "is_tour")
class TestToursPlan(PlanTours):
    """A plan in the browser, with a collector's rights."""

    def test_collector_proposes_and_offers(self):
        """From the case: propose, see what it means, save, offer, send."""
        collector = self.make_user(
            "collector_plan", "account_collections.group_collection_user", lang="en_US"
        )
        self.start_tour(
            f"/odoo/collections/{self.case.id}",
            "collection_collector_plan",
            login=collector.login,
        )
        plan = self.case.plan_ids
        self.assertEqual((plan.state, plan.user_id), ("offered", collector))
        self.assertEqual(plan.line_ids.mapped("amount"), [200, 500, 300])
        self.assertTrue(plan.is_sent)
        self.assertTrue(plan.document_sha256)


class PortalPlanTours(PlanTours):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visitor = new_test_user(
            cls.env, "portal_plan", groups="base.group_portal", lang="en_US"
        )
        cls.visitor.partner_id.parent_id = cls.customer
        cls.offered = cls.offer(cls.make_plan(cls.invoice))

    def read_and_sign(self):
        self.start_tour("/my/plans", "collection_portal_plan", login=self.visitor.login)
        self.env.invalidate_all()
        self.assertEqual(self.offered.state, "active")
        self.assertEqual(self.offered.signed_by, "Paula Payer")
        self.assertTrue(self.offered.signature)
        self.assertEqual(self.case.reason, "planned")


@tagged("post_install", "-at_install", "is_tour")
class TestToursPortalPlan(PortalPlanTours):
    """A customer reads and signs an agreement in the browser."""

    def test_portal(self):
        self.read_and_sign()


@tagged("post_install", "-at_install", "is_tour")
class TestToursPortalPlanPhone(PortalPlanTours):
    """A customer reads and signs an agreement on a telephone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_portal(self):
        self.read_and_sign()
