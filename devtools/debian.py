"""Fetch Debian packages and unpack them into the cache.

apt gets a configuration, sources and lists of its own, and checks signatures as
usual. Nothing is installed: the machine's packages and sources stay as they are.
"""

import os
import re
import shutil
from pathlib import Path

from . import console, machine
from .paths import CACHE, LOGS

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

# What a program of the machine's own release must keep taking from the machine:
# another C library than the one the dynamic linker belongs to crashes it.
NEVER_UNPACKED = {"libc6", "libc-bin"}

INSTALL = "Or install it for the whole machine, as root: apt-get install {packages}"

APT_CONF = """\
Dir::Etc::SourceList "{home}/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::State::Lists "{home}/lists";
Dir::Cache "{home}/cache";
Acquire::Languages "none";
Acquire::Retries "3";
APT::Sandbox::User "{user}";
"""


class Apt:
    """apt for one list of sources, kept in the cache under `name`."""

    def __init__(self, name, sources):
        self.home = CACHE / "apt" / name
        self.log = LOGS / "apt.log"
        self.env = {
            **os.environ,
            "APT_CONFIG": str(self.home / "apt.conf"),
            "LC_ALL": "C.UTF-8",
        }
        (self.home / "lists" / "partial").mkdir(parents=True, exist_ok=True)
        (self.home / "cache" / "archives" / "partial").mkdir(
            parents=True, exist_ok=True
        )
        # As root, apt would hand downloads to an account that cannot see the cache.
        user = "root" if machine.is_root() else ""
        conf = APT_CONF.format(home=self.home, user=user)
        (self.home / "apt.conf").write_text(conf)
        lines = "".join(f"{source}\n" for source in sources)
        (self.home / "sources.list").write_text(lines)

    def update(self):
        """Read the lists of packages."""
        console.run(["apt-get", "update"], log=self.log, env=self.env)

    def download(self, packages, folder):
        """Download `packages` into `folder` and answer the files."""
        folder.mkdir(parents=True, exist_ok=True)
        command = ["apt-get", "download", *packages]
        console.run(command, log=self.log, env=self.env, cwd=folder)
        return sorted(folder.glob("*.deb"))

    def missing(self, packages):
        """Answer `packages` and what they depend on, less what is installed."""
        command = ["apt-get", "--simulate", "--no-install-recommends", "install"]
        printed = console.output([*command, *packages], env=self.env)
        found = re.findall(r"^Inst (\S+) (?:\[\S+\] )?\((\S+)", printed, re.MULTILINE)
        return [
            f"{name}={version}"
            for name, version in found
            if name.split(":")[0] not in NEVER_UNPACKED
        ]

    def unpack(self, packages, root):
        """Download `packages` and unpack them into the folder `root`."""
        folder = self.home / "debs"
        shutil.rmtree(folder, ignore_errors=True)
        for deb in self.download(packages, folder):
            console.run(["dpkg", "-x", str(deb), str(root)], log=self.log)
        shutil.rmtree(folder)


def own_apt():
    """Answer apt for the release this machine runs."""
    apt = Apt("own", [source.line() for source in machine.own_sources()])
    apt.update()
    return apt


def sid_apt():
    """Answer apt for Debian's sid, which has Odoo 19."""
    mirror, keyring = _debian_mirror_and_keyring()
    apt = Apt("sid", [f"deb [signed-by={keyring}] {mirror} sid main"])
    apt.update()
    return apt


def _debian_mirror_and_keyring():
    mirror = os.environ.get("DEBIAN_MIRROR")
    if machine.distribution() == "debian":
        codename = machine.os_release()["VERSION_CODENAME"]
        sources = [s for s in machine.own_sources() if s.suite == codename]
        if mirror is None and not sources:
            raise console.Failure("Set DEBIAN_MIRROR to the address of a mirror.")
        return mirror or sources[0].uri, KEYRING
    # Ubuntu packages Debian's keys, and the address of a mirror with debootstrap.
    root = CACHE / "apt" / "debian"
    own_apt().unpack(["debian-archive-keyring", "debootstrap"], root)
    script = (root / "usr/share/debootstrap/scripts/sid").read_text()
    found = re.search(r"default_mirror (\S+)", script)
    return mirror or found[1], root / KEYRING.relative_to("/")


def private_root(home, name, packages):
    """Unpack `packages`, with what they need and the machine lacks.

    :param home: the folder to keep them in
    :return: the folder that stands for `/`
    :raises Failure: apt could not; the message says how root installs them instead
    """
    root = home / "system" / f"{machine.os_release()['VERSION_CODENAME']}-{name}"
    if not root.exists():
        partial = root.with_name(f"{root.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        try:
            apt = own_apt()
            apt.unpack(apt.missing(packages), partial)
        except console.Failure as error:
            hint = INSTALL.format(packages=" ".join(packages))
            raise console.Failure(f"{error}\n{hint}") from error
        partial.rename(root)
    return root


def library_path(root):
    """Answer the folders below `root` that hold libraries, as LD_LIBRARY_PATH."""
    folders = [root / "usr/lib", root / "lib"]
    folders += sorted(root.glob("usr/lib/*-linux-gnu*"))
    folders += sorted(root.glob("lib/*-linux-gnu*"))
    folders += sorted(root.glob("usr/lib/*-linux-gnu/*/"))
    return ":".join(str(folder) for folder in folders if folder.is_dir())


def write_wrapper(path, program, root=None):
    """Write a script that starts `program`, with the libraries below `root`."""
    libraries = f"export LD_LIBRARY_PATH='{library_path(root)}'\n" if root else ""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{libraries}exec '{program}' \"$@\"\n")
    path.chmod(0o755)
