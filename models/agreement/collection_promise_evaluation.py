from odoo import api, models
from odoo.tools import SQL

from .collection_promise import EVALUATED_STATES

# ``promise`` holds something back.
RESERVING = SQL(
    "(promise.state = 'open' OR promise.state = 'kept' AND promise.amount_waived > 0)"
)
# The items of the promise ``due``.
OWN_ITEMS = SQL(
    "SELECT rel.item_id FROM collection_promise_item_rel rel"
    " WHERE rel.promise_id = due.promise_id"
)


class CollectionPromiseEvaluation(models.AbstractModel):
    """Evaluate promises by the ledger. Set-based.

    Received is what was allocated to the covered items after the promise was taken, by
    money dated between that day and each of its dates plus tolerance. Nothing of it is
    stored but the state, which is found anew each time, so that an undone payment
    undoes it.
    """

    _name = "collection.promise.evaluation"
    _description = "Evaluation of Promises"
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
    def _reserving_sql(self):
        return SQL(
            "SELECT FROM collection_promise promise WHERE %s",
            RESERVING,
            to_flush=self.env["collection.promise"]._fields["state"],
        )

    @api.model
    def _reservations_sql(self):
        """What is still to come of the open promises, after what was paid already; and
        what a settlement gives up, until it is credited or written off."""
        return SQL(
            """
            SELECT promise.id AS owner_id, item.move_line_id AS line_id,
                   promise.amount + COALESCE(promise.amount_waived, 0)
                       - COALESCE(money.received, 0) AS amount
              FROM collection_promise promise
              JOIN collection_promise_item_rel rel ON rel.promise_id = promise.id
              JOIN collection_item item ON item.id = rel.item_id
              LEFT JOIN (
                SELECT agreement_id, SUM(amount) AS received
                  FROM (%(allocations)s) allocation
                 GROUP BY agreement_id) money ON money.agreement_id = promise.id
             WHERE %(reserving)s
            """,
            allocations=self._allocations_sql(RESERVING),
            reserving=RESERVING,
        )

    @api.model
    def _get_received(self, promises):
        """:return: money received in time per collection.promise id, in its currency"""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT due.id, money.received
                  FROM (SELECT promise.id, %(promise)s
                          FROM collection_promise promise
                         WHERE promise.id = ANY(%(ids)s)) due
                 CROSS JOIN LATERAL (%(money)s) money
                """,
                promise=self._promise_columns_sql(SQL("promise.date_last")),
                ids=promises.ids,
                money=self._money_sql(),
            )
        )
        return {id_: received for id_, received in rows if received}

    @api.model
    def _promise_columns_sql(self, day):
        """:return: SQL columns of ``promise`` that ``_money_sql`` needs of ``due``

        :param SQL day: of the promised date
        """
        return SQL(
            """
            promise.id AS promise_id, promise.partner_id, promise.company_id,
            promise.currency_id, promise.date_taken AS date_start,
            %s + promise.tolerance AS date_end,
            COALESCE(promise.last_line, 0) AS after_line,
            (SELECT COALESCE(policy.net_credits, TRUE)
               FROM collection_case case_
               LEFT JOIN collection_policy policy ON policy.id = case_.policy_id
              WHERE case_.id = promise.case_id) AS is_net
            """,
            day,
        )

    @api.model
    def _money_sql(self, allocations=None, items=None):
        """Say what has come in for a promise by one of its dates, and what was owed.

        Credit notes and cancelled invoices were not owed. What is not matched yet
        counts where the decision counts it.

        In: ``due``, see ``_promise_columns_sql``; of another agreement than a promise
        also what was allocated to it, and the ids of its items.
        Out: one row with ``received``, and ``owed``: that, what came later, and what is
        open.
        Example: of 1,000.00 promised for the 10th, 400.00 came on the 8th, 500.00 were
        credited on the 9th, 100.00 came on the 20th: received 400.00, owed 500.00.
        """
        return SQL(
            """
            SELECT money.received
                       + CASE WHEN due.is_net THEN unmatched.amount ELSE 0 END
                       AS received,
                   money.settled + GREATEST(open.amount
                       - CASE WHEN due.is_net THEN unmatched.credited ELSE 0 END, 0)
                       AS owed
              FROM (
                SELECT COALESCE(SUM(amount) FILTER (WHERE date <= due.date_end), 0)
                           AS received,
                       COALESCE(SUM(amount + written_off), 0)
                           + COALESCE(SUM(credited)
                               FILTER (WHERE date > due.date_end), 0) AS settled
                  FROM (%(allocations)s) allocation) money
             CROSS JOIN LATERAL (%(unmatched)s) unmatched
             CROSS JOIN LATERAL (
                SELECT COALESCE(SUM(GREATEST(line.amount_residual_currency, 0)), 0)
                           AS amount
                  FROM collection_item item
                  JOIN account_move_line line ON line.id = item.move_line_id
                   AND line.parent_state = 'posted'
                 WHERE item.id IN (%(items)s)) open
            """,
            allocations=allocations
            or self._allocations_sql(SQL("promise.id = due.promise_id")),
            unmatched=self.env["collection.received.money"]._unmatched_sql(SQL("due")),
            items=items or OWN_ITEMS,
        )

    @api.model
    def _evaluate(self, company, as_of, partner_ids=None):
        """Evaluate all promises of a company that people have not ended.

        :param company: res.company record
        :param date as_of: the day of the evaluation
        :param partner_ids: restrict to these commercial partners
        """
        restrict = (
            SQL("promise.partner_id = ANY(%s)", list(partner_ids))
            if partner_ids is not None
            else SQL("TRUE")
        )
        evaluated = SQL(
            "promise.company_id = %s AND %s AND promise.state IN %s",
            company.id,
            restrict,
            EVALUATED_STATES,
        )
        money = self._money_sql()
        self.env.cr.execute(self._evaluate_lines_sql(as_of, evaluated, money))
        changed = self.env.execute_query(self._evaluate_promises_sql(evaluated, money))
        missed = [id_ for id_, state in changed if state in ("partial", "broken")]
        if missed:
            # What they covered is collected again, from the next day on.
            self.env["collection.promise"].browse(missed).item_ids._resume(as_of)

    @api.model
    def _evaluate_lines_sql(self, as_of, evaluated, money):
        """Say of each date of the promises whether it was kept: all the money promised
        up to it, as far as it was owed, has come in by then, or is on its way.

        In: the lines of the promises, the money since they were made. Out: their state.
        Example: 100 promised by the 5th and by the 10th each, 150 received on the 4th:
        the first date is kept, the second open, partly kept from the 11th on.
        """
        return SQL(
            """
            UPDATE collection_promise_line AS line SET state = result.state
              FROM (
                SELECT due.id, CASE
                    WHEN owed <= 0.000001 AND received <= 0 THEN 'void'
                    WHEN received * 100
                        >= LEAST(due.upto, owed) * due.threshold - 0.000001 THEN 'kept'
                    WHEN due.date_end >= %(as_of)s OR arriving > 0
                        AND (received + arriving) * 100 >= LEAST(due.upto, owed)
                            * due.threshold - 0.000001 THEN 'open'
                    WHEN received > due.upto - due.amount THEN 'partial'
                    ELSE 'broken' END AS state
                  FROM (
                    SELECT line.id, line.amount, promise.threshold, %(promise)s,
                           SUM(line.amount) OVER (PARTITION BY promise.id
                               ORDER BY line.date, line.id) AS upto
                      FROM collection_promise_line line
                      JOIN collection_promise promise ON promise.id = line.promise_id
                     WHERE %(evaluated)s) due
                 CROSS JOIN LATERAL (%(money)s) money
                 CROSS JOIN LATERAL (%(arriving)s) arriving(arriving)) result
             WHERE line.id = result.id AND line.state IS DISTINCT FROM result.state
            """,
            as_of=as_of,
            promise=self._promise_columns_sql(SQL("line.date")),
            evaluated=evaluated,
            money=money,
            arriving=self._arriving_sql(as_of),
        )

    @api.model
    def _arriving_sql(self, as_of):
        """:return: SQL with what is on its way to the items of the promise ``due``,
        since the promised date at the latest"""
        incoming = self.env["collection.incoming.payment"]
        if not incoming._has_any(as_of):
            return SQL("SELECT 0.0")
        return SQL(
            """
            SELECT COALESCE(SUM(amount), 0) FROM (
                SELECT DISTINCT ON (payment.owner_id) payment.amount
                  FROM collection_promise_item_rel rel
                  JOIN collection_item item ON item.id = rel.item_id
                  JOIN (%s) payment ON payment.line_id = item.move_line_id
                 WHERE rel.promise_id = due.promise_id
                   AND payment.date <= due.date_end
                 ORDER BY payment.owner_id, payment.amount DESC) payment
            """,
            incoming._awaited_sql(as_of),
        )

    @api.model
    def _evaluate_promises_sql(self, evaluated, money):
        """:return: SQL that writes the states, with id and state of what changed"""
        return SQL(
            """
            UPDATE collection_promise AS promise
               SET state = result.state,
                   kept_percent = CASE WHEN result.state = 'kept' THEN 100
                       WHEN result.state IN ('open', 'void') THEN NULL ELSE 0 END,
                   amount_fallen_due = CASE WHEN result.state NOT IN ('open', 'void')
                       THEN promise.amount ELSE 0 END,
                   amount_kept = CASE WHEN result.state = 'kept'
                       THEN promise.amount ELSE 0 END
              FROM (%s) result
             WHERE promise.id = result.id AND promise.state <> result.state
            RETURNING promise.id, promise.state
            """,
            self._promise_states_sql(evaluated, money),
        )

    @api.model
    def _promise_states_sql(self, evaluated, money):
        """:return: SQL with the state per promise; one missed date ends it: partly kept
        if some of its money came in time, else broken"""
        return SQL(
            """
            SELECT due.id, CASE
                WHEN due.is_void THEN 'void'
                WHEN due.is_kept THEN 'kept' WHEN NOT due.is_missed THEN 'open'
                WHEN (SELECT received > 0 FROM (%(money)s) money) THEN 'partial'
                ELSE 'broken' END AS state
              FROM (
                SELECT promise.id, %(promise)s,
                       BOOL_AND(line.state = 'void') AS is_void,
                       BOOL_AND(line.state IN ('kept', 'void')) AS is_kept,
                       BOOL_OR(line.state IN ('partial', 'broken')) AS is_missed
                  FROM collection_promise promise
                  JOIN collection_promise_line line ON line.promise_id = promise.id
                 WHERE %(evaluated)s
                 GROUP BY promise.id) due
            OFFSET 0
            """,
            promise=self._promise_columns_sql(SQL("promise.date_last")),
            evaluated=evaluated,
            money=money,
        )
