from odoo import api, models
from odoo.tools import SQL

from ...tools.ageing import NAMES

# What the review copies from the ledger to the columns of the case.
SUMS = (
    "amount_open",
    "amount_overdue",
    *NAMES,
    "amount_held",
    "amount_credit",
    "amount_overdue_open",
    "amount_disputed",
    "amount_promised",
    "amount_planned",
    "amount_stayed",
    "item_count",
)
AMOUNTS = (*SUMS, "date_oldest_due", "stage_id")
PROFILE = (
    "date_customer_since",
    "amount_invoiced",
    "days_late_average",
    "share_on_time",
    "paid_count",
    "date_last_payment",
)
STANDING = (
    *AMOUNTS,
    *PROFILE,
    "policy_id",
    "user_id",
    "amount_collectable",
    "state",
    "date_reviewed",
)


class CollectionCaseFigures(models.AbstractModel):
    """The figures of cases, copied from the ledger by the review. Set-based.

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

        Everything is gathered first and then written at once, and only where it has
        changed: a case has many columns and indexes, and is costly to write.

        :param company: res.company record
        :param date as_of: the day, in the company's time zone
        :param partner_ids: restrict to these commercial partners
        :return: number of cases opened
        """
        self._gather(company, as_of, partner_ids)
        self._update_cases(company, as_of)
        return self._insert_cases(company, as_of)

    @api.model
    def _update_cases(self, company, as_of):
        self.env.cr.execute(
            SQL(
                """
                UPDATE collection_case AS case_ SET %(changes)s
                  FROM (%(standing)s) standing
                 WHERE case_.id = standing.case_id
                   AND (%(old)s) IS DISTINCT FROM (%(new)s)
                """,
                changes=SQL(", ").join(
                    SQL(
                        "%s = %s",
                        SQL.identifier(name),
                        SQL.identifier("standing", name),
                    )
                    for name in STANDING
                ),
                standing=self._standing(company, as_of, is_new=False),
                old=SQL(", ").join(SQL.identifier("case_", name) for name in STANDING),
                new=SQL(", ").join(
                    SQL.identifier("standing", name) for name in STANDING
                ),
            )
        )

    @api.model
    def _insert_cases(self, company, as_of):
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
                  FROM (%(standing)s) standing
                """,
                columns=SQL(", ").join(SQL.identifier(name) for name in STANDING),
                company=company.id,
                currency=company.currency_id.id,
                as_of=as_of,
                standing=self._standing(company, as_of, is_new=True),
            )
        )
        return self.env.cr.rowcount

    @api.model
    def _gather(self, company, as_of, partner_ids):
        """Leave what the ledger says of each customer in a temporary table: those who
        have an open case, and those who get one now because something is open."""
        self.env["collection.review"]._keep(
            "collection_figure", self._gathered(company, as_of, partner_ids)
        )
        statements = (
            # Apart, because PostgreSQL does nothing in parallel that takes numbers.
            SQL(
                """
                UPDATE collection_figure
                   SET case_id = NEXTVAL('collection_case_id_seq')
                 WHERE is_new
                """
            ),
            SQL("ANALYZE collection_figure"),
        )
        for statement in statements:
            self.env.cr.execute(statement)

    @api.model
    def _gathered(self, company, as_of, partner_ids):
        return SQL(
            """
            SELECT case_.id IS NULL AS is_new, case_.id AS case_id,
                   COALESCE(case_.partner_id, amounts.partner_id) AS partner_id,
                   case_.policy_id, case_.user_id, case_.date_last_step,
                   COALESCE(amounts.amount_set_off, 0) AS amount_set_off, %(columns)s
              FROM (
                SELECT * FROM collection_case AS case_
                 WHERE company_id = %(company)s AND state <> 'closed'
                   AND %(restrict)s) case_
              FULL JOIN collection_total amounts
                ON amounts.partner_id = case_.partner_id
              LEFT JOIN (%(history)s) history
                ON history.partner_id = amounts.partner_id
             WHERE case_.id IS NOT NULL OR amounts.item_count > 0
            """,
            columns=self._gathered_columns(),
            company=company.id,
            restrict=self.env["collection.review"]._restrict(partner_ids),
            history=self.env["collection.payment.behavior"]._invoice_history(
                company, as_of, partner_ids
            ),
        )

    @api.model
    def _gathered_columns(self):
        """:return: SQL with figures and profile; who has nothing in the ledger any more
        has no amounts, and keeps the profile"""
        columns = [
            SQL(
                "COALESCE(amounts.%(name)s, 0) AS %(name)s"
                if name in SUMS
                else "amounts.%(name)s",
                name=SQL.identifier(name),
            )
            for name in AMOUNTS
        ]
        columns += [
            SQL(
                "CASE WHEN history.partner_id IS NULL THEN case_.%(name)s"
                " ELSE history.%(name)s END AS %(name)s",
                name=SQL.identifier(name),
            )
            for name in PROFILE
        ]
        return SQL(", ").join(columns)

    @api.model
    def _standing(self, company, as_of, is_new):
        """Say all that is written to a case: its figures, policy, collector, what
        remains to collect and state.

        :param company: res.company record
        :param date as_of: the day, in the company's time zone
        :param bool is_new: the cases to open, or those that are open
        :return: SQL with one row per case
        """
        return SQL(
            """
            SELECT net.*, %(as_of)s::date AS date_reviewed,
                   CASE WHEN amount_open = 0 AND amount_stayed > 0 THEN 'stayed'
                        WHEN hold.case_id IS NOT NULL THEN 'hold'
                        WHEN amount_overdue = 0 THEN 'upcoming'
                        WHEN amount_collectable <= tolerance THEN 'covered'
                        ELSE 'active' END AS state
              FROM (%(net)s) net
              LEFT JOIN (
                SELECT DISTINCT case_id FROM collection_hold
                 WHERE state = 'active' AND scope = 'case') hold
                ON hold.case_id = net.case_id
            """,
            as_of=as_of,
            net=self._net(company, as_of, is_new),
        )

    @api.model
    def _net(self, company, as_of, is_new):
        """:return: SQL with the figures, the policy and what remains to collect"""
        return SQL(
            """
            SELECT figure.case_id, figure.partner_id, choice.policy_id, choice.user_id,
                   %(names)s,
                   GREATEST(figure.amount_overdue_open - %(credit)s, 0)
                       AS amount_collectable, COALESCE(policy.tolerance, 0) AS tolerance
              FROM collection_figure figure
              JOIN (%(choice)s) choice ON choice.case_id = figure.case_id
              LEFT JOIN collection_policy policy ON policy.id = choice.policy_id
             WHERE figure.is_new = %(is_new)s
            """,
            credit=self.env["collection.snapshot"]._credit_sql(
                SQL.identifier("figure", "amount_set_off")
            ),
            names=SQL(", ").join(
                SQL.identifier("figure", name) for name in (*AMOUNTS, *PROFILE)
            ),
            choice=self.env["collection.policy.matching"]._policy_choice(
                company, as_of, is_new
            ),
            is_new=is_new,
        )

    @api.model
    def _refresh_invoices(self, company, partner_ids):
        """The stage on the invoice: the highest of its open items."""
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
                restrict=self.env["collection.review"]._restrict(partner_ids),
            )
        )

    @api.model
    def _refresh_stages(self, company, partner_ids):
        """The stage on the case and on its invoices, after a step was taken."""
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
                     WHERE item.is_open AND item.move_line_id NOT IN (%(stayed)s)
                     GROUP BY item.case_id) reached
                 WHERE case_.id = reached.case_id AND case_.company_id = %(company)s
                   AND case_.stage_id IS DISTINCT FROM reached.stage_id
                   AND %(restrict)s
                """,
                company=company.id,
                stayed=self.env["collection.stay"]._stayed_lines_sql(),
                restrict=self.env["collection.review"]._restrict(partner_ids),
            )
        )
        self._refresh_invoices(company, partner_ids)
