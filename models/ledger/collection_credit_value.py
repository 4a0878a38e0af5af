from odoo import api, models
from odoo.tools import SQL

from .collection_exposure import CREDIT


class CollectionCreditValue(models.AbstractModel):
    """What an open credit in a foreign currency is worth: the debts it will pay.

    A debt and a credit of the same sum in the same currency cancel each other, whatever
    the rates of the days they were posted on; the difference is a gain or a loss, not
    something to collect. Credits pay what is overdue first, then what is not due yet;
    what remains of them counts at its own rate.
    """

    _name = "collection.credit.value"
    _description = "Value of Foreign Credits"

    @api.model
    def _gains_sql(self, rows, company, as_of):
        """Work out what is to be added to foreign credits at their own rates.

        In: the rows of the exposure in a foreign currency, ``foreign_id``.
        Out: ``amount``, in company currency, per customer who has such credits.
        Example: overdue are 100 dollars worth 90 euros, and there is a credit of 60
        dollars worth 57 euros: it pays a debt worth 54, so that -3 is to be added.

        :param SQL rows: a table or a query in parentheses
        :param company: res.company record
        :param date as_of: the day, in the company's time zone
        """
        return SQL(
            """
            SELECT partner_id, ROUND(SUM(
                       overdue_paid * COALESCE(overdue_value / NULLIF(overdue, 0), 0)
                       + other_paid * COALESCE(other_value / NULLIF(other, 0), 0)
                       - (overdue_paid + other_paid) * credit_value / credit
                   ), %(digits)s) AS amount
              FROM (
                SELECT *, LEAST(credit, overdue) AS overdue_paid,
                       LEAST(GREATEST(credit - overdue, 0), other) AS other_paid
                  FROM (%(sums)s) sums
                 WHERE credit > 0) paid
             GROUP BY partner_id
            """,
            digits=company.currency_id.decimal_places,
            sums=self._sums_sql(rows, as_of),
        )

    @api.model
    def _sums_sql(self, rows, as_of):
        """:return: SQL with debts and credits per customer and foreign currency, in
        that currency and, as ``..._value``, in the company's"""
        return SQL(
            """
            SELECT partner_id, foreign_id,
                   COALESCE(SUM(amount_due) FILTER (WHERE late), 0) AS overdue,
                   SUM(amount_collectable) FILTER (WHERE late) AS overdue_value,
                   COALESCE(SUM(amount_due) FILTER (WHERE NOT late), 0) AS other,
                   SUM(amount_collectable) FILTER (WHERE NOT late) AS other_value,
                   -SUM(amount_residual_currency) FILTER (WHERE status = %(credit)s)
                       AS credit,
                   -SUM(amount_residual) FILTER (WHERE status = %(credit)s)
                       AS credit_value
              FROM (SELECT *, date_maturity < %(as_of)s AS late
                      FROM %(rows)s WHERE foreign_id IS NOT NULL) foreign_
             GROUP BY partner_id, foreign_id
            """,
            rows=rows,
            credit=CREDIT,
            as_of=as_of,
        )
