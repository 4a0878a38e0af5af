from odoo.tests import new_test_user, tagged

from ..common.bankruptcy import BankruptcyCommon
from ..common.tours import TourCase


@tagged("post_install", "-at_install", "is_tour")
class TestToursBankruptcy(BankruptcyCommon, TourCase):
    """A collector records a bankruptcy in the browser, and sees what it means."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The browser cannot be told another day, so these tests live today.
        cls.today = cls.company._get_collection_today()
        cls.policy.working_days_only = False
        cls.invoice = cls.make_invoice(cls.customer, 1000)
        cls.plan()
        cls.case = cls.get_case(cls.customer)
        cls.collector.partner_id.lang = "en_US"

    def test_collector_records_a_bankruptcy(self):
        self.start_tour(
            f"/odoo/collections/{self.case.id}",
            "collection_collector_bankruptcy",
            login=self.collector.login,
        )
        bankruptcy = self.case.bankruptcy_ids
        self.assertEqual((bankruptcy.state, bankruptcy.court_id), ("open", self.court))
        self.assertEqual(bankruptcy.case_number, "26-10023")
        self.assertEqual(self.case.state, "stayed")
        self.assertEqual(bankruptcy.event_ids.state, "proposed")
        self.assertEqual(bankruptcy.event_ids.user_id, self.collector)

    def test_invoice_says_so_and_the_portal_is_kind(self):
        """The page of the invoice offers nothing any more, and says why."""
        url = self.invoice.get_portal_url()
        before = self.url_open(url).text
        self.assertIn("Tell us when you will pay", before)
        self.assertFalse(self.invoice.collection_stay_text)
        self.make_bankruptcy()
        self.env.invalidate_all()
        self.assertIn("Do not call", self.invoice.collection_stay_text)
        after = self.url_open(url).text
        self.assertIn("Please contact the trustee", after)
        self.assertNotIn("Tell us when you will pay", after)
        self.assertNotIn("Question or dispute about this invoice", after)

    def test_nobody_is_asked_to_pay_by_the_portal(self):
        """Neither on Odoo's page of the invoice nor on the account: what a stay covers
        is listed, and no button and no bank account ask for it."""
        user = new_test_user(
            self.env, "portal_bankrupt", groups="base.group_portal", email="p@b.example"
        )
        user.partner_id.parent_id = self.customer
        url = f"/my/statement/{self.company.id}"
        check = """
            const button = document.querySelector('a[data-bs-target="#pay_with"]');
            const shown = button && getComputedStyle(button).display !== "none";
            if (Boolean(shown) !== %s) throw new Error("Pay Now: " + shown);
            console.log("test successful");
        """
        invoice_url = self.invoice.get_portal_url()
        can_pay = "transaction_ids" in self.invoice._fields
        self.browser_js(invoice_url, check % ("true" if can_pay else "false"))
        self.authenticate(user.login, user.login)
        self.assertIn("Overdue, please pay", self.url_open(url).text)
        self.make_bankruptcy()
        self.env.invalidate_all()
        self.browser_js(invoice_url, check % "false")
        self.authenticate(user.login, user.login)
        page = self.url_open(url).text
        for words in ("we do not collect what was", "Not being collected"):
            self.assertIn(words, page)
        for words in ("Overdue, please pay", "How to pay", "days late", ">Pay<"):
            self.assertNotIn(words, page)
        fresh = self.make_invoice(
            self.customer, 50, issued=self.day(1), due=self.day(20)
        )
        page = self.url_open(url).text
        self.assertIn(fresh.name, page)
        self.assertIn("Not due yet", page)

    def test_portal_promise_that_was_open_in_the_browser(self):
        """The form was loaded before the stay began; it is refused kindly."""
        self.make_bankruptcy()
        portal = self.root["collection.portal"]
        form = {"name": "Paula", "date": self.day(5), "amount": 10, "means": "transfer"}
        empty = self.env["res.partner"]
        for create in (portal._create_promise, portal._create_dispute):
            with self.assert_refused("You do not need to do anything here"):
                create(self.invoice.sudo(), empty, form)
        self.assertFalse(self.case.promise_ids)
        self.assertFalse(self.invoice.collection_dispute_ids)
