from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..common.tours import TourCase
from ..terms.test_terms import TermsCommon


@tagged("post_install", "-at_install", "is_tour")
class TestToursTerms(TermsCommon, TourCase):
    """Terms in the browser: sent by a collector, signed by the customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The browser cannot be told another day, so this test lives today.
        cls.today = cls.company._get_collection_today()
        cls.customer.email = "signer@example.com"

    def test_sent_and_signed(self):
        collector = new_test_user(
            self.env,
            "collector_terms",
            groups="account_collections.group_collection_user",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
            email="collector@example.com",
            lang="en_US",
        )
        visitor = new_test_user(
            self.env, "portal_terms", groups="base.group_portal", lang="en_US"
        )
        visitor.partner_id.parent_id = self.customer
        terms = self.make_terms()
        self.start_tour(
            f"/odoo/collections-terms/{terms.id}",
            "collection_collector_terms",
            login=collector.login,
        )
        self.env.invalidate_all()
        self.assertEqual((terms.state, terms.is_sent), ("offered", True))
        self.start_tour("/my/terms", "collection_portal_terms", login=visitor.login)
        self.env.invalidate_all()
        self.assertEqual((terms.state, terms.signed_by), ("signed", "Paula Payer"))
        self.assertEqual(terms.standing, "valid")
