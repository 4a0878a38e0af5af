from odoo import api, models
from odoo.tools import SQL, ormcache

# Who reserves, under the name of the amount, in the order of their turns. They stand
# in rooms above, and are looked up by name as the comodel of a field is.
RESERVING = {
    "disputed": "collection.dispute",
    "promised": "collection.promise.evaluation",
    "planned": "collection.installment.evaluation",
}


class CollectionReservedAmount(models.AbstractModel):
    """What is taken off an open item before it is collected: disputes, promises and
    installment plans.

    The overlaps are settled here once. What is disputed comes off first; a promise
    covers what is left, and a plan what is left then; none takes off more than is open.
    A sum over several items is laid on them from the oldest due date on.
    """

    _name = "collection.reserved.amount"
    _description = "Amounts Reserved on Open Items"

    @api.model
    def _finders(self):
        """:return: dict of SQL that finds who reserves something now, per key of
        ``RESERVING``"""
        return {
            name: self.env[model]._reserving_sql() for name, model in RESERVING.items()
        }

    @api.model
    def _joins_sql(self, kinds):
        """:param tuple kinds: names of what is reserved now, among others
        :return: SQL joins on ``line``, under the keys of ``RESERVING``, each with the
            amount in the currency of the item"""
        return SQL(" ").join(
            SQL(
                "LEFT JOIN (%(laid)s) %(name)s ON %(name)s.line_id = line.id",
                laid=self._laid_sql(name, "disputed" in kinds),
                name=SQL.identifier(name),
            )
            for name in RESERVING
            if name in kinds
        )

    @api.model
    def _disputed_sql(self):
        """:return: SQL with line_id and the amount disputed of it"""
        return self._laid_sql("disputed", True)

    @api.model
    @ormcache("name", "is_disputed")
    def _laid_sql(self, name, is_disputed):
        """Lay what is reserved on the items that it covers. Put together once: it is
        the same for each company, customer and day.

        In: what the models of one kind reserve, and what is open on the items; for
        promises and plans less what is disputed.
        Out: ``line_id`` and ``amount``, in the currency of the item.
        Example: a promise of 150.00 covers invoices of 100.00, due in March, and of
        80.00, due in April: 100.00 and 50.00. Once 30.00 have come in, 120.00 of it are
        left and 70.00 are open of the first: 70.00 and 50.00.

        :param str name: a key of ``RESERVING``
        :param bool is_disputed: whether anything is disputed
        """
        return self._spread_sql(
            self.env[RESERVING[name]]._reservations_sql(),
            is_disputed and name != "disputed",
        )

    @api.model
    def _spread_sql(self, reserved, is_disputed=False):
        """:return: SQL with line_id and amount of what is reserved, laid on the items
        from the oldest due date on

        :param SQL reserved: a query with owner_id, line_id and amount
        :param bool is_disputed: whether what is disputed of the items comes off first
        """
        return SQL(
            """
            -- An undone payment can open a promise or plan again beside a newer one:
            -- both together take off no more than there is.
            SELECT line_id, GREATEST(LEAST(SUM(amount), MAX(free)), 0) AS amount
              FROM (
                SELECT reserved.line_id, %(free)s AS free,
                       GREATEST(LEAST(
                           reserved.amount - COALESCE(SUM(%(free)s) OVER earlier, 0),
                           %(free)s), 0) AS amount
                  FROM (%(reserved)s) reserved
                  JOIN account_move_line open_line ON open_line.id = reserved.line_id
                   AND open_line.amount_residual_currency > 0
                  %(disputed)s
                WINDOW earlier AS (PARTITION BY reserved.owner_id
                    ORDER BY open_line.date_maturity, open_line.id
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) laid
             GROUP BY line_id
            """,
            reserved=reserved,
            **self._free_sql(is_disputed),
        )

    @api.model
    def _free_sql(self, is_disputed):
        """:return: dict of SQL: what is ``free`` of ``open_line``, and the join that
        says what is ``disputed`` of it"""
        if not is_disputed:
            return {
                "free": SQL("open_line.amount_residual_currency"),
                "disputed": SQL(),
            }
        return {
            "free": SQL(
                "(open_line.amount_residual_currency - COALESCE(disputed.amount, 0))"
            ),
            "disputed": SQL(
                "LEFT JOIN (%s) disputed ON disputed.line_id = open_line.id",
                self._disputed_sql(),
            ),
        }
