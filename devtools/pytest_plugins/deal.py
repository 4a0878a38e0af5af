"""pytest: several processes share the tests out among themselves, class by class.

Each collects all tests and puts their classes in the same order, the longest first.
Whoever has nothing to do takes the next class that nobody has, so that all of them
end at about the same time.
"""

import itertools
import json
import os
import time
from pathlib import Path

import pytest

# What a class takes that has not been timed: its company, and each of its tests.
SECONDS_CLASS = 4
SECONDS_TEST = 1.5
SECONDS_BROWSER_TEST = 15


def class_of(nodeid):
    """Answer the class of a test, under the name it has in a file of results.

    A doctest belongs to its module.

    >>> class_of("tests/room/test_a.py::TestA::test_b")
    'tests.room.test_a.TestA'
    >>> class_of("tools/retry.py::odoo.addons.account_collections.tools.retry.delay")
    'tools.retry'
    """
    path, *names = nodeid.split("::")
    module = path.removesuffix(".py").replace("/", ".")
    return ".".join([module, *names[:-1]])


def guess(count, in_browser=False):
    """Answer how many seconds a class with so many tests may take."""
    each = SECONDS_BROWSER_TEST if in_browser else SECONDS_TEST
    return SECONDS_CLASS + count * each


def expect(cls, count):
    """Answer the seconds of a class that has not been timed here: what it says itself,
    as the longest ones do, for they must not be left to the end.

    :param cls: None for doctests
    """
    said = getattr(cls, "expected_seconds", None)
    return said or guess(count, hasattr(cls, "start_tour"))


def longest_first(guesses, durations):
    """Answer the names of classes in the order in which they are taken.

    :param guesses: dict of seconds by name
    :param durations: the same, as far as they have been measured
    """
    expected = {
        **guesses,
        **{name: durations.get(name, guesses[name]) for name in guesses},
    }
    return sorted(guesses, key=lambda name: (-expected[name], name))


def take(folder, names):
    """Yield the names that no other process has taken, and take each of them.

    A name is theirs who make the file of its number.
    """
    for number, name in enumerate(names, 1):
        try:
            (folder / str(number)).touch(exist_ok=False)
        except FileExistsError:
            continue
        yield number, name


def pytest_addoption(parser):
    """Say where the processes meet."""
    parser.addoption("--deal", type=Path, help="folder that all processes share")
    parser.addoption("--deal-durations", type=Path, help="seconds of each class, JSON")
    parser.addoption("--deal-progress", type=int, help="file descriptor to report to")


def pytest_configure(config):
    """Take part, if there are others."""
    if config.getoption("--deal"):
        config.pluginmanager.register(Dealer(config))


class Dealer:
    """Run what this process takes, and say what became of each class."""

    def __init__(self, config):
        self.folder = config.getoption("--deal")
        self.progress = config.getoption("--deal-progress")
        durations = config.getoption("--deal-durations")
        self.durations = json.loads(durations.read_text()) if durations.exists() else {}
        self.failed = []

    def pytest_runtestloop(self, session):
        """Take classes until there are none, instead of running all tests."""
        if session.testsfailed:
            return None  # something could not be collected: pytest says so and ends
        started, count = time.monotonic(), 0
        mine = itertools.chain(self._take_tests(session.items), [(None, None)])
        for (place, item), (next_place, following) in itertools.pairwise(mine):
            # A class is taken before the last test of the one before has run: that
            # test has to know whether what its module has set up is still needed.
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            count += 1
            if place != next_place:
                self._report(place, item, count, time.monotonic() - started)
                started, count = time.monotonic(), 0
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)
        return True

    def _take_tests(self, items):
        classes = {}
        for item in items:
            classes.setdefault(class_of(item.nodeid), []).append(item)
        guesses = {
            name: expect(getattr(tests[0], "cls", None), len(tests))
            for name, tests in classes.items()
        }
        for number, name in take(self.folder, longest_first(guesses, self.durations)):
            for test in classes[name]:
                yield f"{number:>4}/{len(classes)}", test

    def _report(self, place, item, count, seconds):
        outcome = f"{len(self.failed)} FAILED" if self.failed else "ok"
        name = class_of(item.nodeid)
        tests = "1 test" if count == 1 else f"{count} tests"
        lines = [f"{place}  {name}: {tests} in {seconds:.0f} s, {outcome}"]
        lines += [f"          FAILED {nodeid}" for nodeid in self.failed]
        self.failed = []
        os.write(self.progress, "".join(f"{line}\n" for line in lines).encode())

    def pytest_runtest_logreport(self, report):
        """Remember what has failed in the class that is running."""
        if report.failed and report.nodeid not in self.failed:
            self.failed.append(report.nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_report_teststatus(self):
        """Leave the letters out: what pytest prints are the failures alone."""
        category, _letter, word = yield
        return category, "", word
