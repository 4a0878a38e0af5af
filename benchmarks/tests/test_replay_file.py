import doctest
from contextlib import redirect_stderr
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from odoo.addons.account_collections.benchmarks import ledger_file, progress
from odoo.addons.account_collections.benchmarks.replay_command import main
from odoo.tests import BaseCase, tagged

HEADER = (
    "invoiceNumber,customerID,InvoiceDate,DueDate,InvoiceAmount,Disputed,SettledDate"
)
GOOD = "7,Ann,03/01/2026,02/02/2026,50.39,No,23/01/2026"


@tagged("post_install", "-at_install")
class TestLedgerFile(BaseCase):
    """A file is read as it is meant, or refused with line and reason."""

    def read_lines(self, *lines, header=HEADER, **kwargs):
        content = "\n".join([header, *lines, ""])
        return ledger_file.parse_ledger(content.encode(), **kwargs)

    def assert_refused(self, reason, *lines, **kwargs):
        """Check that a file is refused with exactly this first sentence."""
        with self.assertRaises(ledger_file.LedgerError) as caught:
            self.read_lines(*lines, **kwargs)
        self.assertEqual(caught.exception.problems[0], reason)

    def test_doctests(self):
        for module in (ledger_file, progress):
            result = doctest.testmod(module)
            self.assertTrue(result.attempted, module.__name__)
            self.assertFalse(result.failed, module.__name__)

    def test_good_lines(self):
        paid, unpaid = self.read_lines(GOOD, "8,Bob,03/01/2026,03/01/2026,1,Yes,")
        self.assertEqual(
            paid,
            ledger_file.Invoice(
                line=2,
                number="7",
                customer="Ann",
                date=date(2026, 1, 3),
                due=date(2026, 2, 2),
                amount=Decimal("50.39"),
                settled=date(2026, 1, 23),
                disputed=False,
            ),
        )
        self.assertEqual((unpaid.settled, unpaid.disputed), (None, True))

    def test_other_columns_and_dates(self):
        columns = {"number": "no", "customer": "who", "date": "day", "due": "due"}
        columns |= {"amount": "sum", "settled": "paid", "disputed": "no such column"}
        [invoice] = self.read_lines(
            "7;Ann;2026-01-03;2026-02-02;50.39;",
            header="no;who;day;due;sum;paid",
            columns=columns,
            dates="iso",
        )
        self.assertEqual((invoice.due, invoice.settled), (date(2026, 2, 2), None))

    def test_lines_are_counted_as_an_editor_does(self):
        two_lines = '8,"Bob\nand Co",03/01/2026,02/02/2026,,No,'
        self.assert_refused("line 5: the amount is empty", GOOD, "", two_lines)

    def test_missing_column(self):
        self.assert_refused(
            "line 1: the column “DueDate” (due) is missing; there are: "
            + HEADER.replace("DueDate", "due").replace(",", ", "),
            GOOD,
            header=HEADER.replace("DueDate", "due"),
        )

    def test_same_column_twice(self):
        self.assert_refused(
            "line 1: the column “DueDate” is there more than once",
            GOOD,
            header=HEADER.replace("InvoiceDate", "DueDate,InvoiceDate"),
        )

    def test_bad_dates(self):
        places = {2: "invoice date", 3: "due date", 6: "settlement date"}
        for place, name in places.items():
            for text in ("31/02/2026", "2026-01-03", "03/01/0026", "tomorrow"):
                cells = GOOD.split(",")
                cells[place] = text
                self.assert_refused(
                    f"line 2: the {name} “{text}” is not a date like 31/12/2012",
                    ",".join(cells),
                )

    def test_empty_dates(self):
        for place, name in ((2, "invoice date"), (3, "due date")):
            cells = GOOD.split(",")
            cells[place] = ""
            self.assert_refused(f"line 2: the {name} is empty", ",".join(cells))

    def test_dates_in_the_wrong_order(self):
        self.assert_refused(
            "line 2: settled on 2026-01-02, before it was invoiced",
            GOOD.replace("23/01/2026", "02/01/2026"),
        )
        self.assert_refused(
            "line 2: due on 2026-01-02, before the invoice's own date",
            GOOD.replace("02/02/2026", "02/01/2026"),
        )

    def test_bad_amounts(self):
        for text, reason in (
            ("", "the amount is empty"),
            ("-50.39", "the amount “-50.39” is negative"),
            ("0.00", "the amount is zero: there is nothing to collect"),
            ("50.395", "the amount “50.395” is not a number like 1234.56"),
            ("1e5", "the amount “1e5” is not a number like 1234.56"),
            ("NaN", "the amount “NaN” is not a number like 1234.56"),
            ("٣", "the amount “٣” is not a number like 1234.56"),
        ):
            self.assert_refused(f"line 2: {reason}", GOOD.replace("50.39", text))

    def test_duplicate_number(self):
        self.assert_refused(
            "line 4: the number “7” is on line 2 already", GOOD, "8" + GOOD[1:], GOOD
        )

    def test_empty_names(self):
        self.assert_refused("line 2: the number is empty", GOOD[1:])
        self.assert_refused("line 2: the customer is empty", GOOD.replace("Ann", " "))

    def test_wrong_number_of_columns(self):
        self.assert_refused("line 2: 8 columns instead of 7", GOOD + ",more")

    def test_disputed_is_yes_or_no(self):
        self.assert_refused(
            "line 2: disputed is “perhaps”, neither Yes nor No",
            GOOD.replace("No", "perhaps"),
        )

    def test_unfinished_quotation(self):
        self.assert_refused(
            "line 3: unexpected end of data", GOOD, '8,"Bob,03/01/2026,02/02/2026'
        )

    def test_encodings(self):
        content = f"{HEADER}\n{GOOD}\n8,José{GOOD[5:]}\n"
        in_cp1252 = content.encode("cp1252")
        for encoding, reason in (
            ("utf-8-sig", "line 3: byte 0xe9 is not valid in utf-8;"),
            ("x", "There is no encoding called “x”."),
            ("hex", "There is no encoding called “hex”."),
        ):
            with self.assertRaisesRegex(ledger_file.LedgerError, reason):
                ledger_file.parse_ledger(in_cp1252, encoding=encoding)
        for encoding, encoded in (
            ("cp1252", in_cp1252),
            ("utf-8-sig", content.encode("utf-8-sig")),
        ):
            invoices = ledger_file.parse_ledger(encoded, encoding=encoding)
            self.assertEqual([line.customer for line in invoices], ["Ann", "José"])

    def test_empty_files(self):
        for content in (b"", b"\n \n", b"\xef\xbb\xbf"):
            with self.assertRaisesRegex(ledger_file.LedgerError, "file is empty"):
                ledger_file.parse_ledger(content)
        self.assert_refused("The file has a header but no invoices.")

    def test_many_problems_are_told_at_once(self):
        with self.assertRaises(ledger_file.LedgerError) as caught:
            self.read_lines(*["a,b"] * 50)
        problems = caught.exception.problems
        self.assertEqual(problems[1], "line 3: 2 columns instead of 7")
        self.assertEqual((len(problems), problems[-1]), (21, "... and 30 more"))

    def test_the_command_refuses_before_it_makes_a_database(self):
        """It would need the variables of ./dev for a database, and gets none."""
        with TemporaryDirectory() as folder, redirect_stderr(StringIO()) as said:
            path = Path(folder) / "bad.csv"
            path.write_text(f"{HEADER}\n{GOOD.replace('50.39', '-1')}\n")
            self.assertEqual(main([str(path)]), 2)
            self.assertEqual(main([str(path) + ".not"]), 2)
        self.assertIn("line 2: the amount “-1” is negative", said.getvalue())
        self.assertIn("No such file", said.getvalue())
