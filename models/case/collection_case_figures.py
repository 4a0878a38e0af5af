from odoo import api, models
from odoo.tools import SQL

from .collection_snapshot import (
    COVERED,
    FIGURES,
    IS_COVERED,
    OF_CUSTOMERS,
    SET_OFF,
    SUMS,
)

BEHAVIOR = (
    "date_customer_since",
    "amount_invoiced",
    "days_late_average",
    "share_on_time",
    "paid_count",
    "date_last_payment",
)
# All that the review writes to a case.
CASE_COLUMNS = (
    *FIGURES,
    *BEHAVIOR,
    "policy_id",
    "user_id",
    "amount_collectable",
    "state",
    "date_reviewed",
)


# What is left of these after credits, where the policy nets: the column that says it,
# or what to take off.
LEFT = {"date_oldest_due": "date_oldest_left", "stage_id": "stage_left_id"}
LESS = {**COVERED, "amount_overdue": "amount_overdue_covered"}


class CollectionCaseFigures(models.AbstractModel):
    """The figures of cases, copied from the ledger by the review. Set-based.

    What is overdue, how old it is and the stage shown are those of what open credits
    leave, where the policy nets; what is open is the ledger's, with the credits beside
    it.

    They serve lists, charts and the choice of the policy; nothing is ever sent on the
    strength of a stored figure. All amounts are in the company's currency.

    The rows that the review and the plan write name nobody as their author: nobody in
    particular made them, and PostgreSQL would check each name.
    """

    _name = "collection.case.figures"
    _description = "Figures of Collection Cases"

    @api.model
    def _refresh(self, company, as_of, partner_ids):
        """Open cases, and bring figures, policy and state of the open ones up to date.

        Everything is collected first and then written at once, and only where it has
        changed: a case has many columns and indexes, and is costly to write.

        :param company: res.company record
        :param date as_of: the day, in the company's time zone
        :param partner_ids: restrict to these commercial partners
        :return: number of cases opened
        """
        self._collect(company, as_of, partner_ids)
        self._update_cases(company, as_of)
        return self._insert_cases(company, as_of)

    @api.model
    def _update_cases(self, company, as_of):
        """Write the open cases.

        In: the values of the cases that are open already.
        Out: the same on ``collection_case``, where anything of it has changed.
        Example: yesterday 100.00 were open and overdue, today the same: only the day of
        the review is written.
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE collection_case AS case_ SET %(changes)s
                  FROM (%(found)s) found
                 WHERE case_.id = found.case_id
                   AND (%(old)s) IS DISTINCT FROM (%(new)s)
                """,
                changes=SQL(", ").join(
                    SQL("%s = %s", SQL.identifier(name), SQL.identifier("found", name))
                    for name in CASE_COLUMNS
                ),
                found=self._values_sql(company, as_of, is_new=False),
                old=self._columns_sql("case_", CASE_COLUMNS),
                new=self._columns_sql("found", CASE_COLUMNS),
            )
        )

    @api.model
    def _insert_cases(self, company, as_of):
        """Open cases.

        In: the values of the cases to open.
        Out: rows of ``collection_case``.
        Example: a first invoice of 100.00, due next month: case C000123, "not yet due".
        """
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO collection_case (
                    id, name, company_id, currency_id, partner_id, date_opened,
                    reply_unread, create_date, write_date, %(columns)s)
                SELECT case_id,
                       'C' || LPAD(case_id::text,
                                   GREATEST(6, LENGTH(case_id::text)), '0'),
                       %(company)s, %(currency)s, partner_id, %(as_of)s, FALSE,
                       NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC', %(columns)s
                  FROM (%(found)s) found
                """,
                columns=SQL(", ").join(SQL.identifier(name) for name in CASE_COLUMNS),
                company=company.id,
                currency=company.currency_id.id,
                as_of=as_of,
                found=self._values_sql(company, as_of, is_new=True),
            )
        )
        return self.env.cr.rowcount

    @api.model
    def _columns_sql(self, alias, names):
        """:return: SQL list of the columns of a table"""
        return SQL(", ").join(SQL.identifier(alias, name) for name in names)

    @api.model
    def _collect(self, company, as_of, partner_ids):
        """Collect what the ledger says of each customer: those who have an open case,
        and those who get one now because something is open."""
        figures = self._figures_sql(company, as_of, partner_ids)
        self.env["collection.snapshot"]._fill(
            is_whole=partner_ids is None, collection_figure=figures
        )
        # Apart, because PostgreSQL does nothing in parallel that takes numbers.
        self.env.cr.execute(
            SQL(
                """
                UPDATE collection_figure
                   SET case_id = NEXTVAL('collection_case_id_seq')
                 WHERE is_new
                """
            )
        )

    @api.model
    def _figures_sql(self, company, as_of, partner_ids):
        """Put together the sums of a customer, the payment behavior, and the case.

        In: ``collection_total``, the open cases, and the receivables of two years.
        Out: ``collection_figure``.
        Example: the customer of a case paid all last month, and has no sums any more:
        a row of zeros, with the payment behavior that the case knows already.
        """
        return SQL(
            """
            SELECT case_.id IS NULL AS is_new, case_.id AS case_id,
                   COALESCE(case_.partner_id, total.partner_id) AS partner_id,
                   case_.policy_id, case_.user_id, case_.date_last_step,
                   COALESCE(total.amount_set_off, 0) AS amount_set_off,
                   total.date_oldest_left, %(covered)s, %(columns)s
              FROM (
                SELECT * FROM collection_case AS case_
                 WHERE company_id = %(company)s AND state <> 'closed'
                   AND %(restrict)s) case_
              FULL JOIN collection_total total ON total.partner_id = case_.partner_id
              LEFT JOIN (%(history)s) history
                ON history.partner_id = total.partner_id
              LEFT JOIN (%(covered_sums)s) covered
                ON covered.partner_id = total.partner_id
             WHERE case_.id IS NOT NULL OR total.item_count > 0
            """,
            columns=self._figure_columns_sql(),
            covered=self._covered_columns_sql(),
            covered_sums=self.env["collection.snapshot"]._covered_sums_sql(as_of),
            company=company.id,
            restrict=SQL(OF_CUSTOMERS, partners=partner_ids),
            history=self.env["collection.payment.behavior"]._history_sql(
                company, as_of, partner_ids
            ),
        )

    @api.model
    def _covered_columns_sql(self):
        """:return: SQL with what credits cover, and the stage of what they leave"""
        columns = [
            SQL("COALESCE(covered.%(name)s, 0) AS %(name)s", name=SQL.identifier(name))
            for name in LESS.values()
        ]
        stage = SQL(
            "CASE WHEN covered.partner_id IS NULL THEN total.stage_id"
            " ELSE covered.stage_left_id END AS stage_left_id"
        )
        return SQL(", ").join([*columns, stage])

    @api.model
    def _figure_columns_sql(self):
        """:return: SQL with sums and behavior; who has nothing in the ledger any more
        has no sums, and keeps the behavior"""
        columns = [
            SQL(
                "COALESCE(total.%(name)s, 0) AS %(name)s"
                if name in SUMS
                else "total.%(name)s",
                name=SQL.identifier(name),
            )
            for name in FIGURES
        ]
        columns += [
            SQL(
                "CASE WHEN history.partner_id IS NULL THEN case_.%(name)s"
                " ELSE history.%(name)s END AS %(name)s",
                name=SQL.identifier(name),
            )
            for name in BEHAVIOR
        ]
        return SQL(", ").join(columns)

    @api.model
    def _values_sql(self, company, as_of, is_new):
        """Say all that is written to a case: its figures, policy, collector, what
        remains to collect and state.

        In: ``collection_figure`` with policy and what remains, and the holds.
        Out: one row per case.
        Example: overdue are 100.00, credits of 95.00 are set off and the tolerance is
        10.00: 5.00 to collect, "covered".

        :param company: res.company record
        :param date as_of: the day, in the company's time zone
        :param bool is_new: the cases to open, or those that are open
        """
        return SQL(
            """
            SELECT figure.*, %(as_of)s::date AS date_reviewed,
                   CASE WHEN amount_open = 0 AND amount_stayed > 0 THEN 'stayed'
                        WHEN hold.case_id IS NOT NULL THEN 'hold'
                        WHEN NOT is_late THEN 'upcoming'
                        WHEN amount_collectable <= tolerance THEN 'covered'
                        ELSE 'active' END AS state
              FROM (%(collectable)s) figure
              LEFT JOIN (
                SELECT DISTINCT case_id FROM collection_hold
                 WHERE state = 'active' AND scope = 'case') hold
                ON hold.case_id = figure.case_id
            """,
            as_of=as_of,
            collectable=self._collectable_sql(company, as_of, is_new),
        )

    @api.model
    def _collectable_sql(self, company, as_of, is_new):
        """:return: SQL with the figures, the policy and what remains to collect: of the
        overdue, what may be asked for, less open credits where the policy nets; what
        these cover is not late"""
        return SQL(
            """
            SELECT figure.case_id, figure.partner_id, choice.policy_id, choice.user_id,
                   %(names)s, figure.amount_overdue > 0 AS is_late,
                   GREATEST(figure.amount_overdue_open - %(credit)s, 0)
                       AS amount_collectable, COALESCE(policy.tolerance, 0) AS tolerance
              FROM collection_figure figure
              JOIN (%(choice)s) choice ON choice.case_id = figure.case_id
              LEFT JOIN collection_policy policy ON policy.id = choice.policy_id
             WHERE figure.is_new = %(is_new)s
            """,
            credit=SQL(SET_OFF, SQL.identifier("figure", "amount_set_off")),
            names=SQL(", ").join(map(self._left_sql, (*FIGURES, *BEHAVIOR))),
            choice=self.env["collection.policy.matching"]._choice_sql(
                company, as_of, is_new
            ),
            is_new=is_new,
        )

    @api.model
    def _left_sql(self, name):
        """:return: SQL column with a figure, after credits where the policy nets"""
        column = SQL.identifier("figure", name)
        if name in LEFT:
            column = SQL(
                "CASE WHEN COALESCE(policy.net_credits, TRUE) THEN %s ELSE %s END",
                SQL.identifier("figure", LEFT[name]),
                column,
            )
        elif name in LESS:
            less = SQL(SET_OFF, SQL.identifier("figure", LESS[name]))
            column = SQL("%s - %s", column, less)
        return SQL("%s AS %s", column, SQL.identifier(name))

    @api.model
    def _refresh_invoices(self, company, restrict):
        """The stage on the invoice: the highest of its open items.

        In: the items of the customers and the stages they have reached.
        Out: ``collection_stage_id`` of the invoices, where it is another.
        Example: of two installments one is at stage 2, the other at 1: stage 2.

        :param company: res.company record
        :param SQL restrict: condition on ``case_``
        """
        self.env.cr.execute(
            SQL(
                """
                WITH reached AS MATERIALIZED (
                    SELECT line.move_id, (ARRAY_AGG(item.stage_id
                               ORDER BY stage.sequence DESC)
                               FILTER (WHERE item.is_open))[1] AS stage_id
                      FROM collection_item item
                      JOIN collection_case case_ ON case_.id = item.case_id
                      JOIN collection_stage stage ON stage.id = item.stage_id
                      JOIN account_move_line line ON line.id = item.move_line_id
                     WHERE case_.company_id = %(company)s AND %(restrict)s
                     GROUP BY line.move_id)
                UPDATE account_move AS move
                   SET collection_stage_id = reached.stage_id
                  FROM reached
                 WHERE move.id = reached.move_id
                   AND move.collection_stage_id IS DISTINCT FROM reached.stage_id
                """,
                company=company.id,
                restrict=restrict,
            )
        )

    @api.model
    def _refresh_stages(self, company, restrict):
        """The stage on the case and on its invoices, after a step was taken.

        In: the open items that are neither stayed nor covered by credits where the
        policy nets, as the snapshot has them, and the stages they have reached.
        Out: ``stage_id`` of the cases, where it is another.
        Example: the items of a case are at stage 1 and 3: stage 3.

        :param company: res.company record
        :param SQL restrict: condition on ``case_``
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE collection_case AS case_
                   SET stage_id = reached.stage_id
                  FROM (
                    SELECT item.case_id, (ARRAY_AGG(item.stage_id
                               ORDER BY stage.sequence DESC))[1] AS stage_id
                      FROM collection_item item
                      JOIN collection_stage stage ON stage.id = item.stage_id
                      JOIN collection_policy policy ON policy.id = stage.policy_id
                     WHERE item.is_open AND item.move_line_id NOT IN (%(stayed)s)
                       AND NOT (policy.net_credits AND item.move_line_id IN (
                            SELECT move_line_id FROM collection_snapshot
                             WHERE amount_covered > 0 AND %(is_covered)s))
                     GROUP BY item.case_id) reached
                 WHERE case_.id = reached.case_id AND case_.company_id = %(company)s
                   AND case_.stage_id IS DISTINCT FROM reached.stage_id
                   AND %(restrict)s
                """,
                company=company.id,
                stayed=self.env["collection.stay"]._stayed_lines_sql(),
                is_covered=IS_COVERED,
                restrict=restrict,
            )
        )
        self._refresh_invoices(company, restrict)
