from datetime import date, datetime

from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common.plan import PlanCommon


@tagged("post_install", "-at_install")
class TestPlanTerms(PlanCommon):
    """From the terms to the schedule: what is proposed, previewed and refused."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.make_invoice(cls.customer, 1000)
        cls.plan()
        cls.case = cls.get_case(cls.customer)

    def open_form(self):
        """Answer the form that the button on the case opens."""
        action = self.as_of(self.case).action_propose_plan()
        Plan = self.as_of(
            self.env["collection.installment.plan"].with_context(action["context"])
        )
        return Form(
            Plan, "account_collections.collection_installment_plan_view_form_new"
        )

    def get_preview(self, form):
        return [(str(line["date"]), line["amount"]) for line in form.line_ids._records]

    def test_preview_at_once(self):
        """The schedule follows every term while it is typed."""
        with self.open_form() as form:
            self.assertEqual(form.amount_covered, 1000)
            self.assertEqual(
                self.get_preview(form),
                [
                    ("2026-04-02", 333.33),
                    ("2026-05-04", 333.33),  # the 2nd is a Saturday
                    ("2026-06-02", 333.34),
                ],
            )
            form.is_working_days = False
            self.assertEqual(self.get_preview(form)[1][0], "2026-05-02")
            form.preset = "6"
            self.assertEqual(len(self.get_preview(form)), 6)
            form.installment_amount = 300
            form.preset = "amount"
            self.assertEqual(
                [amount for _day, amount in self.get_preview(form)],
                [300, 300, 300, 100],
            )
            form.amount_down = 200
            form.rhythm = "weekly"
            self.assertEqual(
                self.get_preview(form),
                [
                    ("2026-03-09", 200),
                    ("2026-04-02", 300),
                    ("2026-04-09", 300),
                    ("2026-04-16", 200),
                ],
            )
            self.assertRegex(form.option_3, "^3 x .*266.66, the last one .*266.68")
            self.assertRegex(form.option_amount, "^3 x .*300.00, the last .*200.00")
        plan = form.record
        self.assertEqual((plan.amount, plan.line_ids[0].is_down), (1000, True))
        self.assertEqual(plan.date_last, date(2026, 4, 16))

    def test_changed_by_hand(self):
        """Every value can be changed as long as it adds up."""
        plan = self.make_plan(self.invoice, installment_count=4)
        lines = plan.line_ids
        plan.write(
            {
                "line_ids": [
                    Command.update(lines[0].id, {"amount": 100}),
                    Command.update(lines[3].id, {"amount": 400}),
                ]
            }
        )
        self.assertEqual(plan.line_ids.mapped("amount"), [100, 250, 250, 400])
        with self.assert_refused("adds up to .*900.* but .*1,000"):
            plan.write({"line_ids": [Command.update(lines[3].id, {"amount": 300})]})
        with self.assert_refused("above zero"):
            plan.write({"line_ids": [Command.update(lines[3].id, {"amount": -1})]})

    def test_down_payment_is_one_and_first(self):
        """No other line goes by its name, past the limits of the policy."""
        plan = self.make_plan(self.invoice, installment_count=4, amount_down=200)
        lines = plan.line_ids.sorted("date")
        self.assertEqual(lines.mapped("is_down"), [True, *[False] * 4])
        with self.assert_refused("one down payment"):
            plan.write({"line_ids": [Command.update(lines[1].id, {"is_down": True})]})
        with self.assert_refused("must come before the installments"):
            plan.write(
                {
                    "line_ids": [
                        Command.update(lines[0].id, {"is_down": False}),
                        Command.update(lines[4].id, {"is_down": True}),
                    ]
                }
            )
        with self.assert_refused("must come before the installments"):
            plan.write({"date_down": self.day(80)})

    def test_whole_amounts_only(self):
        """Of a yen there are no parts."""
        currency = self.setup_other_currency("JPY")
        customer = self.make_customer("Yen")
        move = self.make_invoice(customer, 1000, currency=currency)
        self.plan()
        with self.assert_refused("smallest unit"):
            self.make_plan(move, (5, 500.6), (9, 499.6))

    def test_terms_without_lines_make_the_schedule_anew(self):
        plan = self.make_plan(self.invoice)
        plan.write({"installment_count": 5})
        self.assertEqual(plan.line_ids.mapped("amount"), [200] * 5)

    def test_wrong_terms(self):
        for vals, sentence in (
            ({"installment_count": 0}, "No schedule fits these terms"),
            ({"installment_count": -3}, "No schedule fits these terms"),
            (
                {"mode": "amount", "installment_amount": 0},
                "No schedule fits these terms",
            ),
            ({"amount_down": 1200}, "No schedule fits these terms"),
            ({"amount_down": -5}, "cannot be negative"),
            ({"amount_down": 100, "date_down": False}, "date of the down payment"),
            ({"rhythm": "free"}, "dates and amounts"),
            (
                {"rhythm": "free", "charge_kind": "interest", "charge_rate": 5},
                "regular dates",
            ),
            ({"item_ids": [Command.clear()]}, "Choose the items"),
        ):
            with self.subTest(vals), self.assert_refused(sentence):
                self.make_plan(self.invoice, **vals)

    def test_down_payment_of_everything(self):
        plan = self.make_plan(self.invoice, amount_down=1000)
        self.assertEqual(plan.line_ids.mapped("amount"), [1000])

    def test_days_off_of_the_company(self):
        """Holiday on Thursday 2 April; Good Friday is none in the United States."""
        calendar = self.company.resource_calendar_id
        self.root["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": calendar.id,
                "company_id": self.company.id,
                "date_from": datetime(2026, 4, 1, 22),
                "date_to": datetime(2026, 4, 2, 22),
            }
        )
        plan = self.make_plan(self.invoice)
        self.assertEqual(plan.line_ids[0].date, date(2026, 4, 3))

    def test_month_ends(self):
        plan = self.make_plan(
            self.invoice,
            date_first=date(2026, 3, 31),
            is_working_days=False,
            installment_count=4,
        )
        self.assertEqual(
            plan.line_ids.mapped("date"),
            [
                date(2026, 3, 31),
                date(2026, 4, 30),
                date(2026, 5, 31),
                date(2026, 6, 30),
            ],
        )

    def test_disputed_part_is_left_out(self):
        self.make_dispute(self.invoice, 400)
        plan = self.make_plan(self.invoice)
        self.assertEqual((plan.amount_covered, plan.amount), (600, 600))

    def test_what_a_plan_covers(self):
        other = self.make_customer("Somebody else")
        other_invoice = self.make_invoice(other, 300)
        second = self.make_invoice(self.customer, 100)
        paid = self.make_invoice(self.customer, 50)
        foreign = self.make_invoice(
            self.customer, 70, currency=self.setup_other_currency("JPY")
        )
        self.plan()
        self.pay(paid)
        self.plan()
        plan = self.make_plan(self.invoice)
        items = plan.item_ids
        for moves, sentence in (
            (other_invoice, "its own customer"),
            (paid, "paid already"),
            (foreign, "in its currency"),
        ):
            wrong = items | self.get_items(moves)
            with self.subTest(sentence), self.assert_refused(sentence):
                plan.write({"item_ids": [Command.set(wrong.ids)]})
        plan.write({"item_ids": [Command.set((items | self.get_items(second)).ids)]})
        self.assertEqual(plan.amount, 1100)

    def test_charge_is_invoiced_and_covered(self):
        plan = self.start(self.invoice, charge_kind="charge", charge=30)
        self.assertEqual((plan.amount_charge, plan.amount), (30, 1030))
        move = plan.charge_move_id
        self.assertEqual((move.state, move.amount_total), ("posted", 30))
        self.assertEqual(move.invoice_date_due, plan.date_last)
        self.assertIn(move, plan.item_ids.move_id)
        self.assert_exposure(move, amount_planned=30, status="planned")
        self.assert_exposure(self.invoice, amount_planned=1000)
        self.pay(self.invoice | move, 1030, self.day(3))
        self.night(4)
        self.assertEqual(plan.state, "completed")

    def test_interest_is_invoiced(self):
        """1,000 at 12 % for 31, 63 and 92 days, a third each."""
        plan = self.start(self.invoice, charge_kind="interest", charge_rate=12)
        self.assertEqual(plan.amount_charge, 20.38)
        self.assertEqual(plan.amount, 1020.38)
        self.assertEqual(plan.charge_move_id.amount_total, 20.38)

    def test_nothing_without_charge(self):
        plan = self.start(self.invoice)
        self.assertFalse(plan.charge_move_id)

    def test_every_rounding(self):
        """JPY has no decimals, KWD three; the schedule adds up in each."""
        for code, amount, count in (("JPY", 1000, 7), ("KWD", 100.001, 3)):
            currency = self.setup_other_currency(code)
            customer = self.make_customer(code)
            move = self.make_invoice(customer, amount, currency=currency)
            self.plan()
            plan = self.make_plan(move, installment_count=count)
            self.assertEqual(currency.compare_amounts(plan.amount, amount), 0)
            self.assertEqual(plan.currency_id, currency)
            parts = plan.line_ids.mapped("amount")
            self.assertEqual(len(set(parts[:-1])), 1)
            for part in parts:
                self.assertEqual(part, currency.round(part))
