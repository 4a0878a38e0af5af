"""Virtual environments with the pinned Python packages, and packages from npm."""

import os
import platform
import shutil
import sys
from pathlib import Path

from . import console, debian, machine
from .paths import CACHE, DEVTOOLS, LOGS, fingerprint


class Venv:
    """A virtual environment, made anew whenever its pins or the Python change."""

    def __init__(self, name, requirements, *included):
        names = (requirements, *included, "constraints.txt")
        self.requirements = DEVTOOLS / requirements
        pins = fingerprint(*((DEVTOOLS / name).read_bytes() for name in names))
        python = f"{platform.python_version()}-{fingerprint(sys.prefix)}"
        self.folder = CACHE / "python" / f"{name}-{python}-{pins}"
        self.bin = self.folder / "bin"
        self.python = self.bin / "python"
        self._complete = self.folder / "complete"

    def exists(self):
        """Answer whether it is complete."""
        return self._complete.exists()

    def make(self):
        """Make it in place, for it cannot be moved; hence the mark at the end."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        log = LOGS / "pip.log"
        command = [sys.executable, "-m", "venv", "--without-pip", self.folder]
        console.run(command, log=log)
        command = [*self.pip(), "install", "-r", self.requirements]
        console.run(command, log=log, env=_PIP_ENV)
        self._complete.touch()

    def download_sdist(self, requirement, folder):
        """Download a package's source archive and answer the file."""
        options = ["--no-deps", "--no-binary", requirement.split("==")[0]]
        command = [*self.pip(), "download", *options, "-d", folder, requirement]
        console.run(command, log=LOGS / "pip.log", env=_PIP_ENV)
        return next(folder.glob("*.tar.gz"))

    def pip(self):
        """Answer the command that runs pip in it."""
        # Debian's Python comes without pip, so any wheel of it will do.
        wheels = _bundled_pip_wheels() or _debian_pip_wheels()
        if not wheels:
            raise console.Failure("Python's pip is missing: install it first.")
        return [self.python, wheels[0] / "pip"]


_PIP_ENV = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def _bundled_pip_wheels():
    try:
        import ensurepip
    except ImportError:
        return []
    return list((Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl"))


def _debian_pip_wheels():
    folder = "usr/share/python-wheels"
    wheels = list(Path("/", folder).glob("pip-*.whl"))
    if not wheels and machine.distribution():
        root = debian.private_root(CACHE, "pip", ["python3-pip-whl"])
        wheels = list((root / folder).glob("pip-*.whl"))
    return wheels


VENV = Venv("odoo", "requirements.txt", "requirements-odoo.txt")
LINT_VENV = Venv("lint", "requirements-lint.txt")

_NODE_FILES = [DEVTOOLS / "package.json", DEVTOOLS / "package-lock.json"]
NODE = CACHE / "node" / fingerprint(*(path.read_bytes() for path in _NODE_FILES))
NODE_MODULES = NODE / "node_modules"
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def has_node_modules():
    """Answer whether the packages from npm are there."""
    return NODE_MODULES.exists()


def make_node_modules():
    """Install the packages package-lock.json names."""
    partial = NODE.with_name(f"{NODE.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    for path in _NODE_FILES:
        shutil.copy(path, partial)
    # npm starts node by its name, so the virtual environment has to come first.
    env = {**os.environ, "PATH": f"{VENV.bin}:{os.environ['PATH']}"}
    if SYSTEM_CERTIFICATES.exists():
        # Node trusts its own list only; behind a proxy of a firm that is not enough.
        env.setdefault("NODE_EXTRA_CA_CERTS", str(SYSTEM_CERTIFICATES))
    command = [VENV.bin / "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    console.run(command, log=LOGS / "npm.log", env=env, cwd=partial)
    partial.rename(NODE)
