"""Talk to the person at the terminal, and run programs on their behalf."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager

LOG_TAIL_LINES = 40


class Failure(Exception):
    """Something the user can act on; `./dev` prints it and exits with 1."""


def say(text=""):
    """Print `text` at once, also when the output is a file or a pipe."""
    print(text, flush=True)


@contextmanager
def step(title):
    """Print `title`, and how long it took once the body is through."""
    say(f"{title} ...")
    started = time.monotonic()
    yield
    say(f"    done in {time.monotonic() - started:.0f} s")


def run(command, *, log=None, env=None, cwd=None, stdin=None):
    """Run a program and wait for it; its output goes to the file `log`.

    :param log: where its output is appended; the terminal when None
    :param stdin: a file it reads from; nothing when None
    :raises Failure: it failed; the message shows the end of its output
    """
    code = call(command, log=log, env=env, cwd=cwd, stdin=stdin)
    if code:
        shown = " ".join(str(part) for part in command)
        raise Failure(f"{tail(log)}\nFailed with code {code}: {shown}")


def call(command, *, log=None, env=None, cwd=None, stdin=None):
    """Like `run`, but answer the exit code instead of raising."""
    options = {"env": env, "cwd": cwd, "stdin": stdin or subprocess.DEVNULL}
    try:
        if log is None:
            return subprocess.run(command, **options).returncode
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a") as output:
            return subprocess.run(
                command, stdout=output, stderr=subprocess.STDOUT, **options
            ).returncode
    except FileNotFoundError as error:
        raise Failure(f"This program is missing: {error.filename}") from error


def output(command, *, env=None, cwd=None):
    """Run a program and answer what it printed.

    :raises Failure: it failed; the message shows what it complained about
    """
    try:
        result = subprocess.run(
            command, env=env, cwd=cwd, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise Failure(f"This program is missing: {error.filename}") from error
    if result.returncode:
        shown = " ".join(str(part) for part in command)
        raise Failure(f"{result.stderr.strip()}\nFailed: {shown}")
    return result.stdout


def replace_process(command, *, env=None):
    """Become another program, so that its signals and exit code are its own."""
    sys.stdout.flush()
    command = [str(part) for part in command]
    os.execvpe(command[0], command, env or os.environ)


def tail(log):
    """Answer the last lines of a log file, with where to read the rest."""
    if log is None or not log.exists():
        return ""
    lines = log.read_text(errors="replace").splitlines()
    shown = "\n".join(lines[-LOG_TAIL_LINES:])
    return f"{shown}\n(the whole log: {log})"
