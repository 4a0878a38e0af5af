"""Fresh databases with the addon in them, and Odoo's environment on them.

`./dev` sets the variables that are read here: ODOO_RC, PGHOST and PGUSER for Odoo and
PostgreSQL, COLLECTIONS_DB_PREFIX and COLLECTIONS_TEMPLATE_DB for the databases.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

import odoo
import psycopg2
from odoo.modules.registry import Registry
from odoo.tools import config
from psycopg2 import sql

ADDON = "account_collections"


def full_name(name):
    """Answer what the database `name` of this checkout is called."""
    return os.environ.get("COLLECTIONS_DB_PREFIX", "collections_") + name


def create(name, template=None):
    """Make a database anew as a copy of another one.

    :param str name: full name; a database of that name is dropped
    :param str template: database to copy, by default one with Invoicing
    """
    template = template or os.environ["COLLECTIONS_TEMPLATE_DB"]
    drop(name)
    _administrate(
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template)
        )
    )
    files = Path(config.filestore(template))
    if files.exists():
        # Odoo never changes a stored file, so the copies may share them.
        shutil.copytree(files, config.filestore(name), copy_function=os.link)


def drop(name):
    """Drop a database with its files, whoever is connected to it."""
    _administrate(
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    )
    shutil.rmtree(config.filestore(name), ignore_errors=True)


def settle():
    """Have the server write out what copying databases has left in its memory, so that
    a measurement does not pay for it."""
    _administrate("CHECKPOINT")
    os.sync()


def tend(name):
    """Do the upkeep that PostgreSQL does in the background within a minute or two of
    every large change, so that it does not fall into a measurement by chance."""
    # Not through Odoo's pool, whose connections are in a transaction.
    _administrate("VACUUM (ANALYZE)", name)
    settle()


def ask(statement):
    """Answer the only value of the only row of a query about the server."""
    with (
        closing(psycopg2.connect(dbname="postgres")) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
        return cursor.fetchone()[0]


def _administrate(statement, database="postgres"):
    with closing(psycopg2.connect(dbname=database)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)


def install(name, *modules, addons_path=None):
    """Install modules in a database, in a process of their own.

    :param str addons_path: where Odoo looks for addons, if not where it is used to
    :raises SystemExit: the installation failed; Odoo's log is printed
    """
    command = [sys.executable, "-m", "odoo", "-d", name, "-i", ",".join(modules)]
    command += ["--stop-after-init", "--no-http", "--log-level=warn"]
    if addons_path:
        command.append(f"--addons-path={addons_path}")
    with tempfile.TemporaryFile("w+") as log:
        # Odoo started in the checkout would take it for a part of itself.
        done = subprocess.run(
            command,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=tempfile.gettempdir(),
            check=False,
        )
        log.seek(0)
        if done.returncode:
            sys.exit(f"Installing {', '.join(modules)} failed:\n{log.read()}")


@contextmanager
def environment(name):
    """Give Odoo's environment on a database, as superuser; rolled back at the end."""
    with Registry(name).cursor() as cr:
        env = odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})
        user = env["res.users"].browse(odoo.SUPERUSER_ID)
        yield env(context=user.context_get())
        cr.rollback()


def prepare_company(env):
    """Give the company a chart of accounts, if it has none.

    :param env: Odoo's environment, as superuser
    :return: the res.company
    """
    company = env.company
    if not company.chart_template:
        env["account.chart.template"].try_loading(
            "generic_coa", company=company, install_demo=False
        )
    return company
