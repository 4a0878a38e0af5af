"""What posting, paying and undoing cost with the addon and without it.

Two databases, copies of the same one and with the same modules but for the addon, take
turns invoice by invoice in one process, and the processor's time of that process is
compared: other processes on the machine do not count, and slow seconds are shared.
"""

from contextlib import ExitStack
from datetime import date, timedelta
from statistics import median
from time import process_time

from odoo.fields import Command

from . import databases

AS_OF = date(2026, 3, 3)
STEPS = ("post", "pay", "undo")
# Before anything is measured, so that the caches of the process are filled.
WARM_UP = 3


class Book:
    """Invoices in a database, to be posted, paid and opened again one by one, as people
    do."""

    def __init__(self, env, count):
        self.env = env
        self.company = databases.prepare_company(env)
        self.invoices = self._make_invoices(count)
        self.seconds = dict.fromkeys(STEPS, 0.0)
        self.queries = dict.fromkeys(STEPS, 0)
        env.flush_all()

    def _make_invoices(self, count):
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(max(count // 4, 1))]
        )
        line = {"name": "Goods", "price_unit": 100, "tax_ids": []}
        return self.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": partners[number % len(partners)].id,
                    "invoice_date": AS_OF - timedelta(days=50),
                    "invoice_date_due": AS_OF - timedelta(days=20),
                    "invoice_line_ids": [Command.create(line)],
                }
                for number in range(count)
            ]
        )

    def take(self, step, number):
        """Take a step with an invoice, with an empty cache, as each request has."""
        invoice = self.invoices[number]
        self.env.invalidate_all()
        queries, started = self.env.cr.sql_log_count, process_time()
        getattr(self, f"_{step}")(invoice)
        self.env.flush_all()
        self.env.cr.precommit.run()
        if number >= WARM_UP:
            self.seconds[step] += process_time() - started
            self.queries[step] += self.env.cr.sql_log_count - queries

    def _post(self, invoice):
        invoice.action_post()

    def _pay(self, invoice):
        context = {"active_model": "account.move", "active_ids": invoice.ids}
        Register = self.env["account.payment.register"].with_context(**context)
        Register.create({"payment_date": AS_OF})._create_payments()

    def _undo(self, invoice):
        invoice.line_ids.remove_move_reconcile()

    def review(self):
        """Let a night go by, so that what is paid is in a case by then."""
        if "collection.scheduler" in self.env:
            self.env["collection.scheduler"]._run(self.company, AS_OF)


def measure_posting(database, plain, count):
    """Post, pay and undo invoices, each as a request of its own.

    :param str plain: the database without the addon
    :param int count: how many invoices in each database
    :return: dict per step of the seconds of the processor and the queries of one
        invoice, without the addon and with it
    """
    with ExitStack() as stack:
        books = [
            Book(stack.enter_context(databases.environment(name)), count + WARM_UP)
            for name in (plain, database)
        ]
        for step in STEPS:
            for number in range(count + WARM_UP):
                # Whoever is second finds the processor's caches warmer.
                for book in books if number % 2 else reversed(books):
                    book.take(step, number)
            if step == "post":
                for book in books:
                    book.review()
        return {
            step: {
                "seconds": [book.seconds[step] / count for book in books],
                "queries": [book.queries[step] / count for book in books],
            }
            for step in STEPS
        }


def summarize(runs):
    """Answer the medians of several runs, per step."""
    return {step: _summarize([run[step] for run in runs]) for step in STEPS}


def _summarize(runs):
    times = sorted(with_it / plain for plain, with_it in (r["seconds"] for r in runs))
    return {
        "times": median(times),
        "times_all": [round(one, 3) for one in times],
        "seconds": [median(run["seconds"][side] for run in runs) for side in (0, 1)],
        "queries": [median(run["queries"][side] for run in runs) for side in (0, 1)],
    }
