"""Have a program print pages as a PDF, and never wait longer than agreed.

Pure Python, no ORM.
"""

import os
import shutil
import signal
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

# How much longer than the guard we wait before we kill both.
GRACE = 5  # seconds
# What wkhtmltopdf ends with when a part of a page could not be loaded.
USABLE = (0, 1)


class PrintError(Exception):
    """The program has printed nothing that can be used."""


class PrintTimeoutError(PrintError):
    """The program was ended: it took too long, or the machine was short of memory."""


def print_pages(command, pages, seconds, frames=None):
    """Print HTML pages into one PDF.

    :param list command: the program with its options
    :param list pages: text of each page
    :param int seconds: after which the program is killed with all it has started
    :param dict frames: text of what stands around each page, per option that takes it
    :return: bytes that it has written, possibly none
    :raises PrintError: when it fails or takes too long

    >>> print_pages(["cp"], ["<p>A page</p>"], seconds=10)
    b'<p>A page</p>'
    >>> slow = ["sh", "-c", "sleep 60"]
    >>> print_pages(slow, ["x"], seconds=1)  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    ...
    tools.printing.PrintTimeoutError
    """
    with TemporaryDirectory(prefix="collection.") as folder:
        options = []
        for option, frame in (frames or {}).items():
            options += [option, _write(folder, option.strip("-"), frame)]
        # A header finds the number of its page behind the third dot of its path.
        sources = [
            _write(folder, f"print.page.{number}", page)
            for number, page in enumerate(pages)
        ]
        target = Path(folder) / "document.pdf"
        code, message = _run([*command, *options, *sources, str(target)], seconds)
        if code not in USABLE:
            raise PrintError(message.strip()[-500:] or f"error code {code}")
        return target.read_bytes() if target.exists() else b""


def _write(folder, name, page):
    source = Path(folder) / f"{name}.html"
    source.write_text(page, encoding="utf-8")
    return str(source)


def _run(command, seconds):
    # The guard goes on watching when this process is killed, so that a program that
    # hangs is never left behind.
    guard = shutil.which("timeout")
    if guard:
        command = [guard, "--signal=KILL", str(seconds), *command]
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    try:
        _output, message = process.communicate(
            timeout=seconds + GRACE if guard else seconds
        )
    except BaseException as error:
        _kill(process)
        if isinstance(error, subprocess.TimeoutExpired):
            raise PrintTimeoutError from error
        raise
    if process.returncode == -signal.SIGKILL:
        raise PrintTimeoutError
    return process.returncode, message


def _kill(process):
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
