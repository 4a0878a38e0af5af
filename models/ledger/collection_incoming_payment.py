from odoo import api, fields, models
from odoo.tools import SQL

from ..common.res_company import MAX_TRANSIT_DAYS
from .collection_exposure import RECEIVABLE


class CollectionIncomingPayment(models.AbstractModel):
    """Money on its way: payments that are known, and that the ledger does not have yet.

    A payment that is registered without a journal entry, or an online payment under
    way, leaves the residual as it was. It takes its own amount off what is asked for,
    from the oldest due date on, for as many days as the company waits for money. What
    has not come by then was never captured, or went astray: it counts no more.
    """

    _name = "collection.incoming.payment"
    _description = "Money on its Way"

    @api.model
    def _has_any(self, day):
        """:return: whether any money is on its way, for any company"""
        [[has_any]] = self.env.execute_query(
            SQL("SELECT EXISTS (%s)", self._finder_sql(day))
        )
        return has_any

    @api.model
    def _finder_sql(self, day):
        """:return: SQL that finds payments on their way; nobody looks at its columns"""
        return SQL(
            "SELECT FROM account_payment payment"
            " JOIN res_company company ON company.id = payment.company_id WHERE %s"
            " UNION ALL SELECT FROM payment_transaction payment"
            " JOIN res_company company ON company.id = payment.company_id WHERE %s",
            SQL("%s AND %s", self._is_registered_sql(), self._is_awaited_sql(day)),
            SQL("%s AND %s", self._is_online_sql(), self._is_awaited_sql(day, True)),
        )

    @api.model
    def _on_items_sql(self, day):
        """:return: SQL with line_id and the amount on its way to it, in its currency

        :param date day: what has not come by that day counts no more
        """
        return self.env["collection.reserved.amount"]._spread_sql(
            self._awaited_sql(day)
        )

    @api.model
    def _awaited_sql(self, day):
        """:return: SQL as of ``_payments_sql``, with what is expected as of a day"""
        return self._payments_sql(
            self._is_awaited_sql(day), self._is_awaited_sql(day, True)
        )

    @api.model
    def _payments_sql(self, registered, online):
        """Say what is on its way, and for which items.

        In: payments without an entry, online payments that are pending or authorized.
        Out: one row per payment and open item of its invoices, with ``owner_id``,
        ``line_id``, ``amount``, the same on each row of a payment, and ``date``.
        Example: 100.00 are authorized for two invoices, 30.00 of them were captured:
        two rows of 70.00.

        :param SQL registered: condition on the payments without an entry, ``payment``
        :param SQL online: the same on the online payments
        """
        return SQL(
            "%s UNION ALL %s",
            self._registered_sql(registered),
            self._online_sql(online),
        )

    @api.model
    def _registered_sql(self, awaited):
        """:return: SQL with the payments without an entry; what the bank has brought
        since is not on its way any more"""
        return SQL(
            """
            SELECT payment.id * 2 AS owner_id, line.id AS line_id, payment.date,
                   GREATEST(%(amount)s - arrived.amount, 0) AS amount
              FROM account_payment payment
              JOIN res_company company ON company.id = payment.company_id
              JOIN account_move__account_payment rel ON rel.payment_id = payment.id
              %(lines)s
             CROSS JOIN LATERAL (
                SELECT COALESCE(SUM(partial.debit_amount_currency), 0) AS amount
                  FROM account_move__account_payment own
                  JOIN account_move_line debt ON debt.move_id = own.invoice_id
                  JOIN account_partial_reconcile partial
                    ON partial.debit_move_id = debt.id
                   AND (partial.max_date >= payment.date OR payment.state = 'paid')
                  JOIN account_move_line paying ON paying.id = partial.credit_move_id
                  JOIN account_move move ON move.id = paying.move_id
                 WHERE own.payment_id = payment.id
                   AND move.statement_line_id IS NOT NULL) arrived
             WHERE %(is_registered)s AND %(awaited)s
            """,
            amount=self._amount_sql(SQL("payment.amount")),
            lines=self._lines_sql(),
            is_registered=self._is_registered_sql(),
            awaited=awaited,
        )

    @api.model
    def _online_sql(self, awaited):
        """:return: SQL with the online payments under way; of an authorization what was
        neither captured nor voided"""
        return SQL(
            """
            SELECT payment.id * 2 + 1 AS owner_id, line.id AS line_id,
                   payment.last_state_change::date AS date, %(amount)s AS amount
              FROM payment_transaction payment
              JOIN res_company company ON company.id = payment.company_id
              JOIN account_invoice_transaction_rel rel
                ON rel.transaction_id = payment.id
              %(lines)s
             CROSS JOIN LATERAL (
                SELECT COALESCE(SUM(child.amount), 0) AS amount
                  FROM payment_transaction child
                 WHERE child.source_transaction_id = payment.id
                   AND child.state IN ('done', 'cancel')) taken
             WHERE %(is_online)s AND %(awaited)s
            """,
            amount=self._amount_sql(SQL("(payment.amount - taken.amount)")),
            lines=self._lines_sql(),
            is_online=self._is_online_sql(),
            awaited=awaited,
        )

    @api.model
    def _lines_sql(self):
        """:return: SQL joins on the open items of the invoices in ``rel``"""
        return SQL(
            """
            JOIN account_move_line line ON line.move_id = rel.invoice_id
             AND line.parent_state = 'posted' AND line.amount_residual_currency > 0
            JOIN account_account account ON account.id = line.account_id AND %s
            """,
            RECEIVABLE,
        )

    @api.model
    def _amount_sql(self, amount):
        """:return: SQL amount of ``payment`` in the currency of ``line``: at the rate
        of the item if it is in the company's, and all there is if in a third one"""
        return SQL(
            """
            CASE WHEN payment.currency_id = line.currency_id THEN %(amount)s
                 WHEN payment.currency_id = line.company_currency_id
                      THEN %(amount)s * line.amount_residual_currency
                           / NULLIF(line.amount_residual, 0)
                 ELSE line.amount_residual_currency END
            """,
            amount=amount,
        )

    @api.model
    def _is_registered_sql(self):
        # Odoo calls it paid once the bank has brought it, or somebody has said so.
        return SQL(
            "payment.move_id IS NULL AND payment.state IN ('in_process', 'paid')"
            " AND payment.payment_type = 'inbound'"
        )

    @api.model
    def _is_online_sql(self):
        return SQL(
            "payment.state IN ('pending', 'authorized') AND payment.amount > 0"
            " AND payment.operation IS DISTINCT FROM 'validation'"
        )

    @api.model
    def _is_awaited_sql(self, day, is_online=False):
        """:return: SQL condition that money of ``payment`` is expected as of a day; the
        longest time there may be is for the index"""
        return SQL(
            "(%(date)s + company.collection_transit_days >= %(day)s"
            " AND %(date)s >= %(day)s::date - %(longest)s)",
            date=SQL(
                "payment.last_state_change::date" if is_online else "payment.date"
            ),
            day=day,
            longest=MAX_TRANSIT_DAYS,
        )

    @api.model
    def _find_missing(self, partners, company):
        """Find the payments of open items that should have come by now.

        :param partners: res.partner records of customers
        :param company: res.company record
        :return: dict of lists of (date, amount, res.currency record) per id of a
            customer; what is authorized is missing until it is voided
        """
        self.env.flush_all()
        found = {}
        for partner_id, date, amount, currency_id in self.env.execute_query(
            self._missing_sql(partners, company)
        ):
            currency = self.env["res.currency"].browse(currency_id)
            payment = (fields.Date.to_date(date), float(amount), currency)
            found.setdefault(partner_id, []).append(payment)
        return found

    @api.model
    def _missing_sql(self, partners, company):
        """:return: SQL with customer, date, amount and currency of missing payments"""
        day = company._get_collection_today()
        late, late_online = (
            SQL(
                "NOT %s AND company.id = %s AND line.partner_id IN"
                " (SELECT id FROM res_partner WHERE commercial_partner_id = ANY(%s))",
                self._is_awaited_sql(day, is_online),
                company.id,
                partners.ids,
            )
            for is_online in (False, True)
        )
        return SQL(
            """
            SELECT DISTINCT ON (missing.date, owner_id)
                   partner.commercial_partner_id, missing.date, missing.amount,
                   line.currency_id
              FROM (%s) missing
              JOIN account_move_line line ON line.id = missing.line_id
              JOIN res_partner partner ON partner.id = line.partner_id
             WHERE missing.amount > 0
             ORDER BY missing.date, owner_id
            """,
            self._payments_sql(late, late_online),
        )
