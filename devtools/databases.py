"""Databases with Odoo in them, copied from templates that are kept."""

import functools

from . import console, odoo_source, postgres, provision
from .paths import ADDON, CHECKOUT_HOME, DEVTOOLS, LOGS, database, fingerprint
from .python_env import VENV

# Everything the addon depends on, so that installing it takes seconds.
BASE_MODULES = "account,account_qr_code_sepa,contacts,mail,portal,sms,snailmail"


def odoo_command(*arguments):
    """Answer the command that runs Odoo with `arguments`."""
    return [VENV.python, "-m", "odoo", *arguments]


def run_odoo(*arguments, log, stdin=None):
    """Run Odoo until it ends, its messages going to the file `log`.

    :raises Failure: it failed
    """
    console.run(
        odoo_command(*arguments),
        log=log,
        env=provision.environment(),
        cwd=CHECKOUT_HOME,
        stdin=stdin,
    )


def run_in_shell(name, script, log):
    """Run a Python file in `odoo shell` on the database `name`.

    :raises Failure: the script did
    """
    with script.open() as stdin:
        run_odoo("shell", "-d", name, "--no-http", log=log, stdin=stdin)


def load(name, *options, log):
    """Start Odoo on a database only to install or update what `options` say."""
    run_odoo("-d", name, "--no-http", "--stop-after-init", *options, log=log)


@functools.cache
def template(demo=False):
    """Answer the database all others are copied from; make it the first time.

    :param demo: whether it holds Odoo's demo data
    """
    kind = "base_demo" if demo else "base"
    pins = (DEVTOOLS / "requirements-odoo.txt").read_bytes()
    key = fingerprint(odoo_source.version(), pins, BASE_MODULES)
    name = f"ac_{kind}_{key}"
    with provision.exclusive():
        if not (postgres.exists(name) and postgres.files(name).exists()):
            _make_template(name, demo)
    return name


def _make_template(name, demo):
    partial = f"{name}_partial"
    log = LOGS / f"{name}.log"
    log.unlink(missing_ok=True)
    data = "with demo data" if demo else "without demo data"
    with console.step(f"A database with Invoicing, {data} (once, about 40 s)"):
        postgres.drop(name)
        postgres.drop(partial)
        options = ["--with-demo"] if demo else []
        load(partial, "-i", BASE_MODULES, *options, log=log)
        postgres.rename(partial, name)


def create(name, *, demo=False, log):
    """Make this checkout's database `name` anew, with the addon installed.

    :param log: the file for what Odoo says meanwhile
    :return: the database's full name
    """
    full_name = database(name)
    postgres.copy(template(demo), full_name)
    options = ["--with-demo"] if demo else []
    load(full_name, "-i", ADDON, *options, log=log)
    return full_name


def update(full_name, *, log):
    """Update the addon in a database."""
    load(full_name, "-u", ADDON, log=log)
