from odoo import api, models
from odoo.tools import SQL


class CollectionPromiseEvaluation(models.AbstractModel):
    """Judge promises by the ledger. Set-based.

    Received is what was allocated to the covered items after the promise was taken, by
    money dated between that day and each of its dates plus tolerance. Credit notes,
    write-offs and exchange differences are not payments. Nothing of it is stored but
    the verdict, and the verdict is found anew each time, so that an undone payment
    undoes it.
    """

    _name = "collection.promise.evaluation"
    _description = "Judgement of Promises"

    @api.model
    def _allocations(self, promises):
        """What was paid on the covered items since each promise was taken.

        :param promises: SQL condition on ``promise``
        :return: SQL with promise_id, date, amount (in the promise's currency)
        """
        return SQL(
            """
            SELECT promise.id AS promise_id, partial.max_date AS date,
                   partial.debit_amount_currency AS amount
              FROM collection_promise promise
              JOIN collection_promise_item_rel rel ON rel.promise_id = promise.id
              JOIN collection_item item ON item.id = rel.item_id
              JOIN account_partial_reconcile partial
                ON partial.debit_move_id = item.move_line_id
              JOIN account_move_line paying ON paying.id = partial.credit_move_id
              JOIN account_move move ON move.id = paying.move_id
             WHERE partial.max_date >= promise.date_taken
               -- What was paid earlier on the same day was not promised any more.
               AND partial.id > COALESCE(promise.last_allocation, 0)
               AND move.move_type NOT IN ('out_refund', 'out_invoice')
               AND move.reversed_entry_id IS NULL
               AND %s AND %s
            """,
            self._is_money(),
            promises,
        )

    @api.model
    def _is_money(self):
        """:return: SQL condition that the entry ``move`` brought money: a payment, a
        line of a bank statement, or an entry against cash, a clearing account or what
        we owe the customer; not a write-off nor a mere transfer of the debt"""
        return SQL(
            """
            (move.origin_payment_id IS NOT NULL OR move.statement_line_id IS NOT NULL
             OR EXISTS (
                SELECT FROM account_move_line counterpart
                  JOIN account_account account ON account.id = counterpart.account_id
                 WHERE counterpart.move_id = move.id AND counterpart.balance > 0
                   AND account.account_type IN (
                       'asset_cash', 'asset_current', 'liability_credit_card',
                       'liability_payable')))
            """
        )

    @api.model
    def _get_received(self, promises):
        """:return: money received per collection.promise id, in its currency"""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT allocation.promise_id, SUM(allocation.amount)
                  FROM (%s) allocation
                  JOIN collection_promise promise ON promise.id = allocation.promise_id
                 WHERE allocation.date <= promise.date_last + promise.tolerance
                 GROUP BY allocation.promise_id
                """,
                self._allocations(SQL("promise.id = ANY(%s)", promises.ids)),
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
            " AND promise.state IN ('open', 'kept', 'partly', 'broken')",
            company.id,
            restrict,
        )
        self.env.cr.execute(self._judge_lines(as_of, judged))
        changed = self.env.execute_query(self._judge_promises(judged))
        missed = [id_ for id_, state in changed if state in ("partly", "broken")]
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
                    WHEN received > due.upto - due.amount THEN 'partly'
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
            allocations=self._allocations(SQL("promise.id = due.promise_id")),
        )

    @api.model
    def _judge_promises(self, judged):
        return SQL(
            """
            UPDATE collection_promise AS promise
               SET state = verdict.state,
                   kept_percent = CASE verdict.state
                       WHEN 'kept' THEN 100 WHEN 'open' THEN NULL ELSE 0 END,
                   amount_judged = CASE WHEN verdict.state <> 'open'
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
                                AND allocation.amount > 0) THEN 'partly'
                ELSE 'broken' END AS state
              FROM (
                SELECT promise.id, promise.date_last + promise.tolerance AS date_end,
                       BOOL_AND(line.state = 'kept') AS is_kept,
                       BOOL_OR(line.state IN ('partly', 'broken')) AS is_missed
                  FROM collection_promise promise
                  JOIN collection_promise_line line ON line.promise_id = promise.id
                 WHERE %(judged)s
                 GROUP BY promise.id) due
            """,
            judged=judged,
            allocations=self._allocations(SQL("promise.id = due.id")),
        )

    @api.model
    def _broken_levels(self):
        """:return: SQL with the highest level of a broken promise per case, of what is
        still open"""
        return SQL(
            """
            SELECT item.case_id, MAX(promise.level) AS level
              FROM collection_promise promise
              JOIN collection_promise_item_rel rel ON rel.promise_id = promise.id
              JOIN collection_item item ON item.id = rel.item_id
             WHERE promise.state = 'broken' AND item.is_open
             GROUP BY item.case_id
            """
        )
