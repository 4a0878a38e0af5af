"""`./dev translate`: bring the translations in line with the words of the addon."""

from . import console, databases, postgres, provision
from .paths import ADDON, CHECKOUT, DEVTOOLS, LOGS, database
from .python_env import LINT_VENV

FOLDER = CHECKOUT / "i18n"


def translate(_arguments):
    """Export the words, and merge them into the file of each language."""
    provision.prepare([*provision.SERVER, provision.LINTERS])
    template = FOLDER / f"{ADDON}.pot"
    log = LOGS / f"{database('translate')}.log"
    log.unlink(missing_ok=True)
    with console.step("The words of the addon"):
        name = databases.create("translate", log=log)
        databases.run_odoo(
            *("i18n", "export", "-d", name, "-l", "pot", "-o", template, ADDON), log=log
        )
        postgres.drop(name)
    script = DEVTOOLS / "tool_scripts" / "merge_translations.py"
    files = sorted(FOLDER.glob("*.po"))
    code = console.call([LINT_VENV.python, script, template, *files])
    fix = [LINT_VENV.bin / "oca-checks-po", "--fix", template, *files]
    console.call(fix, log=log)
    return code
