from odoo import api, fields, models
from odoo.tools import SQL


class CollectionItemPause(models.Model):
    """Time in which a due item was frozen: a hold, an installment plan or a stay that
    has ended.

    One row per item and pause, written when the pause ends. Pauses overlap, end in any
    order, and a petition is recorded later than it was filed; so the frozen days are
    counted from all pauses of an item at once, and each day once.
    """

    _name = "collection.item.pause"
    _description = "Pause of a Collection Item"
    _order = "date_start, id"
    # Written for all items of a case at once; who ended the pause stands there.
    _log_access = False

    item_id = fields.Many2one(
        "collection.item", required=True, index=True, ondelete="cascade"
    )
    date_start = fields.Date("First day", required=True)
    date_end = fields.Date("Resumed on", required=True)

    @api.model
    def _frozen_sql(self, item_ids):
        """Count the frozen days of items since their clock began: the day on which they
        reached their stage, or their due date if they were never reminded of, so that a
        pause does not put off what was not yet due.

        In: a stage reached on day 0, a plan from day 0 to 30, a hold from day 10 to 40.
        Out: 40; the hold adds the days after the plan only, from 30 on.

        :param list item_ids: ids of collection.item records
        :return: SQL with item_id and days, for items that have been paused
        """
        return SQL(
            """
            SELECT item_id, SUM(GREATEST(date_end - GREATEST(
                       date_start, date_clock, date_counted), 0))::int AS days
              FROM (
                SELECT pause.item_id, pause.date_start, pause.date_end,
                       COALESCE(item.date_stage, item.date_maturity) AS date_clock,
                       -- Up to here the pauses that began earlier have counted.
                       MAX(pause.date_end) OVER earlier AS date_counted
                  FROM collection_item_pause pause
                  JOIN collection_item item ON item.id = pause.item_id
                 WHERE item.id = ANY(%s)
                WINDOW earlier AS (PARTITION BY pause.item_id
                    ORDER BY pause.date_start, pause.id
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) pause
             GROUP BY item_id
            """,
            item_ids,
        )
