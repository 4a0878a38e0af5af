from odoo import api, models
from odoo.tools import SQL

# What an entry can be, in the order of the rows of the reconciliation.
ENTRY_KINDS = ("payment", "refund", "exchange", "invoice", "other")


class CollectionClaimLedger(models.AbstractModel):
    """What was open in the ledger at the end of a day, replayed from today's ledger.

    An entry counts from its accounting date on, an invoice or a credit note from its
    own date, as for the stay (a locked period moves the accounting date). So a payment
    that was in the ledger on the day reduces what was open, even when it was matched
    with its invoice later; a payment dated later does not, whenever it was matched.

    SQL, because a ledger is replayed item by item, for customers with any number of
    them. Nothing is written.
    """

    _name = "collection.claim.ledger"
    _description = "Ledger as of a Day"

    @api.model
    def _get_items(self, company, partner, day):
        """Replay the receivable items of a customer.

        :param company: res.company record
        :param partner: res.partner record, the commercial one
        :param date day: entries of this day are included
        :return: list of dicts: line_id, move_id, currency_id, what was open in the
            item's currency (``open``) and in the company's books (``booked``); credits
            are negative; what was settled is left out
        """
        # In: the items up to the day, and what was matched with each by entries up to
        # the day. Out: a row per item with what that leaves open. An invoice of 1,000,
        # of which 400 were paid before the day and 300 after it, is open with 600.
        rows = self.env.execute_query_dict(
            SQL(
                """
                WITH %(items)s, %(parts)s
                SELECT item.id AS line_id, item.move_id, item.currency_id,
                       item.balance - COALESCE(SUM(part.amount), 0) AS booked,
                       item.amount_currency
                           - COALESCE(SUM(part.amount_currency), 0) AS open
                  FROM item LEFT JOIN part
                    ON part.line_id = item.id AND part.date <= %(day)s
                 WHERE item.date <= %(day)s
                 GROUP BY item.id, item.move_id, item.currency_id, item.balance,
                          item.amount_currency, item.date, item.date_maturity
                 ORDER BY item.date, item.date_maturity, item.id
                """,
                day=day,
                **self._get_tables(company, partner),
            )
        )
        return [row for row in map(self._round, rows) if row["open"] or row["booked"]]

    @api.model
    def _round(self, row):
        """:return: the row with amounts rounded as Odoo rounds residuals"""
        currency = self.env["res.currency"].browse(row["currency_id"])
        company_currency = (
            self.env["account.move.line"].browse(row["line_id"]).company_currency_id
        )
        row["open"] = currency.round(float(row["open"]))
        row["booked"] = company_currency.round(float(row["booked"]))
        return row

    @api.model
    def _get_differences(self, company, partner, day):
        """Explain the difference between the ledger of today and that of the day.

        :return: list of dicts in the company's currency: kind, amount, entries. What is
            open today (``today``), plus what was settled since by entries of later days
            (``settled_*``), less what was posted since and is open (``posted_*``), is
            what was open on the day.
        """
        # In: matchings of items up to the day with entries after it ("settled"), and
        # items after the day that are open today ("posted", which count against it).
        # Out: a row per entry of a later day, with its amount and what it is. The 300
        # of above are such a row: settled, a payment.
        tables = self._get_tables(company, partner)
        rows = self.env.execute_query_dict(
            SQL(
                """
                WITH %(items)s, %(parts)s, difference AS (
                    SELECT 'settled' AS what, part.counterpart_id AS line_id,
                           SUM(part.amount) AS amount
                      FROM item JOIN part ON part.line_id = item.id
                     WHERE item.date <= %(day)s AND part.date > %(day)s
                     GROUP BY part.counterpart_id
                     UNION ALL
                    SELECT 'posted', item.id, -item.amount_residual
                      FROM item
                     WHERE item.date > %(day)s
                )
                SELECT what, move.name, line.date, difference.amount, %(kind)s AS kind
                  FROM difference
                  JOIN account_move_line line ON line.id = difference.line_id
                  JOIN account_move move ON move.id = line.move_id
                 WHERE difference.amount != 0
                 ORDER BY line.date, move.name, line.id
                """,
                day=day,
                kind=self._kind_sql(),
                **tables,
            )
        )
        return self._group(rows, self._get_residual(tables))

    @api.model
    def _kind_sql(self):
        """:return: SQL: what the entry ``move`` is, a key of ``ENTRY_KINDS``"""
        return SQL(
            """
            CASE WHEN move.move_type IN ('out_refund', 'in_refund') THEN 'refund'
                 WHEN move.move_type != 'entry' THEN 'invoice'
                 WHEN move.origin_payment_id IS NOT NULL
                   OR move.statement_line_id IS NOT NULL THEN 'payment'
                 WHEN EXISTS (SELECT FROM account_partial_reconcile partial
                               WHERE partial.exchange_move_id = move.id)
                 THEN 'exchange'
                 ELSE 'other' END
            """
        )

    @api.model
    def _get_residual(self, tables):
        [[amount]] = self.env.execute_query(
            SQL(
                "WITH %(items)s"
                " SELECT COALESCE(SUM(item.amount_residual), 0) FROM item",
                items=tables["items"],
            )
        )
        return float(amount)

    @api.model
    def _group(self, rows, residual):
        groups = {}
        for row in rows:
            key = (row["what"], row["kind"])
            groups.setdefault(key, []).append(
                {
                    "name": row["name"],
                    "date": row["date"].isoformat(),
                    "amount": float(row["amount"]),
                }
            )
        return [
            {"kind": "today", "amount": residual, "entries": []},
            *(
                {
                    "kind": f"{what}_{kind}",
                    "amount": sum(entry["amount"] for entry in groups[what, kind]),
                    "entries": groups[what, kind],
                }
                for what in ("settled", "posted")
                for kind in ENTRY_KINDS
                if (what, kind) in groups
            ),
        ]

    @api.model
    def _get_tables(self, company, partner):
        """:return: dict of SQL: the receivable items of the customer, and what was
        matched with each, signed like the item, with the day of the counterpart"""
        self.env["account.move.line"].flush_model()
        self.env["account.move"].flush_model()
        self.env["account.partial.reconcile"].flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        self.env["account.account"].flush_model(["account_type"])
        items = SQL(
            """
            item AS (
                SELECT line.id, line.move_id, line.currency_id, line.balance,
                       line.amount_currency, line.amount_residual, line.date_maturity,
                       COALESCE(move.invoice_date, line.date) AS date
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                  JOIN res_partner partner ON partner.id = line.partner_id
                  JOIN account_account account ON account.id = line.account_id
                 WHERE line.company_id = %s
                   AND partner.commercial_partner_id = %s
                   AND line.parent_state = 'posted'
                   AND account.account_type = 'asset_receivable'
            )
            """,
            company.id,
            partner.id,
        )
        return {"items": items, "parts": self._parts_sql()}

    @api.model
    def _parts_sql(self):
        """What was matched with each item.

        In: the items, and all their matchings. Out: line_id, counterpart_id, the day
        of the counterpart and the amounts. Each matching is there twice, once for
        either side, so that invoices and credits are treated alike; on the credit side
        with the sign turned.
        Example: 300 of a payment matched with an invoice: 300 on the invoice with the
        day of the payment, -300 on the payment with the day of the invoice.
        """
        return SQL(
            """
            part AS (
                SELECT partial.debit_move_id AS line_id, other.id AS counterpart_id,
                       COALESCE(move.invoice_date, other.date) AS date, partial.amount,
                       partial.debit_amount_currency AS amount_currency
                  FROM account_partial_reconcile partial
                  JOIN item ON item.id = partial.debit_move_id
                  JOIN account_move_line other ON other.id = partial.credit_move_id
                  JOIN account_move move ON move.id = other.move_id
                 UNION ALL
                SELECT partial.credit_move_id, other.id,
                       COALESCE(move.invoice_date, other.date), -partial.amount,
                       -partial.credit_amount_currency
                  FROM account_partial_reconcile partial
                  JOIN item ON item.id = partial.credit_move_id
                  JOIN account_move_line other ON other.id = partial.debit_move_id
                  JOIN account_move move ON move.id = other.move_id
            )
            """
        )

    @api.model
    def _get_payments(self, company, partner, first_day, last_day):
        """List the payments received in a period, for counsel to look for preferences.

        :return: list of dicts, oldest first: name, date, currency_id, amount (positive
            in the item's currency), and ``paid``: the names and due dates of what they
            were matched with
        """
        # In: the items and their matchings. Out: a row per payment of the period. One
        # of 500 on two invoices is one row of 500 that names both.
        return self.env.execute_query_dict(
            SQL(
                """
                WITH %(items)s, %(parts)s
                SELECT move.name, item.date, item.currency_id,
                       -item.amount_currency AS amount,
                       COALESCE(
                           string_agg(
                               paid.name || ' (' || other.date_maturity || ')',
                               ', ' ORDER BY other.date_maturity, other.id
                           ) FILTER (WHERE paid.move_type = 'out_invoice'), ''
                       ) AS paid
                  FROM item
                  JOIN account_move move ON move.id = item.move_id
                  LEFT JOIN part ON part.line_id = item.id
                  LEFT JOIN account_move_line other ON other.id = part.counterpart_id
                  LEFT JOIN account_move paid ON paid.id = other.move_id
                 WHERE item.date BETWEEN %(first_day)s AND %(last_day)s
                   AND item.amount_currency < 0
                   AND %(kind)s = 'payment'
                 GROUP BY move.id, item.id, item.date, item.currency_id,
                          item.amount_currency
                 ORDER BY item.date, item.id
                """,
                first_day=first_day,
                last_day=last_day,
                kind=self._kind_sql(),
                **self._get_tables(company, partner),
            )
        )

    @api.model
    def _get_account(self, company, partner, first_day, day):
        """List the running account of a customer, by currency.

        :param date first_day: entries before are in the opening balance
        :param date day: the last day
        :return: list of dicts, by currency and day: currency_id, date, name, ref,
            date_due, amount, and ``opening``: whether it stands for all before
        """
        # In: the items. Out: a row per entry of the period, below one row per currency
        # that sums up what came before: 1,000 invoiced and 400 paid earlier open the
        # account with 600.
        return self.env.execute_query_dict(
            SQL(
                """
                WITH %(items)s
                SELECT item.currency_id, NULL AS date, NULL AS name, NULL AS ref,
                       NULL AS date_due, SUM(item.amount_currency) AS amount,
                       TRUE AS opening, 0 AS id
                  FROM item
                 WHERE item.date < %(first_day)s
                 GROUP BY item.currency_id
                HAVING SUM(item.amount_currency) != 0
                 UNION ALL
                SELECT item.currency_id, item.date, move.name, move.ref,
                       CASE WHEN item.balance > 0 THEN item.date_maturity END,
                       item.amount_currency, FALSE, item.id
                  FROM item JOIN account_move move ON move.id = item.move_id
                 WHERE item.date BETWEEN %(first_day)s AND %(day)s
                   AND item.amount_currency != 0
                 ORDER BY currency_id, opening DESC, date, id
                """,
                first_day=first_day,
                day=day,
                items=self._get_tables(company, partner)["items"],
            )
        )
