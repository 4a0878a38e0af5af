from odoo import api, fields, models


class CollectionPromise(models.Model):
    """What the screens of a promise show beyond its own columns, and its letter."""

    _inherit = "collection.promise"

    move_ids = fields.Many2many(
        "account.move", compute="_compute_move_ids", string="Invoices"
    )
    amount_open = fields.Monetary(
        "Open on these items",
        compute="_compute_amount_open",
        help="From the ledger, now; the disputed part is left out.",
    )
    amount_missing = fields.Monetary("Still to come", compute="_compute_amount_missing")
    date_next = fields.Date("Next date", compute="_compute_date_next")

    @api.depends("item_ids")
    def _compute_move_ids(self):
        for promise in self:
            promise.move_ids = promise.item_ids.move_id

    @api.depends("item_ids")
    def _compute_amount_open(self):
        rows = self.env["collection.exposure"].search(
            [("move_line_id", "in", self.item_ids.move_line_id._origin.ids)]
        )
        by_line = rows.grouped("move_line_id")
        for promise in self:
            own = rows.browse().union(
                *(
                    by_line.get(line, rows.browse())
                    for line in promise.item_ids.move_line_id._origin
                )
            )
            promise.amount_open = sum(
                row.amount_residual_currency - row.amount_disputed for row in own
            )

    @api.depends("amount", "amount_received")
    def _compute_amount_missing(self):
        for promise in self:
            promise.amount_missing = max(promise.amount - promise.amount_received, 0)

    @api.depends("line_ids.date", "line_ids.state")
    def _compute_date_next(self):
        for promise in self:
            lines = promise.line_ids.filtered(lambda line: line.state == "open")
            promise.date_next = min(lines.mapped("date"), default=promise.date_last)

    def action_send_confirmation(self):
        """Send the customer in writing what was agreed; it is filed as a letter."""
        self.check_access("write")
        template = self.env.ref(
            "account_collections.mail_template_promise_confirmation"
        )
        for promise in self:
            self.env["collection.notice"]._send(
                promise, template, promise.item_ids.move_id
            )
            promise.message_post(body=self.env._("The confirmation was sent."))
        return {"type": "ir.actions.act_window_close"}

    def action_print_confirmation(self):
        """Print what was agreed as a letter."""
        return self.env.ref("account_collections.action_report_promise").report_action(
            self
        )

    def action_view_case(self):
        """Open the case."""
        self.ensure_one()
        return self.case_id._get_records_action()
