"""What happened on each day of a replay, read from the database that evening."""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from lxml import html
from odoo.tools import SQL

AMOUNT = re.compile(r"-?[\d,]+\.\d\d")
OVER = ("done", "skipped", "cancelled", "failed")


class Message(NamedTuple):
    """A message that went out, with the amounts that stand in it."""

    day: date
    customer: str
    case_id: int
    stage_id: int
    channel: str
    listed: dict  # open amount per number of the ledger
    total: Decimal | None


class Step(NamedTuple):
    """A step that ended."""

    day: date
    customer: str
    case_id: int
    stage_id: int
    channel: str
    state: str
    has_letter: bool
    error: str


class Decision(NamedTuple):
    """A decision as it was recorded."""

    day: date
    case_id: int
    stage_id: int | None
    reason: str


class Evening(NamedTuple):
    """How things stood at the end of a day."""

    stages: dict  # stage id or None per number of an open invoice
    cases: list  # (customer, case id) of every open case
    held: set  # numbers of invoices on hold


@dataclass
class Journal:
    """The whole history of a replay."""

    messages: list = field(default_factory=list)
    steps: list = field(default_factory=list)
    decisions: list = field(default_factory=list)
    evenings: dict = field(default_factory=dict)  # Evening per day
    cases_opened: int = 0
    cases_closed: int = 0
    seconds: dict = field(default_factory=dict)  # per kind of work


class Recorder:
    """Fills a journal, evening by evening."""

    def __init__(self, env, company, journal):
        self.env = env
        self.company = company
        self.journal = journal
        self.last_id = {
            table: self._fetch(
                SQL("SELECT COALESCE(MAX(id), 0) FROM %s", self._sql(table))
            )[0][0]
            for table in (
                "collection_letter",
                "collection_decision",
                "collection_step",
            )
        }
        self.open_steps = []

    def _sql(self, table):
        return SQL.identifier(table)

    def _fetch(self, query):
        return self.env.execute_query(query)

    def record(self, day):
        """Write down a day.

        :param date day: the day that ends
        """
        self.env.flush_all()
        self._record_messages(day)
        self._record_steps(day)
        self._record_decisions()
        self._count_cases()
        self.journal.evenings[day] = Evening(
            stages=self._read_stages(), cases=self._read_cases(), held=self._read_held()
        )

    def _take_new(self, table, columns, join=None):
        """:return: the rows of a table since the last time"""
        rows = self._fetch(
            SQL(
                "SELECT this.id, %s FROM %s this %s WHERE this.id > %s"
                " AND this.company_id = %s ORDER BY this.id",
                columns,
                self._sql(table),
                join or SQL(),
                self.last_id[table],
                self.company.id,
            )
        )
        if rows:
            self.last_id[table] = rows[-1][0]
        return rows

    def _record_messages(self, day):
        rows = self._take_new(
            "collection_letter",
            SQL("partner.ref, this.case_id, this.stage_id, this.channel, this.body"),
            SQL("JOIN res_partner partner ON partner.id = this.customer_id"),
        )
        references = self._read_references() if rows else {}
        self.journal.messages += [
            Message(day, *rest, *read_amounts(body, references))
            for _id, *rest, body in rows
        ]

    def _read_references(self):
        """:return: number of the ledger per number that Odoo gave"""
        return dict(
            self._fetch(
                SQL(
                    "SELECT name, ref FROM account_move WHERE company_id = %s"
                    " AND move_type = 'out_invoice' AND state = 'posted'",
                    self.company.id,
                )
            )
        )

    def _record_steps(self, day):
        """Write down the steps that ended; they may have been planned days ago."""
        columns = SQL(
            "partner.ref, this.case_id, this.stage_id, this.channel, this.state,"
            " this.letter_id IS NOT NULL, COALESCE(this.error, '')"
        )
        join = SQL(
            "JOIN collection_case case_ ON case_.id = this.case_id"
            " JOIN res_partner partner ON partner.id = case_.partner_id"
        )
        rows = self._fetch(
            SQL(
                "SELECT this.id, %s FROM collection_step this %s"
                " WHERE this.id = ANY(%s)",
                columns,
                join,
                self.open_steps,
            )
        )
        rows += self._take_new("collection_step", columns, join)
        self.open_steps = [id_ for id_, *_, state, _, _ in rows if state not in OVER]
        self.journal.steps += [
            Step(day, *rest) for _id, *rest in rows if rest[4] in OVER
        ]

    def _record_decisions(self):
        rows = self._take_new(
            "collection_decision",
            SQL("this.date, this.case_id, this.stage_id, this.reason"),
        )
        self.journal.decisions += [Decision(*rest) for _id, *rest in rows]

    def _count_cases(self):
        [[opened, closed]] = self._fetch(
            SQL(
                "SELECT SUM(opened_count), SUM(closed_count) FROM collection_run"
                " WHERE company_id = %s",
                self.company.id,
            )
        )
        self.journal.cases_opened, self.journal.cases_closed = opened, closed

    def _read_stages(self):
        return dict(
            self._fetch(
                SQL(
                    """
                    SELECT move.ref, item.stage_id
                      FROM collection_item item
                      JOIN account_move_line line ON line.id = item.move_line_id
                      JOIN account_move move ON move.id = line.move_id
                     WHERE item.is_open AND move.company_id = %s
                    """,
                    self.company.id,
                )
            )
        )

    def _read_cases(self):
        return self._fetch(
            SQL(
                """
                SELECT partner.ref, case_.id
                  FROM collection_case case_
                  JOIN res_partner partner ON partner.id = case_.partner_id
                 WHERE case_.state <> 'closed' AND case_.company_id = %s
                """,
                self.company.id,
            )
        )

    def _read_held(self):
        rows = self._fetch(
            SQL(
                """
                SELECT move.ref
                  FROM collection_hold hold
                  JOIN collection_hold_item_rel rel ON rel.hold_id = hold.id
                  JOIN collection_item item ON item.id = rel.item_id
                  JOIN account_move_line line ON line.id = item.move_line_id
                  JOIN account_move move ON move.id = line.move_id
                 WHERE hold.state = 'active' AND hold.company_id = %s
                """,
                self.company.id,
            )
        )
        return {number for (number,) in rows}


def read_amounts(body, references):
    """Read the table of a message as a person would: invoices, open amounts, total.

    :param str body: the HTML as it was sent
    :param dict references: number of the ledger per number of an invoice in Odoo
    :return: open amount per number of the ledger, and the total, None if not found
    """
    listed, total = {}, None
    for row in html.fromstring(body).iter("tr"):
        if row.find(".//table") is not None:
            continue  # a row that only places others
        cells = [" ".join(cell.text_content().split()) for cell in row.iter("td")]
        amounts = AMOUNT.findall(cells[-1]) if cells else []
        if not amounts:
            continue
        amount = Decimal(amounts[0].replace(",", ""))
        names = [word for word in cells[0].split() if word in references]
        if names:
            listed[references[names[0]]] = amount
        elif listed and total is None:
            total = amount
    return listed, total
