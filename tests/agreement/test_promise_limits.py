from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common.promise import PromiseCommon

STATES = ("approve", "open", "kept", "partial", "broken", "withdrawn", "replaced")


@tagged("post_install", "-at_install")
class TestPromiseLimits(PromiseCommon):
    """What may be promised, who approves it, and how a promise ends."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.write(
            {"promise_days_max": 30, "promise_count_max": 2, "promise_amount_max": 5000}
        )
        cls.invoice = cls.make_invoice(cls.customer, 9000)
        cls.second = cls.make_invoice(cls.customer, 500, cls.day(-5))
        cls.stranger = cls.make_customer("Stranger")
        cls.foreign = cls.make_invoice(cls.stranger, 700)
        cls.plan()
        cls.case = cls.get_case(cls.customer)
        cls.users = cls.make_users()
        cls.collector = cls.env(user=cls.users["collector"])

    # ------------------------------------------------------------------
    # Limits
    # ------------------------------------------------------------------

    def test_each_date_proposes_the_rest(self):
        """What is open and not covered by credits, then what earlier dates leave, each
        a week later."""
        self.make_credit(self.customer, 100, self.day(-3))
        action = self.as_of(self.case).action_take_promise()
        model = self.env["collection.promise"].with_context(
            **action["context"], collection_as_of=self.today
        )
        with Form(model) as form:
            with form.line_ids.edit(0) as line:
                self.assertEqual((line.amount, line.date), (9400, self.day(7)))
                line.amount = 5000
            with form.line_ids.new() as line:
                self.assertEqual((line.amount, line.date), (4400, self.day(14)))
            self.assertFalse(form.amount_uncovered)

    def test_each_limit_and_its_edge(self):
        for offset, amount, reason in (
            (30, 5000, False),
            (31, 100, "31 days are more than the 30 that the policy allows"),
            (30, 5000.01, "above the limit of"),
        ):
            with self.subTest(offset=offset, amount=amount):
                promise = self.make_promise(
                    self.invoice, (offset, amount), env=self.collector
                )
                self.assertEqual(promise.state, "approve" if reason else "open")
                self.assertRegex(promise.approval_reason or "", reason or "^$")
                promise.sudo()._end("withdrawn", "Next case of the test")
                # Its number does not matter here.
                promise.sudo().item_ids = self.get_items(self.second)

    def test_last_of_several_dates_counts(self):
        dates = ((5, 10), (40, 10), (10, 10))
        self.assertEqual(self.make_promise(self.invoice, *dates).state, "approve")

    def test_number_of_promises_for_an_item(self):
        states = []
        for _number in range(3):
            promise = self.make_promise(self.invoice, (5, 10), env=self.collector)
            states.append((promise.state, promise.approval_reason))
            if promise.state == "open":
                promise._end("withdrawn", "He called again")
        self.assertEqual(states[:2], [("open", False)] * 2)
        self.assertEqual(
            states[2], ("approve", "This is promise number 3 for an item.")
        )
        # Another item has a count of its own.
        self.assertEqual(self.make_promise(self.second, (5, 10)).state, "open")

    def test_amount_in_another_currency(self):
        """A euro is worth half a dollar: 10,000 of them are 5,000."""
        currency = self.setup_other_currency("EUR")
        invoice = self.make_invoice(self.customer, 20000, currency=currency)
        self.plan()
        promise = self.make_promise(invoice, (5, 10000))
        self.assertEqual((promise.state, promise.currency_id), ("open", currency))
        promise._end("withdrawn", "More")
        self.assertEqual(self.make_promise(invoice, (5, 10001)).state, "approve")

    def test_softer_terms_than_the_policy_are_a_limit_too(self):
        """Otherwise a tolerance of a year makes every promise a kept one."""
        for terms in ({"tolerance": 365}, {"threshold": 1}):
            with self.subTest(terms):
                promise = self.make_promise(
                    self.second, (5, 100), env=self.collector, **terms
                )
                self.assertEqual(promise.state, "approve")
                promise._end("withdrawn", "Next")

    def test_zero_is_no_limit(self):
        self.policy.write(
            {"promise_days_max": 0, "promise_count_max": 0, "promise_amount_max": 0}
        )
        for _number in range(4):
            promise = self.make_promise(self.invoice, (300, 9000))
            self.assertEqual(promise.state, "open")
            promise._end("withdrawn", "And again")

    def test_managers_approve(self):
        promise = self.make_promise(self.invoice, (5, 9000), env=self.collector)
        self.assertEqual(promise.state, "approve")
        self.assert_exposure(self.invoice, amount_promised=0, amount_due=9000)
        with self.assert_refused("A collections manager has to approve this promise"):
            promise.action_approve()
        manager = self.env(user=self.users["manager"])
        self.as_of(promise.with_env(manager)).action_approve()
        self.assertEqual(promise.state, "open")
        self.assert_exposure(self.invoice, amount_promised=9000, amount_due=0)
        with self.assert_refused("is not waiting for approval"):
            promise.with_env(manager).action_approve()

    def test_approval_comes_too_late(self):
        promise = self.make_promise(self.invoice, (5, 9000))
        with self.assert_refused("cannot be in the past"):
            self.as_of(promise, self.day(6)).action_approve()
        self.pay(self.invoice, 100)
        with self.assert_refused("only .*8,900.00 is open"):
            self.as_of(promise).action_approve()

    # ------------------------------------------------------------------
    # What cannot be
    # ------------------------------------------------------------------

    def test_refusals(self):
        both = self.invoice | self.second
        for sentence, moves, dates, vals in (
            ("only .*9,000.00 is open", self.invoice, [(5, 9000.01)], {}),
            ("only .*9,500.00 is open", both, [(5, 9000), (6, 501)], {}),
            ("above zero", self.invoice, [(5, 0)], {}),
            ("above zero", self.invoice, [(5, 100), (6, -10)], {}),
            ("cannot be in the past", self.invoice, [(-1, 10)], {}),
            ("Enter the dates and amounts", self.invoice, [], {}),
            ("Choose the items", self.invoice, [(5, 10)], {"item_ids": []}),
            (
                "only cover items of its own customer",
                self.invoice,
                [(5, 10)],
                {"item_ids": [Command.set(self.get_items(self.foreign).ids)]},
            ),
            (
                "tolerance cannot be negative",
                self.invoice,
                [(5, 10)],
                {"tolerance": -1},
            ),
            ("between 0 and 100", self.invoice, [(5, 10)], {"threshold": 0}),
            ("between 0 and 100", self.invoice, [(5, 10)], {"threshold": 101}),
        ):
            with self.subTest(sentence), self.assert_refused(sentence):
                self.make_promise(moves, *dates, **vals)

    def test_today_is_not_the_past(self):
        self.assertEqual(self.make_promise(self.invoice, (0, 10)).state, "open")

    def test_paid_items(self):
        items = self.get_items(self.second)
        self.pay(self.second)
        with self.assert_refused("only .*0.00 is open|paid already"):
            self.make_promise(self.second, (5, 10))
        self.plan()
        self.assertFalse(items.is_open)
        with self.assert_refused("has been paid already"):
            self.make_promise(self.second, (5, 10))

    def test_item_under_another_promise(self):
        first = self.make_promise(self.invoice, (5, 10))
        for state in ("open", "approve"):
            first.sudo().state = state
            with self.assert_refused("already covered by an open promise"):
                self.make_promise(self.invoice | self.second, (5, 10))

    def test_two_currencies(self):
        currency = self.setup_other_currency("EUR")
        euro = self.make_invoice(self.customer, 100, currency=currency)
        self.plan()
        with self.assert_refused("All items of a promise must be in its currency"):
            self.make_promise(self.invoice | euro, (5, 10))
        with self.assert_refused("All items of a promise must be in its currency"):
            self.make_promise(self.invoice, (5, 10), currency_id=currency.id)

    def test_extension_is_for_whole_items(self):
        with self.assert_refused("whole"):
            self.make_promise(self.second, (5, 499), kind="extension")
        extension = self.make_promise(self.second, (5, 500), kind="extension")
        self.assertEqual(extension.state, "open")

    def test_what_was_promised_does_not_change(self):
        promise = self.make_promise(self.invoice, (5, 10), env=self.collector)
        for vals in (
            {"line_ids": [Command.update(promise.line_ids.id, {"amount": 1})]},
            {"line_ids": [Command.clear()]},
            {"item_ids": [Command.set(self.get_items(self.second).ids)]},
            {"tolerance": 100},
            {"threshold": 1},
        ):
            with self.subTest(vals), self.assert_refused("A promise cannot be changed"):
                promise.write(vals)
        with self.assert_refused("A promise cannot be changed"):
            promise.line_ids.date = self.day(90)
        with self.assert_refused("A promise cannot be changed"):
            promise.line_ids.unlink()
        with self.assert_refused("A promise cannot be changed"):
            promise.line_ids.copy()
        promise.note = "He sounded sure."

    # ------------------------------------------------------------------
    # How it ends
    # ------------------------------------------------------------------

    def test_ends_by_somebodys_wish_from_these_states_only(self):
        promise = self.make_promise(self.invoice, (5, 10))
        for state in STATES:
            promise.sudo().state = state
            with self.subTest(state):
                if state in ("open", "approve"):
                    self.assertTrue(promise.action_replace())
                    promise._end("withdrawn", "Out of money")
                    self.assertEqual(promise.state, "withdrawn")
                    self.assertEqual(promise.end_reason, "Out of money")
                else:
                    with self.assert_refused("cannot be withdrawn or replaced"):
                        promise._end("withdrawn", "Out of money")
                    with self.assert_refused("cannot be withdrawn or replaced"):
                        promise.action_replace()

    def test_withdrawn_with_a_reason(self):
        promise = self.make_promise(self.second, (5, 500))
        self.assert_exposure(self.second, amount_promised=500, amount_due=0)
        for reason in (False, "", "   "):
            with self.assert_refused("Explain why the promise ends"):
                promise._end("withdrawn", reason)
        wizard = self.collector["collection.promise.end"].create(
            {"promise_ids": [Command.set(promise.ids)], "reason": "Called off"}
        )
        self.as_of(wizard).action_withdraw()
        self.assert_state(promise, "withdrawn")
        self.assert_exposure(self.second, amount_promised=0, amount_due=500)
        self.night(20)
        self.assert_state(promise, "withdrawn")

    def test_replaced(self):
        old = self.make_promise(self.second, (5, 500), env=self.collector)
        context = old.action_replace()["context"]
        new = (
            self.as_of(self.collector["collection.promise"])
            .with_context(**context)
            .create(
                {"line_ids": [Command.create({"date": self.day(9), "amount": 400})]}
            )
        )
        self.assertEqual((old.state, new.state), ("replaced", "open"))
        self.assertEqual((new.replaces_id, new.item_ids), (old, old.item_ids))
        self.assertTrue(old.end_reason)
        self.assertEqual(new.level, 1)

    def test_promise_of_another_customer_is_not_replaced(self):
        other = self.make_promise(self.foreign, (5, 10))
        with self.assert_refused("another customer"):
            self.make_promise(self.invoice, (5, 10), replaces_id=other.id)
        self.assert_state(other, "open")

    def test_never_deleted(self):
        promise = self.make_promise(self.second, (5, 500))
        with self.assert_refused("stays on record"):
            promise.sudo().unlink()
        with self.assertRaises(AccessError):
            promise.with_env(self.collector).unlink()
