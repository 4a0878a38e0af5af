from dateutil.relativedelta import relativedelta
from odoo.fields import Command
from odoo.modules.migration import load_script
from odoo.tests import tagged
from odoo.tools import file_path

from ..common.base import CollectionCommon


@tagged("post_install", "-at_install")
class TestPolicyChoice(CollectionCommon):
    """Which policy a case follows, and what happens when that changes."""

    def make_history(self, months, overdue, invoiced=0.0, **vals):
        """Create a customer of so many months, with a turnover and a debt.

        :param invoiced: in the last twelve months, besides the debt
        """
        customer = self.make_customer(f"{months} months, {overdue} late", **vals)
        since = self.today - relativedelta(months=months)
        first = self.make_invoice(customer, 10, since, issued=since)
        self.pay(first, day=since)
        if invoiced:
            recent = self.make_invoice(
                customer, invoiced, self.day(-29), issued=self.day(-30)
            )
            self.pay(recent, day=self.day(-29))
        self.make_invoice(customer, overdue, self.day(-1), issued=self.day(-20))
        return customer

    def assert_policies(self, expected):
        """:param expected: dict of policy per customer"""
        self.plan()
        for customer, policy in expected.items():
            with self.subTest(customer.name):
                self.assertEqual(self.get_case(customer).policy_id, policy)

    def test_shipped_policies(self):
        make, default = self.make_history, self.policy_default
        new, key = self.policy_new, self.policy_key
        self.assert_policies(
            {
                make(2, 5000): new,
                make(2, 4999.99): default,
                make(6, 5000): default,  # six months is no longer under six months
                make(2, 5000, 200_000): new,  # also a key account, but new comes first
                make(36, 100, 900): key,  # tenure alone is enough: or
                make(35, 100, 900): default,
                make(36, 100, 899): default,  # more than a tenth of the turnover late
                make(12, 100, 99_900): key,  # turnover alone is enough: or
                make(12, 100, 99_889): default,
                make(12, 11_200, 100_000): default,
            }
        )

    def test_and_instead_of_or(self):
        make, default = self.make_history, self.policy_default
        self.policy_key.turnover_operator = "and"
        self.assert_policies(
            {
                make(36, 100, 900): default,
                make(12, 100, 99_900): default,
                make(36, 100, 99_900): self.policy_key,
            }
        )

    def test_or_with_one_condition_only(self):
        """With "or", a condition that is not set must not let everybody in."""
        self.policy_key.turnover_min = 0
        self.assert_policies(
            {
                self.make_history(12, 100, 900): self.policy_default,
                self.make_history(36, 100, 900): self.policy_key,
            }
        )

    def test_tags_and_countries(self):
        tag, other = self.env["res.partner.category"].create(
            [{"name": "Tag"}, {"name": "Other"}]
        )
        policy = self.make_policy(
            {"days": 1},
            partner_category_ids=[Command.set(tag.ids)],
            country_ids=[Command.set(self.env.ref("base.fr").ids)],
        )
        france, no_country = self.env.ref("base.fr").id, False
        tags, both = [Command.set(tag.ids)], [Command.set((tag + other).ids)]
        make, default = self.make_history, self.policy_default
        self.assert_policies(
            {
                make(9, 10, country_id=france, category_id=tags): policy,
                make(9, 11, country_id=france, category_id=both): policy,
                make(9, 12, country_id=france): default,
                make(9, 13, category_id=tags): default,
                make(9, 14, country_id=no_country, category_id=tags): default,
                make(9, 15, country_id=france, category_id=other.ids): default,
            }
        )

    def test_amount_ranges(self):
        policy = self.make_policy({"days": 1}, overdue_min=100, overdue_max=200)
        make, default = self.make_history, self.policy_default
        self.assert_policies(
            {
                make(9, 99.99): default,
                make(9, 100): policy,
                make(9, 199.99): policy,
                make(9, 200): default,
            }
        )

    def test_nobody_is_left_without_a_word(self):
        (self.policy_default + self.policy_key + self.policy_new).active = False
        customer = self.make_history(9, 100)
        self.assert_policies({customer: self.policy_default.browse()})
        case = self.get_case(customer)
        self.assertEqual(case.reason, "no_policy")
        self.assertEqual(case.explanation, "No policy applies to this customer.")

    def test_first_by_sequence(self):
        second = self.make_policy({"days": 1}, sequence=3)
        first = self.make_policy({"days": 1}, sequence=2)
        customer = self.make_history(9, 100)
        self.assert_policies({customer: first})
        first.sequence = 4
        self.assert_policies({customer: second})

    def test_a_new_policy_is_a_draft(self):
        """Nobody is taken over by what is not finished; it says who would be."""
        customer, key = self.make_history(9, 100), self.make_history(36, 100, 900)
        reminded = self.make_history(9, 200)
        self.assert_policies({customer: self.policy_default, key: self.policy_key})
        self.live(1, 1, reminded)
        policy = self.env["collection.policy"].create(
            {"name": "New", "company_id": self.company.id}
        )
        self.assertEqual(policy.state, "draft")
        self.assertGreater(policy.sequence, self.policy_default.sequence)
        self.assertIn("nobody", policy.takeover_text)
        policy.sequence = self.policy_default.sequence - 1
        self.assert_policies({customer: self.policy_default})
        reached = self.get_case(customer), self.get_case(reminded)
        expected = sum(not case.stage_id for case in reached)
        self.assertIn(
            f"{expected} from “{self.policy_default.name}”", policy.takeover_text
        )
        self.assertNotIn(self.policy_key.name, policy.takeover_text)
        with self.assert_refused("has no stages"):
            policy.action_activate()
        policy.stage_ids = [
            Command.create({"name": "Call", "days": 9, "channel": "phone"})
        ]
        policy.action_activate()
        self.assert_policies({self.make_history(9, 300): policy, key: self.policy_key})
        self.assertFalse(policy.takeover_text)
        policy.action_draft()
        self.assert_policies({self.make_history(9, 400): self.policy_default})

    def test_a_copy_is_a_draft_at_the_end(self):
        copy = self.policy_new.copy()
        self.assertEqual(copy.state, "draft")
        self.assertGreater(copy.sequence, self.policy_default.sequence)

    def test_a_draft_can_be_tried_on_a_customer(self):
        draft = self.make_policy({"days": 1}, state="draft")
        customer, other = self.make_history(9, 100), self.make_history(9, 200)
        customer.collection_policy_id = draft
        self.assert_policies({customer: draft, other: self.policy_default})

    def test_policies_from_before_there_were_drafts_stay_in_use(self):
        path = file_path("account_collections/migrations/19.0.1.1.0/post-migrate.py")
        script = load_script(path, "post_migrate")
        policies = self.env["collection.policy"].with_context(active_test=False)
        policies.search([]).state = "draft"
        self.env.flush_all()
        script.migrate(self.env.cr, "")
        self.env.invalidate_all()
        self.assertEqual(set(policies.search([]).mapped("state")), {"draft"})
        script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertEqual(set(policies.search([]).mapped("state")), {"active"})

    def test_fixed_on_the_customer(self):
        """It holds against all criteria, archived or not, in its own company only."""
        other_company = self.setup_other_company()["company"]
        foreign = self.make_policy({"days": 1}, company=other_company)
        archived = self.make_policy({"days": 1}, active=False)
        fixed, elsewhere, contact = (self.make_history(9, n) for n in (10, 11, 12))
        fixed.collection_policy_id = archived
        elsewhere.with_company(other_company).collection_policy_id = foreign
        # Set for the wrong company, which the screen does not allow.
        contact.collection_policy_id = foreign
        self.assert_policies(
            {
                fixed: archived,
                elsewhere: self.policy_default,
                contact: self.policy_default,
            }
        )

    def test_policy_sticks_once_a_step_is_taken(self):
        customer = self.make_history(12, 1000, 20_000)
        self.assert_policies({customer: self.policy_default})
        self.policy_key.turnover_min = 20_000
        self.assert_policies({customer: self.policy_key})
        self.live(9, 9)
        self.assertEqual(self.get_case(customer).stage_id.name, "Personal reminder")
        self.policy_key.turnover_min = 900_000
        self.plan(self.day(10))
        self.assertEqual(self.get_case(customer).policy_id, self.policy_key)
        self.policy_key.active = False
        self.plan(self.day(11))
        self.assertEqual(self.get_case(customer).policy_id, self.policy_key)

    def test_courtesy_before_the_due_date_does_not_bind(self):
        """Nothing was late then; who turns out to be late gets the policy that fits."""
        customer = self.make_customer("Courtesy")
        self.make_invoice(customer, 6000, self.day(5), issued=self.day(0))
        self.assertEqual(self.live(0, 0, customer), {0: "Courtesy reminder"})
        self.assertEqual(self.get_case(customer).policy_id, self.policy_default)
        self.assertEqual(self.live(1, 7, customer), {7: "Welcome call"})
        self.assertEqual(self.get_case(customer).policy_id, self.policy_new)

    def test_changed_by_hand_keeps_the_place_on_the_ladder(self):
        """Nobody jumps ahead nor starts again: the stage of the new ladder that is no
        later than the one reached."""
        slow = self.make_policy({"days": 5}, {"days": 15}, {"days": 25}, active=False)
        quick = self.make_policy(
            {"days": 1}, {"days": 10}, {"days": 20}, quiet_days=1, sequence=1
        )
        customer = self.make_customer("Changed")
        late = self.make_invoice(customer, 100, self.day(-1))
        self.live(0, 18)
        fresh = self.make_invoice(customer, 100, self.day(15))
        self.live(19, 21)
        items = self.get_items(late + fresh).sorted("date_maturity")
        self.assertEqual(items.stage_id, quick.stage_ids[2] + quick.stage_ids[0])

        customer.collection_policy_id = slow
        self.plan(self.day(22))
        self.assertEqual(items[0].stage_id, slow.stage_ids[1])  # 15 is not after 20
        self.assertFalse(items[1].stage_id)  # nothing of the new ladder yet
        case = self.get_case(customer)
        self.assertEqual(case.policy_id, slow)
        self.assertEqual(case.stage_id, slow.stage_ids[1])
        self.assertEqual(late.collection_stage_id, slow.stage_ids[1])
        self.assertFalse(fresh.collection_stage_id)
        # The older one goes on with the third stage, once the quiet week is over.
        self.assertEqual(self.live(22, 28, customer), {28: "Stage 3"})

    def test_collector(self):
        """By hand, else of the customer, else of the policy."""
        users = self.make_users()
        collector, manager = users["collector"], users["manager"]
        self.policy_default.user_id = manager
        own, other = self.make_history(9, 10), self.make_history(9, 20)
        own.collection_user_id = collector
        self.plan()
        self.assertEqual(self.get_case(own).user_id, collector)
        self.assertEqual(self.get_case(other).user_id, manager)
        self.get_case(other).user_id = collector
        self.plan()
        self.assertEqual(self.get_case(other).user_id, collector)

    def test_nobody_who_has_left_gets_a_case(self):
        """Nor keeps one: the next in the order takes it, or nobody."""
        users = self.make_users()
        collector, manager = users["collector"], users["manager"]
        self.policy_default.user_id = manager
        customer = self.make_history(9, 10)
        customer.collection_user_id = collector
        self.plan()
        self.assertEqual(self.get_case(customer).user_id, collector)
        collector.sudo().active = False
        self.plan()
        self.assertEqual(self.get_case(customer).user_id, manager)
        manager.sudo().active = False
        self.plan()
        self.assertFalse(self.get_case(customer).user_id)
        self.assertFalse(self.get_case(self.make_history(9, 20)).user_id)
