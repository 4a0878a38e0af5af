import os
from tempfile import TemporaryDirectory
from unittest.mock import patch

from odoo.addons.account_collections.benchmarks import (
    faults_printer,
    faults_sink,
    processes,
)
from odoo.addons.account_collections.benchmarks.faults_report import format_report
from odoo.addons.account_collections.benchmarks.faults_round import (
    Faults,
    Round,
    measure_lanes,
)
from odoo.addons.account_collections.benchmarks.faults_site import Site
from odoo.addons.account_collections.benchmarks.faults_tally import count
from odoo.addons.account_collections.tests.common.concurrency import ConcurrencyCommon
from odoo.addons.base.models.ir_actions_report import _wkhtml
from odoo.tests import tagged

MACHINE = {"date": "today", "cores": 2, "processor": "", "memory_gb": 1, "system": ""}


@tagged("post_install", "-at_install")
class TestFaults(ConcurrencyCommon):
    """A few rounds of the fault bench: real processes, killed for real."""

    def setUp(self):
        super().setUp()
        self.folder = self.enterContext(TemporaryDirectory())
        self.enterContext(patch.dict(os.environ))
        faults_printer.install_printer(self.folder)
        # The printer that was found before is not the one in front by now.
        _wkhtml.cache_clear()
        self.addCleanup(_wkhtml.cache_clear)
        faults_sink.set_manner(self.folder, "well")
        self.start_sink()

    def start_sink(self):
        sink = faults_sink.Sink(self.folder)
        child = processes.fork(sink.serve_forever)
        sink.server_close()
        self.addCleanup(processes.kill, child)
        with self.worker() as env:
            server = env["ir.mail_server"].create(
                {
                    "name": "Sink",
                    "smtp_host": "127.0.0.1",
                    "smtp_port": sink.port,
                    "smtp_encryption": "none",
                }
            )
            self.get(env, "policy").stage_ids.attach_statement = True
            company = self.get(env, "company")
            self.addCleanup(self.remove_server, server.id, company.email)
            company.email = "accounts@example.com"

    def remove_server(self, server_id, email):
        with self.worker() as env:
            self.get(env, "company").email = email
            env["ir.mail_server"].browse(server_id).unlink()
            self.get(env, "policy").stage_ids.attach_statement = False
            env.cr.execute("DELETE FROM collection_mail_handover")

    def make_site(self, customers):
        self.make_debts(customers)
        with self.worker() as env:
            company_id = self.get(env, "company").id
        return Site(
            self.registry.db_name,
            self.folder,
            company_id,
            self.partner_ids,
            self.today,
        )

    def assert_well(self, told, customers):
        """Everybody has got one message, and all say so."""
        for name in ("steps", "letters", "entries", "mails"):
            self.assertEqual(told[name], customers, name)
        for name in ("lost", "doubled", "stuck"):
            self.assertEqual(told[name], 0, name)

    def test_everything_at_once(self):
        site = self.make_site(8)
        told = Round(site, Faults("all", "breaks", True, True, True), kills=6).run([])
        self.assert_well(told, 8)
        self.assertIn("| all", format_report(MACHINE, [told]))

    def test_two_executors_side_by_side(self):
        site = self.make_site(12)
        told = measure_lanes(site, 2, [])
        self.assert_well(told, 12)
        for name in ("again", "unanswered", "by_person"):
            self.assertEqual(told[name], 0, name)

    def test_what_was_not_sent_is_found(self):
        """The bench tells when something is amiss."""
        site = self.make_site(3)
        told = measure_lanes(site, 1, [])
        self.assert_well(told, 3)
        mails = faults_sink.read_mails(self.folder)
        self.assertEqual(processes.ask(count, site, [])["lost"], 3)
        self.assertEqual(processes.ask(count, site, mails * 2)["again"], 3)
        with self.worker() as env:
            env.cr.execute(
                "UPDATE collection_step SET state = 'planned' WHERE case_id IN"
                " (SELECT id FROM collection_case WHERE partner_id = ANY(%s))",
                [self.partner_ids],
            )
        self.assertEqual(processes.ask(count, site, mails)["stuck"], 3)
