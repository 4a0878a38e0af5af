from odoo import api, models
from odoo.tools import SQL

from ...tools.ageing import BUCKETS, OVERDUE

DEDUCTED = ("amount_disputed", "amount_promised", "amount_planned")
# What is not asked for now, of most items nothing: held, disputed, promised, on a plan.
KEPT = """
    SUM(amount_residual - amount_collectable)
        FILTER (WHERE is_live AND amount_collectable <> amount_residual AND %s)
    """
COUNTED = ("open", "promised", "planned", "disputed", "stayed")


class CollectionSnapshot(models.AbstractModel):
    """What the snapshot says per customer, summed up once for figures and decision.

    In the temporary table ``collection_total``, with one row per commercial partner;
    all amounts are in the company's currency. A sum of its own for every figure would
    outgrow the processor's cache with many customers, so what follows from other sums
    is worked out from them.
    """

    _name = "collection.snapshot"
    _description = "Sums of the Snapshot per Customer"

    @api.model
    def _take(self, company, as_of):
        """Sum up ``collection_snapshot``.

        :param company: res.company record
        :param date as_of: the day, in the company's time zone
        """
        self.env["collection.review"]._keep(
            "collection_total", self._query(company, as_of)
        )

    @api.model
    def _query(self, company, as_of):
        """:return: SQL with sums and what follows from them: what is asked for now,
        and what open credits are worth against it"""
        return SQL(
            """
            SELECT total.*, %(overdue)s AS amount_overdue,
                   %(overdue)s + amount_not_due AS amount_open,
                   %(overdue)s - amount_overdue_kept AS amount_overdue_open,
                   %(overdue)s - amount_overdue_kept
                       + amount_not_due - amount_not_due_kept AS amount_asked,
                   amount_credit + COALESCE(offset_.amount, 0) AS amount_set_off
              FROM (%(sums)s) total
              LEFT JOIN (%(gains)s) offset_ ON offset_.partner_id = total.partner_id
            """,
            overdue=SQL(" + ").join(SQL.identifier(name) for name in OVERDUE),
            sums=self._sums(company, as_of),
            gains=self.env["collection.credit.value"]._gains_sql(
                SQL.identifier("collection_snapshot"), company, as_of
            ),
        )

    @api.model
    def _credit_sql(self, amount):
        """:return: SQL amount of the open credits that ``policy`` sets off; without a
        policy they are

        :param SQL amount: what they are worth
        """
        return SQL(
            "CASE WHEN COALESCE(policy.net_credits, TRUE) THEN COALESCE(%s, 0)"
            " ELSE 0 END",
            amount,
        )

    @api.model
    def _sums(self, company, as_of):
        """:return: SQL with the sums per customer, of debits and credits"""
        return SQL(
            """
            SELECT snapshot.partner_id, %(amounts)s, %(deducted)s, %(counts)s,
                   COUNT(*) FILTER (WHERE is_live) AS live_count,
                   COUNT(*) FILTER (WHERE is_debt) AS item_count,
                   MIN(date_maturity) FILTER (WHERE is_live) AS date_oldest_due,
                   -- The id of the highest stage; an array needs no sorting.
                   (MAX(ARRAY[stage.sequence, stage.id])
                       FILTER (WHERE is_live AND stage.id IS NOT NULL))[2] AS stage_id
              FROM (SELECT *, %(as_of)s - date_maturity AS late
                      FROM collection_snapshot) snapshot
              LEFT JOIN collection_stage stage ON stage.id = snapshot.stage_id
             GROUP BY snapshot.partner_id
            """,
            amounts=self._amounts(),
            deducted=self._deducted(company),
            counts=SQL(", ").join(
                SQL(
                    "COUNT(*) FILTER (WHERE status = %s) AS %s",
                    status,
                    SQL.identifier(f"{status}_count"),
                )
                for status in COUNTED
            ),
            as_of=as_of,
        )

    @api.model
    def _amounts(self):
        """:return: SQL columns with the sums in the company's currency; ``..._kept`` is
        what is not asked for now"""
        sums = {
            bucket.name: SQL(
                "SUM(amount_residual) FILTER (WHERE %s)",
                self._late(bucket.first, bucket.last),
            )
            for bucket in BUCKETS
        }
        sums |= {
            "amount_held": SQL("SUM(amount_held) FILTER (WHERE status = 'held')"),
            "amount_credit": SQL(
                "-SUM(amount_residual) FILTER (WHERE status = 'credit')"
            ),
            "amount_stayed": SQL(
                "SUM(amount_residual) FILTER (WHERE status = 'stayed')"
            ),
            "amount_overdue_kept": SQL(KEPT, SQL("late > 0")),
            "amount_not_due_kept": SQL(KEPT, SQL("late <= 0")),
        }
        return SQL(", ").join(
            SQL("COALESCE(%s, 0) AS %s", total, SQL.identifier(name))
            for name, total in sums.items()
        )

    @api.model
    def _late(self, first, last):
        """:return: SQL condition: a live debit that is late by first to last days"""
        conditions = [SQL("is_live")]
        if first is not None:
            conditions.append(SQL("late >= %s", first))
        if last is not None:
            conditions.append(SQL("late <= %s", last))
        return SQL(" AND ").join(conditions)

    @api.model
    def _deducted(self, company):
        """:return: SQL columns with what is disputed, promised and on installments, in
        company currency"""
        column = """
            COALESCE(ROUND(
                SUM(amount_residual * %(name)s / NULLIF(amount_residual_currency, 0))
                    FILTER (WHERE %(name)s <> 0), %(digits)s), 0) AS %(name)s
            """
        digits = company.currency_id.decimal_places
        return SQL(", ").join(
            SQL(column, name=SQL.identifier(name), digits=digits) for name in DEDUCTED
        )
