from odoo.tests import tagged

from ..common.base import CollectionCommon


@tagged("post_install", "-at_install")
class TestFinalDemand(CollectionCommon):
    """A deadline and a threat are about what has had its reminders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.make_policy(
            {"days": 1},
            {"days": 5},
            {"days": 20, "is_final_demand": True},
            quiet_days=1,
        )
        cls.first, cls.second, cls.final = cls.policy.stage_ids
        cls.customer = cls.make_customer("Late Payer")
        cls.old = cls.make_invoice(cls.customer, 500, cls.day(-40))

    def get_values(self):
        step = self.get_case(self.customer).step_id
        self.assertEqual(step.stage_id, self.final)
        step = step.with_context(collection_as_of=self.today)
        composer = step.env["collection.message.composer"]
        return step, composer._prepare(step, {step: []})[step]

    def reach(self, invoice, stage):
        """Have an invoice been reminded of, a month ago."""
        self.plan()
        self.get_items(invoice).sudo().write(
            {"stage_id": stage.id, "date_stage": self.day(-30)}
        )
        self.plan()

    def test_what_was_never_reminded_of_is_listed_apart(self):
        new = self.make_invoice(self.customer, 999, self.day(-1))
        self.reach(self.old, self.second)
        step, values = self.get_values()
        [group], [other] = values["groups"], values["open_besides"]
        self.assertEqual([row["number"] for row in group["rows"]], [self.old.name])
        self.assertEqual([row["number"] for row in other["rows"]], [new.name])
        self.assertIn("500.00", step.amount_text)
        self.assertNotIn("1,499.00", step.amount_text)
        self.assertIn("500.00", group["total"])
        self.assertIn("999.00", other["total"])
        self.assertEqual(values["moves"], self.old | new)
        html = step.env["collection.message.composer"]._render_email(values)
        self.assertIn("not a part of this demand", html)

    def test_credits_are_taken_off_what_is_demanded(self):
        """They pay the oldest; what is demanded is what is left of it."""
        self.make_invoice(self.customer, 999, self.day(-1))
        self.receive(self.customer, 100)
        self.reach(self.old, self.second)
        step, values = self.get_values()
        [group], [other] = values["groups"], values["open_besides"]
        self.assertIn("400.00", group["balance"])
        self.assertIn("400.00", step.amount_text)
        self.assertIn("999.00", other["total"])
        self.assertFalse(other["balance"])

    def test_one_reminder_is_not_enough(self):
        newer = self.make_invoice(self.customer, 300, self.day(-10))
        self.reach(self.old, self.second)
        self.reach(newer, self.first)
        _step, values = self.get_values()
        self.assertEqual(len(values["groups"][0]["rows"]), 1)
        self.assertEqual(len(values["open_besides"][0]["rows"]), 1)

    def test_a_customer_who_starts_with_it(self):
        self.policy.catch_up = "fit"
        self.make_invoice(self.customer, 999, self.day(-1))
        self.plan()
        _step, values = self.get_values()
        self.assertEqual(len(values["groups"][0]["rows"]), 2)
        self.assertFalse(values["open_besides"])
