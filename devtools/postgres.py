"""A PostgreSQL cluster of our own, reached through a socket only we can open."""

import os
import pwd
import shutil
from pathlib import Path

from . import console, debian, machine
from .paths import DATA_DIR, LOGS, SERVER_HOME, SOCKET_DIR

USER = "odoo"
OLDEST = 13
CLUSTERS = SERVER_HOME / "cluster"

# All of it can be made again, so it is fast rather than safe against power cuts.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_directories": str(SOCKET_DIR),
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    # A quarter of the memory, as a server would have, but no more than tests need.
    "shared_buffers": f"{min(machine.memory_mb() // 4, 2048)}MB",
    "work_mem": "16MB",
    "max_wal_size": "4GB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "jit": "off",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
}


def _installed():
    """Answer the folder of the newest PostgreSQL on this machine, or None.

    Whatever `postgres` is on the PATH is not asked: it may be a wrapper.
    """
    folders = [
        *Path("/usr/lib/postgresql").glob("*/bin"),
        *Path("/usr").glob("pgsql-*/bin"),
    ]
    found = [
        (int(digits), folder)
        for folder in folders
        if (folder / "initdb").exists() and (folder / "postgres").exists()
        if (digits := folder.parent.name.removeprefix("pgsql-")).isdigit()
        if int(digits) >= OLDEST
    ]
    return max(found)[1] if found else None


def _private():
    """Answer the folder of the PostgreSQL fetched before, or None."""
    roots = [r for r in SERVER_HOME.glob("system/*-postgresql") if r.is_dir()]
    return roots[0] if roots else None


def has_postgres():
    """Answer whether PostgreSQL's programs are there."""
    return bool(_installed() or _private())


def fetch_postgres():
    """Fetch PostgreSQL into the cache; nothing gets installed."""
    machine.require_debian_family("PostgreSQL", f"the server, {OLDEST} or newer")
    _make_home()
    debian.private_root(SERVER_HOME, "postgresql", ["postgresql"])


def programs():
    """Answer the folder of PostgreSQL's programs."""
    return _installed() or next(_private().glob("usr/lib/postgresql/*/bin"))


def environment():
    """Answer the variables PostgreSQL's own programs need to find the server."""
    variables = {"PGHOST": str(SOCKET_DIR), "PGUSER": USER, "PGDATABASE": "postgres"}
    if not _installed():
        variables["LD_LIBRARY_PATH"] = debian.library_path(_private())
    return variables


def _cluster():
    """Answer the cluster's folder: each major version has its own."""
    return CLUSTERS / programs().parent.name


def _account():
    """Answer the account the server runs under: never root's."""
    if not machine.is_root():
        return pwd.getpwuid(os.geteuid())
    if _cluster().exists():
        return pwd.getpwuid(_cluster().stat().st_uid)
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _as_account(program, *arguments):
    """Answer the command that runs one of PostgreSQL's programs as `_account`."""
    command = [programs() / program, *arguments]
    if machine.is_root():
        account = _account()
        ids = [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}"]
        command = ["setpriv", *ids, "--clear-groups", *command]
    return command


def _run(command):
    env = {**os.environ, **environment(), "LC_ALL": "C.UTF-8"}
    console.run(command, log=LOGS / "postgresql.log", env=env, cwd="/")


def _make_home():
    CLUSTERS.mkdir(parents=True, exist_ok=True)
    if machine.is_root():
        for folder in (SERVER_HOME.parent, SERVER_HOME, CLUSTERS):
            folder.chmod(0o755)


def _make_folder(path, account):
    """Make a folder nobody but `account` can look into.

    :raises Failure: it is somebody else's
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if machine.is_root():
        os.chown(path, account.pw_uid, account.pw_gid)
    elif path.stat().st_uid != account.pw_uid:
        raise console.Failure(f"{path} belongs to somebody else; remove it first.")
    path.chmod(0o700)


def start():
    """Start the server, after making its cluster the first time."""
    if is_running():
        return
    _make_home()
    account = _account()
    _make_folder(_cluster(), account)
    _make_folder(SOCKET_DIR, account)
    data = _cluster() / "data"
    if not (data / "complete").exists():
        shutil.rmtree(data, ignore_errors=True)
        options = ["--auth=trust", f"--username={USER}", "--encoding=UTF8"]
        _run(_as_account("initdb", "-D", data, *options, "--locale=C.UTF-8"))
        (data / "complete").touch()
    settings = " ".join(f"-c {name}='{value}'" for name, value in SETTINGS.items())
    log = _cluster() / "server.log"
    _run(_as_account("pg_ctl", "start", "-w", "-D", data, "-l", log, "-o", settings))


def is_running():
    """Answer whether the server answers."""
    if not has_postgres() or not SOCKET_DIR.exists():
        return False
    env = {**os.environ, **environment()}
    return console.call([programs() / "pg_isready", "-q"], env=env) == 0


def stop():
    """Stop the server."""
    if is_running():
        data = _cluster() / "data"
        _run(_as_account("pg_ctl", "stop", "-w", "-m", "fast", "-D", data))


def query(statement, dbname="postgres"):
    """Run one statement and answer its rows as lines of text."""
    env = {**os.environ, **environment()}
    options = ["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", dbname]
    return console.output(
        [programs() / "psql", *options, "-c", statement], env=env
    ).splitlines()


def names():
    """Answer the full names of all databases."""
    return query("SELECT datname FROM pg_database")


def exists(name):
    """Answer whether there is a database called `name`."""
    return name in names()


def files(name):
    """Answer the folder where Odoo keeps the attachments of a database."""
    return DATA_DIR / "filestore" / name


def drop(name):
    """Drop a database with its attachments, whoever is connected to it."""
    query(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    shutil.rmtree(files(name), ignore_errors=True)


def rename(old, new):
    """Rename a database and the folder of its attachments."""
    query(f'ALTER DATABASE "{old}" RENAME TO "{new}"')
    if files(old).exists():
        files(old).rename(files(new))


def copy(template, name):
    """Make the database `name` from another, replacing what is there."""
    drop(name)
    query(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    if files(template).exists():
        # Odoo never changes a stored file, so the copies may share them.
        shutil.copytree(files(template), files(name), copy_function=os.link)


def plan_quickly(name):
    """Have a database spend less on planning: of a few rows, large statements are run
    sooner than the best order of their joins is found.
    """
    for setting in ("join_collapse_limit", "from_collapse_limit"):
        query(f'ALTER DATABASE "{name}" SET {setting} = 4')
