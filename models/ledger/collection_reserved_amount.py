from odoo import api, models
from odoo.tools import SQL


class CollectionReservedAmount(models.AbstractModel):
    """What is taken off an open item before it is collected: disputes, promises and
    installment plans.

    The overlaps are settled here once. What is disputed comes off first; a promise
    covers what is left, and a plan what is left then; none takes off more than is open.
    A sum over several items is laid on them from the oldest due date on.
    """

    _name = "collection.reserved.amount"
    _description = "Deductions from Open Items"

    @api.model
    def _joins(self):
        """:return: SQL joins ``disputed``, ``promised`` and ``planned`` on ``line``,
        each with the amount in the currency of the item"""
        return SQL(
            """
            LEFT JOIN (%s) disputed ON disputed.line_id = line.id
            LEFT JOIN (%s) promised ON promised.line_id = line.id
            LEFT JOIN (%s) planned ON planned.line_id = line.id
            """,
            self._disputed(),
            self._promised(),
            self._planned(),
        )

    @api.model
    def _disputed(self):
        return SQL(
            """
            SELECT open_line.id AS line_id,
                   GREATEST(LEAST(dispute.amount - COALESCE(
                       SUM(open_line.amount_residual_currency) OVER earlier, 0),
                       open_line.amount_residual_currency), 0) AS amount
              FROM (SELECT move_id, SUM(amount_excluded) AS amount
                      FROM collection_dispute
                     WHERE is_active GROUP BY move_id) dispute
              JOIN account_move_line open_line ON open_line.move_id = dispute.move_id
               AND open_line.parent_state = 'posted'
               AND open_line.display_type = 'payment_term'
               AND open_line.amount_residual_currency > 0
            WINDOW earlier AS (PARTITION BY open_line.move_id
                ORDER BY open_line.date_maturity, open_line.id
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
            """
        )

    @api.model
    def _promised(self):
        """What is still to come of the open promises, after what was paid already. An
        undone payment can open a promise again beside a newer one on the same item."""
        return SQL(
            """
            SELECT line_id, SUM(amount) AS amount FROM (SELECT covered.line_id,
                   GREATEST(LEAST(covered.remaining - COALESCE(
                       SUM(covered.free) OVER earlier, 0), covered.free), 0) AS amount
              FROM (
                SELECT item.move_line_id AS line_id, promise.id AS promise_id,
                       open_line.date_maturity,
                       promise.amount - COALESCE(money.received, 0) AS remaining,
                       open_line.amount_residual_currency
                           - COALESCE(disputed.amount, 0) AS free
                  FROM collection_promise promise
                  JOIN collection_promise_item_rel rel ON rel.promise_id = promise.id
                  JOIN collection_item item ON item.id = rel.item_id
                  JOIN account_move_line open_line ON open_line.id = item.move_line_id
                  LEFT JOIN (%(received)s) money ON money.promise_id = promise.id
                  LEFT JOIN (%(disputed)s) disputed ON disputed.line_id = open_line.id
                 WHERE promise.state = 'open'
                   AND open_line.amount_residual_currency > 0) covered
            WINDOW earlier AS (PARTITION BY covered.promise_id
                ORDER BY covered.date_maturity, covered.line_id
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) laid GROUP BY line_id
            """,
            received=self._received(),
            disputed=self._disputed(),
        )

    @api.model
    def _planned(self):
        """What is still to come of a plan in force, laid on what is not disputed."""
        in_force = SQL("plan.state IN ('active', 'notice', 'suspended')")
        return SQL(
            """
            SELECT line_id, SUM(amount) AS amount FROM (
            SELECT covered.line_id,
                   GREATEST(LEAST(covered.remaining - COALESCE(
                       SUM(covered.free) OVER earlier, 0), covered.free), 0) AS amount
              FROM (
                SELECT item.move_line_id AS line_id, plan.id AS plan_id,
                       open_line.date_maturity, position.remaining,
                       open_line.amount_residual_currency
                           - COALESCE(disputed.amount, 0) AS free
                  FROM collection_installment_plan plan
                  JOIN (%(positions)s) position ON position.plan_id = plan.id
                  JOIN collection_installment_plan_item_rel rel ON rel.plan_id = plan.id
                  JOIN collection_item item ON item.id = rel.item_id
                  JOIN account_move_line open_line ON open_line.id = item.move_line_id
                  LEFT JOIN (%(disputed)s) disputed ON disputed.line_id = open_line.id
                 WHERE %(in_force)s
                   AND open_line.amount_residual_currency > 0) covered
            WINDOW earlier AS (PARTITION BY covered.plan_id
                ORDER BY covered.date_maturity, covered.line_id
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) laid
            -- Undone payments can bring two plans back that cover one item.
             GROUP BY line_id
            """,
            positions=self.env["collection.installment.evaluation"]._positions(
                in_force
            ),
            disputed=self._disputed(),
            in_force=in_force,
        )

    @api.model
    def _received(self):
        allocations = self.env["collection.promise.evaluation"]._allocations(
            SQL("promise.state = 'open'")
        )
        return SQL(
            "SELECT promise_id, SUM(amount) AS received FROM (%s) allocation"
            " GROUP BY promise_id",
            allocations,
        )
