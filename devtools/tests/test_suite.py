import itertools
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from unittest.mock import patch

from odoo.addons.account_collections.devtools import console, results, suite
from odoo.addons.account_collections.devtools.paths import CHECKOUT
from odoo.addons.account_collections.devtools.pytest_plugins import deal
from odoo.tests import BaseCase, tagged

RESULTS = """\
<testsuites name="pytest tests">
  <testsuite name="pytest" tests="{tests}" failures="{failures}" errors="0" skipped="1">
    <testcase classname="tests.test_a.{name}" name="test_one" time="2.50"/>
    <testcase classname="tests.test_a.{name}" name="test_two" time="0.25"/>
    <testcase name="pytest" time="0.1"/>
  </testsuite>
</testsuites>
"""

TESTS = """\
import time

def run(name):
    time.sleep(0.2)
    with open("ran", "a") as ran:
        ran.write(f"{name} ")

class TestGood:
    def test_good(self):
        run("good")

class TestBad:
    def test_bad(self):
        run("bad")
        assert False

class TestOther:
    def test_1(self):
        run("other")

    test_2 = test_3 = test_1
"""
SCRIPT = """\
import sys, threading

sys.path.insert(0, {checkout!r})
from devtools import console

def run():
    for words in ("sleep 300 & echo $! $$; wait", "echo another"):
        try:
            console.call(["sh", "-c", words])
        except console.Failure as failure:
            console.say(failure)

console.interrupt_on_signals()
threads = [threading.Thread(target=run) for _number in range(2)]
try:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
except KeyboardInterrupt:
    console.end_all()
"""


@tagged("post_install", "-at_install")
class TestSuite(BaseCase):
    """Tests that are dealt out to processes all run, once, and all count."""

    def setUp(self):
        super().setUp()
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    # ------------------------------------------------------------------
    # Dealing
    # ------------------------------------------------------------------

    def test_class_of_a_test(self):
        for nodeid, name in (
            ("tests/test_a.py::TestA::test_b", "tests.test_a.TestA"),
            ("tests/room/test_a.py::TestA::test_b", "tests.room.test_a.TestA"),
            ("tools/retry.py::odoo.addons.x.tools.retry.delay", "tools.retry"),
        ):
            self.assertEqual(deal.class_of(nodeid), name)

    def test_longest_first(self):
        guesses = {"b": 10, "a": 10, "long": 300, "short": 1, "browser": 40}
        self.assertEqual(
            deal.longest_first(guesses, {}), ["long", "browser", "a", "b", "short"]
        )
        # What has been measured is better than a guess; what is gone is no class.
        measured = {"long": 20, "b": 50, "gone": 1000}
        self.assertEqual(
            deal.longest_first(guesses, measured),
            ["b", "browser", "long", "a", "short"],
        )

    def test_guess(self):
        self.assertGreater(deal.guess(3, in_browser=True), deal.guess(3))
        self.assertGreater(deal.guess(4), deal.guess(3))

    def test_classes_that_are_long_say_so(self):
        class Long:
            expected_seconds = 500

        class Tour:
            def start_tour(self):
                """Only a browser has this."""

        self.assertEqual(deal.expect(Long, 1), 500)
        self.assertEqual(deal.expect(Tour, 3), deal.guess(3, in_browser=True))
        self.assertEqual(deal.expect(None, 3), deal.guess(3))

    def test_each_class_is_taken_once(self):
        names = [f"class {number}" for number in range(200)]
        taken = [[], [], []]

        def work(mine):
            for _number, name in deal.take(self.folder, names):
                mine.append(name)
                time.sleep(0)  # let another one have a turn

        threads = [threading.Thread(target=work, args=[mine]) for mine in taken]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(itertools.chain(*taken)), sorted(names))

    def test_taken_in_order(self):
        first = deal.take(self.folder, ["a", "b", "c"])
        second = deal.take(self.folder, ["a", "b", "c"])
        self.assertEqual(
            [next(first), next(second), next(first)], [(1, "a"), (2, "b"), (3, "c")]
        )
        self.assertEqual([*first, *second], [])

    def test_two_processes_share_the_tests(self):
        """Real ones: each test runs once, and only what failed is said twice."""
        (self.folder / "test_a.py").write_text(TESTS)
        (self.folder / "taken").mkdir()
        progress = (self.folder / "progress").open("w+")
        command = [
            *(sys.executable, "-B", "-m", "pytest", "-p", "deal", "-q", "--no-header"),
            *("-o", "console_output_style=classic", "-p", "no:cacheprovider"),
            *("--deal", "taken", "--deal-durations", "none.json"),
            *("--deal-progress", str(progress.fileno()), "test_a.py"),
        ]
        env = {**os.environ, "PYTHONPATH": str(Path(deal.__file__).parent)}
        # Without pytest-odoo: there is no database to these.
        env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        processes = [
            subprocess.Popen(
                command,
                cwd=self.folder,
                env=env,
                stdout=subprocess.PIPE,
                text=True,
                pass_fds=[progress.fileno()],
            )
            for _process in range(2)
        ]
        said = "".join(process.communicate(timeout=60)[0] for process in processes)
        self.assertEqual(sorted(process.returncode for process in processes), [0, 1])
        ran = (self.folder / "ran").read_text().split()
        self.assertEqual(sorted(ran), ["bad", "good", "other", "other", "other"])
        self.assertEqual(said.count("def test_bad"), 1, said)
        self.assertNotIn("test_good", said)
        progress.seek(0)
        lines = sorted(line.split(" in ")[0] for line in progress)
        self.assertEqual(
            lines,
            [
                "          FAILED test_a.py::TestBad::test_bad\n",
                "   1/3  test_a.TestOther: 3 tests",
                "   2/3  test_a.TestBad: 1 test",
                "   3/3  test_a.TestGood: 1 test",
            ],
        )

    # ------------------------------------------------------------------
    # Results
    # ------------------------------------------------------------------

    def write_results(self):
        """Write the results of two processes; answer them merged."""
        files = [self.folder / "1.xml", self.folder / "2.xml", self.folder / "none.xml"]
        files[0].write_text(RESULTS.format(tests=7, failures=2, name="TestA"))
        files[1].write_text(RESULTS.format(tests=5, failures=0, name="TestB"))
        target = self.folder / "all.xml"
        results.merge(files, target)
        return target

    def test_results_of_all_count(self):
        report = results.Report()
        report.add_tests(self.write_results())
        report.add_tests(self.folder / "none.xml")
        self.assertEqual((report.passed, report.failed), (8, 4))
        with patch.object(console, "say") as say:
            self.assertEqual(report.close(), 1)
        say.assert_called_with("8 passed, 4 failed")

    def test_durations_are_kept(self):
        merged, kept = self.write_results(), self.folder / "kept.json"
        kept.write_text('{"tests.test_a.TestA": 9, "tests.test_c.TestC": 4}')
        results.keep_durations(merged, kept)
        expected = {f"tests.test_a.Test{name}": 2.8 for name in "AB"}
        self.assertEqual(results.durations(merged), expected)
        self.assertEqual(
            results.read_durations(kept), expected | {"tests.test_c.TestC": 4}
        )
        self.assertEqual(results.read_durations(self.folder / "none.json"), {})

    def check(self, *codes):
        """Answer what is said when processes have ended with these codes."""
        workers = []
        for number, code in enumerate(codes, 1):
            worker = suite.Worker(number)
            worker.code, worker.output = code, self.folder / f"{number}.txt"
            worker.output.write_text(f"Words of {number}.")
            workers.append(worker)
        said = []
        with patch.object(console, "say", said.append):
            try:
                suite.check(workers)
            except console.Failure as failure:
                said.append(str(failure))
        return said

    def test_what_failed_is_shown(self):
        self.assertEqual(self.check(0, 0), [])
        for codes, said in (
            ((0, 1, 1), ["Words of 2.", "Words of 3."]),
            ((0, -9), ["Words of 2."]),
            # What nobody can read is the same for all: it is shown once.
            ((2, 2), ["Words of 1."]),
        ):
            ended = f"pytest ended with code {', '.join(map(str, codes))}."
            self.assertEqual(self.check(*codes), [*said, ended])
        self.assertEqual(self.check(5, 5), ["No test ran."])

    # ------------------------------------------------------------------
    # The end
    # ------------------------------------------------------------------

    def test_interruption_ends_all(self):
        """Ctrl-C ends the programs of all threads, and what they have started."""
        script = self.folder / "script.py"
        script.write_text(SCRIPT.format(checkout=str(CHECKOUT)))
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number):
                process = subprocess.Popen(
                    [sys.executable, "-B", script], stdout=subprocess.PIPE, text=True
                )
                lines = [process.stdout.readline() for _line in range(2)]
                process.send_signal(number)
                rest, _errors = process.communicate(timeout=30)
                self.assertEqual(rest.split(), ["Interrupted."] * 4)
                self.assertEqual(process.returncode, 0)
                for pid in " ".join(lines).split():
                    self.assertFalse(self.is_running(pid), f"{pid} of {lines}")

    def is_running(self, pid):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return False
        # Where nobody looks after orphans, those who have ended stay in the list.
        return state != "Z"

    def test_processes_fit_the_machine(self):
        for cores, memory, expected in ((4, 16000, 5), (8, 6000, 4), (2, 500, 1)):
            with (
                patch.object(os, "cpu_count", return_value=cores),
                patch.object(suite.machine, "memory_mb", return_value=memory),
            ):
                self.assertEqual(suite.count_processes(), expected)
