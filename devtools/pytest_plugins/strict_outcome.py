"""pytest: a skipped test is a failure, and so is a warning in Odoo's log."""

import logging

import log_noise
import pytest


class _Complaints(logging.Handler):
    """Keep what is logged as a warning or worse, with the test that was running."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.test = "(outside of the tests)"
        self.found = []

    def emit(self, record):
        message = record.getMessage()
        if not log_noise.is_noise(record.name, message):
            line = f"{record.levelname} {record.name}: {message}"
            self.found.append(f"{self.test}\n    {line}")


_complaints = _Complaints()
_skipped = []


def pytest_configure(config):
    """Listen to everything Odoo logs."""
    logging.getLogger().addHandler(_complaints)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Remember which test is running."""
    _complaints.test = item.nodeid
    result = yield
    _complaints.test = "(after the tests)"
    return result


def pytest_runtest_logreport(report):
    """Remember the tests that were skipped."""
    if report.skipped:
        _skipped.append(report.nodeid)


def pytest_collectreport(report):
    """Remember the files that were skipped."""
    if report.skipped:
        _skipped.append(report.nodeid)


def pytest_sessionfinish(session, exitstatus):
    """Fail the run for skipped tests and unexpected messages."""
    if exitstatus == pytest.ExitCode.OK and (_skipped or _complaints.found):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    """Say what was skipped and logged."""
    for title, lines in (
        ("skipped, which counts as failed", _skipped),
        ("warnings and errors in Odoo's log, which count as failed", _complaints.found),
    ):
        if lines:
            terminalreporter.section(title)
            for line in lines:
                terminalreporter.write_line(line)
