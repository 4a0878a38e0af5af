from odoo.tests import tagged

from ..common.claim import ClaimCommon
from ..common.tours import TourCase


@tagged("post_install", "-at_install", "is_tour")
class TestToursClaim(ClaimCommon, TourCase):
    """A claim in the browser: a collector prepares it, a manager files and closes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The browser cannot be told another day, so these tests live today.
        cls.today = cls.company._get_collection_today()
        cls.petition = cls.day(-14)
        cls.collector, cls.manager = (
            cls.make_user(
                f"claims_{kind}",
                f"account_collections.group_collection_{kind}",
                lang="en_US",
            )
            for kind in ("user", "manager")
        )
        cls.invoice = cls.make_invoice(cls.customer, 1000, cls.day(-30))
        cls.pay(cls.invoice, 150, cls.day(-3))
        cls.bankruptcy = cls.make_bankruptcy()

    def test_a_claim_is_prepared_and_filed(self):
        self.start_tour(
            f"/odoo/collections-bankruptcies/{self.bankruptcy.id}",
            "collection_claim_prepare",
            login=self.collector.login,
        )
        claim = self.bankruptcy.claim_ids
        self.assertEqual(claim.user_id, self.collector)
        self.assertEqual(claim.amount_total, 1000)
        self.assertTrue(claim.is_packet_final)
        self.start_tour(
            f"/odoo/collections-claims/{claim.id}",
            "collection_claim_file",
            login=self.manager.login,
        )
        self.assertEqual(
            (claim.state, claim.register_number, claim.date_filed),
            ("filed", "22-1", self.today),
        )

    def test_a_claim_is_paid_on_and_closed(self):
        claim = self.make_filed(self.make_claim(self.bankruptcy), self.day(-9))
        self.env["collection.claim.distribution"].create(
            {
                "claim_id": claim.id,
                "date": self.today,
                "payment_id": self.receive(self.customer, 100).id,
            }
        )
        account = self.company_data["default_account_expense"]
        self.company.collection_writeoff_account_id = account
        self.start_tour(
            f"/odoo/collections-claims/{claim.id}",
            "collection_claim_close",
            login=self.manager.login,
        )
        self.assertEqual((claim.state, claim.amount_allowed), ("closed", 800))
        self.assertEqual(claim.writeoff_move_id.state, "draft")
