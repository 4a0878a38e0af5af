"""Talk to the person at the terminal, and run programs on their behalf."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress

LOG_TAIL_LINES = 40
# A browser test needs a moment to close its browser.
SECONDS_TO_END = 20

# The programs that `call` waits for, in whichever thread, until all are ended.
_running = set()
_ended = threading.Event()
_lock = threading.Lock()


class Failure(Exception):
    """Something the user can act on; `./dev` prints it and exits with 1."""


def say(text=""):
    """Print `text` at once, also when the output is a file or a pipe."""
    # In one piece: others may be printing, too.
    print(f"{text}\n", end="", flush=True)


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


def call(command, *, log=None, env=None, cwd=None, stdin=None, pass_fds=()):
    """Like `run`, but answer the exit code instead of raising."""
    options = {"env": env, "cwd": cwd, "stdin": stdin or subprocess.DEVNULL}
    options["pass_fds"] = pass_fds
    try:
        if log is None:
            return _wait_for(command, options)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a") as output:
            options |= {"stdout": output, "stderr": subprocess.STDOUT}
            return _wait_for(command, options)
    except FileNotFoundError as error:
        raise Failure(f"This program is missing: {error.filename}") from error


def _wait_for(command, options):
    with _lock:
        if _ended.is_set():
            raise Failure("Interrupted.")
        # Whoever ends it ends what it has started, too: Chromium, wkhtmltopdf.
        process = subprocess.Popen(command, process_group=0, **options)
        _running.add(process)
    try:
        code = process.wait()
    except BaseException:
        _end([process])
        raise
    finally:
        _running.discard(process)
    if _ended.is_set():
        raise Failure("Interrupted.")
    return code


def end_all():
    """End the programs that `call` has started, in all threads; start no more."""
    with _lock:
        _ended.set()
        processes = list(_running)
    _end(processes)


def _end(processes):
    for process in processes:
        _signal(process, signal.SIGTERM)
    deadline = time.monotonic() + SECONDS_TO_END
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(deadline - time.monotonic(), 0))
        # Neither it nor a program of its own is left behind.
        _signal(process, signal.SIGKILL)
        process.wait()


def _signal(process, number):
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def interrupt_on_signals():
    """Let whoever ends `./dev` (or closes its terminal) interrupt it as Ctrl-C does.

    Ctrl-C itself too: a shell lets programs in its background ignore it.
    """

    def interrupt(_signal, _frame):
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)


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
