"""Odoo 19 itself: Debian's package, or a checkout the user has."""

import gzip
import os
import re
import shutil
from pathlib import Path

from . import console, debian, machine
from .paths import CACHE, fingerprint
from .python_env import NODE_MODULES

# Odoo's package links to these. sid's font of icons is left out: it names its files
# otherwise than Odoo expects, and the icons would vanish.
LINKED_PACKAGES = [
    "fonts-glyphicons-halflings",
    "fonts-inconsolata",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
]
UNPACKED = CACHE / "odoo"
NOT_19 = "ODOO_HOME={home} is no checkout of Odoo 19.0."


def has_odoo():
    """Answer whether Odoo is there."""
    return bool(os.environ.get("ODOO_HOME") or _unpacked())


def _unpacked():
    """Answer the newest Odoo in the cache, or None."""
    roots = [path for path in UNPACKED.glob("19.*") if path.suffix != ".partial"]
    return max(roots, key=lambda path: path.stat().st_mtime, default=None)


def home():
    """Answer the folder that holds the Python package `odoo`.

    :raises Failure: ODOO_HOME is set to something else
    """
    if not os.environ.get("ODOO_HOME"):
        return _unpacked() / "usr/lib/python3/dist-packages"
    folder = Path(os.environ["ODOO_HOME"]).expanduser().resolve()
    release = folder / "odoo" / "release.py"
    if not release.exists() or "(19, 0," not in release.read_text():
        raise console.Failure(NOT_19.format(home=folder))
    return folder


def addons_paths():
    """Answer the folders of Odoo's own addons."""
    folders = [home() / "odoo" / "addons", home() / "addons"]
    return [folder for folder in folders if folder.is_dir()]


def version():
    """Answer a key that differs between any two versions of Odoo."""
    if not os.environ.get("ODOO_HOME"):
        return _unpacked().name
    head = home() / ".git" / "logs" / "HEAD"
    state = head.read_bytes()[-200:] if head.exists() else b""
    return f"19.0-{fingerprint(home(), state)}"


def make_odoo():
    """Unpack Odoo with what its package links to."""
    machine.require_debian_family(
        "Odoo 19", "or get a checkout of Odoo's branch 19.0 and set ODOO_HOME to it"
    )
    apt = debian.sid_apt()
    partial = UNPACKED / "unpacking.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        apt.unpack(["odoo-19", *LINKED_PACKAGES], partial)
    except console.Failure as error:
        hint = "Or set ODOO_HOME to a checkout of Odoo's branch 19.0."
        raise console.Failure(f"{error}\n{hint}") from error
    packages = partial / "usr/lib/python3/dist-packages"
    # Copies of some sources that would be found as packages called `addons`, `setup`.
    for name in ("addons", "doc", "setup"):
        shutil.rmtree(packages / name, ignore_errors=True)
    _add_what_debian_leaves_out(partial, packages)
    partial.rename(UNPACKED / _package_version(partial))


def _add_what_debian_leaves_out(root, packages):
    # The web client logs an error without this file, and browser tests fail.
    library = packages / "odoo/addons/mail/static/lib/selfie_segmentation"
    library.mkdir(parents=True, exist_ok=True)
    name = "selfie_segmentation.js"
    shutil.copy(NODE_MODULES / "@mediapipe/selfie_segmentation" / name, library)
    fonts = root / "usr/share/fonts-font-awesome"
    shutil.copytree(NODE_MODULES / "font-awesome", fonts, dirs_exist_ok=True)


def _package_version(root):
    changelog = next(root.glob("usr/share/doc/odoo-19/changelog*.gz"))
    with gzip.open(changelog, "rt") as lines:
        return re.match(r"\S+ \(([^)]+)\)", next(lines))[1]
