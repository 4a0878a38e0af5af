from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.promise import PromiseCommon

READERS = ("invoicing", "readonly", "collector", "manager")
WORKERS = ("collector", "manager")
# What only the program writes.
PROMISE_VALUES = {
    "state": "kept",
    "amount": 1,
    "kept_percent": 100,
    "amount_kept": 1000,
    "amount_fallen_due": 0,
    "level": 1,
    "is_escalated": True,
    "date_taken": "2020-01-01",
    "date_last": "2030-01-01",
    "last_allocation": 0,
    "end_reason": "None",
    "approval_reason": False,
}
DISPUTE_VALUES = {
    "state": "accepted",
    "is_active": False,
    "amount_excluded": 0,
    "amount_accepted": 1000,
    "credit_note_id": False,
    "date_opened": "2020-01-01",
    "date_closed": "2030-01-01",
    "escalation": 2,
}


@tagged("post_install", "-at_install")
class TestPromiseDisputeRights(PromiseCommon):
    """Who may see and do what, and what nobody writes by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.make_invoice(cls.customer, 1000)
        cls.second = cls.make_invoice(cls.customer, 500, cls.day(-9))
        cls.plan()
        cls.case = cls.get_case(cls.customer)
        cls.users = cls.make_users()
        cls.promise = cls.make_promise(cls.invoice, (7, 1000))
        cls.dispute = cls.make_dispute(cls.second, 200)
        cls.records = (cls.promise, cls.promise.line_ids, cls.dispute)

    # ------------------------------------------------------------------
    # Groups
    # ------------------------------------------------------------------

    def test_reading(self):
        for kind, user in self.users.items():
            for record in self.records:
                with self.subTest(kind=kind, model=record._name):
                    own = record.with_user(user)
                    self.assertEqual(own.has_access("read"), kind in READERS)
                    if kind in READERS:
                        self.assertTrue(own.read(["state", "amount"]))
                    else:
                        with self.assertRaises(AccessError):
                            own.read(["state"])

    def test_taking(self):
        third = self.make_invoice(self.customer, 100)
        self.plan()
        for kind, user in self.users.items():
            with self.subTest(kind):
                env = self.env(user=user)
                if kind in WORKERS:
                    promise = self.make_promise(third, (5, 10), env=env)
                    promise._end("withdrawn", "Next")
                    self.assertEqual(promise.user_id, user)
                    self.make_dispute(third, 10, env=env).action_withdraw()
                    continue
                with self.assertRaises(AccessError):
                    self.make_promise(third, (5, 10), env=env)
                with self.assertRaises(AccessError):
                    self.make_dispute(third, 10, env=env)

    def test_working(self):
        for kind in set(self.users) - set(WORKERS):
            promise, dispute = (
                record.with_user(self.users[kind])
                for record in (self.promise, self.dispute)
            )
            for name, act in {
                "withdraw": lambda promise=promise: promise._end("withdrawn", "No"),
                "note": lambda promise=promise: promise.write({"note": "x"}),
                "review": dispute.action_review,
                "accept": lambda dispute=dispute: dispute._accept(dispute.amount),
                "withdraw dispute": dispute.action_withdraw,
            }.items():
                with self.subTest(kind=kind, act=name), self.assertRaises(AccessError):
                    act()
        self.assert_state(self.promise, "open")
        self.assertEqual(self.dispute.state, "new")

    def test_unlinking(self):
        for kind in ("invoicing", *WORKERS):
            for record in (self.promise, self.dispute):
                with self.subTest(kind=kind), self.assertRaises(AccessError):
                    record.with_user(self.users[kind]).unlink()

    # ------------------------------------------------------------------
    # By hand, as imports and the external API write
    # ------------------------------------------------------------------

    def test_nobody_writes_what_the_ledger_says(self):
        for kind in WORKERS:
            for record, values in (
                (self.promise, PROMISE_VALUES),
                (self.dispute, DISPUTE_VALUES),
            ):
                for name, value in values.items():
                    own = record.with_user(self.users[kind])
                    with self.subTest(name), self.assertRaises(AccessError):
                        own.write({name: value})

    def test_nobody_creates_it_either(self):
        """Neither with a value nor with a default that the context holds."""
        third = self.make_invoice(self.customer, 5000)
        self.plan()
        env = self.env(user=self.users["collector"])
        for name in ("state", "date_taken", "last_allocation", "level"):
            value = PROMISE_VALUES[name]
            with self.subTest(name), self.assertRaises(AccessError):
                self.make_promise(third, (5, 10), env=env, **{name: value})
        forged = self.env(
            user=self.users["collector"],
            context={
                "default_state": "kept",
                "default_date_taken": "2020-01-01",
                "default_last_allocation": -1,
                "default_amount_accepted": 99,
            },
        )
        promise = self.make_promise(third, (5, 10), env=forged)
        self.assertEqual(promise.state, "open")
        self.assertEqual(promise.date_taken, self.today)
        self.assertGreaterEqual(promise.last_allocation, 0)
        dispute = self.make_dispute(third, 10, env=forged)
        self.assertEqual((dispute.state, dispute.amount_accepted), ("new", 0))

    def test_lines_follow_their_promise(self):
        env = self.env(user=self.users["collector"])
        Line = env["collection.promise.line"]
        values = {"promise_id": self.promise.id, "date": self.day(90), "amount": 1}
        line = self.promise.line_ids.with_env(env)
        for act in (
            lambda: Line.create(values),
            lambda: Line.with_context(collection_taking=True).create(values),
            lambda: line.write({"date": self.day(90)}),
            lambda: line.write({"state": "kept"}),
            line.unlink,
        ):
            with self.assert_refused(
                "A promise cannot be changed|A dispute|cannot be changed by hand"
            ):
                act()

    # ------------------------------------------------------------------
    # Companies
    # ------------------------------------------------------------------

    def test_two_companies(self):
        other = self.setup_other_company(name="Elsewhere")["company"]
        user = self.users["manager"].copy(
            {
                "login": "collection_elsewhere",
                "company_id": other.id,
                "company_ids": [Command.set(other.ids)],
            }
        )
        env = self.env(user=user, context={"allowed_company_ids": other.ids})
        for record in self.records:
            with self.subTest(record._name):
                own = record.with_env(env)
                self.assertFalse(own.search([("id", "=", record.id)]))
                with self.assertRaises(AccessError):
                    own.read(["state"])
        with self.assertRaises(AccessError):
            self.promise.with_env(env)._end("withdrawn", "Not mine")
        with self.assertRaises(AccessError):
            self.dispute.with_env(env).action_withdraw()
        with self.assertRaises(AccessError):
            self.make_dispute(self.second, 10, env=env)
        with self.assertRaises(AccessError):
            third = self.make_invoice(self.customer, 100)
            self.plan()
            self.make_promise(third, (5, 10), env=env)

    def test_the_night_of_one_company_leaves_the_other_alone(self):
        other = self.setup_other_company(name="Elsewhere")["company"]
        self.night(30, company=other)
        self.assert_state(self.promise, "open")
        self.assertFalse(self.case.sudo().activity_ids)
        self.night(30)
        self.assert_state(self.promise, "broken")

    # ------------------------------------------------------------------
    # Where the field is weak
    # ------------------------------------------------------------------

    def test_weakness_05_the_ledger_decides(self):
        """The date has passed, and the money came: kept. Undone: broken. While it is
        open, no reminder leaves, not even one that was on its way."""
        self.assertEqual(self.live(0, 4, self.customer), {0: "Stage 1"})
        letter = self.case.letter_ids
        # The other invoice is due in part; what is promised is not asked for.
        self.assertEqual(letter.move_ids, self.second)
        payment = self.pay(self.invoice, 1000, self.day(9))
        self.night(30)
        self.assert_state(self.promise, "kept", 1000)
        self.cancel_payments(payment)
        self.night(31)
        self.assert_state(self.promise, "broken", 0)

    def test_weakness_06_disputed_comes_back(self):
        """Somebody is reminded until the customer has an answer; then it is chased."""
        self.assert_exposure(self.second, amount_disputed=200, amount_due=300)
        self.night(11)
        self.assertTrue(self.dispute.sudo().activity_ids)
        self.as_of(self.dispute, self.day(12))._reject("<p>No.</p>")
        self.assert_exposure(self.second, amount_disputed=0, amount_due=500)
        self.plan(self.day(14))
        self.assertEqual((self.case.reason, self.case.amount_net), ("due", 1500))
