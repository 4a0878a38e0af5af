from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL


class CollectionPolicyBacktest(models.AbstractModel):
    """Backtest a policy over past months, as if it had been in force, and write
    nothing.

    Every day runs the statements of the real review and decision on the ledger as it
    stood on that day. All of it happens inside a savepoint that is rolled back.
    """

    _name = "collection.policy.backtest"
    _description = "Backtest of a Collection Policy"

    @api.model
    def _backtest(self, company, date_from, date_to, policy=None, step_days=1):
        """Count the steps that would have been taken in a period.

        Customers start with nobody having been reminded of anything. Telephone calls
        and letters to approve count as done on their day.

        :param company: res.company record
        :param date date_from: first day of the run
        :param date date_to: last day of the run
        :param policy: collection.policy to try before all others, active or not
        :param int step_days: days between two runs
        :return: list of dicts: date, stage_id, step_count, amount (company currency)
        """
        rows = []
        with self.env["collection.planner"]._dry_run():
            self._forget(company)
            self._put_first(policy)
            day = date_from
            while day <= date_to:
                rows += self._live(company, day)
                day += timedelta(days=step_days)
        return rows

    @api.model
    def _forget(self, company):
        """Start as if nothing had ever been sent or paused; undone by the dry run."""
        self.env.flush_all()
        cases = SQL("SELECT id FROM collection_case WHERE company_id = %s", company.id)
        for statement in (*self._reset_items_sql(cases), *self._reset_cases_sql(cases)):
            self.env.cr.execute(statement)

    @api.model
    def _reset_items_sql(self, cases):
        """:return: SQL statements that take the items of cases back to the start"""
        items = SQL("SELECT id FROM collection_item WHERE case_id IN (%s)", cases)
        return (
            SQL("DELETE FROM collection_item_pause WHERE item_id IN (%s)", items),
            SQL(
                "UPDATE collection_item SET stage_id = NULL, date_stage = NULL,"
                " days_frozen = 0, date_resumed = NULL WHERE case_id IN (%s)",
                cases,
            ),
        )

    @api.model
    def _reset_cases_sql(self, cases):
        """:return: SQL statements that take cases back to the start"""
        return (
            # The limits must not count what was really sent in that time.
            SQL(
                "UPDATE collection_contact SET is_attempt = FALSE,"
                " is_conversation = FALSE WHERE case_id IN (%s)",
                cases,
            ),
            SQL(
                "UPDATE collection_case SET date_last_step = NULL, policy_id = NULL,"
                " date_paused = NULL WHERE id IN (%s)",
                cases,
            ),
            SQL(
                "UPDATE collection_hold SET state = 'ended' WHERE case_id IN (%s)",
                cases,
            ),
        )

    @api.model
    def _put_first(self, policy):
        if policy:
            self.env.cr.execute(
                SQL(
                    "UPDATE collection_policy SET active = TRUE, state = 'active',"
                    " sequence = -1 WHERE id = %s",
                    policy.id,
                )
            )

    @api.model
    def _live(self, company, day):
        """Run one day and count its steps as taken."""
        self.env["collection.review"]._review(company, day, ledger_date=day)
        self.env["collection.decision.statement"]._decide(company, day)
        due = self.env.execute_query_dict(
            SQL(
                "SELECT case_id, stage_id, amount_net"
                " FROM collection_decision_statement WHERE reason = 'due'"
            )
        )
        if not due:
            return []
        stage_by_case = {row["case_id"]: row["stage_id"] for row in due}
        self.env["collection.decision.statement"]._advance_items(
            company, day, stage_by_case
        )
        self.env.cr.execute(
            SQL(
                "UPDATE collection_case SET date_last_step = %s WHERE id = ANY(%s)",
                day,
                list(stage_by_case),
            )
        )
        return self._count(day, due)

    @api.model
    def _count(self, day, due):
        totals = {}
        for row in due:
            total = totals.setdefault(
                row["stage_id"],
                {
                    "date": day,
                    "stage_id": row["stage_id"],
                    "step_count": 0,
                    "amount": 0,
                },
            )
            total["step_count"] += 1
            total["amount"] += row["amount_net"]
        return list(totals.values())
