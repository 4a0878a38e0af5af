from odoo import api, models
from odoo.tools import SQL

from .collection_exposure import CREDIT, OPEN

COLUMNS = SQL(
    "move_line_id, company_id, partner_id, foreign_id, digits, date_maturity, status,"
    " is_payback, amount_due, amount_collectable, amount_residual,"
    " amount_residual_currency"
)


class CollectionCreditAllocation(models.AbstractModel):
    """Which debts the open credits of a customer cover, before they are matched.

    The only place that says so. Credits pay what we have paid back first, then the
    oldest due date, in their own currency; what is left of them pays what is overdue in
    other currencies, and after that what is not due yet in their own. Each is used
    once, also among the branches of one company, which is one legal person.

    A debt and a credit of the same sum in the same currency cancel each other, whatever
    the rates of the days they were posted on; the difference is a gain or a loss, not
    something to collect. In other currencies credits count at their own rate.
    """

    _name = "collection.credit.allocation"
    _description = "What Open Credits Cover"

    @api.model
    def _get_tree(self, company):
        """:return: res.company records of the legal person that a company is a part of:
        the company itself, and its branches"""
        # Whoever may see a branch may know that its customer has paid the other one.
        companies = self.env["res.company"].sudo().with_context(active_test=False)
        return companies.search([("id", "child_of", company.sudo().root_id.id)])

    @api.model
    def _covered_sql(self, rows, company, as_of, partner_ids=None, ledger_date=None):
        """Lay the credits of customers on what may be asked for.

        In: ``rows`` of the exposure of a company, with ``foreign_id``, the currency if
        it is not the company's.
        Out: per debt and credit of customers with credits ``move_line_id``,
        ``amount_covered``, in its own currency, and ``value_covered``, in the
        company's; of a credit what of it is used, below zero.
        Example: due are 500.00 in January and 300.00 in March, a credit is of 600.00:
        500.00 and 100.00 are covered, and of the credit -600.00 are used.

        :param SQL rows: name of a table, which is read several times
        :param company: res.company record
        :param date as_of: the day, in the company's time zone
        :param partner_ids: ids of the commercial partners that ``rows`` are of
        :param date ledger_date: the ledger as of that past day
        """
        return SQL(
            """
            SELECT move_line_id,
                   CASE WHEN status = %(credit)s
                             THEN -amount_credit * (1 - kept * kept_later)
                        WHEN NOT is_late THEN own_later
                        WHEN value_other = value_left THEN amount_due
                        ELSE own + (amount_due - own) * value_other / value_left
                        END AS amount_covered,
                   CASE WHEN status = %(credit)s
                             THEN -value_credit * (1 - kept * kept_later)
                        WHEN NOT is_late THEN %(value_later)s
                        ELSE value_own + value_other END AS value_covered
              FROM (SELECT spread.*,
                           LEAST(GREATEST(rest - earlier, 0), amount_due) AS own_later,
                           1 - LEAST(rest, wanted_later) / NULLIF(rest, 0) AS left_later
                      FROM (%(spread)s) spread) laid
             CROSS JOIN LATERAL (SELECT COALESCE(left_later, 1) AS kept_later) later
             WHERE company_id = %(company)s
            """,
            credit=CREDIT,
            value_later=self._value_sql(SQL("own_later")),
            spread=self._spread_sql(
                self._pool_sql(rows, company, as_of, partner_ids, ledger_date),
                company.currency_id.rounding,
            ),
            company=company.id,
        )

    @api.model
    def _value_sql(self, amount):
        """:return: SQL value in the company's currency of an amount of a debt"""
        return SQL(
            "CASE WHEN %(amount)s = amount_due THEN amount_collectable ELSE"
            " ROUND(amount_collectable * %(amount)s / amount_due, digits) END",
            amount=amount,
        )

    @api.model
    def _pool_sql(self, rows, company, as_of, partner_ids, ledger_date):
        """:return: SQL with the debts and credits of customers who have credits, also
        in the branches of the company"""
        return SQL(
            """
            WITH pool AS %(pool)s
            SELECT *, is_payback OR date_maturity < %(as_of)s AS is_late,
                   CASE WHEN status = %(credit)s THEN -amount_residual_currency
                        ELSE 0 END AS amount_credit,
                   CASE WHEN status = %(credit)s THEN -amount_residual
                        ELSE 0 END AS value_credit
              FROM pool
             WHERE status IN (%(open)s, %(credit)s)
               -- Few have credits; the debts of the others are not even sorted.
               AND partner_id IN (
                    SELECT partner_id FROM pool WHERE status = %(credit)s)
            """,
            pool=self._with_branches_sql(
                rows, company, as_of, partner_ids, ledger_date
            ),
            as_of=as_of,
            open=OPEN,
            credit=CREDIT,
        )

    @api.model
    def _with_branches_sql(self, rows, company, as_of, partner_ids, ledger_date):
        """:return: SQL of a table with the rows, and with those of the same customers
        in the branches; these are worked out once, the table of rows is just read"""
        own = SQL("SELECT %s FROM %s", COLUMNS, rows)
        others = self._get_tree(company) - company
        if not others:
            return SQL("NOT MATERIALIZED (%s)", own)
        exposure = self.env["collection.exposure"]
        return SQL(
            "MATERIALIZED (%s UNION ALL SELECT %s FROM (%s) other"
            " WHERE partner_id IN (SELECT partner_id FROM %s))",
            own,
            COLUMNS,
            exposure._rows_sql(others, partner_ids, ledger_date, as_of),
            rows,
        )

    @api.model
    def _spread_sql(self, pool, unit):
        """Lay credits on what is overdue: in their own currency, then in others.

        In: see ``_pool_sql``.
        Out: its rows, with what is covered of each, and ``rest``, what is left of the
        credits in its currency for what is not due yet, of which there are
        ``wanted_later``; ``kept`` is the share of each credit that is left.
        Example: overdue are 100.00 dollars and 50.00 euros, a credit is of 60.00 euros,
        a euro is worth 2 dollars: ``own`` 50.00 of the euros, ``value_other`` 20.00 of
        the dollars, nothing is left.

        :param float unit: what is less is a difference of rounding
        """
        return SQL(
            """
            SELECT own_laid.*, kept_own * kept_other AS kept,
                   -- Exact where nothing of it goes to other currencies.
                   ROUND((credit - LEAST(credit, wanted)) * kept_other, 6) AS rest,
                   CASE WHEN is_late THEN LEAST(GREATEST(
                       spare - COALESCE(before, 0), 0), value_left) ELSE 0 END
                       AS value_other
              FROM (
                SELECT valued.*,
                       -- A share of thirds is short of the last cent.
                       ROUND(SUM(value_credit * kept_own) OVER customer, digits)
                           AS spare_all,
                       SUM(value_left) FILTER (WHERE is_late) OVER customer AS missing,
                       SUM(value_left) OVER (PARTITION BY partner_id, is_late
                           ORDER BY is_payback DESC, date_maturity, move_line_id
                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
                  FROM (%(valued)s) valued
                WINDOW customer AS (PARTITION BY partner_id)) own_laid
             CROSS JOIN LATERAL (SELECT CASE WHEN spare_all < %(unit)s THEN 0
                                             ELSE spare_all END AS spare) spare
             CROSS JOIN LATERAL (SELECT CASE WHEN spare > 0
                THEN 1 - LEAST(spare, COALESCE(missing, 0)) / spare
                ELSE 1 END AS kept_other) other
            """,
            unit=unit,
            valued=self._own_laid_sql(pool),
        )

    @api.model
    def _own_laid_sql(self, pool):
        """:return: SQL with what credits cover of the overdue in their own currency,
        and what is left of the debt and, as a share, of the credits"""
        return SQL(
            """
            SELECT own_paid.*, amount_collectable - value_own AS value_left,
                   CASE WHEN credit > 0 THEN 1 - LEAST(credit, wanted) / credit
                        ELSE 1 END AS kept_own
              FROM (
                SELECT pooled.*, own, %(value)s AS value_own
                  FROM (%(pooled)s) pooled
                 CROSS JOIN LATERAL (SELECT CASE WHEN is_late
                    THEN LEAST(GREATEST(credit - earlier, 0), amount_due)
                    ELSE 0 END AS own) paid) own_paid
            """,
            value=self._value_sql(SQL("own")),
            pooled=self._pooled_sql(pool),
        )

    @api.model
    def _pooled_sql(self, pool):
        """:return: SQL with the pool, and per currency of a customer the ``credit``,
        what is ``wanted`` of it for the overdue, and what comes ``earlier``"""
        return SQL(
            """
            SELECT pool.*, SUM(amount_credit) OVER currency AS credit,
                   COALESCE(SUM(amount_due) FILTER (WHERE is_late) OVER currency, 0)
                       AS wanted,
                   COALESCE(SUM(amount_due) FILTER (WHERE NOT is_late) OVER currency, 0)
                       AS wanted_later,
                   COALESCE(SUM(amount_due) OVER (
                       PARTITION BY partner_id, foreign_id, is_late
                       ORDER BY is_payback DESC, date_maturity, move_line_id
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS earlier
              FROM (%s) pool
            WINDOW currency AS (PARTITION BY partner_id, foreign_id)
            """,
            pool,
        )

    @api.model
    def _get_covered(self, exposures):
        """Say what credits cover of debts, and what of credits is used.

        :param exposures: collection.exposure records
        :return: dict of the amounts per account.move.line id, in its currency
        """
        covered = {}
        # A view of the ledger, whatever its reader may see of it.
        service = self.sudo()
        for company, own in exposures.grouped("company_id").items():
            day = company.with_env(self.env)._get_collection_today()
            partner_ids = own.partner_id.ids
            query = SQL(
                "WITH open_item AS MATERIALIZED (%s) %s",
                service.env["collection.exposure"]._rows_sql(
                    company, partner_ids, day=day
                ),
                service._covered_sql(SQL("open_item"), company, day, partner_ids),
            )
            for line_id, amount, _value in service.env.execute_query(query):
                covered[line_id] = float(amount)
        return covered
