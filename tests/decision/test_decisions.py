import lxml.html
from freezegun import freeze_time
from odoo.fields import Command
from odoo.tests import tagged

from ..common.base import CollectionCommon

TABLES = """
    SELECT table_name FROM information_schema.tables
     WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
       AND (table_name LIKE 'collection\\_%%' OR table_name IN
            ('account_move', 'account_move_line', 'mail_activity', 'mail_mail',
             'mail_message', 'res_partner', 'res_company', 'ir_cron_trigger'))
     ORDER BY table_name
"""


@tagged("post_install", "-at_install")
class TestDecisions(CollectionCommon):
    """Why a customer was, or was not, contacted; and what a run would do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_customer("Why")
        cls.policy = cls.make_policy({"days": 1}, {"days": 10}, quiet_days=1)

    def ask(self, case, offset, now=0):
        """Ask for the reason of a day, as of another day."""
        why = self.env["collection.case.explain"].with_context(
            collection_as_of=self.day(now)
        )
        return why.create({"case_id": case.id, "date": self.day(offset)}).answer

    def get_contents(self):
        """Answer everything that the tables of a run hold."""
        self.env.flush_all()
        self.env.cr.execute(TABLES)
        contents = {}
        for [table] in self.env.cr.fetchall():
            self.env.cr.execute(f'SELECT * FROM "{table}" ORDER BY 1, 2')  # noqa: S608
            contents[table] = self.env.cr.fetchall()
        return contents

    def make_mixed_ledger(self):
        """Customers in every state, some with a case, some without."""
        customers = {
            name: self.make_customer(name)
            for name in (
                "due",
                "waiting",
                "covered",
                "held",
                "paid",
                "reopened",
                "call",
            )
        }
        for customer in customers.values():
            self.make_invoice(customer, due=self.day(-2))
        self.make_credit(customers["covered"], 1000, self.day(-1))
        reopened = self.make_invoice(customers["reopened"], due=self.day(-3))
        payment = self.pay(reopened, day=self.day(-1))
        self.plan(self.day(-1))
        self.execute(self.day(-1))
        self.make_hold(self.get_case(customers["held"]), self.day(-1))
        self.pay(
            self.env["account.move"].search([("partner_id", "=", customers["paid"].id)])
        )
        payment.action_draft()
        payment.action_cancel()
        for name in ("new", "newer"):
            customers[name] = self.make_customer(name)
            self.make_invoice(customers[name], due=self.day(-2))
        return customers

    # ------------------------------------------------------------------
    # Why
    # ------------------------------------------------------------------

    def get_grounds(self, case):
        """Answer what the dialog lists below its answer, a text per line."""
        why = self.env["collection.case.explain"].with_context(
            collection_as_of=self.today
        )
        html = why.create({"case_id": case.id, "date": self.today}).grounds
        return [node.text_content() for node in lxml.html.fromstring(html).iter("li")]

    def test_why_gives_the_rule_and_the_count_that_holds(self):
        customer = self.make_customer("Counts")
        self.policy.stage_ids[1].write({"days": 20, "gap_days": 7})
        invoice = self.make_invoice(customer, due=self.day(-15))
        self.plan(self.day(-5))
        self.execute(self.day(-5))
        self.plan()
        item, day = self.get_grounds(self.get_case(customer))
        self.assertEqual(
            item,
            f"{invoice.name}, due Sun 15 Feb 2026: “Stage 2” from Sat 7 Mar 2026 on:"
            " 20 days after due is Sat 7 Mar 2026; 7 days after “Stage 1” is Wed 4 Mar"
            " 2026.",
        )
        self.assertEqual(day, "Sat 7 Mar 2026 is not a working day, so Mon 9 Mar 2026.")

    def test_why_gives_no_reason_of_another_item(self):
        """What is overdue is on hold; that another invoice is promised, and not due,
        is no answer."""
        customer = self.make_customer("Reasons")
        held = self.make_invoice(customer, 100, self.day(-9), issued=self.day(-30))
        later = self.make_invoice(customer, 200, self.day(9), issued=self.day(-30))
        self.plan()
        case = self.get_case(customer)
        self.make_hold(
            case,
            review=self.day(3),
            scope="items",
            item_ids=[Command.set(self.get_items(held).ids)],
        )
        self.env["collection.promise"].with_context(collection_as_of=self.today).create(
            {
                "case_id": case.id,
                "item_ids": [Command.set(self.get_items(later).ids)],
                "line_ids": [Command.create({"date": self.day(11), "amount": 200})],
            }
        )
        self.plan()
        self.assertEqual(case.reason, "nothing_open")
        own, other = self.get_grounds(case)
        self.assertIn(held.name, own)
        self.assertIn("on hold until it is reviewed on Thu 5 Mar 2026", own)
        self.assertNotIn("promised", own)
        self.assertIn("200.00 promised by Fri 13 Mar 2026", other)
        self.assertNotIn("on hold", other)

    def test_weakness_11_every_past_day_has_its_answer(self):
        invoice = self.make_invoice(self.customer, 1000, self.day(0))
        days = {
            -1: "Next is “Stage 1”, due on 03/03/2026.",
            1: "“Stage 1” is due for $ 1,000.00, net of credits.",
            2: "Next is “Stage 2”, due on 03/12/2026.",
            4: "On hold until it is reviewed on 03/20/2026.",
            6: "Next is “Stage 2”, due on 03/16/2026.",
            7: "Nothing is sent: after open credits $ 0.00 remains overdue, which is"
            " not above the policy's tolerance.",
        }
        self.plan(self.day(-1))
        case = self.get_case(self.customer)
        self.live(1, 2)
        hold = self.make_hold(case, self.day(4), self.day(18))
        self.plan(self.day(4))
        self.lift(hold, self.day(6))
        self.plan(self.day(6))
        self.receive(self.customer, 1000, self.day(7))
        self.plan(self.day(7))
        for offset, answer in days.items():
            with self.subTest(offset):
                said = self.ask(case, offset, now=30).replace("\xa0", " ")
                self.assertEqual(said, answer)
        # A day without a change is answered by the decision in force.
        self.assertEqual(self.ask(case, 5, now=30), self.ask(case, 4, now=30))
        self.assertEqual(
            self.ask(case, -2, now=30), "The case had not been opened by then."
        )
        # All that stays on record when the case is long closed.
        self.pay(invoice)
        self.plan(self.day(29))
        self.assertEqual(case.explanation, "Everything is settled.")
        self.assertIn("Stage 1", self.ask(case, 1, now=30))
        self.assertEqual(self.ask(case, 29, now=30), "Everything is settled.")
        self.assertEqual(self.ask(case, 30, now=30), "Everything is settled.")

    def test_weakness_11_the_amount_is_that_of_the_day(self):
        """Also when nothing but the amount has changed."""
        self.policy.stage_ids.is_automatic = False
        invoice = self.make_invoice(self.customer, 1000, self.day(-5))
        self.plan(self.day(1))
        case = self.get_case(self.customer)
        self.pay(invoice, 400, self.day(1))
        self.plan(self.day(1))
        self.assertEqual(case.amount_net, 600)
        self.assertIn("600.00", case.explanation)
        self.assertEqual(len(case.decision_ids), 2)

    def test_weakness_11_one_row_per_change(self):
        self.make_invoice(self.customer, 1000, self.day(5))
        for offset in range(-10, 5):
            self.plan(self.day(offset))
            self.plan(self.day(offset))
        case = self.get_case(self.customer)
        self.assertEqual(case.decision_ids.mapped("reason"), ["waiting"])
        self.assertEqual(case.decision_ids.date, self.day(-10))

    def test_weakness_11_what_is_due_is_one_decision_until_it_is_done(self):
        self.policy.stage_ids.is_automatic = False
        self.make_invoice(self.customer, 1000, self.day(-5))
        for offset in range(4):
            self.plan(self.day(offset))
        case = self.get_case(self.customer)
        self.assertEqual(case.decision_ids.mapped("reason"), ["due"])
        self.assertIn("is due for", self.ask(case, 3, now=9))

    def test_why_today_and_tomorrow(self):
        self.make_invoice(self.customer, 1000, self.day(5))
        self.plan(self.day(0))
        case = self.get_case(self.customer)
        before = self.get_contents()
        self.assertIn("Next is “Stage 1”", self.ask(case, 0))
        self.assertIn("“Stage 1” is due for", self.ask(case, 7))
        self.pay(case.item_ids.move_id)
        self.assertEqual(self.ask(case, 1), "Everything is settled.")
        after = self.get_contents()
        for table in (
            "collection_case",
            "collection_item",
            "collection_step",
            "collection_decision",
            "collection_run",
        ):
            self.assertEqual(before[table], after[table], table)

    def test_readers_may_ask(self):
        self.make_invoice(self.customer, 1000, self.day(-5))
        self.plan()
        users = self.make_users()
        for kind in ("invoicing", "readonly", "collector"):
            env = self.env(user=users[kind], context={"collection_as_of": self.today})
            why = env["collection.case.explain"].create(
                {"case_id": self.get_case(self.customer).id, "date": self.day(1)}
            )
            self.assertIn("is due for", why.answer)

    # ------------------------------------------------------------------
    # Simulation
    # ------------------------------------------------------------------

    def test_weakness_12_simulation_writes_nothing(self):
        self.make_mixed_ledger()
        before = self.get_contents()
        rows = self.root["collection.scheduler"]._simulate(self.company, self.today)
        self.assertTrue(rows)
        self.assertEqual(self.get_contents(), before)
        self.root["collection.scheduler"]._simulate(
            self.company, self.day(-30), ledger_date=self.day(-30)
        )
        self.assertEqual(self.get_contents(), before)

    def test_weakness_12_simulation_is_what_the_run_then_does(self):
        customers = self.make_mixed_ledger()
        for offset in (0, 1, 8, 9, 12):
            simulated = {
                row["partner_id"]: (
                    row["reason"],
                    row["stage_id"],
                    row["date_next"],
                    float(row["amount_net"]),
                )
                for row in self.root["collection.scheduler"]._simulate(
                    self.company, self.day(offset)
                )
            }
            self.plan(self.day(offset))
            cases = self.env["collection.case"].search(
                [("company_id", "=", self.company.id), ("state", "!=", "closed")]
            )
            found = {
                case.partner_id.id: (
                    case.reason,
                    case.next_stage_id.id or None,
                    case.date_next or None,
                    case.amount_net,
                )
                for case in cases
            }
            with self.subTest(offset):
                self.assertEqual(simulated, found)
                due = {key for key, row in found.items() if row[0] == "due"}
                steps = self.open_steps()
                self.assertEqual(set(steps.case_id.partner_id.ids), due)
            self.execute(self.day(offset))
        self.assertNotIn(customers["paid"].id, found)

    def test_simulation_of_a_past_day_uses_its_ledger(self):
        invoice = self.make_invoice(self.customer, 1000, self.day(-40))
        self.pay(invoice, day=self.day(-10))
        simulate = self.root["collection.scheduler"]._simulate
        for offset, expected in (
            (-41, "waiting"),
            (-39, "due"),
            (-11, "due"),
            (-10, None),
        ):
            rows = simulate(
                self.company, self.day(offset), ledger_date=self.day(offset)
            )
            reasons = {
                row["reason"] for row in rows if row["partner_id"] == self.customer.id
            }
            with self.subTest(offset):
                self.assertEqual(reasons, {expected} - {None})

    def test_simulation_of_a_past_day_knows_part_payments(self):
        invoice = self.make_invoice(self.customer, 1000, self.day(-40))
        self.pay(invoice, 300, self.day(-20))
        self.pay(invoice, 200, self.day(-10))
        for offset, amount in ((-21, 1000), (-20, 700), (-11, 700), (-10, 500)):
            [row] = self.root["collection.scheduler"]._simulate(
                self.company, self.day(offset), ledger_date=self.day(offset)
            )
            with self.subTest(offset):
                self.assertEqual(row["amount_net"], amount)

    def test_wizard_shows_the_same(self):
        self.make_mixed_ledger()
        users = self.make_users()
        with freeze_time("2026-03-02 12:00:00"):
            env = self.env(user=users["collector"], context={})
            wizard = env["collection.simulation"].create({})
            self.assertEqual(wizard.date, self.today)
            before = self.get_contents()
            wizard.action_simulate()
            after = self.get_contents()
            for table in before.keys() - {"collection_simulation_line"}:
                self.assertEqual(before[table], after[table], table)
            rows = self.root["collection.scheduler"]._simulate(self.company, self.today)
        shown = {
            (line.partner_id.id, line.reason, line.stage_id.id, line.amount_net)
            for line in wizard.line_ids
        }
        self.assertEqual(
            shown,
            {
                (
                    row["partner_id"],
                    row["reason"],
                    row["stage_id"] or False,
                    float(row["amount_net"]),
                )
                for row in rows
            },
        )
