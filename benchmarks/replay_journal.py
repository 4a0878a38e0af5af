"""What happened on each day of a replay, read from the database that evening."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from lxml import html
from odoo.tools import SQL

AMOUNT = re.compile(r"-?[\d,]+\.\d\d")
BREACH = re.compile(
    r"(?:The payment of|Of) \D*(?P<amount>[\d,]+\.\d\d)\D* promised by"
    r" (?P<day>\d\d/\d\d/\d{4}) (?:did not arrive|we received)"
)
# The head of the table that lists what happened so far.
HISTORY = ["Date", "What", "With whom"]
OVER = ("done", "skipped", "cancelled", "failed")


class Message(NamedTuple):
    """A message that went out, with the amounts that stand in it."""

    day: date
    customer: str
    case_id: int
    stage_id: int
    channel: str
    sender: str
    addressee: str
    listed: dict  # open amount per number of the ledger
    total: Decimal | None
    besides: set = frozenset()  # numbers that are listed after the total
    breaches: list = ()  # amount and day of each promise that it calls broken
    words: str = ""  # all of it but the history


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


class Promise(NamedTuple):
    """A promise to pay as it was made."""

    customer: str
    amount: Decimal
    taken: date
    last: date  # the day it was promised by
    tolerance: int  # days
    share: Decimal  # percent of it that count as kept
    numbers: list  # of the invoices it is about


class Evening(NamedTuple):
    """How things stood at the end of a day."""

    stages: dict  # stage id or None per number of an open invoice
    cases: list  # (customer, case id) of every open case
    held: set  # numbers of invoices on hold
    credits: dict  # amount of the open credits per customer
    gone: set  # names of contacts and users who have left


@dataclass
class Journal:
    """The whole history of a replay."""

    messages: list = field(default_factory=list)
    steps: list = field(default_factory=list)
    decisions: list = field(default_factory=list)
    promises: list = field(default_factory=list)
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
                "collection_promise",
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
        self._record_promises()
        self._count_cases()
        self.journal.evenings[day] = Evening(
            stages=self._read_stages(),
            cases=self._read_cases(),
            held=self._read_held(),
            credits=self._read_credits(),
            gone=self._read_gone(),
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
            SQL(
                "partner.ref, this.case_id, this.stage_id, this.channel,"
                " COALESCE(mail.email_from, ''), COALESCE(addressee.name, ''),"
                " this.body"
            ),
            SQL(
                "JOIN res_partner partner ON partner.id = this.customer_id"
                " LEFT JOIN res_partner addressee ON addressee.id = this.partner_id"
                " LEFT JOIN mail_message mail ON mail.id = this.mail_message_id"
            ),
        )
        references = self._read_references() if rows else {}
        self.journal.messages += [
            Message(day, *rest, *read_amounts(body, references), *read_words(body))
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

    def _record_promises(self):
        rows = self._take_new(
            "collection_promise",
            SQL(
                """
                partner.ref, this.amount, this.date_taken, this.date_last,
                this.tolerance, this.threshold, ARRAY(
                    SELECT move.ref
                      FROM collection_promise_item_rel rel
                      JOIN collection_item item ON item.id = rel.item_id
                      JOIN account_move_line line ON line.id = item.move_line_id
                      JOIN account_move move ON move.id = line.move_id
                     WHERE rel.promise_id = this.id)
                """
            ),
            SQL("JOIN res_partner partner ON partner.id = this.partner_id"),
        )
        self.journal.promises += [
            Promise(customer, to_decimal(amount), *days, to_decimal(share), [*numbers])
            for _id, customer, amount, *days, share, numbers in rows
        ]

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

    def _read_credits(self):
        """:return: dict of what customers have paid or been credited and that is not
        matched yet, as Odoo's ledger has it"""
        rows = self._fetch(
            SQL(
                """
                SELECT partner.ref, SUM(-line.amount_residual)
                  FROM account_move_line line
                  JOIN account_account account ON account.id = line.account_id
                   AND account.account_type = 'asset_receivable'
                  JOIN res_partner partner ON partner.id = line.partner_id
                 WHERE line.parent_state = 'posted' AND line.company_id = %s
                   AND line.reconciled IS NOT TRUE AND line.amount_residual < 0
                 GROUP BY partner.ref
                """,
                self.company.id,
            )
        )
        return {customer: to_decimal(amount) for customer, amount in rows}

    def _read_gone(self):
        """:return: set of the names of archived contacts and of our own archived users,
        unless somebody who is still there bears them; Odoo's robots are nobody"""
        rows = self._fetch(
            SQL(
                """
                WITH gone AS (
                    SELECT partner.id, partner.name FROM res_partner partner
                     WHERE (partner.active IS NOT TRUE OR EXISTS (
                            SELECT FROM res_users own
                             WHERE own.partner_id = partner.id
                               AND own.share IS NOT TRUE AND own.active IS NOT TRUE))
                       AND NOT EXISTS (
                            SELECT FROM ir_model_data data
                             WHERE data.model = 'res.partner' AND data.module = 'base'
                               AND data.res_id = partner.id))
                SELECT name FROM gone
                 WHERE name <> '' AND NOT EXISTS (
                    SELECT FROM res_partner same
                     WHERE same.name = gone.name AND same.active
                       AND same.id NOT IN (SELECT id FROM gone))
                """
            )
        )
        return {name for (name,) in rows}


def to_decimal(amount):
    """Answer an amount that PostgreSQL or Odoo may have as a float, in cents."""
    return Decimal(str(amount)).quantize(Decimal("0.01"))


def read_words(body):
    """Read what a message says besides its figures.

    :param str body: the HTML as it was sent
    :return: amount and day of each promise that it calls broken, and its words without
        the table of what happened so far, which may name those who did it
    """
    page = html.fromstring(body)
    breaches = [
        (
            Decimal(match["amount"].replace(",", "")),
            datetime.strptime(match["day"], "%m/%d/%Y").date(),
        )
        for match in BREACH.finditer(_get_text(page))
    ]
    for table in list(page.iter("table")):
        if [_get_text(cell) for cell in table.findall("./thead/tr/th")] == HISTORY:
            table.drop_tree()
    return breaches, _get_text(page)


def _get_text(node):
    return " ".join(" ".join(node.itertext()).split())


def read_amounts(body, references):
    """Read the table of a message as a person would: invoices, open amounts, total.

    :param str body: the HTML as it was sent
    :param dict references: number of the ledger per number of an invoice in Odoo
    :return: open amount per number of the ledger; the total, None if not found; and the
        numbers that stand after it, since they are not asked for yet
    """
    listed, total, besides = {}, None, set()
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
            if total is not None:
                besides.add(references[names[0]])
        elif listed and total is None:
            total = amount
    return listed, total, besides
