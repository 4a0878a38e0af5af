from odoo import api, models
from odoo.tools import SQL

from ..ledger.collection_received_money import UNMATCHED
from .collection_installment_plan import EVALUATED_STATES, RUNNING_STATES


class CollectionInstallmentEvaluation(models.AbstractModel):
    """Evaluate installment plans by the ledger. Set-based.

    Received is the money that was allocated to the covered items since the plan was
    accepted; remaining is what is still open on them, less what is disputed, and at
    most what the plan has not received. What a credit note takes off shortens the plan
    at its end. Nothing of it is stored but the state.
    """

    _name = "collection.installment.evaluation"
    _description = "Evaluation of Installment Plans"
    _inherit = ["collection.reserving.mixin"]

    # ------------------------------------------------------------------
    # Positions
    # ------------------------------------------------------------------

    @api.model
    def _received_sql(self, plans):
        """:return: SQL with plan_id, received and written_off (in the plan's currency)

        :param plans: SQL condition on ``plan``
        """
        return SQL(
            """
            SELECT agreement_id AS plan_id, SUM(amount) AS received,
                   SUM(written_off) AS written_off
              FROM (%s) allocation
             GROUP BY agreement_id
            """,
            self.env["collection.received.money"]._allocations_sql(
                SQL(
                    """
                    SELECT plan.id AS agreement_id, item.move_line_id AS line_id,
                           NULL::date AS date_start, plan.last_allocation AS after,
                           -- What comes in after its end is not paid on the plan.
                           NULLIF(plan.end_allocation, 0) AS until
                      FROM collection_installment_plan plan
                      JOIN collection_installment_plan_item_rel rel
                        ON rel.plan_id = plan.id
                      JOIN collection_item item ON item.id = rel.item_id
                     WHERE plan.last_allocation IS NOT NULL AND %s
                    """,
                    plans,
                )
            ),
        )

    @api.model
    def _reserving_sql(self):
        return SQL(
            "SELECT FROM collection_installment_plan WHERE state IN %s",
            RUNNING_STATES,
            to_flush=self.env["collection.installment.plan"]._fields["state"],
        )

    @api.model
    def _reservations_sql(self):
        """What is still to come of the plans in force."""
        in_force = SQL("plan.state IN %s", RUNNING_STATES)
        return SQL(
            """
            SELECT plan.id AS owner_id, item.move_line_id AS line_id,
                   position.remaining AS amount
              FROM collection_installment_plan plan
              JOIN (%(positions)s) position ON position.plan_id = plan.id
              JOIN collection_installment_plan_item_rel rel ON rel.plan_id = plan.id
              JOIN collection_item item ON item.id = rel.item_id
             WHERE %(in_force)s
            """,
            positions=self._positions_sql(in_force),
            in_force=in_force,
        )

    @api.model
    def _open_amounts_sql(self, plans):
        """:return: SQL with plan_id, amount (open and not disputed)"""
        return SQL(
            """
            SELECT plan.id AS plan_id,
                   SUM(GREATEST(open_line.amount_residual_currency
                       - COALESCE(disputed.amount, 0), 0)) AS amount
              FROM collection_installment_plan plan
              JOIN collection_installment_plan_item_rel rel ON rel.plan_id = plan.id
              JOIN collection_item item ON item.id = rel.item_id
              JOIN account_move_line open_line ON open_line.id = item.move_line_id
               AND open_line.parent_state = 'posted'
               AND open_line.amount_residual_currency > 0
              LEFT JOIN (%s) disputed ON disputed.line_id = open_line.id
             WHERE %s
             GROUP BY plan.id
            """,
            self.env["collection.reserved.amount"]._disputed_sql(),
            plans,
        )

    @api.model
    def _positions_sql(self, plans):
        """:return: SQL with plan_id, received and remaining per plan that was accepted

        :param plans: SQL condition on ``plan``
        """
        return SQL(
            """
            SELECT plan.id AS plan_id, COALESCE(money.received, 0) AS received,
                   GREATEST(LEAST(plan.amount - COALESCE(money.received, 0),
                                  COALESCE(opened.amount, 0)), 0) AS remaining
              FROM collection_installment_plan plan
              LEFT JOIN (%s) money ON money.plan_id = plan.id
              LEFT JOIN (%s) opened ON opened.plan_id = plan.id
             WHERE plan.date_active IS NOT NULL AND %s
            """,
            self._received_sql(plans),
            self._open_amounts_sql(plans),
            plans,
        )

    @api.model
    def _get_positions(self, plans):
        """:return: dict of (received, remaining) per id of a plan that was accepted"""
        if not plans.ids:
            return {}
        self.env.flush_all()
        condition = SQL("plan.id = ANY(%s)", plans.ids)
        rows = self.env.execute_query(self._positions_sql(condition))
        return {
            plan_id: (float(received), float(remaining))
            for plan_id, received, remaining in rows
        }

    @api.model
    def _get_amount_open(self, plan):
        """:return: what is open now on the covered items, less what is disputed, in the
        plan's currency; also of a plan that is not saved yet"""
        lines = plan.item_ids._origin.move_line_id
        # A view of the ledger: what was read before may have been paid since.
        self.env["collection.exposure"].invalidate_model()
        rows = self.env["collection.exposure"].search(
            [("move_line_id", "in", lines.ids)]
        )
        amount = sum(
            max(row.amount_residual_currency - row.amount_disputed, 0.0) for row in rows
        )
        return plan.currency_id.round(amount) if plan.currency_id else amount

    @api.model
    def _get_figures(self, plans):
        """:return: dict of what was paid, is late and comes next: dicts of field values
        per collection.installment.plan record"""
        positions = self._get_positions(plans._origin)
        figures = {}
        for plan in plans:
            received, remaining = positions.get(plan._origin.id, (0.0, plan.amount))
            paid = min(received, plan.amount)
            asked = paid + remaining
            lines = plan.line_ids.filtered(
                lambda line: line.date and line.state != "paid"
            )
            late = lines.filtered(lambda line: line.state == "late")
            coming = (lines - late).sorted(lambda line: (line.date, line.id))[:1]
            figures[plan] = {
                "amount_paid": paid,
                "amount_remaining": remaining,
                "percent_paid": 100 * paid / asked if asked else 100.0,
                "amount_late": sum(late.mapped("amount_open")),
                "date_next": coming.date,
                "amount_next": coming.amount_open,
            }
        return figures

    @api.model
    def _get_shares(self, plans):
        """Lay what was received on the installments, from the oldest on; what credits
        took off shortens the plan at its end.

        Three installments of 100, 150 received, 20 credited: the first is paid, the
        second has 50 paid of 100, of the third 80 are to be paid.

        :return: dict of (paid, to be paid) per collection.installment id, of the
            plans that were accepted
        """
        positions = self._get_positions(plans)
        shares = {}
        for plan in plans.filtered(lambda plan: plan.id in positions):
            received, remaining = positions[plan.id]
            asked = received + remaining
            for line in plan.line_ids.sorted(lambda line: (line.date, line.id)):
                due = plan.currency_id.round(min(line.amount, max(asked, 0.0)))
                paid = plan.currency_id.round(min(due, max(received, 0.0)))
                shares[line.id] = (paid, due)
                asked, received = asked - due, received - paid
        return shares

    # ------------------------------------------------------------------
    # The evaluation of a company
    # ------------------------------------------------------------------

    @api.model
    def _evaluate(self, company, as_of, partner_ids=None):
        """Evaluate all plans of a company: end offers, and decide by the ledger.

        :param company: res.company record
        :param date as_of: the day of the evaluation
        :param partner_ids: restrict to these commercial partners
        """
        own = SQL("plan.company_id = %s", company.id)
        if partner_ids is not None:
            own = SQL("%s AND plan.partner_id = ANY(%s)", own, list(partner_ids))
        cr = self.env.cr
        cr.execute(self._move_plans_sql(company))
        if not self._has_any(own):
            return
        cr.execute(self._expire_offers_sql(own, as_of))
        cr.execute(self._void_offers_sql(own))
        behind = self._find_behind(company, own, as_of)
        cr.execute(self._pause_cures_sql(own, as_of))
        rows = self.env.execute_query(self._evaluate_plans_sql(own, as_of, behind))
        self.env["collection.installment.plan"].invalidate_model()
        defaulted = [plan_id for plan_id, state in rows if state == "defaulted"]
        self._resume_defaulted(defaulted, as_of)
        completed = [plan_id for plan_id, state in rows if state == "completed"]
        self._cancel_written_off(completed)

    @api.model
    def _cancel_written_off(self, plan_ids):
        """End plans on which nothing is open any more, since we gave it up: nobody is
        thanked, and the customer has not kept the plan.

        :param list plan_ids: of those that were completed just now
        """
        given_up = SQL("plan.id = ANY(%s)", plan_ids)
        rows = plan_ids and self.env.execute_query(
            SQL(
                """
                SELECT plan.id FROM collection_installment_plan plan
                  JOIN (%s) money ON money.plan_id = plan.id
                 WHERE money.written_off > plan.tolerance_amount
                """,
                self._received_sql(given_up),
            )
        )
        for [plan_id] in rows:
            plan = self.env["collection.installment.plan"].browse(plan_id)
            plan._finish("cancelled", self.env._("What was left was written off."))

    @api.model
    def _has_any(self, own):
        """:return: whether there is a plan to evaluate; most customers have none, and
        planning the statements for it takes longer than running them"""
        plans = SQL("SELECT FROM collection_installment_plan plan WHERE %s", own)
        [[has_any]] = self.env.execute_query(SQL("SELECT EXISTS (%s)", plans))
        return has_any

    @api.model
    def _resume_defaulted(self, plan_ids, as_of):
        """Collect what plans in default covered again, where it stood or one stage
        higher."""
        if not plan_ids:
            return
        self.env.cr.execute(self._raise_items_sql(plan_ids, as_of))
        self.env["collection.item"].invalidate_model()
        self.env["collection.installment.plan"].browse(plan_ids)._resume_items(as_of)

    @api.model
    def _move_plans_sql(self, company):
        """:return: SQL that moves the plans of customers who have another commercial
        entity now along with the items that they cover"""
        return SQL(
            """
            UPDATE collection_installment_plan AS plan
               SET case_id = target.id, partner_id = target.partner_id
              FROM collection_case old
              JOIN res_partner partner ON partner.id = old.partner_id
              JOIN collection_case target
                ON target.company_id = old.company_id
               AND target.partner_id = partner.commercial_partner_id
               AND target.state <> 'closed'
             WHERE old.id = plan.case_id AND old.company_id = %s
               AND partner.commercial_partner_id <> old.partner_id
               AND plan.state IN %s
            """,
            company.id,
            RUNNING_STATES,
        )

    @api.model
    def _expire_offers_sql(self, own, as_of):
        """:return: SQL that lets offers expire that nobody signed in time: one that is
        open until the 10th is signed on the 10th, and expires on the 11th"""
        return SQL(
            """
            UPDATE collection_installment_plan AS plan SET state = 'expired'
             WHERE plan.state = 'offered' AND plan.date_offer_end < %s AND %s
            """,
            as_of,
            own,
        )

    @api.model
    def _void_offers_sql(self, own):
        """A covered invoice that changed before the signature makes the offer void."""
        offered = SQL("plan.state = 'offered' AND %s", own)
        return SQL(
            """
            UPDATE collection_installment_plan AS plan SET state = 'void'
              FROM collection_installment_plan other
              LEFT JOIN (%s) opened ON opened.plan_id = other.id
             WHERE other.id = plan.id AND %s
               AND COALESCE(opened.amount, 0) <> plan.amount_covered
            """,
            self._open_amounts_sql(offered),
            offered,
        )

    @api.model
    def _evaluate_plans_sql(self, own, as_of, behind):
        """:return: SQL that writes the states, with id and state of what changed"""
        return SQL(
            """
            UPDATE collection_installment_plan AS plan
               SET state = result.new_state, %(changes)s
              FROM (%(states)s) result
             WHERE result.plan_id = plan.id AND plan.state <> result.new_state
            RETURNING plan.id, plan.state
            """,
            states=self._states_sql(own, as_of, behind),
            changes=self._changes_sql(as_of),
        )

    @api.model
    def _raise_items_sql(self, plan_ids, as_of):
        """:return: SQL that lifts what plans covered by one stage, if the policy says
        so; what has waited before does not count any more"""
        return SQL(
            """
            UPDATE collection_item AS item
               SET stage_id = next.id, date_stage = %(as_of)s, days_frozen = 0
              FROM collection_installment_plan_item_rel rel
              JOIN collection_item covered ON covered.id = rel.item_id
              JOIN collection_case case_ ON case_.id = covered.case_id
             CROSS JOIN LATERAL (%(next)s) next
             WHERE rel.plan_id = ANY(%(plans)s) AND item.id = covered.id
            """,
            as_of=as_of,
            next=self._next_stage_sql(),
            plans=plan_ids,
        )

    @api.model
    def _next_stage_sql(self):
        """:return: SQL of the stage above the one that ``covered`` has reached, where
        the policy of ``case_`` says so"""
        return SQL(
            """
            SELECT stage.id
              FROM collection_policy policy
              JOIN collection_stage stage
                ON stage.policy_id = policy.id AND stage.active
              LEFT JOIN collection_stage reached ON reached.id = covered.stage_id
             WHERE policy.id = case_.policy_id AND policy.plan_raise_stage
               AND stage.days >= 0
               AND (reached.id IS NULL OR stage.sequence > reached.sequence)
             ORDER BY stage.sequence LIMIT 1
            """
        )

    @api.model
    def _changes_sql(self, as_of):
        """:return: SQL of what a new state writes beside itself: breach and time to
        cure when a notice begins, what was open when a plan defaults. A plan that is
        cured forgets its breach and counts the cure."""
        return SQL(
            """
            breach = CASE WHEN new_state = 'notice' AND is_late THEN 'installment'
                          WHEN new_state = 'notice' THEN 'current'
                          WHEN new_state = 'defaulted' THEN plan.breach END,
            notice_count = COALESCE(plan.notice_count, 0)
                + (new_state = 'notice')::int,
            cured_count = COALESCE(plan.cured_count, 0)
                + (plan.state = 'notice' AND new_state <> 'defaulted')::int,
            date_notice = CASE WHEN new_state = 'notice' THEN %(as_of)s
                               WHEN new_state = 'defaulted' THEN plan.date_notice END,
            date_cure = CASE WHEN new_state = 'notice'
                                  THEN %(as_of)s + plan.cure_days
                             WHEN new_state = 'defaulted' THEN plan.date_cure END,
            date_paused = NULL,
            date_default = CASE WHEN new_state = 'defaulted' THEN %(as_of)s
                                ELSE plan.date_default END,
            amount_default = CASE WHEN new_state = 'defaulted' THEN remaining
                                  ELSE plan.amount_default END,
            default_percent = CASE WHEN new_state = 'defaulted' THEN 100
                                   ELSE COALESCE(plan.default_percent, 0) END,
            cured_percent = CASE WHEN plan.state = 'notice' THEN
                100.0 * (COALESCE(plan.cured_count, 0)
                         + (new_state <> 'defaulted')::int)
                / GREATEST(plan.notice_count, 1) ELSE plan.cured_percent END,
            date_completed = CASE WHEN new_state = 'completed' THEN %(as_of)s END
            """,
            as_of=as_of,
        )

    @api.model
    def _states_sql(self, own, as_of, behind):
        """:return: SQL with the new state per plan in force or completed

        In: the position of each plan, see ``_lateness_sql``.
        Out: its columns and ``new_state``.
        Example: 300 are late, the time to cure ended yesterday: "notice" becomes
        "defaulted"; with the 300 in time it would have become "active".

        A plan whose case is on hold, or that has on its way what is missing, is not
        late: it waits. Open credits of the customer count where the policy nets.
        """
        return SQL(
            """
            SELECT lateness.*, CASE
                WHEN remaining = 0 AND NOT is_unsettled THEN 'completed'
                WHEN is_paused THEN
                    CASE WHEN state = 'completed' THEN 'active' ELSE state END
                WHEN state = 'notice' AND NOT is_late AND NOT is_behind THEN 'active'
                WHEN state = 'notice' AND date_cure < %s THEN 'defaulted'
                WHEN state <> 'notice' AND (is_late OR is_behind) THEN 'notice'
                WHEN state = 'completed' THEN 'active'
                ELSE state END AS new_state
              FROM (%s) lateness
             OFFSET 0
            """,
            as_of,
            self._lateness_sql(own, as_of, behind),
        )

    @api.model
    def _lateness_sql(self, own, as_of, behind):
        """:return: SQL with what is remaining, and whether it is late, per plan

        In: positions, missed installments and open credits of the plans.
        Out: a row per plan with what ``_states_sql`` decides by.
        Example: 300 missed, a tolerance of 50, and an open credit of 260: not late, for
        only 40 are missing once it is matched.
        """
        return SQL(
            """
            SELECT plan.id AS plan_id, plan.state, plan.date_cure, remaining,
                   plan.partner_id = ANY(%(behind)s::int[]) AS is_behind,
                   %(paused)s AS is_paused,
                   plan.amount > position.received AND %(unsettled)s AS is_unsettled,
                   COALESCE(missed.amount, 0) - COALESCE(credit.amount, 0)
                       > plan.tolerance_amount
                   AND (missed.missed_count > plan.missed_max
                        OR plan.date_last + plan.tolerance_days < %(as_of)s) AS is_late
              FROM collection_installment_plan plan
              JOIN (%(positions)s) position ON position.plan_id = plan.id
              %(money)s
             WHERE %(evaluated)s
            """,
            as_of=as_of,
            behind=behind,
            paused=self._paused_sql(),
            unsettled=self._unsettled_sql(),
            positions=self._positions_sql(self._evaluated_sql(own)),
            money=self._money_joins_sql(self._evaluated_sql(own), as_of),
            evaluated=self._evaluated_sql(own),
        )

    @api.model
    def _evaluated_sql(self, own):
        return SQL("plan.state IN %s AND %s", EVALUATED_STATES, own)

    # ------------------------------------------------------------------
    # Late installments
    # ------------------------------------------------------------------

    @api.model
    def _find_behind(self, company, own, as_of):
        """:return: ids of customers with an overdue item outside their plan, among
        those whose plan asks that new invoices stay current"""
        watched = SQL("plan.is_current_required AND %s", self._evaluated_sql(own))
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT plan.partner_id"
                " FROM collection_installment_plan plan WHERE %s",
                watched,
            )
        )
        if not rows:
            return []
        exposure = self.env["collection.exposure"]._rows_sql(
            company, [partner_id for [partner_id] in rows]
        )
        rows = self.env.execute_query(self._behind_sql(exposure, watched, as_of))
        return [partner_id for [partner_id] in rows]

    @api.model
    def _behind_sql(self, exposure, watched, as_of):
        """:return: SQL with the customers who are behind with something else

        In: what is collectible of customers with such plans. Out: partner_id.
        Example: a plan with 5 days of tolerance; an invoice outside it, due on the 1st
        and still open, puts the customer behind from the 7th on.
        """
        return SQL(
            """
            SELECT DISTINCT plan.partner_id
              FROM collection_installment_plan plan
              JOIN (%s) exposure ON exposure.partner_id = plan.partner_id
             WHERE %s AND exposure.status = 'open'
               AND exposure.date_maturity + plan.tolerance_days < %s
               AND NOT EXISTS (
                    SELECT FROM collection_installment_plan_item_rel rel
                      JOIN collection_item item ON item.id = rel.item_id
                     WHERE rel.plan_id = plan.id
                       AND item.move_line_id = exposure.move_line_id)
            """,
            exposure,
            watched,
            as_of,
        )

    @api.model
    def _money_joins_sql(self, plans, as_of):
        """:return: SQL joins on what is missed of ``plan``, the open credits of its
        customer and what is on its way to its items

        :param SQL plans: condition on ``plan``
        :param date as_of: the day, in the company's time zone
        """
        return SQL(
            """
            LEFT JOIN (%s) missed ON missed.plan_id = plan.id
            LEFT JOIN (%s) credit ON credit.partner_id = plan.partner_id
             AND credit.company_id = plan.company_id
             AND credit.currency_id = plan.currency_id
            LEFT JOIN (%s) arriving ON arriving.plan_id = plan.id
            """,
            self._missed_sql(plans, as_of),
            self._credits_sql(plans),
            self._arriving_sql(plans, as_of),
        )

    @api.model
    def _arriving_sql(self, plans, as_of):
        """:return: SQL with what is on its way to the items of plans, per plan"""
        incoming = self.env["collection.incoming.payment"]
        if not incoming._has_any(as_of):
            return SQL("SELECT NULL::int AS plan_id, 0.0 AS amount WHERE FALSE")
        return SQL(
            """
            SELECT plan.id AS plan_id, SUM(incoming.amount) AS amount
              FROM collection_installment_plan plan
              JOIN collection_installment_plan_item_rel rel ON rel.plan_id = plan.id
              JOIN collection_item item ON item.id = rel.item_id
              JOIN (%s) incoming ON incoming.line_id = item.move_line_id
             WHERE %s
             GROUP BY plan.id
            """,
            incoming._on_items_sql(as_of),
            plans,
        )

    @api.model
    def _missed_sql(self, plans, as_of):
        """:return: SQL with what should have come in by now and did not, per plan

        In: the installments and the positions. Out: plan_id, missed_count, amount.
        Example: 100 each were due in March and April, 130 came in: one missed, 70.
        """
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
                      FROM collection_installment line
                      JOIN collection_installment_plan plan ON plan.id = line.plan_id
                     WHERE %(evaluated)s) due
                  JOIN (%(positions)s) position ON position.plan_id = due.plan_id
                 WHERE due.date + due.tolerance_days < %(as_of)s) due
             WHERE short > 0
             GROUP BY plan_id
            """,
            evaluated=plans,
            positions=self._positions_sql(plans),
            as_of=as_of,
        )

    @api.model
    def _credits_sql(self, plans):
        """:return: SQL with the open credits per customer, company and currency, those
        with its branches, too, where the policy nets; of the customers with plans"""
        return SQL(
            """
            SELECT plan.partner_id, plan.company_id, line.currency_id,
                   -SUM(line.amount_residual_currency) AS amount
              FROM (
                SELECT DISTINCT plan.partner_id, plan.company_id
                  FROM collection_installment_plan plan
                  JOIN collection_case case_ ON case_.id = plan.case_id
                  LEFT JOIN collection_policy policy ON policy.id = case_.policy_id
                 WHERE %s AND COALESCE(policy.net_credits, TRUE)) plan
              JOIN res_partner partner
                ON partner.commercial_partner_id = plan.partner_id
              JOIN (%s) sibling ON sibling.agreed_id = plan.company_id
              JOIN account_move_line line ON line.partner_id = partner.id
               AND line.company_id = sibling.company_id
              JOIN account_account account ON account.id = line.account_id
             WHERE %s
             GROUP BY plan.partner_id, plan.company_id, line.currency_id
            """,
            plans,
            self.env["collection.received.money"]._siblings_sql(),
            UNMATCHED,
        )

    @api.model
    def _get_waiting(self, plans, as_of):
        """Say what keeps plans from being reminded of.

        :param date as_of: the day, in the company's time zone
        :return: dict of (whether it is on hold, or what is missed is on its way; open
            credits and money on its way, in its currency) per id of a
            collection.installment.plan
        """
        self.env.flush_all()
        own = SQL("plan.state IN %s AND plan.id = ANY(%s)", EVALUATED_STATES, plans.ids)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT plan.id, %s,
                       COALESCE(credit.amount, 0) + COALESCE(arriving.amount, 0)
                  FROM collection_installment_plan plan %s
                 WHERE %s
                """,
                self._paused_sql(),
                self._money_joins_sql(own, as_of),
                own,
            )
        )
        return {id_: (is_paused, float(money)) for id_, is_paused, money in rows}

    @api.model
    def _unsettled_sql(self):
        """:return: SQL condition that something covered by ``plan`` is open still, be
        it disputed or on an invoice that is being corrected"""
        return SQL(
            """
            EXISTS (
                SELECT FROM collection_installment_plan_item_rel rel
                  JOIN collection_item item ON item.id = rel.item_id
                  JOIN account_move_line line ON line.id = item.move_line_id
                 WHERE rel.plan_id = plan.id
                   AND (line.parent_state = 'draft' OR line.parent_state = 'posted'
                        AND line.amount_residual_currency > 0))
            """
        )

    @api.model
    def _pause_cures_sql(self, own, as_of):
        """:return: SQL that stops the time to cure of plans that are paused now, and
        gives back what was left of it to those that are not paused any more"""
        return SQL(
            """
            UPDATE collection_installment_plan AS plan
               SET date_cure = plan.date_cure
                       + GREATEST(%(as_of)s - COALESCE(plan.date_paused, %(as_of)s), 0),
                   date_paused = CASE WHEN plan.date_paused IS NULL
                                      THEN %(as_of)s::date END
              FROM (
                SELECT plan.id, %(paused)s AS is_paused
                  FROM collection_installment_plan plan %(money)s
                 WHERE %(evaluated)s) now
             WHERE now.id = plan.id AND plan.state = 'notice'
               AND now.is_paused <> (plan.date_paused IS NOT NULL)
            """,
            as_of=as_of,
            paused=self._paused_sql(),
            money=self._money_joins_sql(self._evaluated_sql(own), as_of),
            evaluated=self._evaluated_sql(own),
        )

    @api.model
    def _paused_sql(self):
        """:return: SQL condition that the case of ``plan`` or one of its open items is
        on hold, or that what is missed is on its way: after that, and the open credits,
        no more is missing than is tolerated"""
        return SQL(
            """
            (EXISTS (SELECT FROM collection_hold hold
                      WHERE hold.case_id = plan.case_id AND hold.state = 'active'
                        AND hold.scope = 'case')
             OR EXISTS (
                SELECT FROM collection_installment_plan_item_rel rel
                  JOIN collection_hold_item_rel held ON held.item_id = rel.item_id
                  JOIN collection_hold hold ON hold.id = held.hold_id
                   AND hold.state = 'active'
                  JOIN collection_item item ON item.id = rel.item_id
                   AND item.is_open
                 WHERE rel.plan_id = plan.id)
             OR COALESCE(arriving.amount, 0) > 0
             AND COALESCE(missed.amount, 0) - COALESCE(credit.amount, 0)
                 - arriving.amount <= plan.tolerance_amount)
            """
        )
