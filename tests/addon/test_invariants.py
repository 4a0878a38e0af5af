from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import errors

from ..common.base import CollectionCommon
from ..common.promise import PromiseCommon


@tagged("post_install", "-at_install")
class TestInvariants(CollectionCommon):
    """The promises of the design, a test for each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_customer("Invariant")
        cls.policy = cls.make_policy({"days": 1}, {"days": 10}, quiet_days=1)

    def repeat_row(self, record):
        """Insert a row once more in SQL, past everything that Python checks."""
        names = [
            name
            for name, field in record._fields.items()
            if field.store and field.column_type and name != "id"
        ]
        columns = ", ".join(f'"{name}"' for name in names)
        self.env.flush_all()
        with mute_logger("odoo.sql_db"), self.env.cr.savepoint(flush=False):
            self.env.cr.execute(
                f"INSERT INTO {record._table} ({columns})"  # noqa: S608
                f" SELECT {columns} FROM {record._table} WHERE id = %s",
                [record.id],
            )

    def test_invariant_01_one_open_case_and_one_open_action(self):
        invoice = self.make_invoice(self.customer)
        self.plan()
        case, step = self.get_case(self.customer), self.open_steps(self.customer)
        item = self.get_items(invoice)
        for record in (case, step, item):
            with self.subTest(record._name), self.assertRaises(errors.UniqueViolation):
                self.repeat_row(record)
        for state in ("approve", "todo", "failed"):
            step.sudo().state = state
            with self.subTest(state), self.assertRaises(errors.UniqueViolation):
                self.repeat_row(step)
        # A closed case and a step that is over are not in the way.
        step.sudo().state = "done"
        case.sudo().state = "closed"
        self.repeat_row(step)
        self.repeat_row(case)

    def test_invariant_02_no_money_but_the_ledgers(self):
        """Undoing a payment undoes all that it did."""
        invoice = self.make_invoice(self.customer)
        self.plan()
        self.execute()
        case = self.get_case(self.customer)
        names = [
            name
            for name, field in case._fields.items()
            if field.type == "monetary" or name in ("reason", "state", "stage_id")
        ]
        self.plan(self.day(1))
        before = case.read(names)
        payment = self.pay(invoice)
        self.plan(self.day(1))
        self.assertEqual((case.state, case.amount_open), ("closed", 0))
        payment.action_draft()
        payment.action_cancel()
        self.plan(self.day(1))
        self.assertEqual(case.read(names), before)
        # The item keeps its place, never an amount.
        item = self.env["collection.item"]
        stored = [n for n, field in item._fields.items() if field.store]
        self.assertFalse([n for n in stored if item._fields[n].type == "monetary"])

    def test_invariant_03_collectable(self):
        """What remains is the residual less what is held, never below zero, and net
        of open credits when the policy nets."""
        held, free = (self.make_invoice(self.customer, n) for n in (700, 500))
        self.make_invoice(self.customer, 90, self.day(5))
        self.plan()
        case = self.get_case(self.customer)
        items = self.get_items(held)
        self.make_hold(case, scope="items", item_ids=[Command.set(items.ids)])
        rows = case.exposure_ids.grouped("move_id")
        self.assertEqual(
            (rows[held].amount_held, rows[held].amount_collectable), (700, 0)
        )
        self.assertEqual(
            (rows[free].amount_held, rows[free].amount_collectable), (0, 500)
        )
        for credit, nets, collectable in (
            (0, True, 500),
            (200, True, 300),
            (0, False, 500),
            (400, True, 0),
            (0, False, 500),
        ):
            self.policy.net_credits = nets
            if credit:
                self.make_credit(self.customer, credit, self.today)
            self.plan()
            with self.subTest(credit=credit, nets=nets):
                self.assertEqual(case.amount_collectable, collectable)
                # Credits cover nothing of what is held.
                self.assertEqual(case.amount_overdue, 700 + collectable)
        self.make_hold(case)
        self.assertEqual((case.amount_collectable, case.amount_held), (0, 1290))

    def test_invariant_04_nothing_leaves_without_net_debt(self):
        """Whatever happened since the step was planned, approved or put off."""
        reasons = {
            "paid": lambda invoice, case: self.pay(invoice),
            "credited": lambda invoice, case: self.make_credit(
                case.partner_id, 1000, self.today
            ),
            "received": lambda invoice, case: self.receive(case.partner_id, 1000),
            "held": lambda invoice, case: self.make_hold(case),
            "item held": lambda invoice, case: self.make_hold(
                case, scope="items", item_ids=[Command.set(case.item_ids.ids)]
            ),
            "blocked": lambda invoice, case: invoice.action_toggle_block_payment(),
            "excluded": lambda invoice, case: self.receivable(invoice).write(
                {"no_followup": True}
            ),
            "draft": lambda invoice, case: invoice.button_draft(),
            "put off": lambda invoice, case: self.receivable(invoice).write(
                {"date_maturity": self.day(20)}
            ),
        }
        cases = {}
        for name in reasons:
            customer = self.make_customer(f"Not to be chased: {name}")
            invoice = self.make_invoice(customer)
            cases[name] = (customer, invoice)
        self.plan()
        for name, happens in reasons.items():
            customer, invoice = cases[name]
            case = self.get_case(customer)
            self.assertEqual(case.step_ids.state, "planned")
            happens(invoice, case)
        self.assertEqual(self.execute()["done_count"], 0)
        for name, (customer, _invoice) in cases.items():
            with self.subTest(name):
                step = self.env["collection.step"].search(
                    [("case_id.partner_id", "=", customer.id)]
                )
                self.assertEqual(step.state, "cancelled")
                self.assertTrue(step.reason)
                self.assertFalse(step.case_id.letter_ids)
                self.assertFalse(step.case_id.contact_ids)

    def test_invariant_05_one_step_one_message(self):
        self.make_invoice(self.customer)
        for _time in range(3):
            self.plan()
        self.assertEqual(len(self.get_case(self.customer).step_ids), 1)
        for _time in range(3):
            self.execute()
            self.plan()
        case = self.get_case(self.customer)
        self.assertEqual(len(case.letter_ids), 1)
        self.assertEqual(len(case.contact_ids), 1)
        self.assertEqual(case.step_ids.mapped("state"), ["done"])

    def test_invariant_06_failures_stay_with_their_case(self):
        self.template.subject = (
            "{{ 1 / 0 if object.partner_id.ref == 'bad' else 'Yes' }}"
        )
        customers = [
            self.make_customer(f"Customer {ref}", ref=ref)
            for ref in ("good", "bad", "fine", "bad")
        ]
        for customer in customers:
            self.make_invoice(customer)
        self.plan()
        counts = self.execute()
        self.assertEqual((counts["done_count"], counts["failed_count"]), (2, 2))
        self.assertEqual(
            [self.get_case(customer).step_ids.state for customer in customers],
            ["done", "failed", "done", "failed"],
        )

    def test_invariant_07_the_log_is_append_only(self):
        self.make_invoice(self.customer)
        self.plan()
        self.execute()
        contact = self.get_case(self.customer).contact_ids.sudo()
        with self.assert_refused("cannot be rewritten"):
            contact.note = "Never happened."
        with self.assert_refused("cannot be deleted"):
            contact.unlink()

    def test_invariant_08_stages_only_rise(self):
        """While an item is open; the case falls back to what the others reached."""
        old = self.make_invoice(self.customer, due=self.day(-1))
        new = self.make_invoice(self.customer, due=self.day(6))
        reached = {old: [], new: []}
        for offset in range(24):
            self.live(offset, offset)
            for invoice in reached if offset < 14 else [new]:
                stage = self.get_items(invoice).stage_id
                reached[invoice].append(stage.sequence or 0)
            if offset == 13:
                case = self.get_case(self.customer)
                self.assertEqual(case.stage_id.name, "Stage 2")
                self.pay(old)
        for stages in reached.values():
            self.assertEqual(stages, sorted(stages))
        self.assertEqual((reached[old][-1], reached[new][-1]), (20, 20))
        # The new one climbed on its own days, neither sooner nor from the start.
        self.assertEqual(reached[new].index(10), 7)
        self.assertEqual(reached[new].index(20), 16)

    def test_invariant_09_every_decision_says_why(self):
        """In words a customer could be shown: no key, no gap, no placeholder."""
        self.make_invoice(self.customer)
        self.plan()
        case = self.get_case(self.customer)
        reasons = dict(self.env["collection.decision"]._fields["reason"].selection)
        stage = self.policy.stage_ids[0]
        for reason in reasons:
            with self.subTest(reason):
                text = case.decision_ids._explain(
                    reason, stage, self.today, 12.5, self.currency
                )
                self.assertRegex(text, r"^[A-Z“].*\.$")
                self.assertNotRegex(text, r"%|None|False|_|  ")
                dateless = case.decision_ids._explain(
                    reason, stage.browse(), False, None, self.currency
                )
                self.assertNotRegex(dateless, r"%|None|False|_")
        self.assertFalse(
            self.env["collection.decision"].search([("reason", "=", False)])
        )

    def test_invariant_10_every_hold_ends_or_comes_up(self):
        self.make_invoice(self.customer)
        self.plan()
        case = self.get_case(self.customer)
        with self.assert_refused("Missing required value|after the start|Review on"):
            hold = self.make_hold(case)
            hold.date_review = False
            hold.flush_recordset()
        asking = self.make_hold(case, review=self.day(3))
        resuming = self.make_hold(case, review=self.day(3), on_review="resume")
        self.root["collection.hold"]._review_due(self.company, self.day(50))
        self.assertEqual((asking.state, asking.is_reviewed), ("active", True))
        self.assertEqual(resuming.state, "ended")
        self.assertTrue(case.activity_ids)

    def test_invariant_11_company_on_every_row(self):
        """Required, and the one that other rows lead to."""
        self.make_invoice(self.customer)
        self.plan()
        self.execute()
        case = self.get_case(self.customer)
        self.make_hold(case)
        for record in (
            *(case, case.step_ids, case.letter_ids, case.contact_ids),
            *(case.hold_ids, case.decision_ids, case.policy_id, case.exposure_ids),
            case.policy_id.stage_ids,
        ):
            with self.subTest(record._name):
                self.assertEqual(record.company_id, self.company)

    def test_invariant_12_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.template.with_context(
            lang="fr_FR"
        ).subject = "Rappel {{ object.case_id.name }}"
        self.customer.lang = "fr_FR"
        other = self.make_customer("English")
        for customer in (self.customer, other):
            self.make_invoice(customer)
        self.plan()
        self.execute()
        letter = self.get_case(self.customer).letter_ids
        self.assertEqual(letter.lang, "fr_FR")
        self.assertEqual(letter.subject, f"Rappel {letter.case_id.name}")
        letter = self.get_case(other).letter_ids
        self.assertEqual(letter.subject, f"Stage 1 for {letter.case_id.name}")

    def live_at(self, clock, weeks):
        """Simulate two weeks by a clock, some weeks later; answer what happened,
        counted from the first Monday."""
        today = self.today + timedelta(weeks=weeks)

        def count(day):
            return day and (day - today).days

        with (
            self.env.cr.savepoint() as savepoint,
            freeze_time(clock),
            patch.object(TestInvariants, "today", today),
        ):
            invoice = self.make_invoice(self.customer, due=self.day(-1))
            self.make_invoice(self.customer, due=self.day(8))
            steps = self.live(-3, 12, self.customer)
            case = self.get_case(self.customer)
            item = self.get_items(invoice)
            dates = (case.date_opened, case.date_last_step, case.date_next)
            outcome = (
                steps,
                [
                    (count(row.date), row.reason, row.amount_net)
                    for row in case.decision_ids
                ],
                [count(day) for day in (*dates, item.date_stage)],
                (item.stage_id.name, case.priority),
                [count(step.date_planned) for step in case.step_ids],
            )
            savepoint.rollback()
        self.env.invalidate_all()
        return outcome

    def test_invariant_13_today_is_a_parameter(self):
        """Whatever the clock says, a day is decided and dated in the same way. That of
        the database cannot be set: it is behind these days, or far ahead of them."""
        usual = self.live_at("2026-03-02 10:00:00", weeks=0)
        self.assertTrue(usual[0])
        for clock, weeks in (
            ("1999-12-31 23:59:59", 0),
            ("2046-01-01", 0),
            ("2026-03-02 10:00:00", 1500),
            ("2046-01-01", 1500),
        ):
            with self.subTest(clock=clock, weeks=weeks):
                self.assertEqual(self.live_at(clock, weeks), usual)


@tagged("post_install", "-at_install")
class TestCollectable(PromiseCommon):
    def test_invariant_03_disputed_and_promised(self):
        """Both are taken off the residual; what comes in counts as promised."""
        customer = self.make_customer("In talks")
        invoice = self.make_invoice(customer, 1000)
        self.plan()
        exposure = self.get_case(customer).exposure_ids
        self.make_dispute(invoice, 300)
        self.make_promise(invoice, (5, 450))
        self.env.flush_all()
        exposure.invalidate_recordset()
        self.assertEqual(
            (exposure.amount_disputed, exposure.amount_promised), (300, 450)
        )
        self.assertEqual(exposure.amount_collectable, 250)
        self.pay(invoice, 600)
        self.env.flush_all()
        exposure.invalidate_recordset()
        self.assertEqual(exposure.amount_promised, 0)
        self.assertEqual(exposure.amount_collectable, 100)
