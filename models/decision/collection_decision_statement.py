from odoo import api, models
from odoo.tools import SQL

from ...tools.channels import channels
from ...tools.contact_limits import WINDOW
from ..case.collection_snapshot import OF_CUSTOMERS, RESTS, SET_OFF
from ..ledger.collection_exposure import OPEN

CREDIT = SQL(SET_OFF, SQL.identifier("total", "amount_set_off"))
CALLS, FREE = channels(is_call=True), channels(is_free=True)

# A newer item waits so many days at most for the firmer step that asks for it as well:
# a month, in which most people pay once. Left longer, it would not be mentioned at all.
FIRMER_WITHIN = 30


class CollectionDecisionStatement(models.AbstractModel):
    """The decision: one statement that says which stage is next for each case, whether
    it is due, and if not, why not.

    The plan inserts what it says, the simulation shows what it says, and the execution
    asks it again, so they can never disagree. It reads the snapshot that the review
    took in the same transaction and leaves its answer in the temporary table
    ``collection_decision_statement``.
    """

    _name = "collection.decision.statement"
    _description = "Collection Decision Statement"

    @api.model
    def _decide(self, company, as_of, partner_ids=None):
        """Decide for the open cases of a company.

        :param company: res.company record
        :param date as_of: the day the decision is for
        :param partner_ids: restrict to these commercial partners
        """
        restrict = SQL(OF_CUSTOMERS, partners=partner_ids)
        days_off = self.env["collection.calendar"]._days_off_sql(company, as_of)
        self.env["collection.snapshot"]._fill(
            is_whole=partner_ids is None,
            # First what concerns a case as a whole, so that PostgreSQL plans for as
            # many cases as there are: after the first night it would think there are
            # next to none, and compare each with each.
            collection_position=self._positions_sql(company, as_of, restrict),
            collection_day_off=days_off,
            collection_decision_statement=self._decisions_sql(as_of),
        )

    @api.model
    def _advance_items(self, company, as_of, stage_by_case):
        """Lift the items of cases to the stages that are ready, at most to the stage
        of the step taken. Stages only rise.

        In: what each item is ready for, and the steps taken.
        Out: the stage on ``collection_item``, since today, with nothing frozen.
        Example: "2nd reminder" was taken; the item it was about goes to that stage, a
        newer one listed along, which is ready for the first reminder, to the first.

        :param company: res.company record
        :param date as_of: the day the step was taken
        :param dict stage_by_case: collection.stage id per collection.case id
        :return: list of tuples: case id, item id, the stage, its day and the last
            resumption that the item had before, the stage it has now
        """
        restrict = SQL("case_.id = ANY(%s)", list(stage_by_case))
        positions = self._positions_sql(company, as_of, restrict)
        self.env["collection.snapshot"]._fill(collection_position=positions)
        return self.env.execute_query(
            SQL(
                """
                WITH %(ctes)s
                UPDATE collection_item item
                   SET stage_id = ready.stage_id, date_stage = %(as_of)s,
                       days_frozen = 0, date_resumed = NULL
                  FROM ready
                  JOIN UNNEST(%(cases)s, %(stages)s) AS step(case_id, stage_id)
                    ON step.case_id = ready.case_id
                  JOIN collection_stage taken ON taken.id = step.stage_id
                  JOIN collection_item before ON before.id = ready.item_id
                 WHERE item.id = ready.item_id AND ready.date_ready <= %(as_of)s
                   AND ready.sequence <= taken.sequence
                RETURNING ready.case_id, item.id, before.stage_id, before.date_stage,
                          before.date_resumed, item.stage_id
                """,
                ctes=self._ladder_ctes_sql(as_of, self._item_states_sql(as_of)),
                as_of=as_of,
                cases=list(stage_by_case),
                stages=list(stage_by_case.values()),
            )
        )

    @api.model
    def _decisions_sql(self, as_of):
        """Decide: the next step of each case, its day, and why, or why not.

        In: ``collection_position``, and the step chosen for each case.
        Out: ``collection_decision_statement``.
        Example: a case with 100.00 overdue, its items at stage 1 since 20 days, stage 2
        comes after 14: "due" today, stage 2, 100.00.
        """
        return SQL(
            """
            WITH %(ctes)s, chosen AS (%(chosen)s)
            SELECT position.case_id, position.partner_id, chosen.stage_id,
                   CASE WHEN position.is_held THEN position.date_review
                        -- Python knows no later day.
                        WHEN chosen.date_next > '9999-12-31' THEN '9999-12-31'
                        ELSE chosen.date_next END AS date_next,
                   CASE WHEN stage.days < 0 THEN position.amount_net_all
                        ELSE position.amount_net END AS amount_net,
                   %(reason)s AS reason
              FROM collection_position position
              LEFT JOIN chosen ON chosen.case_id = position.case_id
              LEFT JOIN collection_stage stage ON stage.id = chosen.stage_id
            """,
            ctes=self._ladder_ctes_sql(as_of, self._grouped_states_sql(as_of)),
            chosen=self._chosen_step_sql(as_of),
            reason=self._reason_sql(as_of),
        )

    @api.model
    def _ladder_ctes_sql(self, as_of, item_states):
        """:return: SQL of the CTEs that say what items are ready for, and when"""
        return SQL(
            "item_state AS MATERIALIZED (%s),"
            # Once per place on the ladder: inlined, it would be looked up per item.
            " next_stage AS MATERIALIZED (%s), ready AS (%s)",
            item_states,
            self._next_stages_sql(as_of),
            self._ready_sql(),
        )

    # ------------------------------------------------------------------
    # The case as a whole
    # ------------------------------------------------------------------

    @api.model
    def _positions_sql(self, company, as_of, restrict):
        """Say where cases stand, whatever step is next.

        In: open cases with their policies, holds, limits, and ``collection_total``.
        Out: ``collection_position``.
        Example: 100.00 overdue, 30.00 of it promised, a credit of 20.00 and a policy
        that nets: 70.00 overdue and free to collect, 50.00 after the credit.

        :param SQL restrict: condition on ``case_``
        """
        return SQL(
            """
            SELECT case_.id AS case_id, case_.partner_id, case_.policy_id,
                   case_.date_last_step + policy.quiet_days AS date_quiet,
                   policy.working_days_only, hold.date_review,
                   hold.case_id IS NOT NULL AS is_held, case_.date_paused,
                   customer.collection_do_not_contact IS TRUE
                       AND customer.collection_lawyer_id IS NULL AS is_stopped,
                   %(net)s, date_touch, date_call,
                   COALESCE(policy.net_credits, TRUE) AS is_net,
                   COALESCE(total.open_count, 0) AS open_count,
                   total.rest,
                   total.live_count = 0 AND total.stayed_count > 0 AS is_stayed
              FROM collection_case case_
              JOIN res_partner customer ON customer.id = case_.partner_id
              LEFT JOIN collection_policy policy ON policy.id = case_.policy_id
              LEFT JOIN (%(limits)s) limits ON limits.case_id = case_.id
              LEFT JOIN collection_total total ON total.partner_id = case_.partner_id
              LEFT JOIN (%(holds)s) hold ON hold.case_id = case_.id
             CROSS JOIN LATERAL (SELECT %(credit)s) net(credit)
             WHERE case_.company_id = %(id)s AND case_.state <> 'closed' AND %(own)s
            """,
            net=self._net_sql(),
            credit=CREDIT,
            holds=self._holds_sql(),
            limits=self._limits_sql(company, as_of),
            id=company.id,
            own=restrict,
        )

    @api.model
    def _net_sql(self):
        """:return: SQL columns of ``total``, ``net`` and ``policy``, in the company's
        currency: what is overdue and not covered by credits; the same, below zero where
        there are more of these; the same with what is not due yet; what is tolerated"""
        return SQL(
            """
            GREATEST(COALESCE(total.amount_overdue_open, 0) - net.credit, 0) AS overdue,
            COALESCE(total.amount_overdue_open, 0) - net.credit AS amount_net,
            COALESCE(total.amount_due_now, 0) - net.credit AS amount_net_all,
            COALESCE(policy.tolerance, 0) AS tolerance
            """
        )

    @api.model
    def _holds_sql(self):
        """:return: SQL with the next review date per case on hold"""
        return SQL(
            """
            SELECT case_id, MIN(date_review) AS date_review FROM collection_hold
             WHERE state = 'active' AND scope = 'case'
             GROUP BY case_id
            """
        )

    # ------------------------------------------------------------------
    # The ladder
    # ------------------------------------------------------------------

    @api.model
    def _item_states_sql(self, as_of):
        """Where each collectable item stands on the ladder that credits do not cover.

        In: the snapshot, and ``collection_item`` as it is now.
        Out: one row per item to collect.
        Example: due on 1 February, at stage 1 since the 8th, 3 days on hold since.
        """
        return SQL(
            """
            SELECT item.id AS item_id, item.case_id, snapshot.date_maturity,
                   reached.sequence AS reached, item.date_stage,
                   COALESCE(item.days_frozen, 0) AS days_frozen, item.date_resumed,
                   snapshot.date_maturity < %(as_of)s AS is_overdue
              FROM collection_snapshot snapshot
              JOIN collection_item item ON item.move_line_id = snapshot.move_line_id
              JOIN collection_position position ON position.case_id = item.case_id
              LEFT JOIN collection_stage reached ON reached.id = item.stage_id
             WHERE snapshot.status = %(open)s
               AND NOT (position.is_net AND amount_covered >= amount_due)
            """,
            as_of=as_of,
            open=OPEN,
        )

    @api.model
    def _grouped_states_sql(self, as_of):
        """The same from the snapshot alone, with the items of a case that differ in
        their due date only as one: the oldest of them is ready first. Most customers
        are one row instead of many.

        In: the snapshot.
        Out: one row per case and place on the ladder.
        Example: three items at stage 1 since the 8th, due on the 1st, 2nd and 3rd, and
        one that was never reminded: two rows, of which the first is due on the 1st.
        """
        return SQL(
            """
            SELECT NULL::int AS item_id, position.case_id, state.date_maturity,
                   reached.sequence AS reached, state.date_stage, state.days_frozen,
                   state.date_resumed, state.is_overdue
              FROM (
                SELECT partner_id, stage_id, date_stage,
                       COALESCE(days_frozen, 0) AS days_frozen, date_resumed,
                       date_maturity < %(as_of)s AS is_overdue,
                       amount_covered >= amount_due AS is_covered,
                       MIN(date_maturity) AS date_maturity
                  FROM collection_snapshot
                 WHERE status = %(open)s AND has_item
                 GROUP BY partner_id, stage_id, date_stage, COALESCE(days_frozen, 0),
                          date_resumed, date_maturity < %(as_of)s,
                          amount_covered >= amount_due) state
              JOIN collection_position position
                ON position.partner_id = state.partner_id
               AND NOT (position.is_net AND state.is_covered)
              LEFT JOIN collection_stage reached ON reached.id = state.stage_id
            """,
            as_of=as_of,
            open=OPEN,
        )

    @api.model
    def _next_stages_sql(self, as_of):
        """The next stage for each place on the ladder that items of a case stand at,
        so that the ladder is looked up a few times per case and not once per item.

        "Start at the stage that fits" takes, for items never reminded, the highest
        stage whose day has come for the oldest; else it is the one after that reached.

        In: the states of the items, positions, policies and stages.
        Out: one row per case, stage reached and whether overdue.
        Example: stages on the days 5, 15 and 30; the oldest item that was never
        reminded is 20 days late: the stage of day 15 where the policy starts at the one
        that fits, else that of day 5.
        """
        return SQL(
            """
            SELECT place.*, stage.id AS stage_id, stage.sequence, stage.days,
                   stage.gap_days
              FROM (
                SELECT case_id, reached, is_overdue, MIN(date_maturity) AS oldest
                  FROM item_state GROUP BY case_id, reached, is_overdue) place
              JOIN collection_position position ON position.case_id = place.case_id
              JOIN collection_policy policy ON policy.id = position.policy_id
              LEFT JOIN LATERAL (
                SELECT stage.id FROM collection_stage stage
                 WHERE %(is_possible)s AND policy.catch_up = 'fit'
                   AND place.reached IS NULL AND place.is_overdue
                   AND place.oldest + stage.days <= %(as_of)s
                 ORDER BY stage.sequence DESC LIMIT 1) fitting ON TRUE
              LEFT JOIN LATERAL (
                SELECT stage.id FROM collection_stage stage
                 WHERE %(is_possible)s AND fitting.id IS NULL
                 ORDER BY stage.sequence LIMIT 1) following ON TRUE
              JOIN collection_stage stage
                ON stage.id = COALESCE(fitting.id, following.id)
            """,
            as_of=as_of,
            is_possible=self._is_possible_sql(),
        )

    @api.model
    def _is_possible_sql(self):
        """:return: SQL condition: ``stage`` can follow for the items at ``place``; a
        reminder before the due date can't for what is overdue, nor for who has anything
        overdue"""
        return SQL(
            """
            stage.policy_id = position.policy_id AND stage.active
            AND (place.reached IS NULL OR stage.sequence > place.reached)
            AND (stage.days >= 0 OR NOT place.is_overdue AND position.overdue = 0)
            AND stage.amount_min <= CASE WHEN place.is_overdue
                THEN position.amount_net ELSE position.amount_net_all END
            """
        )

    @api.model
    def _ready_sql(self):
        """The day on which each item is ready for its next stage.

        Both counts must have passed: days since the item's due date, and days since its
        previous stage. Days on hold do not count as waiting, and a hold that has just
        been lifted is not followed by a letter on the same day.

        In: the states of the items, and the stages that are next for them.
        Out: one row per item, or group of items, with ``date_ready``.
        Example: due on 1 March, at stage 1 since the 10th, 5 days frozen; stage 2 is of
        day 15 and 14 days after the one before: the 16th or the 24th, the later of the
        two, and 5 days more: 29 March.
        """
        return SQL(
            """
            SELECT item_state.case_id, item_state.item_id, item_state.reached,
                   next_stage.stage_id, next_stage.sequence,
                   GREATEST(
                       GREATEST(item_state.date_maturity + next_stage.days,
                                item_state.date_stage + next_stage.gap_days)
                           + item_state.days_frozen,
                       item_state.date_resumed + 1) AS date_ready
              FROM item_state
              JOIN next_stage ON next_stage.case_id = item_state.case_id
               AND next_stage.is_overdue = item_state.is_overdue
               -- The first one can be hashed, the second one is exact.
               AND COALESCE(next_stage.reached, -1) = COALESCE(item_state.reached, -1)
               AND next_stage.reached IS NOT DISTINCT FROM item_state.reached
            """
        )

    @api.model
    def _chosen_step_sql(self, as_of):
        """One step per case: the highest stage that is ready, else the one that will
        be ready first; after the quiet time, as often as the limits allow, not while a
        reply waits to be read, on a working day.

        In: the steps that are possible, positions and days off.
        Out: one row per case, with the day of the step, ``date_next``.
        Example: stage 2 is ready since Thursday, and the quiet time ends on Saturday:
        stage 2, on Monday.
        """
        return SQL(
            """
            SELECT DISTINCT ON (step.case_id) step.case_id, step.stage_id,
                   step.date_ready, limits.day AS date_free,
                   COALESCE(day_off.date_next, roll.day) AS date_next
              FROM (%(steps)s) step
              JOIN collection_position position ON position.case_id = step.case_id
              JOIN collection_stage stage ON stage.id = step.stage_id
              CROSS JOIN LATERAL (SELECT %(date_free)s AS day) limits
              CROSS JOIN LATERAL (
                SELECT GREATEST(step.date_ready, position.date_quiet, limits.day,
                    position.date_paused,
                    CASE WHEN step.date_ready <= %(as_of)s THEN %(as_of)s END) AS day
                ) roll
              LEFT JOIN collection_day_off day_off
                ON day_off.day = roll.day AND position.working_days_only
             ORDER BY step.case_id, step.date_ready <= %(as_of)s DESC,
                      CASE WHEN step.date_ready <= %(as_of)s THEN NULL
                           ELSE step.date_ready END,
                      step.sequence DESC
            """,
            as_of=as_of,
            steps=self._possible_steps_sql(),
            date_free=self._date_free_sql(),
        )

    @api.model
    def _possible_steps_sql(self):
        """The steps that the items of a case are ready for, and when.

        Nobody who has a formal demand in hand gets a first reminder for a newer
        invoice: a softer step than the one reached is left to the firmer one that
        follows it soon, whose message lists the newer items as well. With nothing
        firmer to come soon, it is taken by itself.

        In: what the items are ready for.
        Out: one row per case and stage.
        Example: reached is stage 3; stage 4 is ready on the 20th and stage 1, for a
        newer invoice, on the 5th: stage 4 only. Without a stage 4: stage 1.
        """
        return SQL(
            """
            SELECT * FROM (
                SELECT *, MIN(date_ready) FILTER (WHERE sequence > highest)
                              OVER (PARTITION BY case_id) AS date_firmer
                  FROM (
                    SELECT case_id, stage_id, sequence, MIN(date_ready) AS date_ready,
                           MAX(MAX(reached)) OVER (PARTITION BY case_id) AS highest
                      FROM ready GROUP BY case_id, stage_id, sequence) step) step
             WHERE (sequence < highest AND date_firmer <= date_ready + %s)
                   IS NOT TRUE
            """,
            FIRMER_WITHIN,
        )

    @api.model
    def _reason_sql(self, as_of):
        """Why the step is due, or is not: the first answer that applies.

        In: ``position``, the step ``chosen`` and its ``stage``.
        Out: a key of ``REASONS``.
        Example: ready since Monday, contacted on Tuesday, quiet for three days, and
        today is Wednesday: "quiet".
        """
        return SQL(
            """
            CASE WHEN position.is_stayed THEN 'stayed'
                 WHEN position.policy_id IS NULL THEN 'no_policy'
                 WHEN position.is_stopped THEN 'do_not_contact'
                 WHEN position.is_held THEN 'hold'
                 WHEN position.open_count = 0
                      THEN COALESCE((%(rests)s)[position.rest], 'nothing_open')
                 WHEN position.overdue > 0
                      AND position.amount_net <= position.tolerance THEN 'covered'
                 WHEN chosen.stage_id IS NULL AND position.overdue = 0
                      AND position.amount_net_all <= position.tolerance THEN 'covered'
                 WHEN chosen.stage_id IS NULL THEN 'ladder_end'
                 WHEN chosen.date_ready > %(as_of)s THEN 'waiting'
                 WHEN stage.days < 0
                      AND position.amount_net_all <= position.tolerance THEN 'covered'
                 WHEN position.date_paused > %(as_of)s THEN 'reply'
                 WHEN position.date_quiet > %(as_of)s THEN 'quiet'
                 WHEN chosen.date_free > %(as_of)s THEN 'contact_limit'
                 WHEN chosen.date_next > %(as_of)s THEN 'not_working_day'
                 ELSE 'due' END
            """,
            as_of=as_of,
            rests=list(RESTS),
        )

    # ------------------------------------------------------------------
    # Contact limits
    # ------------------------------------------------------------------

    @api.model
    def _limits_sql(self, company, as_of):
        """Say from which days messages and calls are within the policies' limits, by
        the rules of ``tools.contact_limits``. What depends on the hour and on the
        person is asked of the guard when the step is carried out.

        In: what was tried and said in the last weeks, and the limits of the policies.
        Out: per case the days from which a message and a call are within the limits.
        Example: 7 attempts in 7 days are allowed and the 7th last one was on 1 March:
        ``date_touch`` is 8 March. A call on the 4th, and calls 7 days apart: 11 March.
        """
        return SQL(
            """
            SELECT recent.case_id, touch.day AS date_touch,
                   GREATEST(touch.day,
                       last_call + NULLIF(policy.limit_call_days, 0),
                       last_talk + NULLIF(policy.limit_talk_days, 0)) AS date_call
              FROM (%(recent)s) recent
              JOIN collection_case case_ ON case_.id = recent.case_id
              JOIN collection_policy policy ON policy.id = case_.policy_id
             CROSS JOIN LATERAL (
                SELECT GREATEST(
                    CASE WHEN policy.limit_once_a_day THEN days[1] + 1 END,
                    days[NULLIF(policy.limit_attempts, 0)] + %(window)s) AS day) touch
             WHERE recent.overridden IS NULL
                   OR recent.overridden <= recent.last_attempt
                   OR recent.overridden_day < %(as_of)s::date - 1
            """,
            recent=self._contacts_sql(company, as_of),
            window=WINDOW,
            as_of=as_of,
        )

    @api.model
    def _contacts_sql(self, company, as_of):
        """:return: SQL with the attempts and talks of the last weeks per case"""
        return SQL(
            """
            SELECT case_id,
                   ARRAY_AGG(day ORDER BY day DESC) FILTER (WHERE is_attempt) AS days,
                   MAX(date) FILTER (WHERE is_attempt) AS last_attempt,
                   MAX(day) FILTER (WHERE is_attempt AND channel = ANY(%(talk)s))
                       AS last_call,
                   MAX(day) FILTER (WHERE is_conversation) AS last_talk,
                   MAX(date) FILTER (WHERE outcome = 'override') AS overridden,
                   MAX(day) FILTER (WHERE outcome = 'override') AS overridden_day
              FROM (
                SELECT contact.*, (contact.date AT TIME ZONE 'UTC'
                                   AT TIME ZONE %(zone)s)::date AS day
                  FROM collection_contact contact
                 WHERE contact.company_id = %(company)s AND is_void IS NOT TRUE
                   AND (is_attempt OR is_conversation OR outcome = 'override')
                   -- No limit is of more than 60 days; the rest is for time zones.
                   AND contact.date > %(as_of)s::date - 62
                   AND contact.date < %(as_of)s::date + 2) contact
             WHERE day <= %(as_of)s
             GROUP BY case_id
            """,
            company=company.id,
            as_of=as_of,
            talk=CALLS,
            zone=company._get_collection_zone(),
        )

    @api.model
    def _date_free_sql(self):
        """:return: SQL day from which the limits allow ``stage`` for ``position``"""
        return SQL(
            "CASE WHEN stage.channel = ANY(%s) THEN position.date_call"
            " WHEN stage.channel <> ALL(%s) THEN position.date_touch END",
            CALLS,
            FREE,
        )

    # ------------------------------------------------------------------
    # What is asked for now: one answer for whoever wants to know
    # ------------------------------------------------------------------

    @api.model
    def _get_asked(self, company, as_of, partner_ids=None):
        """Say what customers are asked for now: what is overdue and free to collect,
        net of credits where the policy nets, and nothing up to its tolerance.

        Reads the ledger as the decision does, and writes nothing.

        :param company: res.company record
        :param date as_of: the day, in the company's time zone
        :param partner_ids: ids of commercial partners; None for those in the working
            tables, as the ledger was when these were filled
        :return: dict of the amounts per res.currency id, in that currency, per id of a
            customer who is asked for something
        """
        if partner_ids is not None:
            self.env.flush_all()
        asked = {}
        query = self._asked_sql(company, as_of, partner_ids)
        for partner_id, currency_id, amount in self.env.execute_query(query):
            asked.setdefault(partner_id, {})[currency_id] = float(amount)
        return asked

    @api.model
    def _filter_asked(self, company, as_of, demands):
        """Tell which demands, made earlier, still ask for something: the customer owes
        more than is tolerated, and something of their own is due. A reminder before
        the due date asks as long as nothing is overdue.

        :param company: res.company record
        :param date as_of: the day, in the company's time zone
        :param dict demands: (id of the customer, id of the stage, ids of the
            account.move records) per key, an integer
        :return: set of those keys
        """
        self.env.flush_all()
        rows = self.env.execute_query(self._demands_sql(company, as_of, demands))
        return {key for [key] in rows}

    @api.model
    def _demands_sql(self, company, as_of, demands):
        """Compare demands with what is asked for now.

        In: the customer, the stage and the invoices of each demand; the snapshot.
        Out: the keys of those that still ask for something.
        Example: a reminder of 100.00 waits in the queue, 99.50 are paid and 1.00 is
        tolerated: its key is not among them.
        """
        partner_ids = [partner_id for partner_id, _stage, _moves in demands.values()]
        return SQL(
            """
            WITH %(tables)s
            SELECT DISTINCT demand.key
              FROM UNNEST(%(keys)s, %(partners)s, %(stages)s)
                   AS demand(key, partner_id, stage_id)
              JOIN collection_stage stage ON stage.id = demand.stage_id
              JOIN customer ON customer.partner_id = demand.partner_id
              JOIN UNNEST(%(about_keys)s, %(about)s) AS about(key, move_id)
                ON about.key = demand.key
              JOIN account_move_line line ON line.move_id = about.move_id
              JOIN collection_snapshot snapshot ON snapshot.move_line_id = line.id
             WHERE snapshot.status = 'open'
               AND NOT (is_net AND amount_covered >= amount_due)
               AND CASE WHEN stage.days < 0 AND overdue = 0
                        THEN amount_net_all > tolerance
                        ELSE amount_net > tolerance
                             AND snapshot.date_maturity < %(as_of)s END
            """,
            tables=self._tables_sql(company, as_of, partner_ids),
            keys=list(demands),
            partners=partner_ids,
            stages=[stage_id for _partner, stage_id, _moves in demands.values()],
            about_keys=[key for key, row in demands.items() for _move in row[2]],
            about=[move_id for row in demands.values() for move_id in row[2]],
            as_of=as_of,
        )

    @api.model
    def _asked_sql(self, company, as_of, partner_ids):
        """Sum up what is overdue per currency and credits do not cover.

        In: the snapshot, and ``customer``.
        Out: partner_id, currency_id and amount, of those who owe more than is
        tolerated.
        Example: overdue are 100.00 dollars and 50.00 euros, a credit of 60.00 euros
        covers the euros and, at 2 dollars, 20.00 of the dollars: 80.00 dollars.
        """
        return SQL(
            """
            WITH %(tables)s
            SELECT partner_id, currency.id, ROUND(amount, currency.decimal_places)
              FROM (
                SELECT snapshot.partner_id,
                       COALESCE(foreign_id, %(own)s) AS currency_id,
                       SUM(amount_due - CASE WHEN is_net THEN amount_covered ELSE 0 END)
                           AS amount
                  FROM collection_snapshot snapshot
                  JOIN customer ON customer.partner_id = snapshot.partner_id
                 WHERE status = 'open' AND date_maturity < %(as_of)s
                   AND amount_net > tolerance
                 GROUP BY snapshot.partner_id, foreign_id) asked
              JOIN res_currency currency ON currency.id = asked.currency_id
             WHERE ROUND(amount, currency.decimal_places) > 0
             ORDER BY currency.id <> %(own)s, currency.id
            """,
            tables=self._customers_sql(company)
            if partner_ids is None
            else self._tables_sql(company, as_of, partner_ids),
            own=company.currency_id.id,
            as_of=as_of,
        )

    @api.model
    def _tables_sql(self, company, as_of, partner_ids):
        """:return: SQL of the tables that the decision reads, for some customers: the
        snapshot, its sums, and ``customer``; nothing is filled"""
        snapshot = self.env["collection.snapshot"]
        return SQL(
            """
            %(snapshot)s, collection_total AS (%(total)s), %(customers)s
            """,
            snapshot=snapshot._covered_items_sql(company, as_of, partner_ids),
            total=snapshot._totals_sql(company, as_of),
            customers=self._customers_sql(company),
        )

    @api.model
    def _customers_sql(self, company):
        """:return: SQL of ``customer`` with what is net; also of those who have no case
        yet, for the portal shows what was posted a minute ago"""
        return SQL(
            """
            customer AS MATERIALIZED (
                SELECT total.partner_id, %(net)s,
                       COALESCE(policy.net_credits, TRUE) AS is_net
                  FROM collection_total total
                  LEFT JOIN collection_case case_
                    ON case_.partner_id = total.partner_id
                   AND case_.company_id = %(company)s AND case_.state <> 'closed'
                  LEFT JOIN collection_policy policy ON policy.id = case_.policy_id
                 CROSS JOIN LATERAL (SELECT %(credit)s) net(credit))
            """,
            net=self._net_sql(),
            company=company.id,
            credit=CREDIT,
        )
