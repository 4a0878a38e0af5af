"""What the tests have come to: pytest's files of results, and the summary of a run."""

import json
import time
import xml.etree.ElementTree as ElementTree
from collections import defaultdict

from . import console


class Report:
    """Counts what passed and what failed, and says so at the end."""

    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.lines = []

    def check(self, title, action, *arguments):
        """Run one step; answer whether it passed.

        :param action: a function that raises `Failure` when the step fails
        """
        console.say(f"\n== {title}")
        started = time.monotonic()
        try:
            action(*arguments)
        except console.Failure as error:
            console.say(str(error))
            self._note("FAILED", title, started)
            self.failed += 1
            return False
        self._note("ok", title, started)
        self.passed += 1
        return True

    def _note(self, outcome, title, started):
        seconds = time.monotonic() - started
        self.lines.append(f"  {outcome:6}  {title} ({seconds:.0f} s)")

    def add_tests(self, results):
        """Count the tests of a file of results in place of their step."""
        if not results.exists():
            return
        for suite in ElementTree.parse(results).getroot().iter("testsuite"):
            total, *bad = (
                int(suite.get(name))
                for name in ("tests", "failures", "errors", "skipped")
            )
            self.passed += total - sum(bad)
            self.failed += sum(bad)

    def close(self):
        """Print the summary and answer the exit code."""
        console.say("\n== summary of ./dev test")
        for line in self.lines:
            console.say(line)
        console.say(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0


def merge(files, target):
    """Write what several processes have found into one file of results.

    :param files: those that are missing are left out
    """
    root = ElementTree.Element("testsuites", name="pytest tests")
    for file in files:
        if file.exists():
            root.extend(ElementTree.parse(file).getroot().iter("testsuite"))
    ElementTree.ElementTree(root).write(target, encoding="utf-8", xml_declaration=True)


def durations(results):
    """Answer the seconds of each class in a file of results."""
    seconds = defaultdict(float)
    for case in ElementTree.parse(results).getroot().iter("testcase"):
        # What went wrong outside of the tests has no class.
        if name := case.get("classname"):
            seconds[name] += float(case.get("time"))
    return {name: round(total, 1) for name, total in sorted(seconds.items())}


def read_durations(file):
    """Answer the seconds of each class that have been kept in a file."""
    return json.loads(file.read_text()) if file.exists() else {}


def keep_durations(results, file):
    """Remember how long each class took, for the order of the next run."""
    kept = read_durations(file) | durations(results)
    file.write_text(json.dumps(kept, indent=1))
