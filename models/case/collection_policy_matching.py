from odoo import api, models
from odoo.tools import SQL

# What credits leave of the overdue, where this very policy nets.
OVERDUE_LEFT = SQL(
    "(figure.amount_overdue - CASE WHEN policy.net_credits"
    " THEN figure.amount_overdue_covered ELSE 0 END)"
)


class CollectionPolicyMatching(models.AbstractModel):
    """Which policy a case follows. Set-based."""

    _name = "collection.policy.matching"
    _description = "Choice of the Collection Policy"

    @api.model
    def _choice_sql(self, company, as_of, is_new):
        """Give each case its policy: the one fixed on the customer, else, as long as
        nothing overdue was reminded, the first whose criteria the customer meets. A
        ladder is not swapped under a customer who is already on it; a courtesy before
        the due date is not a rung that binds.

        In: ``collection_figure``, the customers, and the policies by their order.
        Out: policy and collector per case; no policy where none fits, and nobody who
        has left.
        Example: the first policy asks for 12 months of custom and this customer came in
        spring: the second, which asks for nothing.
        """
        return SQL(
            """
            SELECT figure.case_id, policy.id AS policy_id,
                   %(collector)s AS user_id
              FROM collection_figure figure
              JOIN res_partner partner ON partner.id = figure.partner_id
              LEFT JOIN collection_stage reached ON reached.id = figure.stage_id
              LEFT JOIN LATERAL (
                SELECT policy.id, policy.user_id FROM collection_policy policy
                 WHERE policy.company_id = %(company)s
                   AND (policy.id = %(fixed)s
                        OR policy.id = figure.policy_id
                           AND COALESCE(reached.days, -1) >= 0
                        OR policy.active AND policy.state = 'active'
                           AND %(criteria)s)
                 ORDER BY policy.id = %(fixed)s DESC NULLS LAST,
                          (policy.id = figure.policy_id
                           AND COALESCE(reached.days, -1) >= 0) DESC NULLS LAST,
                          policy.sequence, policy.id
                 LIMIT 1) policy ON TRUE
             WHERE figure.is_new = %(is_new)s
            """,
            is_new=is_new,
            fixed=SQL("(partner.collection_policy_id ->> %s)::int", str(company.id)),
            collector=self._collector_sql(company),
            company=company.id,
            criteria=self._criteria_sql(as_of, OVERDUE_LEFT),
        )

    @api.model
    def _collector_sql(self, company):
        """:return: SQL of who works the case: its collector, else the customer's, else
        the policy's; nobody who has left"""
        return SQL(
            """
            (SELECT collector.id FROM res_users collector
              WHERE collector.active
                AND collector.id IN (figure.user_id, %(customers)s, policy.user_id)
              ORDER BY collector.id = figure.user_id DESC NULLS LAST,
                       collector.id = %(customers)s DESC NULLS LAST
              LIMIT 1)
            """,
            customers=SQL("(partner.collection_user_id ->> %s)::int", str(company.id)),
        )

    @api.model
    def _count_takeover(self, policy):
        """Count the customers that a policy would take over if it were in use, by the
        figures of the last review.

        In: open cases of which nothing overdue was reminded, with the policy they have.
        Out: how many of them meet the criteria, per policy, where that comes later.
        Example: a draft for France before "Default": the 12 customers there who follow
        "Default"; not those whom "Key accounts", which comes before it, has.

        :param policy: collection.policy record
        :return: dict of numbers per collection.policy record, which may be empty
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT own.id, COUNT(*)
                  FROM collection_case figure
                  JOIN collection_policy policy ON policy.id = %(policy)s
                  JOIN res_partner partner ON partner.id = figure.partner_id
                  LEFT JOIN collection_policy own ON own.id = figure.policy_id
                  LEFT JOIN collection_stage reached ON reached.id = figure.stage_id
                 WHERE figure.company_id = %(company)s AND figure.state <> 'closed'
                   AND partner.collection_policy_id ->> %(key)s IS NULL
                   AND (own.id IS NULL
                        OR COALESCE(reached.days, -1) < 0
                           AND (policy.sequence, policy.id) < (own.sequence, own.id))
                   AND %(criteria)s
                 GROUP BY own.id, own.sequence
                 ORDER BY own.sequence, own.id
                """,
                policy=policy.id,
                company=policy.company_id.id,
                key=str(policy.company_id.id),
                criteria=self._criteria_sql(
                    policy.company_id._get_collection_today(),
                    SQL("figure.amount_overdue"),
                ),
            )
        )
        policies = self.env["collection.policy"]
        return {policies.browse(id_ or ()): count for id_, count in rows}

    @api.model
    def _criteria_sql(self, as_of, overdue):
        """:return: SQL condition: the case meets the criteria of the policy"""
        return SQL(
            """
            (%(who)s AND %(overdue)s >= policy.overdue_min
             AND (policy.overdue_max = 0 OR %(overdue)s < policy.overdue_max)
             AND (policy.overdue_ratio_max = 0 OR %(overdue)s * 100
                  <= policy.overdue_ratio_max * figure.amount_invoiced)
             AND %(tags)s AND %(countries)s)
            """,
            who=self._who_sql(as_of),
            overdue=overdue,
            tags=self._tags_sql(),
            countries=self._relation_sql(
                "collection_policy_res_country_rel",
                SQL("rel.res_country_id = partner.country_id"),
            ),
        )

    @api.model
    def _who_sql(self, as_of):
        """Tenure and turnover, of which one may be enough; a condition that is not set
        is met in "and" and does not exist in "or"."""
        return SQL(
            """
            CASE WHEN policy.turnover_operator = 'or'
                      AND policy.tenure_min + policy.tenure_max > 0
                      AND policy.turnover_min + policy.turnover_max > 0
                 THEN %(tenure)s OR %(turnover)s
                 ELSE (policy.tenure_min + policy.tenure_max = 0 OR %(tenure)s)
                      AND (policy.turnover_min + policy.turnover_max = 0
                           OR %(turnover)s) END
            """,
            tenure=self._tenure_sql(as_of),
            turnover=self._turnover_sql(),
        )

    @api.model
    def _tags_sql(self):
        return self._relation_sql(
            "collection_policy_res_partner_category_rel",
            SQL(
                """rel.res_partner_category_id IN (
                    SELECT category_id FROM res_partner_res_partner_category_rel tag
                     WHERE tag.partner_id = partner.id)"""
            ),
        )

    @api.model
    def _tenure_sql(self, as_of):
        return SQL(
            """(figure.date_customer_since
                    <= %(as_of)s::date - policy.tenure_min * INTERVAL '1 month'
                AND (policy.tenure_max = 0 OR figure.date_customer_since
                    > %(as_of)s::date - policy.tenure_max * INTERVAL '1 month'))""",
            as_of=as_of,
        )

    @api.model
    def _turnover_sql(self):
        return SQL(
            """(figure.amount_invoiced >= policy.turnover_min
                AND (policy.turnover_max = 0
                     OR figure.amount_invoiced < policy.turnover_max))"""
        )

    @api.model
    def _relation_sql(self, table, condition):
        """:return: SQL: the policy names none of this kind, or one that fits"""
        table = SQL.identifier(table)
        return SQL(
            """(NOT EXISTS (SELECT FROM %(table)s rel
                             WHERE rel.collection_policy_id = policy.id)
                OR EXISTS (SELECT FROM %(table)s rel
                            WHERE rel.collection_policy_id = policy.id
                              AND %(condition)s))""",
            table=table,
            condition=condition,
        )

    @api.model
    def _match_stages(self, company, restrict):
        """Items of a case with another policy: the stage of the new ladder that is no
        later than the one reached, so that nobody jumps ahead nor starts again.

        In: the open items, the policy of the case now, and the stage they reached.
        Out: a stage of that policy on the items.
        Example: reached was "2nd reminder, day 20" and the new ladder has stages on the
        days 5, 15 and 30: the one of day 15.
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE collection_item item
                   SET stage_id = (
                        SELECT stage.id FROM collection_stage stage
                         WHERE stage.policy_id = case_.policy_id AND stage.active
                           AND stage.days <= old.days
                         ORDER BY stage.sequence DESC LIMIT 1)
                  FROM collection_case case_, collection_stage old
                 WHERE case_.id = item.case_id AND old.id = item.stage_id
                   AND item.is_open AND case_.company_id = %(company)s
                   AND case_.policy_id IS NOT NULL
                   AND old.policy_id <> case_.policy_id AND %(restrict)s
                """,
                company=company.id,
                restrict=restrict,
            )
        )
        if self.env.cr.rowcount:
            self.env["collection.snapshot"]._refresh()
            self._forget_old_stages(company, restrict)
            self.env["collection.case.figures"]._refresh_stages(company, restrict)

    @api.model
    def _forget_old_stages(self, company, restrict):
        """Cases and invoices no longer show a stage of a policy they left.

        In: the stages that cases and invoices show, and the policy of the case.
        Out: no stage, where it is of another policy.
        Example: a case went from "Gentle" to "Firm" before any item reached a stage
        there: it shows none until one does.
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE collection_case AS case_ SET stage_id = NULL
                  FROM collection_stage old
                 WHERE old.id = case_.stage_id AND old.policy_id <> case_.policy_id
                   AND case_.company_id = %(company)s AND %(restrict)s
                """,
                company=company.id,
                restrict=restrict,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE account_move AS move SET collection_stage_id = NULL
                  FROM collection_stage old, account_move_line line,
                       collection_item item, collection_case case_
                 WHERE old.id = move.collection_stage_id AND line.move_id = move.id
                   AND item.move_line_id = line.id AND case_.id = item.case_id
                   AND old.policy_id <> case_.policy_id
                   AND case_.company_id = %(company)s AND %(restrict)s
                """,
                company=company.id,
                restrict=restrict,
            )
        )
