from dateutil.relativedelta import relativedelta
from odoo import api, models
from odoo.tools import SQL

from ..ledger.collection_exposure import RECEIVABLE

# Customers known for years are rated by their recent behavior.
HISTORY_MONTHS = 24


class CollectionPaymentBehavior(models.AbstractModel):
    """Who the customers are: since when, how much, how punctual. From the ledger."""

    _name = "collection.payment.behavior"
    _description = "Payment Behavior of Customers"

    @api.model
    def _history_sql(self, company, as_of, partner_ids):
        """Sum up the receivables of each customer, open and settled.

        Punctuality weighs what fell due or was paid, of the invoices of two years, by
        amount: the day of each allocation against the due date of the item, and what
        is overdue with its days so far. Reads no temporary table, so that PostgreSQL
        may read a long history in parallel.

        In: the receivable items of a company and their allocations.
        Out: one row per customer.
        Example: three invoices of 100.00 this year, one paid in time, one ten days
        late, and one open that was due 20 days ago: 300.00 invoiced, 10 days late on
        average, 33.3 % on time.

        :param company: res.company record
        :param date as_of: what is later does not count
        :param partner_ids: restrict to these commercial partners
        """
        return SQL(
            """
            SELECT partner.commercial_partner_id AS partner_id,
                   MIN(line.date) AS date_customer_since,
                   COALESCE(SUM(line.balance) FILTER (
                       WHERE line.date > %(year_ago)s AND move.move_type <> 'entry'), 0)
                       AS amount_invoiced,
                   %(punctuality)s,
                   MAX(line.date) FILTER (
                       WHERE move.move_type = 'entry' AND line.balance < 0)
                       AS date_last_payment
              FROM account_move_line line
              JOIN res_partner partner ON partner.id = line.partner_id
              JOIN account_account account ON account.id = line.account_id
              JOIN account_move move ON move.id = line.move_id
              LEFT JOIN LATERAL (%(paid)s) paid ON TRUE
             WHERE line.company_id = %(company)s AND line.parent_state = 'posted'
               AND %(receivable)s AND line.date <= %(as_of)s AND %(customers)s
             GROUP BY partner.commercial_partner_id
            """,
            company=company.id,
            receivable=RECEIVABLE,
            as_of=as_of,
            year_ago=as_of - relativedelta(months=12),
            customers=SQL("TRUE")
            if partner_ids is None
            else SQL("partner.commercial_partner_id = ANY(%s)", list(partner_ids)),
            punctuality=self._punctuality_sql(),
            paid=self._paid_sql(as_of),
        )

    @api.model
    def _punctuality_sql(self):
        return SQL(
            """
            -- Floats, whose state per customer is a fraction of that of other sums.
            COALESCE(SUM(paid.late) / NULLIF(SUM(paid.amount), 0), 0)
                AS days_late_average,
            COALESCE(100 * SUM(paid.on_time) / NULLIF(SUM(paid.amount), 0), 0)
                AS share_on_time,
            COUNT(*) FILTER (WHERE paid.amount > 0) AS paid_count
            """
        )

    @api.model
    def _paid_sql(self, as_of):
        """:return: SQL with what of ``line`` was paid or is overdue, what of it came in
        time, and the amounts times their days late"""
        return SQL(
            """
            SELECT settled.amount + overdue.amount AS amount, settled.on_time,
                   settled.late + overdue.amount * (%(as_of)s - line.date_maturity)
                       AS late
              FROM (
                SELECT COALESCE(SUM(amount), 0) AS amount,
                       COALESCE(SUM(amount) FILTER (WHERE days_late <= 0), 0)
                           AS on_time,
                       COALESCE(SUM(amount * GREATEST(days_late, 0)), 0) AS late
                  FROM (
                    SELECT partial.amount::float8 AS amount,
                           partial.max_date - line.date_maturity AS days_late
                      FROM account_partial_reconcile partial
                     WHERE partial.debit_move_id = line.id
                       AND partial.max_date <= %(as_of)s) part) settled
             CROSS JOIN LATERAL (
                SELECT CASE WHEN line.date_maturity < %(as_of)s
                            THEN GREATEST(line.balance::float8 - settled.amount, 0)
                            ELSE 0 END AS amount) overdue
             WHERE line.balance > 0 AND line.date > %(history)s
            """,
            as_of=as_of,
            history=as_of - relativedelta(months=HISTORY_MONTHS),
        )
