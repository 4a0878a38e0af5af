"""Read a ledger of invoices and settlement dates from a CSV file. Pure Python.

The file is checked as a whole before anything is made of it: every wrong line is
reported with its number and the reason.
"""

import csv
import io
import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

# What a column is for, and what it is called in "Late Payment Histories".
COLUMNS = {
    "number": "invoiceNumber",
    "customer": "customerID",
    "date": "InvoiceDate",
    "due": "DueDate",
    "amount": "InvoiceAmount",
    "settled": "SettledDate",
    "disputed": "Disputed",
}
OPTIONAL = {"disputed"}
DATE_FORMATS = {"dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y", "iso": "%Y-%m-%d"}
DATE_EXAMPLES = {"dmy": "31/12/2012", "mdy": "12/31/2012", "iso": "2012-12-31"}
YEARS = range(1980, 2100)
DISPUTED = {"yes": True, "no": False, "": False}
DELIMITERS = ",;\t|"
AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?")
MAX_PROBLEMS = 20


Day = date  # the field of that name hides the type


class Invoice(NamedTuple):
    """One line of the ledger."""

    line: int
    number: str
    customer: str
    date: Day
    due: Day
    amount: Decimal
    settled: Day | None
    disputed: bool


class LedgerError(Exception):
    """A file that cannot be used; `problems` are sentences with line numbers."""

    def __init__(self, *problems):
        self.problems = problems
        super().__init__("\n".join(problems))


def read_ledger(path, columns=None, dates="dmy", encoding="utf-8-sig"):
    """Read a ledger.

    :param path: the CSV file, with a header line
    :param dict columns: names of columns where they differ from ``COLUMNS``
    :param str dates: a key of ``DATE_FORMATS``
    :param str encoding: how the file is encoded
    :return: list of Invoice, in the order of the file
    :raises LedgerError: the file cannot be read, or a line of it is wrong
    """
    return parse_ledger(Path(path).read_bytes(), columns, dates, encoding)


def parse_ledger(content, columns=None, dates="dmy", encoding="utf-8-sig"):
    r"""Like ``read_ledger``, from the content of the file.

    >>> text = b"no,who,day,due,sum,paid\n7,Ann,3/1/2012,2/2/2012,50.39,\n"
    >>> names = dict(zip(COLUMNS, ["no", "who", "day", "due", "sum", "paid"]))
    >>> [invoice] = parse_ledger(text, names)
    >>> invoice.number, invoice.due.isoformat(), str(invoice.amount), invoice.settled
    ('7', '2012-02-02', '50.39', None)
    >>> try:
    ...     parse_ledger(text.replace(b"50.39", b"-1"), names)
    ... except LedgerError as error:
    ...     error.problems
    ('line 2: the amount “-1” is negative',)
    """
    rows = _read_rows(_decode(content, encoding))
    header = _take_header(rows)
    places = _find_columns(header, {**COLUMNS, **(columns or {})})
    parser = LineParser(places, len(header), dates)
    invoices = [parser.parse(line, cells) for line, cells in rows if any(cells)]
    if parser.problems:
        raise LedgerError(*_shorten(parser.problems))
    if not invoices:
        raise LedgerError("The file has a header but no invoices.")
    return invoices


def _decode(content, encoding):
    if not content.strip():
        raise LedgerError("The file is empty.")
    try:
        return content.decode(encoding)
    except LookupError:
        raise LedgerError(f"There is no encoding called “{encoding}”.") from None
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise LedgerError(
            f"line {line}: byte 0x{content[error.start]:02x} is not valid in"
            f" {encoding.removesuffix('-sig')}; save the file as UTF-8, or say how it"
            " is encoded (--encoding cp1252, for example)"
        ) from None


def _read_rows(text):
    """Yield the number of the line and the cells of each row."""
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise LedgerError(f"line {reader.line_num}: {error}") from None


def _take_header(rows):
    for _line, cells in rows:
        if any(cells):
            return cells
    raise LedgerError("The file is empty.")


def _find_columns(header, names):
    problems = [
        f"line 1: the column “{name}” ({purpose}) is missing; there are: "
        + ", ".join(header)
        for purpose, name in names.items()
        if name not in header and purpose not in OPTIONAL
    ]
    problems += [
        f"line 1: the column “{name}” is there more than once"
        for name in dict.fromkeys(names.values())
        if header.count(name) > 1
    ]
    if problems:
        raise LedgerError(*problems)
    return {
        purpose: header.index(name) for purpose, name in names.items() if name in header
    }


def _shorten(problems):
    if len(problems) <= MAX_PROBLEMS:
        return problems
    rest = len(problems) - MAX_PROBLEMS
    return [*problems[:MAX_PROBLEMS], f"... and {rest} more"]


class LineParser:
    """Makes an invoice of a line, and remembers what is wrong with it."""

    def __init__(self, places, width, dates):
        self.places = places
        self.width = width
        self.dates = dates
        self.line_by_number = {}
        self.problems = []

    def parse(self, line, cells):
        """Answer the invoice of a line, or None and note what is wrong.

        :param int line: number of the line in the file
        :param list cells: its texts
        """
        if len(cells) != self.width:
            self._note(line, f"{len(cells)} columns instead of {self.width}")
            return None
        texts = {purpose: cells[place] for purpose, place in self.places.items()}
        try:
            invoice = self._make(line, texts)
            self._check(invoice)
        except ValueError as error:
            self._note(line, str(error))
            return None
        self.line_by_number[invoice.number] = line
        return invoice

    def _note(self, line, problem):
        self.problems.append(f"line {line}: {problem}")

    def _make(self, line, texts):
        for purpose in ("number", "customer"):
            if not texts[purpose]:
                raise ValueError(f"the {purpose} is empty")
        return Invoice(
            line=line,
            number=texts["number"],
            customer=texts["customer"],
            date=self._parse_date("invoice date", texts["date"]),
            due=self._parse_date("due date", texts["due"]),
            amount=_parse_amount(texts["amount"]),
            settled=self._parse_date("settlement date", texts["settled"])
            if texts["settled"]
            else None,
            disputed=_parse_disputed(texts.get("disputed", "")),
        )

    def _parse_date(self, what, text):
        if not text:
            raise ValueError(f"the {what} is empty")
        try:
            day = datetime.strptime(text, DATE_FORMATS[self.dates]).date()
        except ValueError:
            day = None
        if not day or day.year not in YEARS:
            raise ValueError(
                f"the {what} “{text}” is not a date like {DATE_EXAMPLES[self.dates]}"
            )
        return day

    def _check(self, invoice):
        if first := self.line_by_number.get(invoice.number):
            raise ValueError(
                f"the number “{invoice.number}” is on line {first} already"
            )
        if invoice.due < invoice.date:
            raise ValueError(f"due on {invoice.due}, before the invoice's own date")
        if invoice.settled and invoice.settled < invoice.date:
            raise ValueError(f"settled on {invoice.settled}, before it was invoiced")


def _parse_amount(text):
    if not text:
        raise ValueError("the amount is empty")
    if text.startswith("-"):
        raise ValueError(f"the amount “{text}” is negative")
    if not AMOUNT.fullmatch(text):
        raise ValueError(f"the amount “{text}” is not a number like 1234.56")
    amount = Decimal(text)
    if not amount:
        raise ValueError("the amount is zero: there is nothing to collect")
    return amount


def _parse_disputed(text):
    try:
        return DISPUTED[text.lower()]
    except KeyError:
        raise ValueError(f"disputed is “{text}”, neither Yes nor No") from None
