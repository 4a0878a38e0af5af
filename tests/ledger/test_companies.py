from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.base import CollectionCommon


@tagged("post_install", "-at_install")
class TestCompanies(CollectionCommon):
    """Companies are isolated, and no figure depends on which ones are active."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company()["company"]
        cls.customer = cls.make_customer("Shared")
        for company in (cls.company, cls.other):
            cls.make_policy({"days": 1}, {"days": 10}, company=company, quiet_days=1)

    def get_figures(self, case):
        names = (
            "amount_open",
            "amount_overdue",
            "amount_collectable",
            "amount_net",
            "amount_credit",
            "item_count",
            "reason",
            "state",
        )
        return {name: case[name] for name in names}

    def test_one_case_per_company(self):
        self.make_invoice(self.customer, 100)
        self.make_invoice(self.customer, 200, company=self.other)
        self.plan()
        self.assertFalse(self.get_case(self.customer, self.other))
        self.plan(company=self.other)
        for company, amount in ((self.company, 100), (self.other, 200)):
            case = self.get_case(self.customer, company)
            self.assertEqual(case.amount_overdue, amount)
            self.assertEqual(case.policy_id.company_id, company)
            self.assertEqual(case.currency_id, company.currency_id)
        self.execute()
        self.assertTrue(self.get_case(self.customer).letter_ids)
        self.assertFalse(self.get_case(self.customer, self.other).letter_ids)

    def test_policies_of_further_companies_learn_a_language(self):
        """Odoo loads a language for shipped records; the copies get it as well, except
        for words that somebody has changed."""
        company = self.root["res.company"].create({"name": "Third"})
        policy = self.root["collection.policy"].search(
            [("company_id", "=", company.id), ("name", "=", "Default")]
        )
        demand = policy.stage_ids.filtered(lambda stage: stage.name == "Formal demand")
        call = policy.stage_ids.filtered(lambda stage: stage.channel == "phone")
        guide, changed = call.call_guide, policy.stage_ids[0]
        changed.name = "A nudge"
        self.root["res.lang"]._activate_lang("de_DE")
        self.root.ref("base.module_account_collections")._update_translations(["de_DE"])
        german = policy.with_context(lang="de_DE")
        shipped = self.root.ref("account_collections.policy_default")
        self.assertEqual(german.name, shipped.with_context(lang="de_DE").name)
        self.assertNotEqual(german.name, "Default")
        self.assertEqual(demand.with_env(german.env).name, "Förmliche Mahnung")
        self.assertNotEqual(call.with_env(german.env).call_guide, guide)
        self.assertEqual(changed.with_env(german.env).name, "A nudge")
        self.assertEqual(demand.name, "Formal demand")

    def test_policies_of_a_later_company_know_the_languages(self):
        self.root["res.lang"]._activate_lang("de_DE")
        self.root.ref("base.module_account_collections")._update_translations(["de_DE"])
        company = self.root["res.company"].create({"name": "Fourth"})
        shipped = self.root.ref("account_collections.policy_default")
        names = (
            self.root["collection.policy"]
            .with_context(lang="de_DE")
            .search([("company_id", "=", company.id)])
            .mapped("name")
        )
        self.assertIn(shipped.with_context(lang="de_DE").name, names)
        self.assertNotIn(shipped.name, names)

    def test_credits_of_another_company_do_not_count(self):
        self.make_invoice(self.customer, 100)
        self.make_credit(self.customer, 100, self.today, company=self.other)
        self.plan()
        case = self.get_case(self.customer)
        self.assertEqual((case.reason, case.amount_credit), ("due", 0))
        self.assertFalse(case.credit_ids)

    def test_figures_do_not_depend_on_the_active_companies(self):
        self.make_invoice(self.customer, 100)
        self.make_invoice(self.customer, 200, company=self.other)
        self.make_credit(self.customer, 30, self.today)
        seen = []
        for active in (
            self.company.ids,
            self.other.ids,
            (self.company + self.other).ids,
            (self.other + self.company).ids,
            [],
        ):
            root = self.root["collection.scheduler"].with_context(
                allowed_company_ids=active
            )
            root._run(self.company, self.today)
            case = self.get_case(self.customer)
            seen.append(self.get_figures(case))
            own = case.with_context(allowed_company_ids=(self.company + self.other).ids)
            self.assertEqual(own.exposure_ids.company_id, self.company)
            self.assertEqual(sum(own.exposure_ids.mapped("amount_residual")), 100)
        self.assertEqual(seen, seen[:1] * len(seen))
        self.assertEqual(seen[0]["amount_net"], 70)

    def test_run_leaves_other_companies_alone(self):
        """The same customer owes much more to the other company, and for longer."""
        self.make_invoice(self.customer, 100)
        self.plan()
        case = self.get_case(self.customer)
        names = ("reason", "amount_net", "next_stage_id", "date_next", "priority")
        names += ("state", "amount_open", "decision_ids", "step_ids")
        before = case.read(names)
        self.make_invoice(self.customer, 9000, self.day(-40), company=self.other)
        self.plan(self.day(1), company=self.other)
        self.execute(self.day(1), company=self.other)
        case.invalidate_recordset()
        self.assertEqual(case.read(names), before)
        foreign = self.get_case(self.customer, self.other)
        self.assertEqual(foreign.decision_ids.company_id, self.other)
        self.assertEqual(foreign.step_ids.company_id, self.other)

    def test_message_lists_its_own_company_only(self):
        invoice = self.make_invoice(self.customer, 100)
        self.make_invoice(self.customer, 200, company=self.other)
        self.plan()
        self.execute()
        self.assertEqual(self.get_case(self.customer).letter_ids.move_ids, invoice)

    def test_records_of_other_companies_are_hidden(self):
        """Every model that belongs to a company, whoever asks."""
        self.make_invoice(self.customer, 200, company=self.other)
        self.plan(company=self.other)
        self.execute(company=self.other)
        case = self.get_case(self.customer, self.other)
        self.make_hold(case)
        users = self.make_users()
        records = [
            *(case, case.step_ids, case.letter_ids, case.contact_ids, case.hold_ids),
            *(case.decision_ids, case.item_ids, case.policy_id, case.exposure_ids),
            case.policy_id.stage_ids,
            self.env["collection.run"].search([("company_id", "=", self.other.id)]),
        ]
        for record in records:
            self.assertTrue(record, record._name)
            for kind in ("invoicing", "collector", "manager"):
                mine = record.with_user(users[kind]).with_context(
                    allowed_company_ids=self.company.ids
                )
                if not mine.browse().has_access("read"):
                    continue
                with self.subTest(f"{kind}: {record._name}"):
                    self.assertFalse(mine.search([("id", "in", record.ids)]))
                    with self.assertRaises(AccessError):
                        mine.read(["display_name"])

    def test_wizards_do_not_lead_into_other_companies(self):
        self.make_invoice(self.customer, 200, company=self.other)
        self.plan(company=self.other)
        case = self.get_case(self.customer, self.other)
        users = self.make_users()
        env = self.env(
            user=users["collector"], context={"allowed_company_ids": self.company.ids}
        )
        with self.assertRaises(AccessError):
            why = env["collection.case.explain"].create({"case_id": case.id})
            self.assertFalse(why.answer)
        with self.assert_refused("Choose one of your companies|not allowed|access"):
            env["collection.simulation"].create(
                {"company_id": self.other.id}
            ).action_simulate()
        with self.assertRaises(AccessError):
            env["collection.hold"].create(
                {"case_id": case.id, "reason_id": self.reason_hold.id}
            )

    def test_branches(self):
        """A case belongs to the company of its entries, a branch to itself."""
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        self.env.cr.precommit.run()  # gives the branch the chart of its parent
        self.env.user.company_ids = [Command.link(branch.id)]
        policies = self.env["collection.policy"].search(
            [("company_id", "=", branch.id)]
        )
        self.assertEqual(len(policies), 3)
        self.make_invoice(self.customer, 100)
        self.make_invoice(self.customer, 250, company=branch)
        self.plan()
        self.plan(company=branch)
        self.assertEqual(self.get_case(self.customer).amount_overdue, 100)
        case = self.get_case(self.customer, branch)
        self.assertEqual((case.amount_overdue, case.company_id), (250, branch))
        self.assertEqual(case.policy_id.company_id, branch)

    # ------------------------------------------------------------------
    # Currencies
    # ------------------------------------------------------------------

    def test_two_currencies(self):
        """Amounts stay in their currency; sums are in the company's."""
        euro = self.setup_other_currency("EUR")  # two euros are one dollar
        dollars = self.make_invoice(self.customer, 100)
        euros = self.make_invoice(self.customer, 500, currency=euro)
        self.plan()
        case = self.get_case(self.customer)
        self.assertEqual((case.amount_overdue, case.amount_net), (350, 350))
        rows = case.exposure_ids.grouped("currency_id")
        self.assertEqual(rows[euro].amount_residual_currency, 500)
        self.assertEqual(rows[euro].amount_residual, 250)
        self.assertEqual(rows[self.currency].amount_residual_currency, 100)
        self.execute()
        self.assertEqual(case.letter_ids.move_ids, dollars + euros)

    def test_credit_in_another_currency(self):
        euro = self.setup_other_currency("EUR")
        self.make_invoice(self.customer, 100)
        self.make_credit(self.customer, 150, self.today, currency=euro)
        self.plan()
        case = self.get_case(self.customer)
        self.assertEqual((case.amount_credit, case.amount_net), (75, 25))
        self.assertEqual(case.reason, "due")
        self.make_credit(self.customer, 50, self.today, currency=euro)
        self.plan()
        self.assertEqual((case.amount_net, case.reason), (0, "covered"))

    def test_thresholds_are_in_the_currency_of_the_company(self):
        euro = self.setup_other_currency("EUR")
        policy = self.make_policy({"days": 1}, overdue_min=1000, sequence=0)
        for amount, expected in ((1999, False), (2000, True)):
            customer = self.make_customer(f"{amount} euros")
            self.make_invoice(customer, amount, currency=euro)
            self.plan()
            with self.subTest(amount):
                self.assertEqual(self.get_case(customer).policy_id == policy, expected)

    def test_company_in_another_currency(self):
        euro = self.setup_other_currency("EUR")
        company = self.setup_other_company(name="Europe", currency_id=euro.id)[
            "company"
        ]
        self.make_invoice(self.customer, 200, company=company)
        self.plan(company=company)
        case = self.get_case(self.customer, company)
        self.assertEqual((case.currency_id, case.amount_overdue), (euro, 200))
