"""Where things are: the checkout, and the cache beside it."""

import hashlib
import os
from pathlib import Path

ADDON = "account_collections"
CHECKOUT = Path(__file__).resolve().parent.parent
DEVTOOLS = CHECKOUT / "devtools"


def fingerprint(*parts):
    """Answer a short key that changes when any of `parts` (text or bytes) does."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part if isinstance(part, bytes) else str(part).encode())
        digest.update(b"\0")
    return digest.hexdigest()[:8]


def _cache():
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home).resolve() / f"{ADDON}-dev"


CACHE = _cache()
LOGS = CACHE / "logs"

# PostgreSQL refuses to run as root, and the account it then runs under cannot look
# into root's home: what PostgreSQL touches is kept elsewhere for root.
if os.geteuid() == 0:
    SERVER_HOME = Path("/var/lib") / f"{ADDON}-dev" / fingerprint(CACHE)
else:
    SERVER_HOME = CACHE

# Several checkouts share the cache, but neither databases nor configuration.
CHECKOUT_KEY = fingerprint(CHECKOUT)
CHECKOUT_HOME = CACHE / "checkouts" / CHECKOUT_KEY
ADDONS_DIR = CHECKOUT_HOME / "addons"
ADDON_LINK = ADDONS_DIR / ADDON
ODOO_RC = CHECKOUT_HOME / "odoo.conf"
DATA_DIR = CACHE / "data"

# A socket's path may have 107 characters at most, so it is not in the cache.
SOCKET_DIR = Path("/tmp") / f"{ADDON}-{fingerprint(CACHE)}"


def database(name):
    """Answer the full name of this checkout's database called `name`."""
    return f"ac_{CHECKOUT_KEY}_{name}"


def source_fingerprint():
    """Answer a key of what Odoo loads of this addon."""
    ignored = {"tests", "devtools", "benchmarks", "node_modules", "__pycache__"}
    parts = []
    for path in sorted(CHECKOUT.rglob("*")):
        inside = path.relative_to(CHECKOUT)
        hidden = any(part.startswith(".") for part in inside.parts)
        if hidden or ignored & set(inside.parts) or not path.is_file():
            continue
        parts += [inside, path.read_bytes()]
    return fingerprint(*parts)
