"""`./dev lint`: one style, checked by the tools Odoo developers use."""

import os

from . import console, databases, odoo_source, postgres, provision, rooms, sizes
from .paths import ADDON_LINK, CHECKOUT, CHECKOUT_HOME, DEVTOOLS, LOGS, database
from .python_env import LINT_VENV, NODE_MODULES, VENV

PRETTIER_GLOB = "**/*.{xml,js,css,scss}"

# The tests of Odoo's own test_lint that look at an addon's files or models. The
# others test the checkers themselves, or all of Odoo.
ODOO_LINT_TESTS = [
    "test_docstring",
    "test_dunderinit",
    "test_i18n",
    "test_index",
    "test_jstranslate",
    "test_l10n",
    "test_manifests",
    "test_naming",
    "test_onchange_domains",
    "test_orm_import",
    "test_override_signatures",
    "test_pofile",
    "test_routes",
    "test_test_holes",
]

# As Odoo's test_pylint runs pylint; its checkers are next to it.
ODOO_PYLINT_CHECKS = [
    "used-before-assignment",
    "undefined-variable",
    "eval-used",
    "unreachable",
    "function-redefined",
    "sql-injection",
    "gettext-variable",
    "gettext-placeholders",
    "gettext-repr",
    "raise-unlink-override",
]
ODOO_PYLINT_PLUGINS = [
    "_odoo_checker_sql_injection",
    "_odoo_checker_gettext",
    "_odoo_checker_unlink_override",
]


def lint(arguments):
    """Check the style; with `--fix`, format first; with `--rooms`, only the rooms."""
    if "--rooms" in arguments:
        found = rooms.findings()
        console.say(rooms.report(found))
        return 1 if found else 0
    provision.prepare([*provision.SERVER, provision.LINTERS])
    if "--fix" in arguments:
        _fix()
    failed = []
    for title, check in CHECKS.items():
        console.say(f"\n== {title}")
        try:
            check()
        except console.Failure as error:
            console.say(str(error))
            failed.append(title)
    console.say(f"\n== summary of ./dev lint: {len(CHECKS)} checks")
    console.say(f"failed: {', '.join(failed)}" if failed else "all clean")
    return 1 if failed else 0


def _run_tool(name, *arguments):
    env = {**os.environ, "PATH": f"{LINT_VENV.bin}:{VENV.bin}:{os.environ['PATH']}"}
    console.run([LINT_VENV.bin / name, *arguments], env=env, cwd=CHECKOUT)


def _fix():
    console.say("== formatting")
    _run_tool("ruff", "check", "--fix-only", "--quiet", ".")
    _run_tool("ruff", "format", ".")
    # What it cannot repair is shown by the check itself, later.
    log = LOGS / "oca-fix.log"
    command = [LINT_VENV.bin / "oca-checks-odoo-module", ADDON_LINK, "--fix"]
    console.call(command, log=log, cwd=CHECKOUT)
    _prettier("--write")


def _ruff():
    _run_tool("ruff", "check", ".")
    _run_tool("ruff", "format", "--check", ".")


def _pylint():
    config = CHECKOUT / "pyproject.toml"
    # OCA is not the author, and the README is written in Markdown. (The file cannot
    # say so: what it enables as a group is enabled last.)
    # All companies are few, and a key is taken out of a context by replacing it.
    disabled = (
        "--disable=manifest-required-author,missing-readme,no-search-all"
        ",context-overridden"
    )
    _run_tool("pylint", f"--rcfile={config}", disabled, str(ADDON_LINK))


def _prettier(mode="--check"):
    plugin = NODE_MODULES / "@prettier/plugin-xml/src/plugin.js"
    command = [VENV.bin / "node", NODE_MODULES / "prettier/bin/prettier.cjs", mode]
    options = [f"--plugin={plugin}", "--log-level=warn"]
    console.run([*command, *options, PRETTIER_GLOB], cwd=CHECKOUT)


def _oca():
    _run_tool("oca-checks-odoo-module", str(ADDON_LINK))
    translations = sorted(CHECKOUT.glob("i18n/*.po*"))
    if translations:
        _run_tool("oca-checks-po", *translations)


def _odoo_lint():
    with provision.one_at_a_time("lint"):
        _run_odoo_lint()


def _run_odoo_lint():
    name = database("lint")
    log = LOGS / f"{name}.log"
    log.unlink(missing_ok=True)
    databases.create("lint", log=log)
    folder = odoo_source.home() / "odoo/addons/test_lint/tests"
    env = provision.environment()
    env["PYTHONPATH"] += f":{DEVTOOLS / 'pytest_plugins'}"
    console.run(
        [
            *(VENV.python, "-m", "pytest", "-q", "-p", "only_this_addon"),
            *("-c", os.devnull, "--rootdir", folder, "-p", "no:cacheprovider"),
            *("-W", "ignore::DeprecationWarning"),
            *("--odoo-database", name),
            *(folder / f"{test}.py" for test in ODOO_LINT_TESTS),
        ],
        env=env,
        cwd=CHECKOUT_HOME,
    )
    postgres.drop(name)


def _odoo_pylint():
    folder = odoo_source.home() / "odoo/addons/test_lint/tests"
    env = {**os.environ, "PYTHONPATH": str(folder)}
    console.run(
        [
            *(LINT_VENV.bin / "pylint", f"--rcfile={os.devnull}", "--score=n"),
            "--disable=all,useless-option-value,unknown-option-value",
            f"--enable={','.join(ODOO_PYLINT_CHECKS)}",
            f"--load-plugins={','.join(ODOO_PYLINT_PLUGINS)}",
            str(ADDON_LINK),
        ],
        env=env,
        cwd=CHECKOUT,
    )


def _sizes():
    found = sizes.too_long()
    if found:
        raise console.Failure("\n".join(found))


def _rooms():
    found = rooms.findings()
    if found:
        raise console.Failure(rooms.report(found))


CHECKS = {
    "ruff": _ruff,
    "lengths of files and functions": _sizes,
    "order of the rooms": _rooms,
    "pylint with pylint-odoo": _pylint,
    "pylint with Odoo's own checkers": _odoo_pylint,
    "prettier": _prettier,
    "OCA's checks": _oca,
    "Odoo's test_lint": _odoo_lint,
}
