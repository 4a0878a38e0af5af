from collections import defaultdict
from random import Random

from odoo.fields import Command
from odoo.tests import tagged

from ..common.credit_model import Debt, lay
from ..common.promise import PromiseCommon

OPERATIONS = 12


@tagged("post_install", "-at_install")
class TestOpenCreditsProperty(PromiseCommon):
    """Whatever happened, what is asked for is what the oldest-first rule leaves: in the
    decision, the list of a message, the portal and the statement alike."""

    expected_seconds = 60
    sequences = (1, 2, 3)

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
        cls.make_policy({"days": 1}, company=cls.branch)

    def test_sequences(self):
        for seed in self.sequences:
            with self.subTest(sequence=seed), self.env.cr.savepoint() as savepoint:
                self.random, self.log = Random(seed), []
                self.do_invoice()
                self.plan()
                for _number in range(OPERATIONS):
                    self.act()
                    for company in (self.company, self.branch):
                        self.plan(company=company)
                    self.env.invalidate_all()
                    self.compare()
                savepoint.rollback()
                self.env.invalidate_all()

    # ------------------------------------------------------------------
    # What can happen
    # ------------------------------------------------------------------

    def act(self):
        weights = {
            self.do_invoice: 5,
            self.do_receive: 4,
            self.do_credit: 2,
            self.do_pay_back: 2,
            self.do_promise: 1,
            self.do_dispute: 2,
            self.do_hold: 1,
        }
        [operation] = self.random.choices(list(weights), weights.values())
        self.log.append(operation.__name__)
        operation()

    def some(self, limit=40000):
        return self.random.randint(1, limit) / 100

    def choose_currency(self):
        return self.random.choice((self.currency, self.currency, self.euro))

    def choose_invoice(self):
        """Answer an invoice that something can be asked for of, or none."""
        rows = self.find_rows(self.company).filtered(
            lambda row: row.amount_due == row.amount_residual_currency > 0
        )
        moves = [row.move_id for row in rows if row.move_id.is_invoice()]
        return self.random.choice(moves) if moves else self.env["account.move"]

    def do_invoice(self):
        self.make_invoice(
            self.customer,
            self.some(),
            self.day(self.random.randint(-40, 10)),
            currency=self.choose_currency(),
            company=self.random.choice((self.company, self.company, self.branch)),
            issued=self.day(-60),
        )

    def do_receive(self):
        self.receive(self.customer, self.some(), currency=self.choose_currency())

    def do_credit(self):
        currency = self.choose_currency()
        self.make_credit(self.customer, self.some(20000), self.today, currency=currency)

    def do_pay_back(self):
        day = self.day(self.random.randint(-30, 0))
        self.pay_back(self.customer, self.some(20000), day)

    def do_promise(self):
        if invoice := self.choose_invoice():
            self.make_promise(invoice, (7, invoice.amount_residual))

    def do_dispute(self):
        if invoice := self.choose_invoice():
            amount = round(invoice.amount_residual * self.random.random(), 2)
            self.make_dispute(invoice, max(amount, 0.01))

    def do_hold(self):
        items = self.get_items(self.choose_invoice())
        if items:
            self.make_hold(items.case_id, scope="items", item_ids=items.ids)

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
            amount / (2 if currency_id == self.euro.id else 1)
            for currency_id, amount in expected.items()
        )
        self.assertAlmostEqual(
            case.amount_collectable if case else 0, value, delta=0.05, msg=self.log
        )

    def compare_texts(self, own):
        """What portal and statement say of each item."""
        account = self.env["collection.portal.account"].with_context(
            collection_as_of=self.today
        )
        listing = self.env["collection.open.item.list"]
        for row, amount in own.items():
            is_asked = bool(row.days_late) and amount > 0.004
            self.assertEqual(account._get_item(row, {})["is_asked"], is_asked, self.log)
            text = listing._get_row(row, {})["apart"]
            is_covered = row.amount_due - amount > 0.004
            self.assertEqual("covered by credits" in text, is_covered, self.log)

    def compare_message(self, company, overdue):
        """No message names what credits cover, and what it names comes to its sum."""
        case = self.get_case(self.customer, company)
        step = case.step_id.with_context(collection_as_of=self.today)
        if not step or case.reason != "due":
            return
        values = step.env["collection.message.composer"]._prepare(step, {step: []})
        listed = values[step]["items"]
        expected = [row.id for row, amount in overdue.items() if amount > 0.004]
        self.assertEqual(sorted(listed.ids), sorted(expected), self.log)
