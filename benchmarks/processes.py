"""Processes that begin where this one is: with Odoo loaded, and no connection."""

import json
import os
import signal
import sys
import traceback

from odoo import sql_db
from odoo.modules import module


def fork(act, *args):
    """Start a process that does one thing and ends.

    :param act: function; what it does must not need what this process has open
    :return: the number of the process
    """
    sql_db.close_all()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    # A fork of the tests is no test: it sends, and it commits.
    module.current_test = False
    code = 1
    try:
        act(*args)
        code = 0
    except KeyboardInterrupt:
        pass
    except BaseException:
        traceback.print_exc()
    finally:
        # Nothing of the parent's is to be tidied up by its child.
        sys.stdout.flush()
        os._exit(code)


def ask(act, *args):
    """Do something in a process of its own and answer what it says.

    :param act: function that answers what JSON can say
    :raises RuntimeError: it failed; its traceback is on the terminal
    """
    reading, writing = os.pipe()

    def answer():
        with os.fdopen(writing, "w") as pipe:
            json.dump(act(*args), pipe)

    child = fork(answer)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    if wait(child):
        raise RuntimeError(f"{act.__name__} failed.")
    return json.loads(text)


def wait(child):
    """Wait for a process to end and answer its exit code, negative for a signal."""
    _child, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def kill(child):
    """End a process, and all that it has started, without warning."""
    try:
        os.kill(child, signal.SIGKILL)
    except ProcessLookupError:
        return
    wait(child)
