from odoo.fields import Command
from odoo.tests import tagged

from ..common.base import CollectionCommon


@tagged("post_install", "-at_install")
class TestPolicyRefusals(CollectionCommon):
    """A policy or stage that makes no sense is refused, and the sentence says why."""

    def add_stage(self, policy, **vals):
        return policy.stage_ids.create(
            {
                "policy_id": policy.id,
                "name": "Wrong",
                "sequence": 35,
                "days": 15,
                "template_id": self.template.id,
                **vals,
            }
        )

    def test_stages(self):
        wrong = {
            "two on one day": (
                {"days": 20},
                "“Wrong” and “Second reminder” are due on the same day .20 days",
            ),
            "later in order, earlier in days": (
                {"sequence": 65, "days": 15},
                "“Wrong” comes after “Final demand” but would be due on day 15, not"
                " after day 50",
            ),
            "earlier in order, later in days": (
                {"sequence": 5, "days": 100},
                "“Courtesy reminder” comes after “Wrong”",
            ),
            "two at one place": (
                {"sequence": 30},
                "“Call” and “Wrong” have the same place",
            ),
            "negative gap": ({"gap_days": -1}, "Use 0 for none"),
            "negative amount": ({"amount_min": -1}, "cannot be negative"),
            "negative deadline": ({"deadline_days": -1}, "cannot be negative"),
            "no channel": ({"channel": False}, "Missing required value.*'Channel'"),
            "message without words": (
                {"template_id": False},
                "“Wrong” sends a message but has no text. Choose a message",
            ),
            "letter without words": (
                {"channel": "letter", "template_id": False},
                "“Wrong” sends a message but has no text",
            ),
            "words for another document": (
                {"template_id": self.invoice_template().id},
                "“Invoice mail” is written for another kind of document",
            ),
            "final demand by telephone": (
                {"channel": "phone", "is_final_demand": True},
                "choose a letter, a certified letter or an e-mail",
            ),
        }
        for name, (vals, sentence) in wrong.items():
            with self.subTest(name), self.assert_refused(sentence):
                self.add_stage(self.policy_default, **vals)
        # None of these is refused for something that all of them share.
        self.assertTrue(self.add_stage(self.policy_default))

    def invoice_template(self):
        return self.root["mail.template"].create(
            {
                "name": "Invoice mail",
                "model_id": self.env["ir.model"]._get_id("account.move"),
            }
        )

    def test_changed_stages(self):
        """What is refused when a stage is made is refused when it is changed."""
        call = self.policy_default.stage_ids.filtered(lambda s: s.channel == "phone")
        wrong = {
            "day": ({"days": 60}, "comes after “Call”"),
            "place": ({"sequence": 55}, "“Call” comes after “Formal demand”"),
            "channel": ({"channel": "email"}, "has no text"),
            "gap": ({"gap_days": -3}, "cannot be negative"),
        }
        for name, (vals, sentence) in wrong.items():
            with self.subTest(name), self.assert_refused(sentence):
                call.write(vals)

    def test_archived_stage_that_comes_back(self):
        call = self.policy_default.stage_ids.filtered(lambda s: s.channel == "phone")
        call.active = False
        self.add_stage(self.policy_default, days=10, sequence=30)
        with self.assert_refused("due on the same day"):
            call.active = True

    def test_stage_without_a_place_gets_that_of_its_day(self):
        for day, before, after in ((15, 30, 40), (90, 70, 999), (-20, 0, 10)):
            with self.subTest(day):
                place = self.add_stage(self.policy_default, days=day, sequence=0)
                self.assertTrue(before < place.sequence < after, place.sequence)
        policy = self.policy_default.create(
            {
                "name": "Unordered",
                "stage_ids": [
                    Command.create(
                        {"name": f"{day}", "days": day, "template_id": self.template.id}
                    )
                    for day in (20, 10, 30)
                ],
            }
        )
        stages = policy.stage_ids.sorted("sequence")
        self.assertEqual(stages.mapped("days"), [10, 20, 30])

    def test_policies(self):
        wrong = {
            "tenure": ({"tenure_min": 6, "tenure_max": 6}, "tenure that no customer"),
            "turnover": (
                {"turnover_min": 10, "turnover_max": 5},
                "amount that no customer can have",
            ),
            "overdue": (
                {"overdue_min": 5, "overdue_max": 5},
                "amount that no customer",
            ),
            "negative overdue": ({"overdue_min": -1}, "cannot be negative"),
            "negative share": ({"overdue_ratio_max": -1}, "cannot be negative"),
            "negative tolerance": ({"tolerance": -0.01}, "cannot be negative"),
            "negative tenure": ({"tenure_min": -1}, "cannot be negative"),
            "no quiet time": ({"quiet_days": 0}, "at least one day between two steps"),
            "no patience": ({"task_patience": 0}, "at least one day"),
        }
        for name, (vals, sentence) in wrong.items():
            with self.subTest(name), self.assert_refused(sentence):
                self.policy_default.write(vals)

    def test_open_ended_ranges_are_fine(self):
        self.policy_default.write(
            {"tenure_min": 6, "turnover_min": 10, "overdue_min": 5, "overdue_max": 0}
        )
        self.assertEqual(
            self.policy_default.criteria_text,
            f"customer at least 6 months and invoiced in 12 months at least 10"
            f" {self.currency.name} and overdue at least 5 {self.currency.name}",
        )

    def test_used_stage_cannot_be_deleted(self):
        customer = self.make_customer()
        self.make_invoice(customer, due=self.day(0))
        policy = self.make_policy({"days": 1}, {"days": 5}, {"days": 9})
        self.live(1, 2)
        refused = "Customers have reached this stage or wait for it.*Archive it"
        for stage in policy.stage_ids[:2]:
            with self.subTest(stage.name):
                with self.assert_refused(refused):
                    stage.unlink()
                with self.assert_refused(refused):
                    policy.write({"stage_ids": [Command.delete(stage.id)]})
        policy.stage_ids[2].unlink()
        self.assertEqual(policy.stage_ids.mapped("name"), ["Stage 1", "Stage 2"])

    def test_used_policy_cannot_be_deleted(self):
        customer = self.make_customer()
        self.make_invoice(customer, due=self.day(0))
        policy = self.make_policy({"days": 1})
        self.live(0, 0)
        with self.assert_refused("Customers have reached this stage or wait for it"):
            policy.unlink()
        bare = self.make_policy()
        self.get_case(customer).sudo().policy_id = bare
        with self.assert_refused("This policy is in use.*Archive it"):
            bare.unlink()
        unused = self.make_policy({"days": 5})
        stages = unused.stage_ids
        unused.unlink()
        self.assertFalse(stages.exists())

    def test_used_template_cannot_be_deleted(self):
        self.make_policy({"days": 1})
        with self.assert_refused("Another model is using the record"):
            self.template.unlink()

    def test_hour_of_the_night(self):
        for hour in (-1, 24):
            with self.subTest(hour), self.assert_refused("number from 0 to 23"):
                self.company.collection_hour = hour

    def test_copied_policy_keeps_its_ladder(self):
        copy = self.policy_default.copy()
        self.assertEqual(copy.name, "Default (copy)")
        for field in ("days", "gap_days", "channel", "template_id", "sequence"):
            self.assertEqual(
                copy.stage_ids.mapped(field),
                self.policy_default.stage_ids.mapped(field),
            )

    def test_new_company_gets_the_shipped_policies(self):
        company = self.root["res.company"].create({"name": "Another"})
        policies = self.root["collection.policy"].search(
            [("company_id", "=", company.id)]
        )
        self.assertEqual(
            policies.mapped("name"), ["New customers", "Key accounts", "Default"]
        )
        self.assertEqual([len(policy.stage_ids) for policy in policies], [6, 7, 7])
        self.assertEqual(policies.stage_ids.company_id, company)

    def test_days_beyond_reach(self):
        """The run of the whole company would stop at them, or no list open any more."""
        days = (
            *("quiet_days", "task_patience", "promise_days_max", "promise_tolerance"),
            *("promise_remind_days", "plan_offer_days", "plan_tolerance_days"),
            *("plan_cure_days", "plan_remind_days", "plan_remind_late_days"),
        )
        last = self.policy_default.stage_ids[-1]
        wrong = {
            self.policy_default: (*days, "tenure_max", "plan_months_max"),
            last: ("days", "gap_days", "deadline_days", "referral_days"),
            self.reason_hold: ("review_days",),
        }
        for record, names in wrong.items():
            for name in names:
                with (
                    self.subTest(f"{record._name}.{name}"),
                    self.assert_refused("ten years|a hundred years"),
                ):
                    record.write({name: 3651})
        with self.assert_refused("ten years"):
            self.policy_default.stage_ids[0].days = -3651
        last.days = 3650

    def test_run_at_the_edge_of_what_is_allowed(self):
        self.make_policy(
            *({"days": -3650}, {"days": 1}, {"days": 3650, "gap_days": 3650}),
            quiet_days=3650,
            tenure_max=1200,
        )
        customer = self.make_customer()
        self.make_invoice(customer)
        self.plan()
        self.execute()
        self.plan(self.day(1))
        self.assertEqual(self.get_case(customer).reason, "waiting")

    def test_what_is_in_use_stays_in_its_company_and_policy(self):
        other = self.setup_other_company()["company"]
        policy = self.make_policy({"days": 1}, {"days": 20})
        foreign = self.make_policy({"days": 5}, company=other)
        self.make_invoice(self.make_customer())
        self.plan()
        with self.assert_refused(
            "so it cannot be moved to another company. Make a copy"
        ):
            policy.company_id = other
        used, unused = policy.stage_ids
        with self.assert_refused("so it cannot be moved to another policy"):
            used.policy_id = foreign
        with self.assert_refused("so it cannot be moved to another policy"):
            foreign.write({"stage_ids": [Command.link(used.id)]})
        unused.policy_id = foreign
        self.assertEqual(unused.company_id, other)
        for record in (policy, used):
            for name in {"company_id", "currency_id"} & record._get_protected_fields():
                with (
                    self.subTest(f"{record._name}.{name}"),
                    self.assert_refused("cannot be changed by hand"),
                ):
                    record.write({name: False})

    def test_what_the_program_needs_is_not_deleted(self):
        reason = self.env.ref("account_collections.reason_hold_hardship")
        with self.assert_refused("Archive it instead"):
            reason.unlink()
        reason.active = False
        reason.copy({"name": "My own"}).unlink()
        template = self.root.ref("account_collections.mail_template_promise_reminder")
        with self.assert_refused("Change its text instead of deleting it"):
            template.unlink()
        template.copy().unlink()
