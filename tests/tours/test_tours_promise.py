from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..common.promise import PromiseCommon
from ..common.tours import TourCase


class PromiseTours(PromiseCommon, TourCase):
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
class TestToursPromise(PromiseTours):
    """Promises and disputes in the browser, with a collector's rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collector = new_test_user(
            cls.env,
            "collector_promise",
            groups="account_collections.group_collection_user",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            lang="en_US",
        )

    def test_collector_takes_a_promise(self):
        """From the case; afterwards nothing is sent, and the case says why."""
        self.start_tour(
            f"/odoo/collections/{self.case.id}",
            "collection_collector_promise",
            login=self.collector.login,
        )
        promise = self.case.promise_ids
        self.assertEqual(promise.state, "open")
        self.assertEqual(promise.user_id, self.collector)
        self.assertEqual(promise.item_ids.move_id, self.invoice)
        self.assertEqual(self.case.reason, "promised")

    def test_collector_settles_a_dispute(self):
        """Part of an invoice disputed, a part of that accepted, the note a draft."""
        self.start_tour(
            f"/odoo/collections/{self.case.id}",
            "collection_collector_dispute",
            login=self.collector.login,
        )
        dispute = self.invoice.collection_dispute_ids
        self.assertEqual(dispute.state, "partial")
        self.assertEqual(dispute.amount_accepted, 100)
        self.assertEqual(dispute.credit_note_id.state, "draft")
        self.assertEqual(dispute.credit_note_id.amount_total, 100)


class PortalTours(PromiseTours):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visitor = new_test_user(
            cls.env, "portal_promise", groups="base.group_portal", lang="en_US"
        )
        cls.visitor.partner_id.parent_id = cls.customer

    def tell_us(self):
        """Dispute a part of an invoice and promise the rest."""
        self.start_tour(
            f"/my/invoices/{self.invoice.id}",
            "collection_portal_invoice",
            login=self.visitor.login,
        )
        self.assertEqual(self.case.promise_ids.amount, 900)
        self.assertTrue(self.case.promise_ids.is_portal)
        dispute = self.invoice.collection_dispute_ids
        self.assertEqual((dispute.amount, dispute.is_portal), (100, True))


@tagged("post_install", "-at_install", "is_tour")
class TestToursPortalPromise(PortalTours):
    """A customer tells us something in the browser."""

    def test_portal(self):
        """Both forms are sent, and the invoice shows what was noted."""
        self.tell_us()


@tagged("post_install", "-at_install", "is_tour")
class TestToursPortalPromisePhone(PortalTours):
    """A customer tells us something on a telephone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_portal(self):
        """Both forms are sent, and the invoice shows what was noted."""
        self.tell_us()
