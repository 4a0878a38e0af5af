from odoo import api, models
from odoo.tools import SQL


class CollectionPromiseEvaluation(models.AbstractModel):
    """Judge promises by the ledger. Set-based.

    Received is what was allocated to the covered items after the promise was taken, by
    money dated between that day and each of its dates plus tolerance. Nothing of it is
    stored but the state, which is found anew each time, so that an undone payment
    undoes it.
    """

    _name = "collection.promise.evaluation"
    _description = "Judgement of Promises"
    _inherit = ["collection.reserving.mixin"]

    @api.model
    def _allocations_sql(self, promises):
        """What was paid on the covered items since each promise was taken.

        :param promises: SQL condition on ``promise``
        :return: SQL with agreement_id, date, amount (in the promise's currency)
        """
        return self.env["collection.received.money"]._allocations_sql(
            SQL(
                """
                SELECT promise.id AS agreement_id, item.move_line_id AS line_id,
                       promise.date_taken AS date_start,
                       promise.last_allocation AS after, NULL::int AS until
                  FROM collection_promise promise
                  JOIN collection_promise_item_rel rel ON rel.promise_id = promise.id
                  JOIN collection_item item ON item.id = rel.item_id
                 WHERE %s
                """,
                promises,
            )
        )

    @api.model
    def _reservations_sql(self):
        """What is still to come of the open promises, after what was paid already."""
        is_open = SQL("promise.state = 'open'")
        return SQL(
            """
            SELECT promise.id AS owner_id, item.move_line_id AS line_id,
                   promise.amount - COALESCE(money.received, 0) AS amount
              FROM collection_promise promise
              JOIN collection_promise_item_rel rel ON rel.promise_id = promise.id
              JOIN collection_item item ON item.id = rel.item_id
              LEFT JOIN (
                SELECT agreement_id, SUM(amount) AS received
                  FROM (%(allocations)s) allocation
                 GROUP BY agreement_id) money ON money.agreement_id = promise.id
             WHERE %(is_open)s
            """,
            allocations=self._allocations_sql(is_open),
            is_open=is_open,
        )

    @api.model
    def _get_received(self, promises):
        """:return: money received per collection.promise id, in its currency"""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT promise.id, SUM(allocation.amount)
                  FROM (%s) allocation
                  JOIN collection_promise promise
                    ON promise.id = allocation.agreement_id
                 WHERE allocation.date <= promise.date_last + promise.tolerance
                 GROUP BY promise.id
                """,
                self._allocations_sql(SQL("promise.id = ANY(%s)", promises.ids)),
            )
        )
        return dict(rows)

    @api.model
    def _judge(self, company, as_of, partner_ids=None):
        """Judge all promises of a company that people have not ended.

        :param company: res.company record
        :param date as_of: the day of the judgement
        :param partner_ids: restrict to these commercial partners
        """
        restrict = (
            SQL("promise.partner_id = ANY(%s)", list(partner_ids))
            if partner_ids is not None
            else SQL("TRUE")
        )
        judged = SQL(
            "promise.company_id = %s AND %s"
            " AND promise.state IN ('open', 'kept', 'partial', 'broken')",
            company.id,
            restrict,
        )
        self.env.cr.execute(self._judge_lines(as_of, judged))
        changed = self.env.execute_query(self._judge_promises(judged))
        missed = [id_ for id_, state in changed if state in ("partial", "broken")]
        # What they covered is collected again, from the next day on.
        self.env["collection.promise"].browse(missed).item_ids._resume(as_of)

    @api.model
    def _judge_lines(self, as_of, judged):
        """A date is met when all money promised up to it has come in by then."""
        return SQL(
            """
            UPDATE collection_promise_line AS line SET state = verdict.state
              FROM (
                SELECT due.id, CASE
                    WHEN received * 100 >= due.upto * due.threshold - 0.000001
                        THEN 'kept'
                    WHEN due.date + due.tolerance >= %(as_of)s THEN 'open'
                    WHEN received > due.upto - due.amount THEN 'partial'
                    ELSE 'broken' END AS state
                  FROM (
                    SELECT line.id, line.date, line.amount, promise.id AS promise_id,
                           promise.tolerance, promise.threshold,
                           SUM(line.amount) OVER (PARTITION BY promise.id
                               ORDER BY line.date, line.id) AS upto
                      FROM collection_promise_line line
                      JOIN collection_promise promise ON promise.id = line.promise_id
                     WHERE %(judged)s) due
                 CROSS JOIN LATERAL (
                    SELECT COALESCE(SUM(allocation.amount), 0) AS received
                      FROM (%(allocations)s) allocation
                     WHERE allocation.date <= due.date + due.tolerance) money
              ) verdict
             WHERE line.id = verdict.id AND line.state IS DISTINCT FROM verdict.state
            """,
            as_of=as_of,
            judged=judged,
            allocations=self._allocations_sql(SQL("promise.id = due.promise_id")),
        )

    @api.model
    def _judge_promises(self, judged):
        return SQL(
            """
            UPDATE collection_promise AS promise
               SET state = verdict.state,
                   kept_percent = CASE verdict.state
                       WHEN 'kept' THEN 100 WHEN 'open' THEN NULL ELSE 0 END,
                   amount_fallen_due = CASE WHEN verdict.state <> 'open'
                       THEN promise.amount ELSE 0 END,
                   amount_kept = CASE WHEN verdict.state = 'kept'
                       THEN promise.amount ELSE 0 END
              FROM (%s) verdict
             WHERE promise.id = verdict.id AND promise.state <> verdict.state
            RETURNING promise.id, promise.state
            """,
            self._promise_verdicts(judged),
        )

    @api.model
    def _promise_verdicts(self, judged):
        """:return: SQL with the state per promise; one missed date ends it: partly kept
        if some of its money came in time, else broken"""
        return SQL(
            """
            SELECT due.id, CASE
                WHEN due.is_kept THEN 'kept' WHEN NOT due.is_missed THEN 'open'
                WHEN EXISTS (SELECT FROM (%(allocations)s) allocation
                              WHERE allocation.date <= due.date_end
                                AND allocation.amount > 0) THEN 'partial'
                ELSE 'broken' END AS state
              FROM (
                SELECT promise.id, promise.date_last + promise.tolerance AS date_end,
                       BOOL_AND(line.state = 'kept') AS is_kept,
                       BOOL_OR(line.state IN ('partial', 'broken')) AS is_missed
                  FROM collection_promise promise
                  JOIN collection_promise_line line ON line.promise_id = promise.id
                 WHERE %(judged)s
                 GROUP BY promise.id) due
            OFFSET 0
            """,
            judged=judged,
            allocations=self._allocations_sql(SQL("promise.id = due.id")),
        )
