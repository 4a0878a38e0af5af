from odoo import api, models
from odoo.tools import SQL

from .collection_snapshot import OF_CUSTOMERS

# Points for somebody who pays punctually, and for somebody who does not.
PUNCTUAL, LATE = 90, 50


class CollectionPriority(models.AbstractModel):
    """Who comes first, and why: the points of the worklist and of the calls.

    The only place that says so. Set-based; the points are stored with their parts, so
    that the lists sort by them and the screens explain them.
    """

    _name = "collection.priority"
    _description = "Points of the Worklist"

    @api.model
    def _parts_sql(self, as_of):
        """:return: dict of SQL of the points per reason, of ``case_``, ``broken`` and
        ``step``"""
        return {
            "amount": SQL("10 * LOG((case_.amount_collectable + 1)::float8)"),
            "age": SQL(
                "LEAST(GREATEST(%s - case_.date_oldest_due, 0), 120) / 2.0", as_of
            ),
            "broken": SQL("15 * COALESCE(broken.level, 0)"),
            "reply": SQL("10 * (case_.reply_unread IS TRUE)::int"),
            "step": SQL("10 * (step.case_id IS NOT NULL)::int"),
            "profile": SQL(
                """CASE WHEN COALESCE(case_.paid_count, 0) < 3 THEN 0
                        WHEN case_.share_on_time >= %s THEN -5
                        WHEN case_.share_on_time < %s THEN 5 ELSE 0 END""",
                PUNCTUAL,
                LATE,
            ),
            "share": SQL(
                "-20 * (case_.amount_collectable * 50 < case_.amount_invoiced)::int"
            ),
        }

    @api.model
    def _refresh(self, company, as_of, partner_ids=None):
        """Give the open cases of a company their points.

        :param company: res.company record
        :param date as_of: the day, in the company's time zone
        :param partner_ids: restrict to these commercial partners
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE collection_case AS case_
                   SET priority = points.total, priority_parts = points.parts
                  FROM (%s) points
                 WHERE points.case_id = case_.id
                   AND (case_.priority, case_.priority_parts)
                       IS DISTINCT FROM (points.total, points.parts)
                """,
                self._points_sql(company, as_of, partner_ids),
            )
        )
        self.env["collection.case"].invalidate_model(["priority", "priority_parts"])

    @api.model
    def _points_sql(self, company, as_of, partner_ids=None):
        """Count the points of the open cases of a company.

        In: the figures of the cases, broken promises, and steps that wait for a person.
        Out: ``case_id``, ``total``, and ``parts`` as JSON, without what has no points.
        Example: 999.00 to collect, the oldest 40 days late, a reply unread: 30 + 20 +
        10 points, and as parts {"amount": 30, "age": 20, "reply": 10}.

        :param company: res.company record
        :param date as_of: the day, in the company's time zone
        :param partner_ids: restrict to these commercial partners
        """
        parts = self._parts_sql(as_of)
        names = [SQL.identifier("scored", name) for name in parts]
        return SQL(
            """
            SELECT scored.id AS case_id, %(total)s AS total,
                   NULLIF(JSONB_STRIP_NULLS(JSONB_BUILD_OBJECT(%(parts)s)), '{}')
                       AS parts
              FROM (%(scored)s) scored
            """,
            total=SQL(" + ").join(names),
            parts=SQL(", ").join(
                SQL("%s::text, NULLIF(%s, 0)", name, SQL.identifier("scored", name))
                for name in parts
            ),
            scored=self._scored_sql(company, partner_ids, parts),
        )

    @api.model
    def _scored_sql(self, company, partner_ids, parts):
        """:return: SQL with one row per open case and a column per reason; nothing to
        collect has no points"""
        return SQL(
            """
            SELECT case_.id, %(values)s
              FROM collection_case case_
              LEFT JOIN (%(broken)s) broken ON broken.case_id = case_.id
              LEFT JOIN (
                SELECT DISTINCT case_id FROM collection_step
                 WHERE state IN ('todo', 'approve', 'failed')
              ) step ON step.case_id = case_.id
             WHERE case_.company_id = %(company)s AND case_.state <> 'closed'
               AND %(restrict)s
            """,
            broken=self._broken_levels_sql(),
            values=SQL(", ").join(
                SQL(
                    "ROUND(((%s) * (case_.amount_collectable > 0)::int)::numeric)::int"
                    " AS %s",
                    points,
                    SQL.identifier(name),
                )
                for name, points in parts.items()
            ),
            company=company.id,
            restrict=SQL(OF_CUSTOMERS, partners=partner_ids),
        )

    @api.model
    def _broken_levels_sql(self):
        """:return: SQL with the highest level of a broken promise per case, of what is
        still open"""
        return SQL(
            """
            SELECT item.case_id, MAX(promise.level) AS level
              FROM collection_promise promise
              JOIN collection_promise_item_rel rel ON rel.promise_id = promise.id
              JOIN collection_item item ON item.id = rel.item_id
             WHERE promise.state = 'broken' AND item.is_open
             GROUP BY item.case_id
            """
        )
