"""OCA's account_credit_control, fetched from PyPI for a comparison and left nowhere."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

from odoo.tools import config

from . import databases

PACKAGE = "odoo-addon-account-credit-control>=19.0,<20"
MODULE = "account_credit_control"
START_SECONDS = 120


@contextmanager
def installed_oca(database):
    """Install the addon in a database, with a web server for its letters to load from.

    :param str database: full name
    :return: options for Odoo that find the addon, and the address of the server
    """
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, os.environ["COLLECTIONS_PIP"], "install", "--quiet"]
        target = ["--no-deps", "--target", folder, PACKAGE]
        subprocess.run([*pip, *target], check=True)
        paths = ",".join([*map(str, config["addons_path"]), f"{folder}/odoo/addons"])
        databases.install(database, MODULE, addons_path=paths)
        options = f"--addons-path={paths}"
        with _web_server(database, options) as url:
            yield options, url


@contextmanager
def _web_server(database, options):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = [sys.executable, "-m", "odoo", "-d", database, options]
    command += ["--http-port", port, "--max-cron-threads=0", "--log-level=critical"]
    server = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=tempfile.gettempdir(),
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url, server)
        yield url
    finally:
        server.terminate()
        server.wait()


def _wait_for(url, server):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/web/health", timeout=START_SECONDS)
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.5)
        else:
            return
    sys.exit("The web server for OCA's letters did not start.")
