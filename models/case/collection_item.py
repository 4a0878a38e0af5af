from odoo import api, fields, models
from odoo.tools import SQL

from ..common.fields import Many2oneNoFK
from ..ledger.collection_exposure import STATUSES


class CollectionItem(models.Model):
    """A due item in a case, and the stage it has reached.

    One row per receivable journal item, made by the review and kept when the item is
    settled: undoing the payment brings the item back with the stage it had. Amounts
    are not stored here; they come from the ledger through ``collection.exposure``.
    """

    _name = "collection.item"
    _description = "Collection Item"
    _order = "date_maturity, id"
    _rec_name = "move_line_id"
    # Written by the review by the hundred thousand; who and when stand on the run.
    _log_access = False

    # A journal item that is deleted takes its item along; what escapes even so is
    # settled by the next review, because it is not in the ledger any more.
    move_line_id = Many2oneNoFK(
        "account.move.line", "Due item", required=True, ondelete="cascade"
    )
    move_id = fields.Many2one(related="move_line_id.move_id", string="Invoice")
    # The review writes the ids of cases it has just read, and a case cannot be deleted.
    case_id = Many2oneNoFK(
        "collection.case", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="case_id.company_id")
    partner_id = fields.Many2one(related="case_id.partner_id")

    date_maturity = fields.Date("Due date", index=False, readonly=True)
    stage_id = Many2oneNoFK("collection.stage", "Stage reached")
    date_stage = fields.Date("Reached on")
    days_frozen = fields.Integer(
        help="Days on hold since the stage was reached; they do not count as waiting."
    )
    date_resumed = fields.Date(
        help="Day on which the last hold, dispute or promise ended."
    )
    is_open = fields.Boolean(default=True)
    date_settled = fields.Date()

    currency_id = fields.Many2one(related="move_line_id.currency_id")
    amount_residual_currency = fields.Monetary(
        related="move_line_id.amount_residual_currency", string="Open"
    )
    amount_total = fields.Monetary(
        related="move_line_id.amount_currency", string="Amount"
    )
    days_late = fields.Integer(compute="_compute_exposure")
    status = fields.Selection(STATUSES, compute="_compute_exposure")

    _move_line_unique = models.Constraint(
        "UNIQUE (move_line_id)", "A journal item is collected in one case only."
    )

    def _resume(self, day, frozen_since=None):
        """Collect these items again, from the day after on: what has just been
        clarified or waited for is not followed by a letter on the same day.

        A hold, an installment plan and a stay freeze: their days do not count as
        waiting. A promise and a dispute do not: the ladder goes on where it stood.

        :param date day: the day, in the company's time zone
        :param date frozen_since: the first day of what has frozen them
        """
        # Whoever may end the pause resumes its items, which nobody writes by hand.
        items = self.sudo()
        items.date_resumed = day
        items.flush_recordset(["date_resumed"])
        if frozen_since:
            items._freeze_days(frozen_since, day)

    @api.model
    def _lower(self, day, rows):
        """Give items the stage back that they had before a step that was none after
        all; what has been raised further since stays.

        :param date day: of the step
        :param list rows: (item id, stage id, its day, the day it was last resumed, the
            stage id it was raised to) per item
        """
        self.env["collection.item"].flush_model()
        columns = [list(column) for column in zip(*rows, strict=True)]
        lowered = self.env.execute_query(
            SQL(
                """
                UPDATE collection_item item
                   SET stage_id = before.stage_id, date_stage = before.date_stage,
                       days_frozen = 0,
                       date_resumed = COALESCE(item.date_resumed, before.date_resumed)
                  FROM UNNEST(%s::int[], %s::int[], %s::date[], %s::date[], %s::int[])
                       before(id, stage_id, date_stage, date_resumed, raised_id)
                 WHERE item.id = before.id AND item.date_stage = %s
                   AND item.stage_id = before.raised_id
                RETURNING item.id
                """,
                *columns,
                day,
            )
        )
        items = self.browse(item_id for [item_id] in lowered)
        items.invalidate_recordset()
        items._clear_invoice_stages()
        # Their clock is that of the earlier stage again, and counts its pauses.
        items._count_frozen_days()

    def _clear_invoice_stages(self):
        """Show no stage on the invoices that have none any more; the column is ours."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE account_move move SET collection_stage_id = NULL
                  FROM account_move_line line
                  JOIN collection_item item ON item.move_line_id = line.id
                 WHERE move.id = line.move_id AND item.id = ANY(%s)
                   AND item.stage_id IS NULL
                """,
                self.ids,
            )
        )

    def _freeze_days(self, start, end):
        """Write down that these items were frozen.

        :param date start: the first day
        :param date end: the day on which they were not any more
        """
        if not self or end <= start:
            return
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO collection_item_pause (item_id, date_start, date_end)
                SELECT item_id, %s, %s FROM UNNEST(%s) AS paused(item_id)
                """,
                start,
                end,
                self.ids,
            )
        )
        self._count_frozen_days()

    def _count_frozen_days(self):
        """Count the frozen days anew, from all the pauses there were."""
        if not self:
            return
        self.env["collection.item"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE collection_item AS item SET days_frozen = frozen.days
                  FROM (%s) frozen
                 WHERE frozen.item_id = item.id
                   AND item.days_frozen IS DISTINCT FROM frozen.days
                """,
                self.env["collection.item.pause"]._frozen_sql(self.ids),
            )
        )
        self.invalidate_recordset(["days_frozen"])

    @api.depends("date_maturity", "is_open")
    @api.depends_context("collection_as_of")
    def _compute_exposure(self):
        rows = self.env["collection.exposure"].search(
            [("move_line_id", "in", self.move_line_id.ids)]
        )
        by_line = rows.grouped("move_line_id")
        for item in self:
            row = by_line.get(item.move_line_id, rows.browse())
            item.days_late = row.days_late
            item.status = row.status
