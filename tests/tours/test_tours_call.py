from odoo.tests import tagged

from ..common.tours import TourCase
from ..contact.test_call import CallCommon
from ..letter.test_call_summary import SummaryCommon
from ..letter.test_letter_proof import LetterCommon


@tagged("post_install", "-at_install", "is_tour")
class TestToursCall(SummaryCommon, TourCase):
    """A collector's calls in the browser, with the keyboard."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The browser cannot be told another day, so these tests live today; the policy
        # works on every day, at every hour.
        cls.today = cls.company._get_collection_today()
        cls.users["collector"].lang = "en_US"
        cls.policy.write(
            {
                "working_days_only": False,
                "limit_hour_from": 0,
                "limit_hour_to": 24,
                "user_id": cls.users["collector"].id,
            }
        )
        for name, amount in (
            ("Large Debtor", 90_000),
            ("Small Debtor", 1000),
            ("Silent Debtor", 2000),
        ):
            customer = cls.make_customer(name)
            cls.make_invoice(customer, amount, cls.day(-20))
            customer.collection_do_not_contact = name.startswith("Silent")
        cls.plan()
        cls.execute()

    def get_case_of(self, name):
        return self.env["collection.case"].search([("partner_id.name", "=", name)])

    def test_two_calls_by_keyboard(self):
        """Save and next, a promise while on the telephone, the summary that arrives."""
        self.start_tour(
            "/odoo/collections-calls",
            "collection_collector_calls",
            login=self.users["collector"].login,
        )
        large, small = (
            self.get_case_of(name) for name in ("Large Debtor", "Small Debtor")
        )
        self.assertEqual(large.contact_ids.outcome, "no_answer")
        promise = small.promise_ids
        self.assertEqual((promise.amount, promise.state), (1000, "open"))
        self.assertEqual(promise.person, "Ms. Smith")
        self.assertFalse(large.call_lock_user_id or small.call_lock_user_id)
        # Odoo tells the collector of to-dos besides.
        [summary] = [
            envelope.message
            for envelope in self.receive()
            if envelope.recipients == [small.partner_id.email]
        ]
        self.assertEqual(summary["Subject"], "As we agreed today")
        self.assertIn("1,000.00", summary.get_body(("html",)).get_content())


@tagged("post_install", "-at_install", "is_tour")
class TestToursLetters(LetterCommon, TourCase):
    """A pile of letters in the browser."""

    def test_post_and_number_a_batch(self):
        self.users["collector"].lang = "en_US"
        letters = self.make_letters(("US", "90210"), ("BE", "1000"))
        self.as_collector(letters).action_print()
        self.start_tour(
            "/odoo/collections-letter-batches",
            "collection_collector_tracking",
            login=self.users["collector"].login,
        )
        self.assertEqual(set(letters.mapped("delivery_state")), {"posted"})
        self.assertEqual(
            letters.mapped("tracking_number"),
            ["7112 3456 7891 2345 6787", "9400 1112 0108 0805 4830 17"],
        )


@tagged("post_install", "-at_install", "is_tour")
class TestToursInbox(CallCommon, TourCase):
    """Mail that belongs to no case, in the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._get_collection_today()
        cls.users["collector"].lang = "en_US"
        for name in ("Large Debtor", "Small Debtor"):
            cls.make_invoice(cls.make_customer(name), 1000, cls.day(-20))
        cls.plan()

    def get_case_of(self, name):
        return self.env["collection.case"].search([("partner_id.name", "=", name)])

    def test_assign_a_mail(self):
        """The subject names one customer; a person finds the right one by its name."""
        large, small = map(self.get_case_of, ("Large Debtor", "Small Debtor"))
        mail = self.root["collection.inbox"]._receive(
            {
                "subject": f"About {large.name}",
                "email_from": "Counsel <counsel@law.example.com>",
                "body": "<p>We act for Small Debtor.</p>",
            },
            self.company,
        )
        self.assertEqual(mail.case_id, large)
        self.start_tour(
            "/odoo/collections-inbox",
            "collection_collector_inbox",
            login=self.users["collector"].login,
        )
        self.assertEqual((mail.state, mail.case_id), ("assigned", small))
        self.assertEqual(mail.contact_id, small.contact_ids)
        self.assertIn("We act for Small Debtor", small.contact_ids.note)
        self.assertTrue(small.date_paused)
        self.assertFalse(large.contact_ids or large.date_paused)
