from odoo.tests import tagged

from ..common.portal import PortalCommon


@tagged("post_install", "-at_install")
class TestPortalPayment(PortalCommon):
    """Paying online, and what Odoo's own pages say is overdue."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_provider()

    def test_pay_what_is_overdue(self):
        """The amount is the server's: without what is disputed, whatever is sent."""
        self.make_dispute(self.later, 100)
        self.log_in()
        page = self.url_open(self.url).text
        self.assertIn('name="pay"', page)
        url = f"{self.url}/pay/{self.currency.id}"
        page = self.url_open(url).text.replace("\xa0", " ")
        self.assertIn("o_payment_form", page)
        self.assertIn("1,400.00", page)
        payment = self.pay_online()
        self.assertEqual(payment.amount, 1400)
        self.assertEqual(payment.invoice_ids, self.late | self.later)
        self.assertEqual(payment.landing_route, self.url)
        payment._set_pending()
        self.assertIn("Payment on its way", self.url_open(self.url).text)
        self.assertTrue(self.url_open(url).url.endswith(self.url))

    def pay_online(self, query=""):
        """Begin a payment as the form does, and answer it; what else is sent with it
        has no effect."""
        self.make_jsonrpc_request(
            f"{self.url}/transaction/{self.currency.id}{query}",
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "token_id": None,
                "amount": 0.01,
                "flow": "redirect",
                "tokenization_requested": False,
                "landing_route": "https://elsewhere.example.com",
                "is_validation": False,
                "access_token": "x",
            },
        )
        return self.root["payment.transaction"].search([], order="id desc", limit=1)

    def test_to_look_at_the_page_takes_no_number(self):
        """Only a payment of several invoices gets a number of its own."""
        self.log_in()
        first = self.pay_online().reference
        page = self.url_open(f"{self.url}/pay/{self.currency.id}").text
        self.assertIn("o_payment_form", page)
        numbers = [
            int(reference.rpartition("/")[2].partition("-")[0])
            for reference in (first, self.pay_online().reference)
        ]
        self.assertEqual(numbers[1], numbers[0] + 1)

    def test_pay_what_is_asked_after_credits(self):
        """The page asks for 1,200.00: 1,500.00 are overdue, 300.00 a credit. Whoever
        chooses an item pays all of it."""
        self.make_credit(self.customer, 300, self.day(-3))
        self.log_in()
        page = self.url_open(f"{self.url}/pay/{self.currency.id}").text
        self.assertIn("1,200.00", page.replace("\xa0", " "))
        payment = self.pay_online()
        self.assertEqual(payment.amount, 1200)
        self.assertEqual(payment.invoice_ids, self.late | self.later)
        payment._set_canceled()
        [row] = self.get_rows_of(self.late)
        self.assertEqual(self.pay_online(f"?item={row}").amount, 1000)

    def test_nothing_to_pay_when_credits_cover_it(self):
        self.make_credit(self.customer, 1600, self.day(-3))
        self.log_in()
        page = self.url_open(f"{self.url}/pay/{self.currency.id}")
        self.assertTrue(page.url.endswith(self.url))

    def test_pay_what_was_chosen(self):
        """One or many, due or not; but only what is asked for, and the customer's."""
        self.make_promise(self.late, (7, 1000))
        self.log_in()
        self.assertIn('name="pay_chosen"', self.url_open(self.url).text)
        chosen = "&".join(
            f"item={row}" for row in self.get_rows_of(self.late, self.upcoming)
        )
        url = f"{self.url}/pay/{self.currency.id}"
        page = self.url_open(f"{url}?{chosen}").text.replace("\xa0", " ")
        self.assertIn("300.00", page)
        self.assertNotIn(self.late.name, page)
        route = f"{self.url}/transaction/{self.currency.id}?"
        self.assertIn(f"{route}item={self.get_rows_of(self.upcoming)[0]}", page)
        page = self.url_open(f"{url}?item=0&item=x")
        self.assertTrue(page.url.endswith(self.url))

    def test_no_other_currency(self):
        self.log_in()
        page = self.url_open(f"{self.url}/pay/{self.currency.id + 100}")
        self.assertTrue(page.url.endswith(self.url))

    def test_same_as_odoos_own_pages(self):
        """Odoo's list, count and page of overdue invoices agree with the account."""
        self.make_promise(self.late, (7, 1000))
        self.log_in()
        page = self.url_open("/my/invoices?filterby=overdue_invoices").text
        self.assertIn(self.later.name, page)
        self.assertNotIn(self.late.name, page)
        answer = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["overdue_invoice_count"]}
        )
        self.assertEqual(answer["overdue_invoice_count"], 1)
        page = self.url_open("/my/invoices/overdue")
        self.assertTrue(page.url.endswith(self.url))
