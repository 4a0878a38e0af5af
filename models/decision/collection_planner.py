from contextlib import contextmanager

from odoo import api, models
from odoo.tools import SQL

from ...tools.step_states import OPEN_STATES
from ..case.collection_decision import TEMPORARY_REASONS
from ..case.collection_snapshot import OF_CUSTOMERS


class _Rollback(Exception):
    """Leaves a dry run."""


class CollectionPlanner(models.AbstractModel):
    """Keep the decisions, and fill the outbox with the steps that are due.

    Reads what the decision statement has left in ``collection_decision_statement`` in
    the same transaction. Set-based: six statements, however many cases there are. The
    rows it writes name nobody as their author: nobody in particular made them.
    """

    _name = "collection.planner"
    _description = "Collection Planner"

    @api.model
    def _plan(self, company, as_of, partner_ids=None):
        """Keep the decisions that changed, drop and add planned steps.

        :param company: res.company record
        :param date as_of: the day, in the company's time zone
        :param partner_ids: restrict to these commercial partners
        :return: dict with the numbers of steps dropped and planned
        """
        self._record_decisions(company, as_of)
        counts = {
            "cancelled_count": self._drop_steps(company, partner_ids),
            "planned_count": self._add_steps(company, as_of),
        }
        self._refresh_amounts(company)
        self._note_decisions(company, as_of, partner_ids)
        self.env.invalidate_all(flush=False)
        return counts

    @api.model
    def _record_decisions(self, company, as_of):
        """Keep each decision that is another than the one noted on the case.

        In: the decisions just made, and what the cases note.
        Out: rows of ``collection_decision``, of the cases that go another way now.
        Example: noted is "waiting until 1 March" and decided is "due" for 100.00: a
        row. Tomorrow it is due still, for 100.00 still: no row.
        """
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO collection_decision (
                    case_id, company_id, date, reason, stage_id, date_next, amount_net,
                    create_date, write_date)
                SELECT decided.case_id, %(company)s, %(as_of)s, decided.reason,
                       decided.stage_id, decided.date_next, decided.amount_net,
                       NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
                  FROM collection_decision_statement decided
                  JOIN collection_case case_ ON case_.id = decided.case_id
                 WHERE (case_.reason, case_.next_stage_id, case_.amount_net)
                       IS DISTINCT FROM
                       (decided.reason, decided.stage_id, decided.amount_net)
                    -- What is due is one decision until it is done, not one a day.
                    OR decided.reason <> 'due'
                       AND case_.date_next IS DISTINCT FROM decided.date_next
                """,
                company=company.id,
                as_of=as_of,
            )
        )

    @api.model
    def _note_decisions(self, company, as_of, partner_ids):
        """Note on each case what was decided and its points for the worklist, at once:
        a case has many indexes, and is costly to write.

        In: the decisions just made, and the points of the cases.
        Out: the same on ``collection_case``, where anything of it has changed.
        Example: decided is "due" for 100.00, with 32 points; the case noted the same
        yesterday with 31 points: it is written because of the points.
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE collection_case AS case_
                   SET next_stage_id = decided.stage_id, date_next = decided.date_next,
                       reason = decided.reason, amount_net = decided.amount_net,
                       priority = points.total, priority_parts = points.parts
                  FROM collection_decision_statement decided
                  JOIN (%s) points ON points.case_id = decided.case_id
                 WHERE case_.id = decided.case_id
                   AND (case_.reason, case_.next_stage_id, case_.date_next,
                        case_.amount_net, case_.priority, case_.priority_parts)
                       IS DISTINCT FROM
                       (decided.reason, decided.stage_id, decided.date_next,
                        decided.amount_net, points.total, points.parts)
                """,
                self.env["collection.priority"]._points_sql(
                    company, as_of, partner_ids
                ),
            )
        )

    @api.model
    def _drop_steps(self, company, partner_ids):
        """Drop the steps that no longer hold, with the reason of the new decision.

        In: the decisions just made, and the open steps.
        Out: the steps cancelled that were not decided again; what waits for a reason
        that passes by itself stays.
        Example: open is "Reminder 2" and decided is "promised": cancelled. Decided is
        "Reminder 2", in the quiet time: it stays.

        :return: how many were dropped
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE collection_step step
                   SET state = 'cancelled', date_done = NOW() AT TIME ZONE 'UTC',
                       reason = COALESCE(
                           decided.reason, case_.closing_reason, 'settled')
                  FROM collection_case case_
                  LEFT JOIN collection_decision_statement decided
                    ON decided.case_id = case_.id
                 WHERE case_.id = step.case_id AND case_.company_id = %(company)s
                   AND step.state = ANY(%(open)s)
                   AND %(restrict)s
                   AND NOT (decided.case_id IS NOT NULL
                            AND decided.stage_id = step.stage_id
                            AND decided.reason = ANY(%(keep)s))
                """,
                company=company.id,
                open=list(OPEN_STATES),
                keep=["due", *TEMPORARY_REASONS],
                restrict=SQL(OF_CUSTOMERS, partners=partner_ids),
            )
        )
        return self.env.cr.rowcount

    @api.model
    def _add_steps(self, company, as_of):
        """Fill the outbox. The unique index on the open step of a case makes sure that
        a step is never planned twice.

        In: the decisions just made.
        Out: a step per case that is due, to send or to approve as its stage says.
        Example: "Reminder 1" by e-mail is due for 100.00: a step "planned" for today.
        The same again tomorrow, not sent yet: none.

        :return: how many were added
        """
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO collection_step (
                    case_id, company_id, stage_id, channel, date_planned, state,
                    reason, amount_net, attempts, create_date, write_date)
                SELECT decided.case_id, %(company)s, stage.id, stage.channel,
                       %(as_of)s, CASE WHEN stage.is_automatic THEN 'planned'
                                       ELSE 'approve' END,
                       decided.reason, decided.amount_net, 0,
                       NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
                  FROM collection_decision_statement decided
                  JOIN collection_stage stage ON stage.id = decided.stage_id
                 WHERE decided.reason = 'due'
                ON CONFLICT DO NOTHING
                """,
                company=company.id,
                as_of=as_of,
            )
        )
        return self.env.cr.rowcount

    @api.model
    def _refresh_amounts(self, company):
        """Show on the steps that wait what they are about now.

        In: the decisions just made, and the open steps.
        Out: the net amount of the decision on the step.
        Example: planned for 100.00, and 40.00 were paid since: 60.00.
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE collection_step step SET amount_net = decided.amount_net
                  FROM collection_decision_statement decided
                 WHERE step.case_id = decided.case_id AND step.company_id = %(company)s
                   AND step.state = ANY(%(open)s)
                   AND step.amount_net IS DISTINCT FROM decided.amount_net
                """,
                company=company.id,
                open=list(OPEN_STATES),
            )
        )

    # ------------------------------------------------------------------
    # Simulation
    # ------------------------------------------------------------------

    @api.model
    def _get_decisions(self):
        """Return what was decided in this transaction, without keeping it.

        :return: list of dicts: case_id, partner_id, stage_id, date_next, reason,
            amount_net (company currency), and the state of the open step
        """
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT decided.*, step.state AS step_state
                  FROM collection_decision_statement decided
                  LEFT JOIN collection_step step
                    ON step.case_id = decided.case_id AND step.state = ANY(%s)
                 ORDER BY decided.reason, decided.amount_net DESC
                """,
                list(OPEN_STATES),
            )
        )

    @contextmanager
    def _dry_run(self):
        """Undo everything done inside, in the database and in the cache."""
        try:
            with self.env.cr.savepoint():
                yield
                raise _Rollback
        except _Rollback:
            self.env.invalidate_all(flush=False)
