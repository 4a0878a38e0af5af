"""Runs tests of Odoo on a database and tells what became of each."""

import json
import signal
import sys

from odoo import http
from odoo.modules.registry import Registry
from odoo.service import server
from odoo.tests import loader
from odoo.tests.result import OdooTestResult
from odoo.tools import config


class Outcomes(OdooTestResult):
    """Remembers each test that ran, and how it ended."""

    def __init__(self):
        super().__init__()
        self.by_test = {}

    def startTest(self, test):  # noqa: N802
        """Count a test as passed until it is known better."""
        super().startTest(test)
        self.by_test[test.id()] = "passed"

    def addFailure(self, test, err):  # noqa: N802
        """Note a failed assertion."""
        super().addFailure(test, err)
        self._note(test, "failed")

    def addError(self, test, err):  # noqa: N802
        """Note an error, also one of a whole class."""
        super().addError(test, err)
        self._note(test, "failed")

    def addSkip(self, test, reason):  # noqa: N802
        """Note a test that did not want to run."""
        super().addSkip(test, reason)
        self._note(test, "skipped")

    def _note(self, test, outcome):
        # What fails in a part of a test fails the test.
        test = getattr(test, "test_case", None) or test
        self.by_test[test.id()] = outcome


def main(arguments):
    """Run the tests of a module.

    :param list arguments: ["--worker", database, port, module, ids of tests as JSON:
        only these, or all if there are none]; the answer, on the standard output, is a
        dict of outcomes by test as JSON
    """
    _worker, database, _port, module, wanted = arguments
    server.load_server_wide_modules()
    # Browsers of the tests ask this very process.
    config["http_enable"] = True
    server.server = server.ThreadedServer(http.root)
    server.server.start(stop=False)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    Registry(database)
    # Not before: else the modules' tests would run while they are loaded.
    config["test_enable"], config["test_tags"] = True, "standard"
    outcomes = Outcomes()
    for position in ("at_install", "post_install"):
        suite = loader.make_suite([module], position)
        _choose(suite, json.loads(wanted))
        suite(outcomes)
    server.server.stop()
    sys.stdout.write(json.dumps(outcomes.by_test) + "\n")


def _choose(suite, wanted):
    if wanted:
        suite._tests = [test for test in suite if test.id() in wanted]
