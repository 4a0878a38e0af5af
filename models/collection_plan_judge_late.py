from odoo import api, models
from odoo.tools import SQL


class CollectionPlanJudge(models.AbstractModel):
    """When a plan is late: what is missing, what counts against it, what pauses it."""

    _inherit = "collection.plan.judge"

    @api.model
    def _find_behind(self, company, own, as_of):
        """:return: ids of customers with an overdue item outside their plan, among
        those whose plan asks that new invoices stay current"""
        watched = SQL(
            "plan.is_current_required AND %s"
            " AND plan.state IN ('active', 'notice', 'completed')",
            own,
        )
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT plan.partner_id FROM collection_plan plan WHERE %s",
                watched,
            )
        )
        if not rows:
            return []
        exposure = self.env["collection.exposure"]._query(
            company, [partner_id for [partner_id] in rows]
        )
        rows = self.env.execute_query(self._behind(exposure, watched, as_of))
        return [partner_id for [partner_id] in rows]

    @api.model
    def _behind(self, exposure, watched, as_of):
        """:return: SQL with the customers who are behind with something else"""
        return SQL(
            """
            SELECT DISTINCT plan.partner_id
              FROM collection_plan plan
              JOIN (%s) exposure ON exposure.partner_id = plan.partner_id
             WHERE %s AND exposure.status = 'open'
               AND exposure.date_maturity + plan.tolerance_days < %s
               AND NOT EXISTS (
                    SELECT FROM collection_plan_item_rel rel
                      JOIN collection_item item ON item.id = rel.item_id
                     WHERE rel.plan_id = plan.id
                       AND item.move_line_id = exposure.move_line_id)
            """,
            exposure,
            watched,
            as_of,
        )

    @api.model
    def _missed(self, own, as_of):
        """:return: SQL with what should have come in by now and did not, per plan"""
        return SQL(
            """
            SELECT plan_id, COUNT(*) AS missed_count, SUM(short) AS amount
              FROM (
                SELECT due.plan_id, due.tolerance_amount,
                       LEAST(due.amount, GREATEST(LEAST(
                           due.upto, position.received + position.remaining)
                           - position.received, 0)) AS short
                  FROM (
                    SELECT line.plan_id, line.date, line.amount, plan.tolerance_days,
                           plan.tolerance_amount, SUM(line.amount) OVER (
                               PARTITION BY line.plan_id
                               ORDER BY line.date, line.id) AS upto
                      FROM collection_plan_installment line
                      JOIN collection_plan plan ON plan.id = line.plan_id
                     WHERE %(judged)s) due
                  JOIN (%(positions)s) position ON position.plan_id = due.plan_id
                 WHERE due.date + due.tolerance_days < %(as_of)s) due
             WHERE short > 0
             GROUP BY plan_id
            """,
            judged=self._judged(own),
            positions=self._positions(self._judged(own)),
            as_of=as_of,
        )

    @api.model
    def _credits(self, own):
        """:return: SQL with the open credits per customer, company and currency, where
        the policy nets; of the customers with plans only"""
        return SQL(
            """
            SELECT plan.partner_id, plan.company_id, line.currency_id,
                   -SUM(line.amount_residual_currency) AS amount
              FROM (
                SELECT DISTINCT plan.partner_id, plan.company_id
                  FROM collection_plan plan
                  JOIN collection_case case_ ON case_.id = plan.case_id
                  LEFT JOIN collection_policy policy ON policy.id = case_.policy_id
                 WHERE %s AND COALESCE(policy.net_credits, TRUE)) plan
              JOIN res_partner partner
                ON partner.commercial_partner_id = plan.partner_id
              JOIN account_move_line line ON line.partner_id = partner.id
               AND line.company_id = plan.company_id
               AND line.parent_state = 'posted' AND line.reconciled IS NOT TRUE
               AND line.amount_residual_currency < 0
              JOIN account_account account ON account.id = line.account_id
               AND account.account_type = 'asset_receivable'
             GROUP BY plan.partner_id, plan.company_id, line.currency_id
            """,
            self._judged(own),
        )

    @api.model
    def _get_waiting(self, plans):
        """Say what keeps plans from being reminded of.

        :return: dict of (whether it is on hold or a payment is on its way, open credits
            in its currency) per collection.plan id
        """
        self.env.flush_all()
        own = SQL("plan.id = ANY(%s)", plans.ids)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT plan.id, %s, COALESCE(credit.amount, 0)
                  FROM collection_plan plan
                  LEFT JOIN (%s) credit ON credit.partner_id = plan.partner_id
                   AND credit.company_id = plan.company_id
                   AND credit.currency_id = plan.currency_id
                 WHERE %s
                """,
                self._paused(),
                self._credits(own),
                own,
            )
        )
        return {id_: (is_paused, float(credit)) for id_, is_paused, credit in rows}

    @api.model
    def _unsettled(self):
        """:return: SQL condition that something covered by ``plan`` is open still, be
        it disputed or on an invoice that is being corrected"""
        return SQL(
            """
            EXISTS (
                SELECT FROM collection_plan_item_rel rel
                  JOIN collection_item item ON item.id = rel.item_id
                  JOIN account_move_line line ON line.id = item.move_line_id
                 WHERE rel.plan_id = plan.id
                   AND (line.parent_state = 'draft' OR line.parent_state = 'posted'
                        AND line.amount_residual_currency > 0))
            """
        )

    @api.model
    def _pause_cures(self, own, as_of):
        """:return: SQL that stops the time to cure of plans that are paused now, and
        gives back what was left of it to those that are not paused any more"""
        return SQL(
            """
            UPDATE collection_plan AS plan
               SET date_cure = plan.date_cure
                       + GREATEST(%(as_of)s - COALESCE(plan.date_paused, %(as_of)s), 0),
                   date_paused = CASE WHEN plan.date_paused IS NULL
                                      THEN %(as_of)s::date END
             WHERE plan.state = 'notice' AND %(own)s
               AND %(paused)s <> (plan.date_paused IS NOT NULL)
            """,
            as_of=as_of,
            own=own,
            paused=self._paused(),
        )

    @api.model
    def _paused(self):
        """:return: SQL condition that the case of ``plan`` is on hold, or that one of
        its open items is or has a payment on its way"""
        return SQL(
            """
            (EXISTS (SELECT FROM collection_hold hold
                      WHERE hold.case_id = plan.case_id AND hold.state = 'active'
                        AND hold.scope = 'case')
             OR EXISTS (
                SELECT FROM collection_plan_item_rel rel
                  JOIN collection_hold_item_rel held ON held.item_id = rel.item_id
                  JOIN collection_hold hold ON hold.id = held.hold_id
                   AND hold.state = 'active'
                  JOIN collection_item item ON item.id = rel.item_id
                   AND item.is_open
                 WHERE rel.plan_id = plan.id)
             OR EXISTS (
                SELECT FROM collection_plan_item_rel rel
                  JOIN collection_item item ON item.id = rel.item_id
                  JOIN account_move_line line ON line.id = item.move_line_id
                   AND line.amount_residual_currency > 0
                  JOIN account_move move ON move.id = line.move_id
                 WHERE rel.plan_id = plan.id AND %s))
            """,
            self.env["collection.exposure"]._in_transit(),
        )
