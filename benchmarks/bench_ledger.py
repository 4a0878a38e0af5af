"""A ledger of any size, made set-based in the shape of really posted invoices.

One invoice is made and posted by Odoo itself; every further one is a copy of its rows,
all columns included, with other numbers, dates, amounts and customers. So nothing is
missing that Odoo, this addon or another one may read, and a hundred thousand invoices
take seconds.
"""

from contextlib import contextmanager
from datetime import timedelta
from typing import NamedTuple

from odoo.fields import Command
from odoo.tools import SQL

from .databases import prepare_company

OLDEST = 120  # days late
MOVE_AMOUNTS = (
    "amount_untaxed",
    "amount_total",
    "amount_residual",
    "amount_untaxed_signed",
    "amount_untaxed_in_currency_signed",
    "amount_total_signed",
    "amount_total_in_currency_signed",
    "amount_residual_signed",
)
DUE_AMOUNTS = ("debit", "amount_residual", "amount_residual_currency")
SOLD_AMOUNTS = ("credit", "price_unit", "price_subtotal", "price_total")
TABLES = ("res_partner", "account_move", "account_move_line")


class Size(NamedTuple):
    """How large a ledger is."""

    items: int
    customers: int


def make_ledger(env, size, as_of):
    """Make customers with overdue invoices: all open, 1 to 120 days late.

    :param env: Odoo's environment on a database with Invoicing
    :param Size size: numbers of invoices and of customers
    :param date as_of: the day on which they are overdue
    """
    invoice = post_sample(env, as_of)
    env.flush_all()
    maker = LedgerMaker(env.cr, invoice, size, as_of)
    with _without_indexes(env.cr), _without_triggers(env.cr):
        maker.make_partners()
        maker.make_moves()
        maker.make_lines()
    maker.finish()
    env.invalidate_all()


def post_sample(env, as_of):
    """Answer an invoice that Odoo posted, the pattern of all others."""
    prepare_company(env)
    line = {
        "product_id": env["product.product"].create({"name": "Goods"}).id,
        "price_unit": 100.0,
        "tax_ids": [Command.clear()],
    }
    invoice = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": _make_customer(env).id,
            "invoice_date": as_of - timedelta(days=60),
            "invoice_date_due": as_of - timedelta(days=30),
            "invoice_payment_term_id": False,
            "invoice_line_ids": [Command.create(line)],
        }
    )
    invoice.action_post()
    return invoice


def _make_customer(env):
    return env["res.partner"].create(
        {
            "name": "Customer 000000",
            "is_company": True,
            "email": "customer000000@example.com",
            "phone": "+1 555 0100",
            "street": "1 Main Street",
            "city": "Springfield",
            "zip": "12345",
            "country_id": env.ref("base.us").id,
        }
    )


@contextmanager
def _without_indexes(cr):
    """Make the indexes of the tables once at the end, not row by row."""
    cr.execute(
        """
        SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
          FROM pg_index
         WHERE indrelid = ANY(%s::regclass[]) AND NOT indisunique
        """,
        (list(TABLES),),
    )
    indexes = cr.fetchall()
    for name, _definition in indexes:
        cr.execute(SQL("DROP INDEX %s", SQL.identifier(name)))
    yield
    for _name, definition in indexes:
        cr.execute(definition)


@contextmanager
def _without_triggers(cr):
    """Leave out the checks of foreign keys, where the account may: copies of a row that
    passed them pass them as well."""
    cr.execute("SELECT rolsuper FROM pg_roles WHERE rolname = CURRENT_USER")
    [is_superuser] = cr.fetchone()
    if is_superuser:
        cr.execute("SET LOCAL session_replication_role = replica")
    yield
    if is_superuser:
        cr.execute("SET LOCAL session_replication_role = origin")


class LedgerMaker:
    """Copies the rows of one invoice and its customer many times."""

    def __init__(self, cr, invoice, size, as_of):
        self.cr = cr
        self.invoice = invoice
        self.size = size
        self.as_of = as_of
        self.first_partner = self._next_id("res_partner")
        self.first_move = self._next_id("account_move")
        self.prefix = invoice.sequence_prefix

    def _next_id(self, table):
        return self._fetch(
            SQL("SELECT COALESCE(MAX(id), 0) + 1 FROM %s", SQL.identifier(table))
        )

    def _fetch(self, query):
        self.cr.execute(query)
        return self.cr.fetchone()[0]

    def make_partners(self):
        """Copy the sample's customer."""
        number = SQL("LPAD(n::text, 6, '0')")
        name = SQL("'Customer ' || %s", number)
        email = SQL("'customer' || %s || '@example.com'", number)
        new_id = SQL("%s + n - 1", self.first_partner)
        self._copy(
            "res_partner",
            self.invoice.partner_id.id,
            SQL("GENERATE_SERIES(1, %s) n", self.size.customers),
            {
                "id": new_id,
                "commercial_partner_id": new_id,
                "name": name,
                "complete_name": name,
                "email": email,
                "email_normalized": email,
            },
        )

    def make_moves(self):
        """Copy the sample invoice's own row."""
        number = SQL("n + %s", self.invoice.sequence_number)
        name = self._number()
        partner, issued = SQL("customer_id"), SQL("due - 30")
        self._copy(
            "account_move",
            self.invoice.id,
            self._series(),
            {
                **dict.fromkeys(MOVE_AMOUNTS, SQL("amount")),
                "id": SQL("%s + n - 1", self.first_move),
                "name": name,
                "payment_reference": name,
                "sequence_number": number,
                "partner_id": partner,
                "commercial_partner_id": partner,
                "partner_shipping_id": partner,
                "date": issued,
                "invoice_date": issued,
                "invoice_date_due": SQL("due"),
                "access_token": SQL("NULL"),
                "invoice_partner_display_name": SQL("'Customer'"),
            },
        )

    def _number(self):
        """:return: SQL of the number of an invoice"""
        return SQL(
            "%s || LPAD((n + %s)::text, 7, '0')",
            self.prefix,
            self.invoice.sequence_number,
        )

    def make_lines(self):
        """Copy the lines of the sample invoice: what is due, and what was sold."""
        start = self._next_id("account_move_line")
        for line in self.invoice.line_ids:
            signed = SQL("%s * amount", SQL("1") if line.balance > 0 else SQL("-1"))
            changes = {
                "id": SQL("%s + n - 1", start),
                "move_id": SQL("%s + n - 1", self.first_move),
                "move_name": self._number(),
                "partner_id": SQL("customer_id"),
                "date": SQL("due - 30"),
                "invoice_date": SQL("due - 30"),
                "balance": signed,
                "amount_currency": signed,
            }
            if line.account_type == "asset_receivable":
                changes["date_maturity"] = SQL("due")
                changes |= dict.fromkeys(DUE_AMOUNTS, SQL("amount"))
            else:
                changes |= dict.fromkeys(SOLD_AMOUNTS, SQL("amount"))
            self._copy("account_move_line", line.id, self._series(), changes)
            start += self.size.items

    def _series(self):
        """:return: SQL of one row per invoice: its number, customer, due date, amount

        Everything follows from the number, so the ledger is the same every time.
        """
        return SQL(
            """
            (SELECT n, %(partner)s + (n - 1) %% %(customers)s AS customer_id,
                    %(as_of)s::date - 1 - (n * 7919 %% %(oldest)s)::int AS due,
                    (500 + n * 104729 %% 39500) / 100.0 AS amount
               FROM GENERATE_SERIES(1::bigint, %(items)s) n) series
            """,
            partner=self.first_partner,
            customers=self.size.customers,
            as_of=self.as_of,
            oldest=OLDEST,
            items=self.size.items,
        )

    def _copy(self, table, row_id, series, changes):
        self.cr.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = %s AND table_schema = CURRENT_SCHEMA",
            (table,),
        )
        names = [name for (name,) in self.cr.fetchall()]
        values = [
            changes.get(name) or SQL("pattern.%s", SQL.identifier(name))
            for name in names
        ]
        self.cr.execute(
            SQL(
                "INSERT INTO %s (%s) SELECT %s FROM %s pattern, %s"
                " WHERE pattern.id = %s",
                SQL.identifier(table),
                SQL(", ").join(SQL.identifier(name) for name in names),
                SQL(", ").join(values),
                SQL.identifier(table),
                series,
                row_id,
            )
        )

    def finish(self):
        """Let the sequences go on after the copies, and PostgreSQL count them."""
        for table in TABLES:
            self.cr.execute(
                SQL(
                    "SELECT SETVAL(%s, (SELECT MAX(id) FROM %s))",
                    f"{table}_id_seq",
                    SQL.identifier(table),
                )
            )
            self.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
