"""Set everything up that a command needs; whatever is there already is kept."""

import fcntl
import os
from contextlib import contextmanager
from typing import NamedTuple

from . import console, odoo_source, postgres, programs, python_env
from .paths import (
    ADDON_LINK,
    ADDONS_DIR,
    CACHE,
    CHECKOUT,
    CHECKOUT_HOME,
    DATA_DIR,
    ODOO_RC,
    SOCKET_DIR,
)


class Part(NamedTuple):
    """One thing to have: what it is, whether it is there, how to make it."""

    title: str
    is_there: object
    make: object


PYTHON = Part(
    "Python packages (about 40 s)", python_env.VENV.exists, python_env.VENV.make
)
NODE = Part(
    "Packages from npm (about 10 s)",
    python_env.has_node_modules,
    python_env.make_node_modules,
)
ODOO = Part("Odoo 19, 130 MB (about 30 s)", odoo_source.has_odoo, odoo_source.make_odoo)
POSTGRES = Part(
    "PostgreSQL (about 30 s)", postgres.has_postgres, postgres.fetch_postgres
)
WKHTMLTOPDF = Part(
    "wkhtmltopdf, 30 MB (about 20 s)",
    programs.has_wkhtmltopdf,
    programs.make_wkhtmltopdf,
)
CHROMIUM = Part(
    "Chromium, 150 MB (about 60 s)", programs.has_chromium, programs.fetch_chromium
)
LINTERS = Part(
    "Style checkers (about 30 s)",
    python_env.LINT_VENV.exists,
    python_env.LINT_VENV.make,
)
SERVER = [PYTHON, NODE, ODOO, POSTGRES, WKHTMLTOPDF]

ODOO_CONF = """\
[options]
addons_path = {addons_path}
data_dir = {data_dir}
db_host = {socket_dir}
db_user = {user}
http_interface = 127.0.0.1
list_db = False
max_cron_threads = 1
# A step through a debugger, or a benchmark, may take long.
limit_time_cpu = 36000
limit_time_real = 36000
"""


@contextmanager
def exclusive(name="lock", doing="setting things up", folder=CACHE, *, wait=True):
    """Let any other `./dev` that enters this, too, wait for the body's end.

    By default for what all checkouts share.

    :param wait: whether to wait for another one; else it is refused
    :raises Failure: another one is at it, and is not waited for
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not wait:
                raise console.Failure(f"Another ./dev is {doing}.") from None
            console.say(f"Another ./dev is {doing}; waiting for it ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def one_at_a_time(name, *, wait=True):
    """Let commands wait that use this checkout's database called `name`."""
    doing = f"using this checkout's database {name!r}"
    return exclusive(f"{name}.lock", doing, CHECKOUT_HOME, wait=wait)


def prepare(parts):
    """Make the parts that are missing, and start PostgreSQL."""
    with exclusive():
        missing = [part for part in parts if not part.is_there()]
        if missing:
            console.say(f"Setting up in {CACHE} (once; the logs are in logs/)")
        for number, part in enumerate(missing, 1):
            with console.step(f"[{number}/{len(missing)}] {part.title}"):
                part.make()
        postgres.start()
        _link_addon()
        _write_odoo_conf()


def _link_addon():
    # The addon's folder has to bear its name, whatever the checkout is called.
    ADDONS_DIR.mkdir(parents=True, exist_ok=True)
    if not ADDON_LINK.is_symlink():
        ADDON_LINK.symlink_to(CHECKOUT)


def _write_odoo_conf():
    CHECKOUT_HOME.mkdir(parents=True, exist_ok=True)
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    folders = [*odoo_source.addons_paths(), ADDONS_DIR]
    text = ODOO_CONF.format(
        addons_path=",".join(str(folder) for folder in folders),
        data_dir=DATA_DIR,
        socket_dir=SOCKET_DIR,
        user=postgres.USER,
    )
    # Another ./dev may be reading it: it is either the old one or the new one.
    partial = ODOO_RC.with_suffix(".partial")
    partial.write_text(text)
    partial.rename(ODOO_RC)


def environment():
    """Answer the variables Odoo and everything around it run with."""
    database_variables = {
        name: value
        for name, value in postgres.environment().items()
        if name.startswith("PG")
    }
    path = f"{programs.BIN}:{python_env.VENV.bin}:{os.environ['PATH']}"
    return {
        **os.environ,
        **database_variables,
        **programs.variables(),
        "PATH": path,
        "PYTHONPATH": str(odoo_source.home()),
        # The checkout stays free of compiled files; but they are kept, whatever the
        # machine says, for compiling Odoo takes seconds.
        "PYTHONPYCACHEPREFIX": str(CACHE / "pycache"),
        "PYTHONDONTWRITEBYTECODE": "",
        "ODOO_RC": str(ODOO_RC),
    }
