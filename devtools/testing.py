"""`./dev test`: the test suite, and what happens to a database around it."""

import time
import xml.etree.ElementTree as ElementTree

from . import console, databases, postgres, provision
from .paths import (
    ADDON,
    ADDON_LINK,
    CHECKOUT,
    CHECKOUT_HOME,
    DEVTOOLS,
    LOGS,
    ODOO_RC,
    database,
)
from .pytest_plugins import log_noise
from .python_env import NODE_MODULES, VENV

PLUGINS = DEVTOOLS / "pytest_plugins"
RESULTS = CHECKOUT_HOME / "tests.xml"
SCRIPTS = DEVTOOLS / "odoo_scripts"


class Report:
    """Counts what passed and what failed, and says so at the end."""

    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.lines = []

    def check(self, title, action, *arguments):
        """Run one step; answer whether it passed.

        :param action: a function that raises `Failure` when the step fails
        """
        console.say(f"\n== {title}")
        started = time.monotonic()
        try:
            action(*arguments)
        except console.Failure as error:
            console.say(str(error))
            self._note("FAILED", title, started)
            self.failed += 1
            return False
        self._note("ok", title, started)
        self.passed += 1
        return True

    def _note(self, outcome, title, started):
        seconds = time.monotonic() - started
        self.lines.append(f"  {outcome:6}  {title} ({seconds:.0f} s)")

    def add_tests(self, results):
        """Count the tests of pytest's result file in place of its step."""
        if not results.exists():
            return
        suite = ElementTree.parse(results).getroot().find("testsuite")
        total, *bad = (
            int(suite.get(name)) for name in ("tests", "failures", "errors", "skipped")
        )
        self.passed += total - sum(bad)
        self.failed += sum(bad)

    def close(self):
        """Print the summary and answer the exit code."""
        console.say("\n== summary of ./dev test")
        for line in self.lines:
            console.say(line)
        console.say(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0


def test(arguments):
    """Run the tests; all of them, and the life cycle, without `arguments`."""
    provision.prepare([*provision.SERVER, provision.CHROMIUM])
    with provision.one_at_a_time("test"):
        return _test(arguments)


def _test(arguments):
    report = Report()
    if report.check("install the addon on a fresh database", _install):
        report.check("test suite", _pytest, arguments)
        report.add_tests(RESULTS)
    if not arguments:
        _check_life_cycle(report)
    return report.close()


def _fresh_log(name):
    log = LOGS / f"{database(name)}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("")
    return log


def _expect_silence(log):
    """Fail if Odoo complained about something in its log."""
    found = log_noise.complaints(log)
    if found:
        lines = "\n".join(found)
        raise console.Failure(
            f"Odoo logged:\n{lines}\n(with what came before and after: {log})"
        )


def _install():
    log = _fresh_log("test_install")
    databases.create("test", log=log)
    _expect_silence(log)


def _pytest(arguments):
    RESULTS.unlink(missing_ok=True)
    env = provision.environment()
    env["PYTHONPATH"] += f":{PLUGINS}"
    # The checker of accessibility that the browser tests put into pages.
    env["AXE_CORE"] = str(NODE_MODULES / "axe-core/axe.min.js")
    code = console.call(
        [
            *(VENV.python, "-m", "pytest"),
            *("-p", "strict_outcome", "-p", "report_address"),
            *("-c", ADDON_LINK / "pyproject.toml", "--rootdir", ADDON_LINK),
            *("--odoo-config", ODOO_RC, "--odoo-database", database("test")),
            *("--odoo-http", "--odoo-log-level", "info"),
            *("--odoo-extra", "max-cron-threads=0"),
            *("--odoo-extra", f"logfile={_fresh_log('test')}"),
            *("--junitxml", RESULTS),
            *_located(arguments),
        ],
        env=env,
        cwd=CHECKOUT_HOME,
    )
    if code == 5:
        raise console.Failure("No test ran.")
    if code:
        raise console.Failure(f"pytest ended with code {code}.")


def _located(arguments):
    """Make paths in `arguments` paths below the link that bears the addon's name."""
    located = [_locate(argument) for argument in arguments]
    if not any(argument.startswith(str(ADDON_LINK)) for argument in located):
        folders = [ADDON_LINK / "tests", ADDON_LINK / "tools"]
        located += [str(folder) for folder in folders if folder.is_dir()]
    return located


def _locate(argument):
    path, *selectors = argument.split("::")
    if path.startswith("-") or not (CHECKOUT / path).exists():
        return argument
    inside = (CHECKOUT / path).resolve().relative_to(CHECKOUT)
    return "::".join([str(ADDON_LINK / inside), *selectors])


def _check_life_cycle(report):
    """Install with demo data, update, uninstall: each on what the one before left."""
    steps = [
        ("install with demo data", _install_with_demo),
        ("update the addon on a database with data", _update),
        ("uninstall the addon", _uninstall),
        ("invoice without the addon", _invoice),
    ]
    for title, action in steps:
        if not report.check(title, action):
            break
    postgres.drop(database("life"))


def _install_with_demo():
    log = _fresh_log("life_install")
    databases.create("life", demo=True, log=log)
    databases.run_in_shell(database("life"), DEVTOOLS / "demo_prepare.py", log)
    _expect_silence(log)


def _update():
    log = _fresh_log("life_update")
    databases.update(database("life"), log=log)
    _expect_silence(log)


def _uninstall():
    log = _fresh_log("life_uninstall")
    databases.run_odoo("module", "uninstall", ADDON, "-d", database("life"), log=log)
    _expect_silence(log)


def _invoice():
    log = _fresh_log("life_invoice")
    databases.run_in_shell(database("life"), SCRIPTS / "create_invoice.py", log)
    _expect_silence(log)
