from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common.base import CollectionCommon
from ..common.tours import TourCase


@tagged("post_install", "-at_install", "is_tour")
class TestTours(CollectionCommon, TourCase):
    """What collectors and managers do in the browser, with their own rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The browser cannot be told another day, so these tests live today. The
        # policies work on every day of the week.
        cls.today = cls.company._get_collection_today()
        cls.users = cls.make_users()
        cls.users["collector"].lang = cls.users["manager"].lang = "en_US"
        cls.letterbox = cls.make_debtor(
            "Letterbox", name="Formal demand", channel="letter", is_automatic=False
        )
        cls.telephone = cls.make_debtor(
            "Telephone Inc",
            name="Call",
            channel="phone",
            template_id=False,
            call_guide="<p>Ask why.</p>",
        )
        cls.covered = cls.make_debtor("Covered Ltd", name="Reminder")
        cls.make_credit(cls.covered, 1000, cls.day(-20))
        cls.plan()
        cls.execute()

    @classmethod
    def make_debtor(cls, customer_name, **stage):
        """Create a customer 40 days late with 1,000, for whom a stage is due."""
        policy = cls.make_policy(
            {"days": 1, **stage},
            {"name": "Later", "days": 400},
            name=customer_name,
            user_id=cls.users["collector"].id,
            quiet_days=1,
            working_days_only=False,
            partner_category_ids=[Command.create({"name": customer_name})],
        )
        customer = cls.make_customer(
            customer_name, category_id=[Command.set(policy.partner_category_ids.ids)]
        )
        cls.make_invoice(customer, 1000, cls.day(-40))
        return customer

    def test_collector_day(self):
        """Worklist, case, approve a letter, look at it, hold, why, log a call."""
        collector = self.users["collector"]
        self.start_tour(
            "/odoo/collections", "collection_collector_approves", login=collector.login
        )
        step = self.get_case(self.letterbox).step_ids
        self.assertEqual(step.state, "planned")
        self.assertEqual(step.approved_user_id, collector)
        self.assertEqual(step.subject, "Our telephone call of today")

        self.execute()
        self.assertEqual(step.state, "done", step.error)
        self.start_tour(
            "/odoo/collections-letters",
            "collection_collector_day",
            login=collector.login,
        )
        hold = self.get_case(self.letterbox).hold_ids
        self.assertEqual(hold.reason_id.name, "Invoice disputed")
        self.assertEqual((hold.date_review - self.today).days, 10)
        call = self.get_case(self.telephone).contact_ids
        self.assertEqual(call.outcome, "reached")
        self.assertEqual(call.user_id, collector)
        self.assertEqual(call.step_id.state, "done")

    def test_manager_policy(self):
        """A policy is refused with a sentence, put right, saved, and simulated."""
        decisions = self.env["collection.decision"].search_count([])
        # What the browser shows as a refusal, the server logs as a warning.
        with mute_logger("odoo.http"):
            self.start_tour(
                "/odoo/collections-policies",
                "collection_manager_policy",
                login=self.users["manager"].login,
            )
        policy = self.env["collection.policy"].search([("name", "=", "Slow payers")])
        self.assertEqual(policy.stage_ids.mapped("days"), [10, 20])
        self.assertEqual(self.env["collection.decision"].search_count([]), decisions)
