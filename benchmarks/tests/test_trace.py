import doctest

from odoo import SUPERUSER_ID
from odoo.addons.account_collections.benchmarks import trace_night
from odoo.addons.account_collections.benchmarks.trace_command import format_report
from odoo.addons.account_collections.tests.common.base import CollectionCommon
from odoo.addons.account_collections.tests.common.smtp_server import MailServerCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestTrace(MailServerCase, CollectionCommon):
    """An item is followed from the night until its mail has left."""

    def test_doctests(self):
        result = doctest.testmod(trace_night)
        self.assertTrue(result.attempted)
        self.assertFalse(result.failed)

    def test_way_of_an_item(self):
        self.addCleanup(self.forget_handovers)
        env = self.env(user=SUPERUSER_ID)
        trace = trace_night.trace_item(env, self.today)
        self.assertEqual(list(trace.phases), ["run", "execute", "send"])
        for calls in trace.phases.values():
            files = trace_night.count_files(calls)
            self.assertLess(files, len(trace_night.find_switches(calls)) + 2)
        mail = env["mail.mail"].search([("model", "=", "collection.case")])
        self.assertEqual(mail.mapped("state"), ["sent"])
        report = format_report(trace, is_listed=True)
        self.assertIn("collection_scheduler.py CollectionScheduler._run", report)
        self.assertIn("in all", report)
