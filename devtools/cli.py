"""The commands of `./dev`."""

import os
import shutil

from . import (
    console,
    databases,
    demo,
    linting,
    names,
    postgres,
    provision,
    testing,
    translating,
)
from .paths import CACHE, CHECKOUT, LOGS, SERVER_HOME, SOCKET_DIR, database
from .python_env import VENV

HELP = """\
./dev demo [--fresh]        start Odoo with the addon and demo data to look at
./dev test [PYTEST ARGS]    run the tests; without arguments all, in a process for
                            each core, and also install, update and uninstall the
                            addon on databases with demo data
./dev lint [--fix|--rooms]  check the style; --fix formats first, --rooms lists at
                            once what in the rooms of the addon is out of order
./dev translate             bring i18n/ in line with the words of the addon
./dev odoo ARGS             run any Odoo command, as in ./dev odoo -d NAME -u ...
./dev shell [NAME]          open a Python shell in Odoo (on the demo's database)
./dev psql [NAME] [ARGS]    open a database (the demo's)
./dev newdb NAME [--demo]   make a database with the addon installed
./dev bench ARGS            run benchmarks/run.py
./dev replay ARGS           run benchmarks/replay.py
./dev faults ARGS           run benchmarks/faults.py
./dev interference ARGS     run benchmarks/interference.py
./dev trace [--list]        run benchmarks/trace.py
./dev stop                  stop PostgreSQL
./dev clean                 stop it and remove the cache with all databases

A database's NAME is the short one: demo, test, what ./dev newdb was told. Its full
name begins with {prefix}, for checkouts share a server (./dev psql -l).

Everything is kept in {cache}.
ODOO_HOME=FOLDER uses a checkout of Odoo 19.0 instead of fetching Odoo,
DEBIAN_MIRROR=ADDRESS another mirror of Debian than the machine's.

The scripts in benchmarks/ run with these variables: ODOO_RC (Odoo's configuration),
PYTHONPATH and PATH (so that `import odoo` works), PGHOST and PGUSER (PostgreSQL's
socket and account), COLLECTIONS_DB_PREFIX (what names of databases begin with),
COLLECTIONS_TEMPLATE_DB (a database with Invoicing to copy), COLLECTIONS_PIP (pip)."""


def main(arguments):
    """Run the command `arguments` begin with and answer the exit code."""
    command, *rest = arguments or ["help"]
    try:
        if command in ("help", "-h", "--help"):
            console.say(HELP.format(cache=CACHE, prefix=database("")))
            return 0
        if command not in COMMANDS:
            console.say(f"There is no command {command!r}: see ./dev help")
            return 2
        return COMMANDS[command](rest) or 0
    except console.Failure as error:
        console.say(f"\n{error}")
        return 1
    except KeyboardInterrupt:
        return 130


def _odoo(arguments):
    provision.prepare(provision.SERVER)
    # `odoo db drop lat` and its like say the name alone.
    expand = names.expand_all if arguments[:1] == ["db"] else names.expand
    command = databases.odoo_command(*expand(arguments, postgres.names()))
    console.replace_process(command, env=provision.environment())


def _shell(arguments):
    provision.prepare(provision.SERVER)
    name, *rest = arguments or ["demo"]
    name = names.require(name, postgres.names())
    _odoo(["shell", "-d", name, "--no-http", *rest])


def _psql(arguments):
    provision.prepare(provision.SERVER)
    known = postgres.names()
    if arguments and arguments[0] not in names.OPTIONS:
        # psql takes the name without an option, too: here it comes first.
        arguments = [names.full_name(arguments[0], known), *arguments[1:]]
    env = {**os.environ, **postgres.environment(), "PGDATABASE": database("demo")}
    command = [postgres.programs() / "psql", *names.expand(arguments, known)]
    console.replace_process(command, env=env)


def _newdb(arguments):
    names = [argument for argument in arguments if not argument.startswith("-")]
    if len(names) != 1:
        raise console.Failure("Usage: ./dev newdb NAME [--demo]")
    provision.prepare(provision.SERVER)
    log = LOGS / f"{database(names[0])}.log"
    # A database is made anew: whoever came second would drop the one of the first.
    with provision.one_at_a_time(names[0], wait=False):
        console.say(databases.create(names[0], demo="--demo" in arguments, log=log))


def _script(name):
    def run(arguments):
        provision.prepare(provision.SERVER)
        env = {
            **provision.environment(),
            "COLLECTIONS_DB_PREFIX": database(""),
            "COLLECTIONS_TEMPLATE_DB": databases.template(),
            "COLLECTIONS_PIP": str(VENV.pip()[-1]),
        }
        path = CHECKOUT / "benchmarks" / name
        console.replace_process([VENV.python, path, *arguments], env=env)

    return run


def _stop(_arguments):
    with provision.exclusive():
        postgres.stop()


def _clean(arguments):
    _stop(arguments)
    for folder in {CACHE, SERVER_HOME, SOCKET_DIR}:
        shutil.rmtree(folder, ignore_errors=True)
    console.say(f"Removed {CACHE}.")


COMMANDS = {
    "bench": _script("run.py"),
    "clean": _clean,
    "demo": demo.demo,
    "faults": _script("faults.py"),
    "interference": _script("interference.py"),
    "lint": linting.lint,
    "newdb": _newdb,
    "odoo": _odoo,
    "psql": _psql,
    "replay": _script("replay.py"),
    "shell": _shell,
    "stop": _stop,
    "test": testing.test,
    "trace": _script("trace.py"),
    "translate": translating.translate,
}
