"""`./dev demo`: Odoo with the addon and its demo data, ready to look at."""

import contextlib
import json
import socket
import subprocess
import time
import urllib.error
import urllib.request

from . import console, databases, postgres, provision
from .mailbox import Mailbox
from .paths import CHECKOUT_HOME, DEVTOOLS, LOGS, database, source_fingerprint

STATE = CHECKOUT_HOME / "demo.json"
FIRST_PORT = 8069
START_TIMEOUT = 180


def demo(arguments):
    """Start the demo, after making or updating its database."""
    provision.prepare(provision.SERVER)
    with provision.one_at_a_time("demo"):
        name, log = _make_or_update(arguments)
    return _serve(name, log)


def _make_or_update(arguments):
    name = database("demo")
    log = LOGS / f"{name}.log"
    state = _read_state()
    source = source_fingerprint()
    if "--fresh" in arguments or not (state and postgres.exists(name)):
        _make(name, log)
    elif state["source"] != source:
        with console.step("Updating the demo: the addon has changed"):
            databases.update(name, log=log)
    STATE.write_text(json.dumps({"source": source}))
    return name, log


def _read_state():
    if STATE.exists():
        return json.loads(STATE.read_text())
    return None


def _make(name, log):
    STATE.unlink(missing_ok=True)
    log.unlink(missing_ok=True)
    with console.step("Installing the addon with its demo data"):
        databases.create("demo", demo=True, log=log)
        databases.run_in_shell(name, DEVTOOLS / "demo_prepare.py", log)


def _free_port():
    for port in range(FIRST_PORT, FIRST_PORT + 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise console.Failure(f"No port from {FIRST_PORT} on is free.")


def _serve(name, log):
    port = _free_port()
    url = f"http://localhost:{port}"
    mailbox = Mailbox(CHECKOUT_HOME / "mail")
    mailbox.start()
    options = ["-d", name, "--db-filter", f"^{name}$", "--http-port", str(port)]
    # No mail leaves the machine.
    options += ["--smtp", "127.0.0.1", "--smtp-port", str(mailbox.port)]
    with log.open("a") as output:
        server = subprocess.Popen(
            databases.odoo_command(*options),
            env=provision.environment(),
            cwd=CHECKOUT_HOME,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    with _stopped_at_the_end(server):
        with console.step("Starting Odoo"):
            _wait_until_it_answers(server, url, log)
        guide = (DEVTOOLS / "demo_guide.txt").read_text()
        console.say(f"\n{guide.format(url=url, mails=mailbox.folder)}")
        console.say(f"Ctrl-C stops it. Odoo's log: {log}")
        return server.wait()


@contextlib.contextmanager
def _stopped_at_the_end(server):
    # Whoever ends us ends Odoo: it must not be left behind, holding the port.
    console.interrupt_on_signals()
    try:
        yield
    except KeyboardInterrupt:
        console.say("\nStopping Odoo ...")
    finally:
        if server.poll() is None:
            server.terminate()
            server.wait()


def _wait_until_it_answers(server, url, log):
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            # The first page makes Odoo build its style sheets: better now than later.
            urllib.request.urlopen(f"{url}/web/login", timeout=START_TIMEOUT)
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.3)
        else:
            return
    raise console.Failure(f"{console.tail(log)}\nOdoo did not start.")
