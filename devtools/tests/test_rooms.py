"""The rooms of small addons, each out of order in one way."""

import tempfile
import unittest
from pathlib import Path
from textwrap import dedent

from ..rooms import findings, report

# From the ground up.
ROOMS = "from . import case, agreement\n"


def model(name, body="pass", *, inherit=None, kind="Model"):
    """Answer the text of a class that creates, or with a name of None extends."""
    naming = [f"_name = {name!r}"] if name else []
    naming += [f"_inherit = {inherit!r}"] if inherit else []
    lines = ["from odoo import fields, models", "", "", f"class It(models.{kind}):"]
    lines += [f"    {line}" for line in [*naming, "", *dedent(body).splitlines()]]
    return "\n".join(lines) + "\n"


CASE = model("collection.case", "def _is_open(self):\n    return True")
PROMISE = model("collection.promise", "def _keep(self):\n    return True")
IN_ORDER = {
    "models/__init__.py": ROOMS,
    "models/case/__init__.py": "from . import collection_case\n",
    "models/case/collection_case.py": CASE,
    "models/agreement/__init__.py": "from . import collection_promise\n",
    "models/agreement/collection_promise.py": PROMISE,
    "tools/days.py": "from odoo.tools import SQL\n\nDAY = SQL('day')\n",
}


TABLE = "collection_promise"


class TestRooms(unittest.TestCase):
    """Whatever is out of order is found, and nothing else."""

    def find(self, files, allowed=()):
        """Answer kind, path, line and subject of what is found.

        :param files: text per path, in place of or besides what is in order
        """
        with tempfile.TemporaryDirectory() as folder:
            for path, text in {**IN_ORDER, **files}.items():
                file = Path(folder, path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
            found = findings(Path(folder), dict(allowed))
        return [(one.kind, str(one.path), one.line, one.subject) for one in found]

    def find_in_case(self, body):
        """Answer code and subject of the arrows up from a case with this body."""
        path = "models/case/collection_case.py"
        text = model("collection.case", body)
        found = self.find({path: text})
        self.assertEqual(
            {(kind, where) for kind, where, _line, _subject in found},
            {("arrow up", path)} if found else set(),
        )
        code = ["", *map(str.strip, text.splitlines())]
        return [(code[line], subject) for _kind, _where, line, subject in found]

    def find_between(self, case, promise):
        """Answer subjects of arrows up when both models have a body."""
        found = self.find(
            {
                "models/case/collection_case.py": model("collection.case", case),
                "models/agreement/collection_promise.py": model(
                    "collection.promise", promise
                ),
            }
        )
        return [subject for _kind, _where, _line, subject in found]


class TestArrows(TestRooms):
    def test_clean_addon_is_clean(self):
        self.assertEqual(self.find({}), [])

    def test_addon_without_rooms_has_nothing_to_check(self):
        files = {
            "models/__init__.py": "from . import collection_case\n",
            "models/collection_case.py": 'PROMISES = env["collection.promise"]\n',
        }
        self.assertEqual(self.find(files), [])

    def test_order_is_the_one_of_the_imports(self):
        """What runs down in one house runs up in the other."""
        body = 'def _promise(self):\n    self.env["collection.case"].browse()'
        path = "models/agreement/collection_promise.py"
        text = model("collection.promise", body)
        self.assertEqual(self.find({path: text}), [])
        order = "from . import agreement\n\n# isort: split\nfrom . import case\n"
        self.assertEqual(
            self.find({path: text, "models/__init__.py": order}),
            [("arrow up", path, 8, "collection.case")],
        )

    def test_model_of_a_room_above(self):
        found = self.find_in_case(
            """
            def _promise(self):
                self.env["collection.promise"].create({})
                self.sudo().env["collection.promise"]._keep()
                self.env.registry["collection.promise"]
                return self.env["collection.case"], self.env["res.partner"]
            """
        )
        self.assertEqual(
            found,
            [
                (code, "collection.promise")
                for code in (
                    'self.env["collection.promise"].create({})',
                    'self.sudo().env["collection.promise"]._keep()',
                    'self.env.registry["collection.promise"]',
                )
            ],
        )

    def test_field_names_its_model_freely(self):
        body = """
            promise_ids = fields.One2many("collection.promise", "case_id")
            words = {}["collection.promise"]
        """
        self.assertEqual(self.find_in_case(body), [])

    def test_import_from_a_room_above(self):
        path = "models/case/collection_case.py"
        for line, subject in (
            (
                "from ..agreement.collection_promise import OPEN",
                "agreement.collection_promise.OPEN",
            ),
            ("from .. import agreement", "agreement"),
            ("from ...wizard import call", "wizard.call"),
            (
                "from odoo.addons.account_collections.models import agreement",
                "agreement",
            ),
            (
                "import odoo.addons.account_collections.report.letter",
                "report.letter",
            ),
        ):
            with self.subTest(line):
                found = self.find({path: f"{line}\n\n{CASE}"})
                self.assertEqual(found, [("arrow up", path, 1, subject)])

    def test_import_from_a_room_below(self):
        path = "models/agreement/collection_promise.py"
        for line in (
            "from ..case.collection_case import OPEN",
            "from ...tools.days import DAY",
            "from .collection_promise_line import OPEN",
            "from odoo.addons.account.models import account_move",
        ):
            with self.subTest(line):
                self.assertEqual(self.find({path: f"{line}\n\n{PROMISE}"}), [])

    def test_method_that_only_a_room_above_has(self):
        promise = "def _keep(self):\n    pass\n\ndef action_end(self):\n    pass\n"
        case = """
            def _review(self):
                self.promise_ids._keep()
                self.promise_ids.filtered("late").action_end()
                self.promise_ids.create({})
        """
        self.assertEqual(self.find_between(case, promise), ["_keep", "action_end"])

    def test_method_of_several_rooms_is_not_guessed(self):
        promise = "def _keep(self):\n    pass\n"
        case = "def _keep(self):\n    pass\n\ndef _go(self):\n    self.line_ids._keep()"
        self.assertEqual(self.find_between(case, promise), [])

    def test_method_of_odoo_that_a_room_above_extends(self):
        promise = "def _send(self):\n    return super()._send()\n"
        case = "def _review(self):\n    self.mail_ids._send()"
        self.assertEqual(self.find_between(case, promise), [])

    def test_method_above_of_a_model_below(self):
        """The model stands below, but its method is added above."""
        addition = "def _promise(self):\n    pass"
        found = self.find(
            {
                "models/case/collection_case.py": model(
                    "collection.case",
                    'def _go(self):\n    self.env["collection.case"]._promise()',
                ),
                "models/agreement/collection_case.py": model(
                    None, addition, inherit="collection.case"
                ),
            }
        )
        self.assertEqual([subject for *_, subject in found], ["_promise"])

    def test_table_of_a_room_above(self):
        found = self.find_in_case(
            '''
            def _sum(self):
                """Read FROM collection_promise, says the docstring."""
                self.env.execute_query(
                    SQL(
                        """
                        SELECT SUM(amount) -- not of collection_promise
                          FROM collection_case, collection_promise AS promise
                        """
                    )
                )
                table = SQL.identifier("collection_promise")
                return "collection_promise", "collection_promise_id", table
            '''
        )
        self.assertEqual(
            found,
            [
                ("FROM collection_case, collection_promise AS promise", TABLE),
                ('table = SQL.identifier("collection_promise")', TABLE),
            ],
        )

    def test_table_between_records_of_a_room_above(self):
        promise = """
            item_ids = fields.Many2many("collection.case", "promise_case_rel")
        """
        case = 'QUERY = SQL("SELECT * FROM promise_case_rel")'
        self.assertEqual(self.find_between(case, promise), ["promise_case_rel"])

    def test_windows_stand_above_all_rooms(self):
        wizard = model("collection.call", "x = env['collection.promise']")
        files = {
            "wizard/collection_call.py": wizard,
            "models/agreement/collection_promise.py": model(
                "collection.promise", "x = env['collection.call']"
            ),
        }
        self.assertEqual(
            self.find(files),
            [
                (
                    "arrow up",
                    "models/agreement/collection_promise.py",
                    7,
                    "collection.call",
                )
            ],
        )

    def test_tools_know_nothing_of_records(self):
        text = "from odoo import models\n\n\ndef count(record):\n    record.env.cr\n"
        self.assertEqual(
            self.find({"tools/days.py": text}),
            [
                ("arrow up", "tools/days.py", 1, "odoo.models"),
                ("arrow up", "tools/days.py", 5, "odoo.env"),
            ],
        )


class TestClasses(TestRooms):
    def test_class_in_two_files_of_a_room(self):
        path = "models/case/collection_case_screen.py"
        text = model(None, inherit="collection.case")
        self.assertEqual(
            self.find({path: text}), [("cut class", path, 4, "collection.case")]
        )

    def test_class_is_where_it_is_created(self):
        """Not in the file that comes first in the alphabet."""
        path = "models/case/collection_agenda.py"
        body = "def _is_open(self):\n    return False"
        found = self.find({path: model(None, body, inherit="collection.case")})
        self.assertEqual(
            found,
            [
                ("cut class", path, 4, "collection.case"),
                ("override", path, 7, "collection.case._is_open"),
            ],
        )

    def test_class_of_odoo_in_two_files_of_a_room(self):
        text = model(None, inherit="res.partner")
        path = "models/case/res_partner_written.py"
        files = {"models/case/res_partner.py": text, path: text}
        self.assertEqual(self.find(files), [("cut class", path, 4, "res.partner")])

    def test_two_rooms_may_add_to_a_class(self):
        text = model(None, inherit="collection.case")
        partner = model(None, inherit=["res.partner"])
        files = {
            "models/agreement/collection_case.py": text,
            "models/agreement/res_partner.py": partner,
            "models/case/res_partner.py": partner,
        }
        self.assertEqual(self.find(files), [])

    def test_addition_in_a_file_of_another_name(self):
        for name in ("collection.case", "res.partner"):
            path = "models/agreement/promises.py"
            found = self.find({path: model(None, inherit=name)})
            self.assertEqual(found, [("cut class", path, 4, name)])

    def test_class_in_a_file_of_another_name(self):
        path = "models/agreement/promises.py"
        found = self.find({path: model("collection.dispute")})
        self.assertEqual(found, [("cut class", path, 4, "collection.dispute")])

    def test_window_may_bring_its_lines(self):
        text = model("collection.call") + "\n\n" + model("collection.call.line")
        self.assertEqual(self.find({"wizard/collection_call.py": text}), [])

    def test_file_in_no_room(self):
        for path in ("models/collection_total.py", "models/cellar/collection_total.py"):
            found = self.find({path: model("collection.snapshot")})
            self.assertEqual(
                found[-1], ("stray file", path, 1, "collection_total"), path
            )


class TestOverrides(TestRooms):
    def test_method_of_the_addon_is_overridden(self):
        path = "models/agreement/collection_case.py"
        body = "def _is_open(self):\n    return super()._is_open()"
        self.assertEqual(
            self.find({path: model(None, body, inherit="collection.case")}),
            [("override", path, 7, "collection.case._is_open")],
        )

    def test_method_of_odoo_is_overridden_twice(self):
        text = model(None, "def write(self, vals):\n    pass", inherit="res.partner")
        path = "models/agreement/res_partner.py"
        found = self.find({"models/case/res_partner.py": text, path: text})
        self.assertEqual(found, [("override", path, 7, "res.partner.write")])

    def test_hook_of_a_mixin(self):
        hook = "def _get_customer(self):\n    pass"
        mixin = model("collection.mixin", hook, kind="AbstractModel")
        text = model("collection.case", hook, inherit=["collection.mixin"])
        files = {
            "models/case/collection_mixin.py": mixin,
            "models/case/collection_case.py": text,
        }
        self.assertEqual(self.find(files), [])

    def test_method_of_a_model_that_is_no_mixin(self):
        body = "def _is_open(self):\n    return False"
        path = "models/agreement/collection_dispute.py"
        text = model("collection.dispute", body, inherit="collection.case")
        self.assertEqual(
            self.find({path: text}),
            [("override", path, 8, "collection.case._is_open")],
        )


class TestExceptions(TestRooms):
    PATH = "models/case/collection_case.py"
    KEY = ("case/collection_case.py", "collection.promise")
    ALLOWED = {KEY: "the one door up"}

    def test_exception_lets_one_thing_through(self):
        text = model(
            "collection.case",
            'x = env["collection.promise"]\ny = env["collection.dispute"]',
        )
        dispute = model("collection.dispute")
        files = {self.PATH: text, "models/agreement/collection_dispute.py": dispute}
        self.assertEqual(
            self.find(files, self.ALLOWED),
            [("arrow up", self.PATH, 8, "collection.dispute")],
        )

    def test_exception_that_is_not_needed(self):
        self.assertEqual(
            self.find({}, self.ALLOWED),
            [("exception", "devtools/rooms.py", 1, "collection.promise")],
        )

    def test_report_counts_what_it_lists(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(report(findings(Path(folder))), "All rooms are in order.")
            for path, text in IN_ORDER.items():
                Path(folder, path).parent.mkdir(parents=True, exist_ok=True)
                Path(folder, path).write_text(text)
            text = report(findings(Path(folder), self.ALLOWED))
        self.assertEqual(
            text,
            "exception: 1\n  devtools/rooms.py:1: nothing in case/collection_case.py"
            " needs the exception for collection.promise",
        )
