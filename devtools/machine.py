"""What kind of machine this is, and where its packages come from."""

import os
import re
from pathlib import Path
from typing import NamedTuple

from .console import Failure

MANUAL_SETUP = """\
This is neither Debian nor Ubuntu, so ./dev cannot fetch {what} by itself.
Install it with the system's own tools ({hint}) and start again."""


class Source(NamedTuple):
    """One suite of packages the machine's apt knows."""

    uri: str
    suite: str
    components: tuple
    keyring: str

    def line(self):
        """Answer it as one line of a sources.list."""
        options = f"[signed-by={self.keyring}] " if self.keyring else ""
        return f"deb {options}{self.uri} {self.suite} {' '.join(self.components)}"


def os_release():
    """Answer what /etc/os-release says, as a dictionary."""
    path = Path("/etc/os-release")
    pairs = re.findall(r'^(\w+)="?([^"\n]*)"?$', path.read_text(), re.MULTILINE)
    return dict(pairs)


def distribution():
    """Answer `debian`, `ubuntu`, or None for any other system."""
    if not Path("/etc/os-release").exists():
        return None
    name = os_release().get("ID")
    return name if name in ("debian", "ubuntu") else None


def require_debian_family(what, hint):
    """Stop unless apt can fetch `what` here.

    :raises Failure: it cannot; the message says what to install
    """
    if distribution() is None:
        raise Failure(MANUAL_SETUP.format(what=what, hint=hint))


def memory_mb():
    """Answer how much memory the machine has, in megabytes."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20


def is_root():
    """Answer whether this runs as root."""
    return os.geteuid() == 0


def own_sources():
    """Answer the suites of the machine's release (with updates and security fixes).

    Other repositories the machine may use are left out.

    :raises Failure: there are none
    """
    codename = os_release()["VERSION_CODENAME"]
    wanted = {codename, f"{codename}-updates", f"{codename}-security"}
    sources = [
        source
        for source in _all_sources()
        if source.suite.rstrip("/") in wanted and "main" in source.components
    ]
    if not sources:
        raise Failure(f"apt has no sources for {codename}: see /etc/apt.")
    return sources


def _all_sources():
    folder = Path("/etc/apt/sources.list.d")
    for path in [Path("/etc/apt/sources.list"), *sorted(folder.glob("*.list"))]:
        if path.exists():
            yield from _one_line_sources(path.read_text())
    for path in sorted(folder.glob("*.sources")):
        yield from _stanza_sources(path.read_text())


def _one_line_sources(text):
    for line in text.splitlines():
        found = re.match(r"deb\s+(?:\[([^]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#]+)", line)
        if found:
            options, uri, suite, components = found.groups()
            keyring = re.search(r"signed-by=(\S+)", options or "")
            keyring = keyring[1] if keyring else ""
            yield Source(uri, suite, tuple(components.split()), keyring)


def _stanza_sources(text):
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for stanza in re.split(r"\n\s*\n", "\n".join(lines)):
        fields = dict(re.findall(r"^([\w-]+):[ \t]*(.*)$", stanza, re.MULTILINE))
        if "deb" not in fields.get("Types", "").split():
            continue
        if fields.get("Enabled", "yes").strip() == "no":
            continue
        # A key may also be written out in the file; then apt's own keys have to do.
        keyring = fields.get("Signed-By", "").strip()
        keyring = keyring if keyring.startswith("/") else ""
        components = tuple(fields.get("Components", "").split())
        for uri in fields.get("URIs", "").split():
            for suite in fields.get("Suites", "").split():
                yield Source(uri, suite, components, keyring)
