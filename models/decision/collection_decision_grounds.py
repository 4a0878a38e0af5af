from odoo import api, models
from odoo.tools import SQL


class CollectionDecisionGrounds(models.AbstractModel):
    """What a decision rests on, item by item: the rule that is next, its day, and the
    counts of days that lead there.

    Reads the working tables that the decision has just read, in the same transaction.
    """

    _name = "collection.decision.grounds"
    _description = "Grounds of a Collection Decision"

    @api.model
    def _read(self, as_of):
        """:return: list of dicts per item that is owed, the oldest first, and dict of
            the days per collection.case id before which nothing is sent

        :param date as_of: the day that was decided for
        """
        items = self.env.execute_query_dict(self._items_sql(as_of))
        days = self.env.execute_query_dict(
            SQL(
                "SELECT case_id, date_quiet, date_paused, date_touch, date_call"
                " FROM collection_position"
            )
        )
        return items, {row["case_id"]: row for row in days}

    @api.model
    def _items_sql(self, as_of):
        """Put together what is known of each item.

        In: the snapshot, the items, and what each of them is ready for.
        Out: one row per item that is owed; no next stage where none follows, or where
        nothing is to be collected.
        Example: due on 15 November, at "First reminder" since the 25th; next is "Second
        reminder", ready on 5 December.
        """
        statement = self.env["collection.decision.statement"]
        return SQL(
            """
            WITH %(ctes)s
            SELECT item.case_id, item.id AS item_id, snapshot.status,
                   snapshot.date_maturity, item.stage_id AS reached_id,
                   item.date_stage, COALESCE(item.days_frozen, 0) AS days_frozen,
                   item.date_resumed, ready.stage_id, ready.date_ready
              FROM collection_snapshot snapshot
              JOIN collection_item item ON item.move_line_id = snapshot.move_line_id
              LEFT JOIN ready ON ready.item_id = item.id
             WHERE snapshot.is_debt
             ORDER BY snapshot.date_maturity, item.id
            """,
            ctes=statement._ladder_ctes_sql(as_of, statement._item_states_sql(as_of)),
        )
