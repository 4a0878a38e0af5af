from datetime import date
from decimal import Decimal
from pathlib import Path

from odoo import SUPERUSER_ID
from odoo.addons.account_collections.benchmarks import ledger_file
from odoo.addons.account_collections.benchmarks.replay_check import Checker, read_rules
from odoo.addons.account_collections.benchmarks.replay_journal import (
    Journal,
    Promise,
    Recorder,
)
from odoo.addons.account_collections.benchmarks.replay_life import Replay, get_days
from odoo.addons.account_collections.benchmarks.replay_report import (
    format_report,
    summarize,
)
from odoo.addons.account_collections.tests.common.base import CollectionCommon
from odoo.addons.account_collections.tests.common.promise import PromiseCommon
from odoo.tests import tagged

LEDGER = Path(__file__).parent / "data" / "ledger.csv"


@tagged("post_install", "-at_install")
class TestReplay(CollectionCommon):
    """Replay a small ledger; the whole way from invoice to payment is real."""

    def test_days_of_a_ledger(self):
        invoices = ledger_file.read_ledger(LEDGER)
        days = get_days(invoices)
        self.assertEqual(days[0], date(2026, 1, 5))
        # The last one that stays open is due on March 2nd, and lived with afterwards.
        self.assertEqual(days[-1], date(2026, 5, 1))
        self.assertEqual(get_days(invoices, count=3)[-1], date(2026, 1, 7))
        self.assertEqual(len(get_days(invoices, until=date(2026, 1, 8))), 4)

    def test_replay(self):
        invoices = ledger_file.read_ledger(LEDGER)
        replay = Replay(self.env(user=SUPERUSER_ID), self.company, invoices)
        journal = replay.live(get_days(invoices, until=date(2026, 3, 24)))
        checker = Checker(invoices, journal, *read_rules(self.env, self.company))
        self.assertEqual(checker.check(), [])
        self.check_steps(checker)
        summary = summarize(checker, 1.0)
        self.assertEqual(summary["invoices"], 14)
        self.assertEqual(summary["invoices_open_at_the_end"], 3)
        self.assertEqual((summary["cases_opened"], summary["cases_closed"]), (7, 6))
        # January 19th is a federal holiday: "Doubtful" is called a day later, which
        # leads each of the two invoices to a second reminder of its own.
        self.assertEqual(
            summary["messages"], {"email": 16, "letter": 2, "certified": 1}
        )
        self.assertEqual(summary["invoices_held"], 1)
        self.assertIn("No violation", format_report(summary))

    def check_steps(self, checker):
        """The customer who never pays is led up the whole ladder, never down."""
        steps = [
            (step.day.isoformat(), checker.stages[step.stage_id].name)
            for step in checker.journal.steps
            if step.customer == "Silent"
        ]
        self.assertEqual(
            steps,
            [
                ("2026-01-05", "Courtesy reminder"),
                ("2026-01-12", "First reminder"),
                # Nobody is called on the 19th, Martin Luther King Day.
                ("2026-01-20", "Call"),
                ("2026-01-27", "Second reminder"),
                # The second and the third invoice are late by now: they stand in the
                # demands, and nothing softer goes out for them.
                ("2026-02-09", "Formal demand"),
                ("2026-02-24", "Final demand"),
                ("2026-03-16", "Referral"),
            ],
        )


@tagged("post_install", "-at_install")
class TestRecorder(PromiseCommon):
    """What a ledger file has none of is read from the database all the same."""

    def test_what_an_evening_tells(self):
        self.customer.ref = "Ann"
        invoice = self.make_invoice(self.customer, 100)
        invoice.ref = "1"
        self.make_credit(self.customer, 30, self.day(-5))
        self.plan()
        journal = Journal()
        recorder = Recorder(self.env(user=SUPERUSER_ID), self.company, journal)
        self.make_promise(invoice, (3, 40), tolerance=2, threshold=90)
        for name in ("Leo", "Twin"):
            self.make_customer(name).active = False
        self.make_customer("Twin")
        self.make_user("lea", "base.group_user", name="Lea").active = False
        recorder.record(self.today)
        evening = journal.evenings[self.today]
        self.assertEqual(evening.credits, {"Ann": Decimal(30)})
        self.assertLessEqual({"Leo", "Lea"}, evening.gone)
        self.assertFalse({"Twin", "OdooBot", self.customer.name} & evening.gone)
        self.assertEqual(
            journal.promises,
            [
                Promise(
                    *("Ann", Decimal(40), self.today, self.day(3), 2),
                    *(Decimal(90), ["1"]),
                )
            ],
        )
