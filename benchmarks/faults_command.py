"""The command line of the fault bench."""

import argparse
import json
import shutil
import tempfile
from pathlib import Path

from odoo import fields
from odoo.fields import Command
from odoo.modules.registry import Registry

from . import databases, faults_printer, faults_site, processes
from .bench_command import describe_machine, say
from .bench_ledger import Size, make_ledger
from .faults_report import format_report
from .faults_round import FAULTS, SHARE_OF_PAYERS, Round, measure_lanes
from .faults_sink import Sink, set_manner

DESCRIPTION = """\
Kill with SIGKILL, again and again, the executors that make reminders with a PDF, the
queue that sends them, and whole Odoo servers, while the mail server refuses, delays and
goes away, wkhtmltopdf hangs, dies and writes half, the disk is full, PostgreSQL's
backends are terminated, and payments are registered. Then let all calm down and count.
The exit code is 1 if anything was lost, doubled or is stuck.
"""
# What one round needs so that there is something to do at each kill.
CUSTOMERS_PER_KILL = 2
LANES = (1, 2, 4)


def main(arguments):
    """Run the command; answer the exit code."""
    options = _parse(arguments)
    machine = describe_machine()
    folder = tempfile.mkdtemp(prefix="faults.")
    try:
        results = Bench(options, folder).run()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(format_report(machine, results))
    if options.json:
        text = json.dumps({"machine": machine, "rounds": results}, indent=2)
        options.json.write_text(text + "\n")
    return int(any(one["lost"] + one["doubled"] + one["stuck"] for one in results))


def _parse(arguments):
    parser = argparse.ArgumentParser(
        prog="./dev faults",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--kills", type=int, default=200, help="200 if not given")
    parser.add_argument(
        "--customers",
        type=int,
        default=300,
        help="of the ledger that one, two and four executors share; 0: leave it out",
    )
    parser.add_argument(
        "--rounds", help="titles that contain this word only, as in --rounds disk"
    )
    parser.add_argument("--json", type=Path, help="write the results to this file too")
    return parser.parse_args(arguments)


class Bench:
    """Makes a ledger for each round, and a mail server for all."""

    def __init__(self, options, folder):
        """Choose the rounds.

        :param options: of the command line
        :param folder: for what is noted outside of the database
        """
        word = options.rounds or ""
        self.faults = [
            faults for faults in FAULTS if options.kills and word in faults.title
        ]
        self.options = options
        self.folder = folder
        self.base = databases.full_name("faults_base")
        self.copy = databases.full_name("faults")

    def run(self):
        """Answer a list of what each round tells."""
        faults_printer.install_printer(self.folder)
        set_manner(self.folder, "well")
        say("Making a database ...")
        databases.create(self.base)
        databases.install(self.base, databases.ADDON)
        sink = Sink(self.folder)
        server = processes.fork(sink.serve_forever)
        sink.server_close()
        try:
            self.port = sink.port
            return [*self._run_rounds(), *self._measure()]
        finally:
            processes.kill(server)
            databases.drop(self.copy)
            databases.drop(self.base)

    def _run_rounds(self):
        share, rest = divmod(self.options.kills, len(self.faults) or 1)
        for number, faults in enumerate(self.faults):
            kills = share + (number < rest)
            say(f"{faults.title}: {kills} kills ...")
            site, payers = self._make_site(max(40, kills * CUSTOMERS_PER_KILL))
            yield Round(site, faults, kills).run(payers)

    def _measure(self):
        for lanes in LANES if self.options.customers else ():
            say(f"{lanes} executors without faults ...")
            site, payers = self._make_site(self.options.customers)
            yield measure_lanes(site, lanes, payers)

    def _make_site(self, customers):
        """:return: a Site with a new ledger, and ids of the invoices that are paid"""
        for name in ("mails", "payments", "locks"):
            (Path(self.folder) / name).unlink(missing_ok=True)
        databases.create(self.copy, template=self.base)
        empty = faults_site.Site(self.copy, self.folder, 0, [])
        company_id, partner_ids, payers = processes.ask(
            make_debts, empty, customers, self.port
        )
        # Whoever is started from here on finds Odoo loaded.
        Registry(self.copy)
        site = empty._replace(company_id=company_id, partner_ids=partner_ids)
        return site, payers


def make_debts(site, customers, port):
    """Make customers with an overdue invoice each, and plan their reminders.

    :param int port: of the mail server
    :return: ids of the company, of the customers, and of the invoices that are paid
    """
    with site.environment() as env:
        today = fields.Date.today()
        make_ledger(env, Size(customers, customers), today)
        company = env.company
        company.write(
            {"email": "accounts@example.com", "collection_document_seconds": 2}
        )
        env["ir.mail_server"].search([]).active = False
        env["ir.mail_server"].create(
            {
                "name": "Sink",
                "smtp_host": "127.0.0.1",
                "smtp_port": port,
                "smtp_encryption": "none",
            }
        )
        _make_policy(env, company)
        # The pattern that the ledger was copied from is nobody's debt.
        moves = env["account.move"].search([("move_type", "=", "out_invoice")])
        env.cr.commit()
        env["collection.scheduler"]._run(company, company._get_collection_today())
        steps = env["collection.step"].search([("state", "=", "planned")])
        partners = steps.case_id.partner_id
        payers = moves.filtered(lambda move: move.partner_id in partners)
        payers = payers.sorted("id")[::SHARE_OF_PAYERS]
        return company.id, partners.ids, payers.ids


def _make_policy(env, company):
    """One reminder by e-mail with the statement as PDF, on any day at any hour."""
    template = env["mail.template"].create(
        {
            "name": "Faults",
            "model_id": env["ir.model"]._get_id("collection.step"),
            "subject": "Reminder",
            "body_html": "<p>Please pay.</p>",
        }
    )
    stage = {
        "name": "Reminder",
        "days": 0,
        "template_id": template.id,
        "attach_statement": True,
    }
    env["collection.policy"].create(
        {
            "name": "Faults",
            "sequence": -9,
            "state": "active",
            "company_id": company.id,
            "working_days_only": False,
            "stage_ids": [Command.create(stage)],
        }
    )
