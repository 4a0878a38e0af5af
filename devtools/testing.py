"""`./dev test`: the test suite, and what happens to a database around it."""

from . import console, databases, leftovers, postgres, provision, suite
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
from .results import Report

PLUGINS = DEVTOOLS / "pytest_plugins"
RESULTS = CHECKOUT_HOME / "tests.xml"
SCRIPTS = DEVTOOLS / "odoo_scripts"
# Where tests are; `tools` has its own in the documentation of its functions.
TESTED = ["tests", "tools", "devtools/tests", "benchmarks/tests"]


def test(arguments):
    """Run the tests; all of them, and the life cycle, without `arguments`."""
    provision.prepare([*provision.SERVER, provision.CHROMIUM])
    with provision.one_at_a_time("test"):
        return _test(arguments)


def _test(arguments):
    console.interrupt_on_signals()
    RESULTS.unlink(missing_ok=True)
    report = Report()
    if arguments:
        if report.check("install the addon on a fresh database", _install):
            report.check("test suite", _run_tests, arguments)
    else:
        _test_all(report)
    report.add_tests(RESULTS)
    return report.close()


def _test_all(report):
    # Or each would wait for the other to make its template.
    for demo in (False, True):
        databases.template(demo)
    with suite.threads() as pool:
        life_cycle = pool.submit(_check_life_cycle, report)
        if report.check("install the addon on a fresh database", _install_for_all):
            report.check("test suite", _run_all_tests, pool)
        life_cycle.result()


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


def _install_for_all():
    _install()
    log = _fresh_log("test_prepare")
    databases.run_in_shell(database("test"), SCRIPTS / "prepare_tests.py", log)
    _expect_silence(log)


def _environment():
    env = provision.environment()
    env["PYTHONPATH"] += f":{PLUGINS}"
    # The checker of accessibility that the browser tests put into pages.
    env["AXE_CORE"] = str(NODE_MODULES / "axe-core/axe.min.js")
    return env


def _pytest(name, log, results):
    """Answer the command that runs pytest, up to the tests.

    :param name: the database's full name
    """
    return [
        *(VENV.python, "-m", "pytest"),
        *("-p", "strict_outcome", "-p", "report_address"),
        *("-c", ADDON_LINK / "pyproject.toml", "--rootdir", ADDON_LINK),
        *("--odoo-config", ODOO_RC, "--odoo-database", name),
        *("--odoo-http", "--odoo-log-level", "info"),
        *("--odoo-extra", "max-cron-threads=0"),
        *("--odoo-extra", f"logfile={log}"),
        *("--junitxml", results),
    ]


def _run_tests(arguments):
    """Run some tests, in one process."""
    command = _pytest(database("test"), _fresh_log("test"), RESULTS)
    command += _located(arguments)
    code = console.call(command, env=_environment(), cwd=CHECKOUT_HOME)
    if code == 5:
        raise console.Failure("No test ran.")
    if code:
        raise console.Failure(f"pytest ended with code {code}.")


def _run_all_tests(pool):
    def command(worker):
        log = _fresh_log(worker.name)
        return [*_pytest(worker.database, log, worker.results), *_located([])]

    suite.run(pool, command, _environment(), RESULTS)


def _located(arguments):
    """Make paths in `arguments` paths below the link that bears the addon's name."""
    located = [_locate(argument) for argument in arguments]
    if not any(argument.startswith(str(ADDON_LINK)) for argument in located):
        located += [str(ADDON_LINK / folder) for folder in TESTED]
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
    databases.run_in_shell(database("life"), SCRIPTS / "set_executors.py", log)
    databases.run_odoo("module", "uninstall", ADDON, "-d", database("life"), log=log)
    _expect_silence(log)
    leftovers.expect_none(databases.template(demo=True), database("life"))


def _invoice():
    log = _fresh_log("life_invoice")
    databases.run_in_shell(database("life"), SCRIPTS / "create_invoice.py", log)
    _expect_silence(log)
