from collections import defaultdict
from random import Random

from odoo.fields import Command
from odoo.tests import tagged

from ...tools.ageing import BUCKETS, find_bucket
from ..common.credit_model import Debt, lay
from ..common.plan import PlanCommon

OPERATIONS = 16
# What is less is a difference of rounding.
NOTHING = 0.004


@tagged("post_install", "-at_install")
class TestOpenCreditsProperty(PlanCommon):
    """Whatever happened, in the company or a branch of it, what is asked for is what
    the oldest-first rule leaves: in the decision, the figures of the case, the list of
    a message, the portal and the statement alike. Who has left gets nothing to do."""

    expected_seconds = 120
    sequences = (1, 2, 3, 4)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.write({"promise_days_max": 0, "promise_count_max": 0})
        cls.euro = cls.setup_other_currency("EUR")
        cls.branch = cls.env["res.company"].create(
            {"name": "Branch", "parent_id": cls.company.id}
        )
        cls.env.cr.precommit.run()  # loads its chart of accounts
        cls.env.user.company_ids = [Command.link(cls.branch.id)]
        cls.make_policy({"days": 1}, {"days": 15}, company=cls.branch)
        cls.collectors = cls.env["res.users"].concat(
            *(
                cls.make_user(
                    f"collector {number}",
                    "account_collections.group_collection_user",
                )
                for number in range(3)
            )
        )
        cls.collectors.company_ids = [Command.link(cls.branch.id)]

    def test_sequences(self):
        for seed in self.sequences:
            with self.subTest(sequence=seed), self.env.cr.savepoint() as savepoint:
                self.random, self.log = Random(seed), []
                self.do_invoice()
                self.plan_both()
                for _number in range(OPERATIONS):
                    self.act()
                    self.plan_both()
                    self.compare()
                savepoint.rollback()
                self.env.invalidate_all()

    def plan_both(self):
        for company in (self.company, self.branch):
            self.plan(company=company)
        self.env.invalidate_all()

    # ------------------------------------------------------------------
    # What can happen
    # ------------------------------------------------------------------

    def act(self):
        weights = {
            self.do_invoice: 6,
            self.do_receive: 4,
            self.do_credit: 2,
            self.do_pay_back: 1,
            self.do_match: 2,
            self.do_pay: 1,
            self.do_cancel: 1,
            self.do_promise: 2,
            self.do_dispute: 2,
            self.do_plan: 2,
            self.do_hold: 1,
            self.do_climb: 3,
            self.do_leave: 1,
        }
        [operation] = self.random.choices(list(weights), weights.values())
        self.log.append(operation.__name__)
        operation()

    def some(self, limit=40000):
        return self.random.randint(1, limit) / 100

    def choose_currency(self):
        return self.random.choice((self.currency, self.currency, self.euro))

    def choose_company(self):
        return self.random.choice((self.company, self.company, self.branch))

    def choose_row(self, *conditions):
        """Answer a row that meets the conditions, of an invoice, or none."""
        rows = self.find_rows(self.company | self.branch).filtered(
            lambda row: (
                row.move_id.is_invoice()
                and row.amount_residual_currency > 0
                and all(condition(row) for condition in conditions)
            )
        )
        return self.random.choice(rows) if rows else rows

    def choose_invoice(self):
        """Answer an invoice that all can be asked for of, or none."""
        return self.choose_row(
            lambda row: row.amount_due == row.amount_residual_currency
        ).move_id

    def do_invoice(self):
        self.make_invoice(
            self.customer,
            self.some(),
            self.day(self.random.randint(-100, 10)),
            currency=self.choose_currency(),
            company=self.choose_company(),
            issued=self.day(-110),
        )

    def do_receive(self):
        self.receive(
            self.customer,
            self.some(),
            currency=self.choose_currency(),
            company=self.choose_company(),
        )

    def do_credit(self):
        self.make_credit(
            self.customer,
            self.some(20000),
            self.today,
            currency=self.choose_currency(),
            company=self.choose_company(),
        )

    def do_pay_back(self):
        day = self.day(self.random.randint(-30, 0))
        self.pay_back(self.customer, self.some(20000), day)

    def do_match(self):
        """Match a credit with an invoice, whatever was agreed on about it."""
        rows = self.find_rows(self.company | self.branch)
        waiting = rows.filtered(lambda row: row.status == "credit")
        if not waiting:
            return
        credit = self.random.choice(waiting)
        row = self.choose_row(
            lambda row: row.currency_id == credit.currency_id,
            lambda row: row.company_id == credit.company_id,
        )
        if row:
            lines = self.env["account.move.line"].browse([row.id, credit.id])
            lines.reconcile()

    def do_pay(self):
        """Pay a part of an invoice, whatever was agreed on about it."""
        row = self.choose_row(lambda row: row.company_id == self.company)
        if row:
            share = self.random.choice((0.5, 1))
            amount = round(row.amount_residual_currency * share, 2)
            self.pay(row.move_id, amount or row.amount_residual_currency, self.today)

    def do_cancel(self):
        if move := self.choose_row().move_id:
            move.button_draft()
            move.button_cancel()

    def do_promise(self):
        if invoice := self.choose_invoice():
            self.make_promise(invoice, (7, invoice.amount_residual))

    def do_dispute(self):
        if invoice := self.choose_invoice():
            amount = round(invoice.amount_residual * self.random.random(), 2)
            self.make_dispute(invoice, max(amount, 0.01))

    def do_plan(self):
        invoice = self.choose_invoice()
        if invoice and invoice.amount_residual > 1:
            half = round(invoice.amount_residual / 2, 2)
            rest = round(invoice.amount_residual - half, 2)
            self.accept(self.make_plan(invoice, (7, half), (37, rest)))

    def do_hold(self):
        """Hold an item, also one that is promised, disputed or on a plan."""
        items = self.get_items(
            self.choose_row(lambda row: row.status != "held").move_id
        )
        if items:
            self.make_hold(items.case_id, scope="items", item_ids=items.ids)

    def do_climb(self):
        """An item has had a reminder."""
        items = self.get_items(self.choose_row().move_id)
        if items.case_id.policy_id:
            stage = self.random.choice(items.case_id.policy_id.stage_ids)
            items.sudo().write({"stage_id": stage.id, "date_stage": self.day(-3)})

    def do_leave(self):
        """Cases get another collector, one of the collectors leaves."""
        for company in (self.company, self.branch):
            case = self.get_case(self.customer, company)
            present = self.collectors.filtered("active")
            if case and present:
                case.sudo().user_id = self.random.choice(present)
        self.random.choice(self.collectors).sudo().active = False

    # ------------------------------------------------------------------
    # What must be the same
    # ------------------------------------------------------------------

    def find_rows(self, companies):
        exposure = self.env["collection.exposure"].with_context(
            collection_as_of=self.today
        )
        return exposure.search(
            [
                ("partner_id", "=", self.customer.id),
                ("company_id", "in", companies.ids),
            ]
        )

    def get_left(self):
        """:return: dict of what the model leaves of each item, per exposure"""
        rows = self.find_rows(self.company | self.branch)
        purses, debts = defaultdict(lambda: [0, 0]), {}
        for row in rows:
            name = row.currency_id.name
            if row.status == "credit":
                purses[name][0] -= row.amount_residual_currency
                purses[name][1] -= row.amount_residual
            elif row.amount_due:
                debts[row] = Debt(
                    row.id,
                    row.date_maturity,
                    name,
                    row.amount_due,
                    row.amount_collectable,
                    bool(row.move_id.origin_payment_id),
                )
        left = lay(list(debts.values()), purses, self.today)
        return {row: left[debt] for row, debt in debts.items()}

    def compare(self):
        left = self.get_left()
        for row, amount in left.items():
            covered = row.amount_due - amount
            self.assertAlmostEqual(
                row.amount_covered, covered, delta=0.02, msg=self.log
            )
        for company in (self.company, self.branch):
            own = {row: left[row] for row in left if row.company_id == company}
            overdue = {row: own[row] for row in own if row.days_late}
            expected = defaultdict(float)
            for row, amount in overdue.items():
                expected[row.currency_id.id] += amount
            self.compare_asked(company, expected)
            self.compare_figures(company, own)
            self.compare_people(company)
            self.compare_texts(own)
            self.compare_message(company, overdue)

    def compare_asked(self, company, expected):
        """What the decision asks for, and the figure of the case."""
        statement = self.env["collection.decision.statement"]
        asked = statement._get_asked(company, self.today, self.customer.ids)
        found = asked.get(self.customer.id, {})
        for currency_id in {*expected, *found}:
            self.assertAlmostEqual(
                found.get(currency_id, 0),
                expected[currency_id],
                delta=0.05,
                msg=self.log,
            )
        case = self.get_case(self.customer, company)
        value = sum(
            self.get_value(amount, self.env["res.currency"].browse(currency_id))
            for currency_id, amount in expected.items()
        )
        self.assertAlmostEqual(
            case.amount_collectable if case else 0, value, delta=0.05, msg=self.log
        )

    def get_value(self, amount, currency):
        return amount / 2 if currency == self.euro else amount

    def compare_figures(self, company, own):
        """How much is how late, and the stage shown: of what is left."""
        case = self.get_case(self.customer, company)
        rows = self.find_rows(company).filtered(
            lambda row: row.status != "credit" and row.amount_residual_currency > 0
        )
        ages, reached = dict.fromkeys((bucket.name for bucket in BUCKETS), 0), []
        for row in rows:
            covered = row.amount_due - own[row] if row in own else 0
            late = (self.today - row.date_maturity).days
            ages[find_bucket(late).name] += row.amount_residual - self.get_value(
                covered, row.currency_id
            )
            if row.status != "open" or own[row] > NOTHING:
                reached += row.stage_id
        for name, amount in ages.items():
            self.assertAlmostEqual(case[name], amount, delta=0.05, msg=self.log)
        overdue = sum(ages.values()) - ages["amount_not_due"]
        self.assertAlmostEqual(case.amount_overdue, overdue, delta=0.05, msg=self.log)
        stage = max(reached, key=lambda one: one.sequence, default=case.stage_id[:0])
        if case:
            self.assertEqual(case.stage_id, stage, self.log)
            snapshot = self.root["collection.snapshot"]
            snapshot._build(company, self.today, self.customer.ids)
            case._refresh_stages()
            self.assertEqual(case.stage_id, stage, self.log)

    def compare_people(self, company):
        """Nobody who has left works the case, or gets a to-do."""
        case = self.get_case(self.customer, company)
        if case:
            self.assertTrue(case.user_id.active or not case.user_id, self.log)
            self.assertTrue(case._add_task("Look").user_id.active, self.log)

    def compare_texts(self, own):
        """What portal and statement say of each item."""
        account = self.env["collection.portal.account"].with_context(
            collection_as_of=self.today
        )
        listing = self.env["collection.open.item.list"]
        for row, amount in own.items():
            is_asked = bool(row.days_late) and amount > NOTHING
            self.assertEqual(account._get_item(row, {})["is_asked"], is_asked, self.log)
            text = listing._get_row(row, {})["apart"]
            is_covered = row.amount_due - amount > NOTHING
            self.assertEqual("covered by credits" in text, is_covered, self.log)

    def compare_message(self, company, overdue):
        """No message names what credits cover, and what it names comes to its sum."""
        case = self.get_case(self.customer, company)
        step = case.step_id.with_context(collection_as_of=self.today)
        if not step or case.reason != "due":
            return
        values = step.env["collection.message.composer"]._prepare(step, {step: []})
        listed = values[step]["items"]
        expected = [row.id for row, amount in overdue.items() if amount > NOTHING]
        self.assertEqual(sorted(listed.ids), sorted(expected), self.log)
