from odoo.fields import Command
from odoo.tests import tagged

from ..common.base import CollectionCommon


@tagged("post_install", "-at_install")
class TestOpenCredits(CollectionCommon):
    """Credits that nobody has matched yet cover the oldest items first: which items are
    left, how late they are and which stage fits is judged by that."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.make_policy(
            {"days": 3, "name": "Reminder"},
            {"days": 10, "name": "Formal demand"},
            {"days": 20, "name": "Final demand", "is_final_demand": True},
            quiet_days=1,
        )
        cls.reminder, cls.demand, cls.final = cls.policy.stage_ids
        cls.customer = cls.make_customer("Kranbau Nord")

    def get_listed(self, case, day=0):
        """:return: numbers of the invoices that the open step of a case asks for, and
        the group of its table"""
        step = case.step_id.with_context(collection_as_of=self.day(day))
        values = step.env["collection.message.composer"]._prepare(step, {step: []})
        [group] = values[step]["groups"]
        return [row["number"] for row in group["rows"]], group

    def test_the_oldest_are_covered_first(self):
        """500 had their formal demand and came in, unmatched: the new invoice gets a
        friendly reminder, about itself."""
        old = self.make_invoice(self.customer, 500, self.day(-30))
        self.plan()
        self.get_items(old).sudo().write(
            {"stage_id": self.demand.id, "date_stage": self.today}
        )
        self.receive(self.customer, 500, self.day(0))
        new = self.make_invoice(self.customer, 13000, self.day(10))
        case = self.get_case(self.customer)
        self.plan(self.day(5))
        self.assertEqual((case.date_oldest_due, case.amount_net), (self.day(10), 0))
        self.assertEqual(
            (case.next_stage_id, case.date_next), (self.reminder, self.day(14))
        )

        self.plan(self.day(14))
        self.assertEqual((case.next_stage_id, case.reason), (self.reminder, "due"))
        self.assertEqual((case.amount_net, case.date_oldest_due), (13000, self.day(10)))
        numbers, group = self.get_listed(case, 14)
        self.assertEqual(numbers, [new.name])
        self.assertIn("13,000.00", group["balance"])
        self.assertIn("500.00", group["covered"])
        self.execute(self.day(14))
        self.assertEqual(self.get_items(new).stage_id, self.reminder)
        self.assertEqual(self.get_items(old).stage_id, self.demand)

    def test_the_figures_are_of_what_is_left(self):
        """What is overdue, how old it is and the stage shown, also after a step."""
        old = self.make_invoice(self.customer, 500, self.day(-40))
        self.make_invoice(self.customer, 300, self.day(-15))
        self.plan()
        self.get_items(old).sudo().write(
            {"stage_id": self.demand.id, "date_stage": self.day(-20)}
        )
        self.receive(self.customer, 600, self.day(0))
        self.plan()
        case = self.get_case(self.customer)
        figures = (case.amount_overdue, case.amount_60, case.amount_30)
        self.assertEqual(figures, (200, 0, 200))
        self.assertEqual((case.amount_open, case.amount_credit), (800, 600))
        self.assertEqual(sum(row["amount"] for row in case.ageing), 200)
        self.assertFalse(case.stage_id)
        self.assertEqual(self.customer.collection_amount_overdue, 200)
        self.execute()
        self.assertEqual(case.stage_id, self.reminder)
        self.plan()
        self.assertEqual(case.stage_id, self.reminder)

    def test_the_figures_of_a_policy_that_does_not_net(self):
        self.policy.net_credits = False
        old = self.make_invoice(self.customer, 500, self.day(-40))
        self.plan()
        self.get_items(old).sudo().write(
            {"stage_id": self.demand.id, "date_stage": self.today}
        )
        self.receive(self.customer, 600, self.day(0))
        self.plan()
        case = self.get_case(self.customer)
        self.assertEqual((case.amount_overdue, case.amount_60), (500, 500))
        self.assertEqual(case.stage_id, self.demand)
        case._refresh_stages()
        self.assertEqual(case.stage_id, self.demand)

    def test_the_policy_of_a_size_is_about_what_is_left(self):
        large = self.make_policy(
            {"days": 3}, overdue_min=1000, sequence=self.policy.sequence - 1
        )
        self.make_invoice(self.customer, 1200, self.day(-40))
        self.receive(self.customer, 300, self.day(0))
        self.plan()
        case = self.get_case(self.customer)
        self.assertEqual((case.policy_id, case.amount_overdue), (self.policy, 900))
        large.net_credits = False
        self.plan()
        self.assertEqual((case.policy_id, case.amount_overdue), (large, 1200))

    def test_what_we_paid_back_is_no_overdue_invoice(self):
        """Overpaid 200, paid back 200, nothing matched; one invoice of 100 is late."""
        self.receive(self.customer, 200, self.day(-40))
        self.pay_back(self.customer, 200, self.day(-30))
        invoice = self.make_invoice(self.customer, 100, self.day(-10))
        self.plan()
        case = self.get_case(self.customer).with_context(collection_as_of=self.today)
        self.assertEqual((case.amount_net, case.days_late), (100, 10))
        numbers, group = self.get_listed(case)
        self.assertEqual(numbers, [invoice.name])
        self.assertIn("100.00", group["balance"])

    def test_what_was_paid_back_without_a_credit_is_owed(self):
        """A check that was returned by the bank, booked on the customer."""
        self.pay_back(self.customer, 200, self.day(-30))
        self.plan()
        self.assertEqual(self.get_case(self.customer).amount_net, 200)

    def test_a_part_is_covered(self):
        old = self.make_invoice(self.customer, 500, self.day(-30))
        new = self.make_invoice(self.customer, 300, self.day(-5))
        self.receive(self.customer, 200)
        self.plan()
        case = self.get_case(self.customer)
        self.assertEqual((case.amount_net, case.date_oldest_due), (600, self.day(-30)))
        numbers, group = self.get_listed(case)
        self.assertEqual(numbers, [old.name, new.name])
        self.assertIn("200.00 covered by credits", group["rows"][0]["apart"])
        self.assertIn("600.00", group["balance"])
        self.assertFalse(group["covered"])

    def test_the_stage_that_fits_is_that_of_what_is_left(self):
        self.policy.catch_up = "fit"
        self.make_invoice(self.customer, 500, self.day(-60))
        self.make_invoice(self.customer, 300, self.day(-12))
        self.receive(self.customer, 500)
        self.plan()
        self.assertEqual(self.get_case(self.customer).next_stage_id, self.demand)

    def test_a_step_raises_what_is_left(self):
        """What is covered was not asked for, and does not rise."""
        old = self.make_invoice(self.customer, 500, self.day(-30))
        new = self.make_invoice(self.customer, 300, self.day(-15))
        self.receive(self.customer, 500)
        self.plan()
        self.execute()
        self.assertFalse(self.get_items(old).stage_id)
        self.assertEqual(self.get_items(new).stage_id, self.reminder)

    def test_nothing_is_left(self):
        self.make_invoice(self.customer, 500, self.day(-30))
        self.receive(self.customer, 500)
        self.plan()
        case = self.get_case(self.customer)
        self.assertEqual((case.reason, case.state), ("covered", "covered"))
        self.assertFalse(case.date_oldest_due)
        self.assertEqual(case.days_late, 0)

    def test_a_reminder_before_the_date_is_about_what_is_left(self):
        """What is overdue is covered: the next invoice is announced as usual."""
        self.policy.stage_ids[:1].copy(
            {
                "days": -5,
                "sequence": 1,
                "name": "Coming up",
                "policy_id": self.policy.id,
            }
        )
        self.make_invoice(self.customer, 500, self.day(-30))
        self.make_invoice(self.customer, 800, self.day(3))
        self.receive(self.customer, 600)
        self.plan()
        case = self.get_case(self.customer)
        self.assertEqual((case.next_stage_id.name, case.reason), ("Coming up", "due"))
        self.assertEqual(case.amount_net, 700)

    def test_a_policy_that_does_not_net(self):
        """Credits cover nothing there; they are listed all the same."""
        self.policy.net_credits = False
        old = self.make_invoice(self.customer, 500, self.day(-30))
        self.receive(self.customer, 500)
        self.plan()
        case = self.get_case(self.customer)
        self.assertEqual((case.amount_net, case.reason), (500, "due"))
        self.assertEqual(case.date_oldest_due, self.day(-30))
        numbers, group = self.get_listed(case)
        self.assertEqual(numbers, [old.name])
        self.assertFalse(group["balance"])

    def test_each_currency_by_itself(self):
        """What exceeds the debts in its currency pays the oldest in another one."""
        euro = self.setup_other_currency("EUR")  # half a unit of ours
        late = self.make_invoice(self.customer, 400, self.day(-30), currency=euro)
        own = self.make_invoice(self.customer, 1000, self.day(-40))
        self.receive(self.customer, 600, currency=euro)
        self.plan()
        rows = self.env["collection.exposure"].search(
            [("partner_id", "=", self.customer.id)]
        )
        covered = {row.move_id: row.amount_covered for row in rows}
        self.assertEqual((covered[late], covered[own]), (400, 100))
        self.assertEqual(self.get_case(self.customer).amount_net, 900)

    def test_a_third_of_a_credit_pays_to_the_last_cent(self):
        """Of 300, 200 pay our currency and 100 the 200 euros, which nobody is asked
        for a fraction of a cent of."""
        self.policy.tolerance = 0
        euro = self.setup_other_currency("EUR")  # half a unit of ours
        self.make_invoice(self.customer, 200, self.day(-40))
        self.make_invoice(self.customer, 200, self.day(-30), currency=euro)
        self.receive(self.customer, 300)
        self.plan()
        case = self.get_case(self.customer)
        self.assertEqual((case.reason, case.amount_net), ("covered", 0))
        asked = self.env["collection.decision.statement"]._get_asked(
            self.company, self.today, self.customer.ids
        )
        self.assertFalse(asked)

    def test_the_message_tells_of_credits_in_another_currency(self):
        """1,000 euros are worth 500; 450 are open in our currency: 100 euros remain."""
        euro = self.setup_other_currency("EUR")
        self.make_invoice(self.customer, 1000, self.day(-30), currency=euro)
        self.receive(self.customer, 450)
        self.plan()
        case = self.get_case(self.customer)
        self.assertEqual(case.amount_net, 50)
        step = case.step_id
        composer = self.env["collection.message.composer"]
        values = composer._prepare(step, {step: []})[step]
        own, foreign = values["groups"]
        self.assertEqual(len(own["credits"]), 1)
        self.assertIn("450.00", own["credit_total"])
        self.assertIn("100.00", foreign["balance"])
        self.assertRegex(foreign["rows"][0]["apart"], "900.00.* covered by credits")
        self.assertIn("100.00", step.amount_text)
        self.assertNotIn("1,000.00", step.amount_text)

    def test_the_portal_asks_for_what_is_left(self):
        old = self.make_invoice(self.customer, 500, self.day(-30))
        new = self.make_invoice(self.customer, 300, self.day(-5))
        self.receive(self.customer, 500)
        account = self.env["collection.portal.account"].with_context(
            collection_as_of=self.today
        )
        self.assertEqual(account._get_overdue_moves(self.customer), new)
        rows = account._get_rows(self.customer, self.company)
        [group] = account._get_groups(rows, self.customer)
        self.assertEqual(group["asked"], 300)
        items = {item["move"]: item for item in group["items"]}
        self.assertFalse(items[old]["is_asked"])
        self.assertTrue(items[new]["is_asked"])
        [(text, _color)] = items[old]["badges"]
        self.assertRegex(text, "^Covered by your credits: .*500.00")
        self.assertEqual(items[new]["badges"], [("Overdue", "danger")])
        self.assertEqual(items[old]["late"], "")

    def test_the_ageing_of_a_statement_adds_up(self):
        """1,000 overdue and an open credit of 400: the balance is 600, in the table of
        the ages, too."""
        self.make_invoice(self.customer, 1000, self.day(-10))
        self.receive(self.customer, 400)
        self.plan()
        case = self.get_case(self.customer).with_context(collection_as_of=self.today)
        statement = self.env["collection.statement"].with_context(
            collection_as_of=self.today
        )
        [group] = statement._prepare_cases(case)[case]["statements"]
        self.assertIn("600.00", group["balance"])
        ageing = dict(group["ageing"])
        self.assertRegex(ageing["Open credits"], r"-\D*400\.00")
        self.assertEqual(list(ageing)[-1], "Balance")
        self.assertEqual(ageing["Balance"], group["balance"])


@tagged("post_install", "-at_install")
class TestBranchCredits(CollectionCommon):
    """A company and its branches are one legal person: credits with one of them cover
    what is owed to another, each once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branch = cls.env["res.company"].create(
            {"name": "Branch", "parent_id": cls.company.id}
        )
        cls.env.cr.precommit.run()  # loads its chart of accounts
        cls.env.user.company_ids = [Command.link(cls.branch.id)]
        for company in (cls.company, cls.branch):
            cls.make_policy({"days": 1}, company=company, quiet_days=1)
        cls.customer = cls.make_customer("Nordhaus")

    def test_paid_to_the_parent_company(self):
        self.make_invoice(self.customer, 1000, company=self.branch)
        self.receive(self.customer, 1000)
        self.plan(company=self.branch)
        case = self.get_case(self.customer, self.branch)
        self.assertEqual((case.reason, case.amount_collectable), ("covered", 0))
        asked = self.env["collection.decision.statement"]._get_asked(
            self.branch, self.today, self.customer.ids
        )
        self.assertFalse(asked)

    def test_each_is_used_once(self):
        self.make_invoice(self.customer, 1000, self.day(-30))
        self.make_invoice(self.customer, 1000, self.day(-10), company=self.branch)
        self.receive(self.customer, 1400)
        for company, amount in ((self.company, 0), (self.branch, 600)):
            self.plan(company=company)
            case = self.get_case(self.customer, company)
            self.assertEqual(case.amount_collectable, amount)
        step = case.step_id
        composer = self.env["collection.message.composer"]
        [group] = composer._prepare(step, {step: []})[step]["groups"]
        self.assertIn("400.00", group["elsewhere"])
        self.assertIn("600.00", group["balance"])
        account = self.env["collection.portal.account"]
        rows = account._get_rows(self.customer, self.branch)
        [group] = account._get_groups(rows, self.customer)
        self.assertEqual(group["asked"], 600)

    def test_what_is_matched_there_is_looked_at_here(self):
        """A payment that covered the branch's invoice pays one of the parent company,
        and back: the branch's case is reviewed with the parent's, not at night."""
        other = self.setup_other_company()["company"]
        self.make_invoice(self.customer, 500, company=other)
        self.make_invoice(self.customer, 1000, company=self.branch)
        payment = self.receive(self.customer, 1000)
        theirs = self.make_invoice(self.customer, 1000, self.day(-40))
        for company in (self.company, self.branch, other):
            self.plan(company=company)
        requests = self.env["collection.review.request"].sudo()
        requests._take(100)
        lines = (payment.move_id | theirs).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        lines.reconcile()
        both = {
            company.id: {self.customer.id} for company in (self.company, self.branch)
        }
        self.assertEqual(requests._take(100), both)
        lines.remove_move_reconcile()
        self.assertEqual(requests._take(100), both)

    def test_another_company_is_another_person(self):
        other = self.setup_other_company()["company"]
        self.make_policy({"days": 1}, company=other)
        self.make_invoice(self.customer, 1000, company=other)
        self.receive(self.customer, 1000)
        self.plan(company=other)
        self.assertEqual(self.get_case(self.customer, other).amount_net, 1000)
