from odoo.tests import tagged

from ..common.portal import PortalCommon


@tagged("post_install", "-at_install")
class TestPortalPlanRequest(PortalCommon):
    """Installments that a customer asks for: previewed, offered at once, or not."""

    def setUp(self):
        super().setUp()
        self.items = self.get_rows_of(self.late, self.later)
        self.log_in()

    def ask(self, suffix="", **values):
        """Send the form of three monthly installments from in twenty days on."""
        return self.send(
            f"plan{suffix}",
            **{
                "item": self.items,
                "mode": "count",
                "installment_count": "3",
                "rhythm": "monthly",
                "date_first": str(self.day(20)),
                **values,
            },
        )

    def get_plans(self):
        self.env.invalidate_all()
        return self.root["collection.installment.plan"].search([])

    def test_preview(self):
        """The schedule comes from the server, by script or button, and leaves nothing
        behind."""
        for page in (self.ask("/preview"), self.ask(preview="1")):
            text = page.text.replace("\xa0", " ")
            # With the second invoice in the list of the form.
            self.assertEqual(text.count(">500.00<"), 3 + ('name="item"' in text))
            self.assertIn("You can sign this right away", text)
        self.assertIn("As we said on the phone.", page.text)
        self.assertFalse(self.get_plans())
        self.assertFalse(self.get_case_now().contact_ids)

    def test_preview_over_the_limit(self):
        page = self.ask("/preview", installment_count="12")
        self.assertIn("It runs longer than", page.text)
        self.assertIn("We will review it and get back to you", page.text)

    def test_within_the_limits(self):
        """It is an offer at once, and the customer is led to where it is signed."""
        page = self.ask()
        plan = self.get_plans()
        self.assertEqual(plan.state, "offered")
        self.assertTrue(plan.is_portal)
        self.assertEqual(plan.amount, 1500)
        self.assertEqual(plan.item_ids.move_id, self.late | self.later)
        self.assertIn(f"/my/plans/{plan.id}", page.url)
        contact = plan.contact_id
        self.assertEqual((contact.channel, contact.outcome), ("portal", "plan_wanted"))
        self.assertIn(
            "Installments requested in the portal: offered",
            self.get_summaries(plan.case_id),
        )
        account = self.url_open(self.url).text
        self.assertIn("Read and sign", account)
        self.ask()
        self.assertEqual(len(self.get_plans()), 1)

    def test_down_payment_before_an_early_installment(self):
        """It is not asked for after the first installment."""
        self.ask(amount_down="300", date_first=str(self.day(2)))
        lines = self.get_plans().line_ids.sorted(lambda line: (line.date, line.id))
        self.assertEqual(lines.mapped("is_down"), [True, False, False, False])
        self.assertEqual(lines[0].amount, 300)

    def test_nothing_left_to_promise(self):
        """What is on a plan is not promised once more: the buttons are not there, and
        the account says what comes next."""
        self.ask(item=self.get_rows_of(self.late, self.later, self.upcoming))
        plan = self.get_plans()
        page = self.url_open(self.url).text
        self.assertIn('name="promise"', page)
        self.assertNotIn('name="plan"', page)
        agreement = plan.env["collection.installment.agreement"]
        agreement._accept(plan, {"signed_by": "Paula"})
        self.env.flush_all()
        page = self.url_open(self.url).text
        self.assertNotIn('name="promise"', page)
        self.assertNotIn('name="plan"', page)
        self.assertIn("Send a proof of payment", page)
        text = " ".join(page.replace("\xa0", " ").split())
        self.assertRegex(text, "Next: .*600.00.* by")
        self.assertIn('role="progressbar"', page)
        plan.sudo().line_ids[0].date = self.day(-9)
        plan.sudo().write({"state": "notice", "date_cure": self.day(3)})
        self.env.flush_all()
        text = " ".join(self.url_open(self.url).text.split())
        self.assertRegex(text, "600.00.* is late. Please pay it by")

    def test_above_the_limits(self):
        """A manager looks at it first; nothing is offered, nothing is signed."""
        page = self.ask(installment_count="12")
        plan = self.get_plans()
        self.assertEqual(plan.state, "approve")
        self.assertIn("We received your proposal", page.text)
        self.assertNotIn("Read and sign", page.text)
        self.assertIn(
            "Installments requested in the portal: approve",
            self.get_summaries(plan.case_id),
        )

    def test_wrong_terms(self):
        """They come back with the reason, and nothing is made."""
        foreign = self.make_foreign_invoice()
        self.plan()
        wrong = {
            "installment_count": {"installment_count": "0"},
            "installment_amount": {"mode": "amount", "installment_amount": "-5"},
            "date_first": {"date_first": str(self.day(-1))},
            "amount_down": {"amount_down": "nan"},
            "item": {"item": [*self.items, *self.get_rows_of(foreign)]},
        }
        for field, values in wrong.items():
            with self.subTest(field):
                text = self.ask(**values).text
                self.assertIn(f'id="error_{field}"', text)
                self.assertIn("As we said on the phone.", text)
        page = self.ask(mode="amount", installment_amount="0.5")
        self.assertIn("No schedule fits these terms", page.text)
        page = self.ask(amount_down="1500.01")
        self.assertIn('role="alert"', page.text)
        self.assertFalse(self.get_plans())
