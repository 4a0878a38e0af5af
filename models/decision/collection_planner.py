import logging
import time
from contextlib import contextmanager

from odoo import api, fields, models
from odoo.tools import SQL
from psycopg2.extensions import TransactionRollbackError

from ..case.collection_decision import TEMPORARY_REASONS

_logger = logging.getLogger(__name__)
REVIEW_BATCH = 1000
LOCK_ATTEMPTS = 20
LOCK_PAUSE = 1  # second


class _Rollback(Exception):
    """Leaves a dry run."""


class CollectionPlanner(models.AbstractModel):
    """Plan the steps of a company: review, decide, keep the decisions, fill the outbox.

    The nightly run, the review after a payment, the simulation and the answer to "why"
    all go through here.
    """

    _name = "collection.planner"
    _description = "Collection Planner"

    # ------------------------------------------------------------------
    # Scheduled entry points: the only ones here that ask the clock
    # ------------------------------------------------------------------

    @api.model
    def _cron_nightly(self):
        """Review and plan each company once a day, at night in its own time zone."""
        companies = self.env["res.company"].search([])
        due = companies.filtered(lambda company: company._is_collection_night())
        self.env["ir.cron"]._commit_progress(remaining=len(due))
        for company in due:
            self._run_night(company, company._get_collection_today())
            if not self.env["ir.cron"]._commit_progress(1):
                break
        self.env.ref("account_collections.ir_cron_execute_steps")._trigger()

    @api.model
    def _run_night(self, company, today):
        """Run one company; a company that fails must not stop the others, nor have the
        scheduler switch the job off."""
        try:
            if self._run_patiently(company, today):
                company.collection_date_reviewed = today
                self.env["collection.promise"]._follow_up(company, today)
                self.env["collection.installment.plan"]._follow_up(company, today)
                self.env["collection.dispute"]._follow_up(company, today)
        except Exception as error:
            self.env.cr.rollback()
            _logger.exception("The nightly run of company %s failed.", company.id)
            self.env["collection.run"].create(
                {
                    "kind": "nightly",
                    "company_id": company.id,
                    "date": today,
                    "date_start": fields.Datetime.now(),
                    "error": str(error),
                }
            )

    @api.model
    def _run_patiently(self, company, today):
        """Run a company, after letting the batch finish that is being executed."""
        for _attempt in range(LOCK_ATTEMPTS):
            try:
                if run := self._run(company, today):
                    return run
                # A new transaction, so that the run sees what the batch has written.
                self.env["ir.cron"]._commit_progress()
            except TransactionRollbackError:
                # Somebody changed the ledger under our hands; the next turn sees it.
                self.env.cr.rollback()
            time.sleep(LOCK_PAUSE)
        _logger.info("Company %s is busy, its nightly run waits.", company.id)
        return self.env["collection.run"]

    @api.model
    def _cron_review_changes(self):
        """Review the customers whose ledger has changed since the last time."""
        Request = self.env["collection.review.request"]
        while True:
            try:
                changed = Request._take(REVIEW_BATCH)
                is_done = not changed or self._review_changed(changed)
            except TransactionRollbackError:
                # Somebody changed the ledger under our hands: the requests are back on
                # the queue, for the next turn.
                self.env.cr.rollback()
                Request._trigger_review(in_minutes=1)
                break
            if not self.env["ir.cron"]._commit_progress(1) or is_done:
                break

    @api.model
    def _review_changed(self, changed):
        """Review customers, and put those back whose company another worker has now.

        :param dict changed: set of commercial partner ids per company id
        :return: whether a company was busy, so that the rest is for the next turn
        """
        is_busy = False
        for company_id, partner_ids in changed.items():
            company = self.env["res.company"].browse(company_id)
            today = company._get_collection_today()
            if not self._run(company, today, list(partner_ids), kind="changes"):
                self.env["collection.review.request"]._put_back(company, partner_ids)
                is_busy = True
            else:
                self.env["collection.installment.plan"]._tell_changes(company)
        return is_busy

    # ------------------------------------------------------------------
    # The run of one company
    # ------------------------------------------------------------------

    @api.model
    def _run(self, company, as_of, partner_ids=None, ledger_date=None, kind="nightly"):
        """Review and plan a company as of a day. Repeating it changes nothing.

        :param company: res.company record
        :param date as_of: the day, in the company's time zone
        :param list partner_ids: restrict to these commercial partners
        :param date ledger_date: use the ledger as of that past day
        :param str kind: what the run is logged as, a key of ``KINDS``
        :return: the collection.run, empty when another worker is at it
        """
        Run = self.env["collection.run"]
        started, clock = fields.Datetime.now(), time.monotonic()
        review = self.env["collection.review"]
        if not review._try_lock(company):
            return Run
        counts = review._review(company, as_of, partner_ids, ledger_date)
        counts.update(self._plan(company, as_of, partner_ids))
        return Run.create(
            {
                **counts,
                "kind": kind,
                "company_id": company.id,
                "date": as_of,
                "date_start": started,
                "duration": time.monotonic() - clock,
            }
        )

    @api.model
    def _plan(self, company, as_of, partner_ids=None):
        """Decide, keep the decisions that changed, drop and add planned steps."""
        self._judge(company, as_of, partner_ids)
        self._record_decisions(company, as_of)
        self.env["collection.blocked.attempt"]._log_steps(company, as_of)
        counts = {
            "cancelled_count": self._cancel_actions(company, partner_ids),
            "planned_count": self._insert_actions(company, as_of),
        }
        self._refresh_actions(company)
        self._note_decisions(company, as_of, partner_ids)
        self.env.invalidate_all(flush=False)
        return counts

    @api.model
    def _judge(self, company, as_of, partner_ids):
        """Skip the calls and visits that nobody made in time, then decide."""
        self.env["collection.step"]._skip_expired(company, as_of, partner_ids)
        self.env["collection.decision.statement"]._decide(company, as_of, partner_ids)

    @api.model
    def _record_decisions(self, company, as_of):
        """Keep each decision that is another than the one noted on the case."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO collection_decision (
                    case_id, company_id, date, reason, stage_id, date_next, amount_net,
                    create_date, write_date)
                SELECT verdict.case_id, %(company)s, %(as_of)s, verdict.reason,
                       verdict.stage_id, verdict.date_next, verdict.amount_net,
                       NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
                  FROM collection_decision_statement verdict
                  JOIN collection_case case_ ON case_.id = verdict.case_id
                 WHERE (case_.reason, case_.next_stage_id, case_.amount_net)
                       IS DISTINCT FROM
                       (verdict.reason, verdict.stage_id, verdict.amount_net)
                    -- What is due is one decision until it is done, not one a day.
                    OR verdict.reason <> 'due'
                       AND case_.date_next IS DISTINCT FROM verdict.date_next
                """,
                company=company.id,
                as_of=as_of,
            )
        )

    @api.model
    def _note_decisions(self, company, as_of, partner_ids):
        """Note on each case what was decided and its points for the worklist, at once:
        a case has many indexes, and is costly to write."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE collection_case AS case_
                   SET next_stage_id = verdict.stage_id, date_next = verdict.date_next,
                       reason = verdict.reason, amount_net = verdict.amount_net,
                       priority = points.total, priority_parts = points.parts
                  FROM collection_decision_statement verdict
                  JOIN (%s) points ON points.case_id = verdict.case_id
                 WHERE case_.id = verdict.case_id
                   AND (case_.reason, case_.next_stage_id, case_.date_next,
                        case_.amount_net, case_.priority, case_.priority_parts)
                       IS DISTINCT FROM
                       (verdict.reason, verdict.stage_id, verdict.date_next,
                        verdict.amount_net, points.total, points.parts)
                """,
                self.env["collection.priority"]._points(company, as_of, partner_ids),
            )
        )

    @api.model
    def _cancel_actions(self, company, partner_ids):
        """Drop the steps that no longer hold, with the reason of the new decision."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE collection_step action
                   SET state = 'cancelled', date_done = NOW() AT TIME ZONE 'UTC',
                       reason = COALESCE(
                           verdict.reason, case_.closing_reason, 'settled')
                  FROM collection_case case_
                  LEFT JOIN collection_decision_statement verdict
                    ON verdict.case_id = case_.id
                 WHERE case_.id = action.case_id AND case_.company_id = %(company)s
                   AND action.state IN ('planned', 'approve', 'todo', 'failed')
                   AND %(restrict)s
                   AND NOT (verdict.case_id IS NOT NULL
                            AND verdict.stage_id = action.stage_id
                            AND verdict.reason = ANY(%(keep)s))
                """,
                company=company.id,
                keep=["due", *TEMPORARY_REASONS],
                restrict=self.env["collection.review"]._restrict(partner_ids),
            )
        )
        count = self.env.cr.rowcount
        if count:
            self.env["collection.step"]._close_activities(company)
        return count

    @api.model
    def _insert_actions(self, company, as_of):
        """Fill the outbox. The unique index on the open action of a case makes sure
        that a step is never planned twice."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO collection_step (
                    case_id, company_id, stage_id, channel, date_planned, state,
                    reason, amount_net, attempts, create_date, write_date)
                SELECT verdict.case_id, %(company)s, stage.id, stage.channel,
                       %(as_of)s, CASE WHEN stage.is_automatic THEN 'planned'
                                       ELSE 'approve' END,
                       verdict.reason, verdict.amount_net, 0,
                       NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
                  FROM collection_decision_statement verdict
                  JOIN collection_stage stage ON stage.id = verdict.stage_id
                 WHERE verdict.reason = 'due'
                ON CONFLICT DO NOTHING
                """,
                company=company.id,
                as_of=as_of,
            )
        )
        return self.env.cr.rowcount

    @api.model
    def _refresh_actions(self, company):
        """Show on the steps that wait what they are about now."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE collection_step action SET amount_net = verdict.amount_net
                  FROM collection_decision_statement verdict
                 WHERE action.case_id = verdict.case_id AND action.company_id = %s
                   AND action.state IN ('planned', 'approve', 'todo', 'failed')
                   AND action.amount_net IS DISTINCT FROM verdict.amount_net
                """,
                company.id,
            )
        )

    # ------------------------------------------------------------------
    # Simulation
    # ------------------------------------------------------------------

    @api.model
    def _simulate(self, company, as_of, partner_ids=None, ledger_date=None):
        """Say what the run of a day would decide, and write nothing.

        Runs the very statements of the real run inside a savepoint that is rolled
        back.

        :return: list of dicts: case_id, partner_id, stage_id, date_next, reason,
            amount_net (company currency)
        """
        with self._dry_run():
            self.env["collection.review"]._review(
                company, as_of, partner_ids, ledger_date
            )
            self._judge(company, as_of, partner_ids)
            return self.env.execute_query_dict(
                SQL(
                    """
                    SELECT verdict.*, action.state AS step_state
                      FROM collection_decision_statement verdict
                      LEFT JOIN collection_step action
                        ON action.case_id = verdict.case_id AND action.state IN
                           ('planned', 'approve', 'todo', 'failed')
                     ORDER BY verdict.reason, verdict.amount_net DESC
                    """
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
