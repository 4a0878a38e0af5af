from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date, format_datetime

from ..models.collection_promise import MEANS
from ..tools.working_days import next_working_day

# Outcomes after which reminders can be paused, and the reason that is kept.
PAUSES = {
    "paid_already": "reason_hold_promise",
    "hardship": "reason_hold_hardship",
    "plan_wanted": "reason_hold_hardship",
    "insolvency": "reason_hold_insolvency",
}


class CollectionContactLog(models.TransientModel):
    """What each outcome asks for, and what it sets going."""

    _inherit = "collection.contact.log"

    promise_item_ids = fields.Many2many(
        "collection.item",
        "collection_contact_log_item_rel",
        string="For",
        domain="[('case_id', '=', case_id), ('is_open', '=', True)]",
    )
    promise_currency_id = fields.Many2one(
        "res.currency", compute="_compute_promise_currency_id"
    )
    promise_line_ids = fields.One2many(
        "collection.contact.log.date", "log_id", "Promised dates"
    )
    promise_means = fields.Selection(MEANS, "Paid by", default="transfer")
    dispute_move_id = fields.Many2one(
        "account.move", "Disputed invoice", domain="[('id', 'in', move_ids)]"
    )
    dispute_currency_id = fields.Many2one(
        related="dispute_move_id.currency_id", string="Currency of the invoice"
    )
    dispute_amount = fields.Monetary(
        "Disputed amount", currency_field="dispute_currency_id"
    )
    dispute_reason_id = fields.Many2one(
        "collection.reason", "Reason", domain="[('kind', '=', 'dispute')]"
    )
    call_back_at = fields.Datetime("Call back at")
    new_phone = fields.Char("Right number", help="If somebody told you.")
    paid_date = fields.Date("Paid on")
    paid_amount = fields.Monetary("Amount paid")
    insolvency_reference = fields.Char("Court and number")
    insolvency_date = fields.Date("Filed on")
    pause_until = fields.Date(
        "Pause reminders until", help="On that day the pause comes up for review."
    )
    date_follow_up = fields.Date("Follow up on")
    follow_up = fields.Char("To do then")

    @api.depends("promise_item_ids", "case_id")
    def _compute_promise_currency_id(self):
        for log in self:
            currencies = log.promise_item_ids.currency_id
            log.promise_currency_id = currencies[:1] or log.case_id.currency_id

    @api.onchange("outcome")
    def _onchange_outcome(self):
        """Propose what the outcome usually means."""
        today = self.env.company._get_collection_today()
        days = {"paid_already": 7, "hardship": 14, "plan_wanted": 7, "insolvency": 30}
        pause = days.get(self.outcome)
        self.pause_until = pause and fields.Date.add(today, days=pause)
        if self.outcome == "promise" and not self.promise_item_ids:
            self.promise_item_ids = self.case_id._get_promisable_items()
            self._onchange_promise_item_ids()
        if self.outcome == "dispute" and len(self._get_disputable()) == 1:
            self.dispute_move_id = self._get_disputable()
            self._onchange_dispute_move_id()
        if self.outcome == "paid_already":
            self.paid_date = self.paid_date or today
        if self.outcome == "call_back" and not self.call_back_at:
            self.call_back_at = self._propose_call_back()

    def _propose_call_back(self):
        """:return: this hour of the next day on which, and at which, calls are made"""
        moment = self.env.company._get_collection_moment()
        return self.env["collection.guard"]._find_call_back(
            self.case_id._origin,
            fields.Datetime.add(moment, days=1),
            self.partner_id._origin or self.case_id.partner_id,
        )

    @api.onchange("promise_item_ids")
    def _onchange_promise_item_ids(self):
        """Propose to pay all of it in a week."""
        if len(self.promise_line_ids) > 1:
            return
        lines = self.promise_item_ids.move_line_id._origin.ids
        rows = self.env["collection.exposure"].search([("move_line_id", "in", lines)])
        today = self.env.company._get_collection_today()
        day = self.promise_line_ids.date or next_working_day(
            fields.Date.add(today, days=7)
        )
        total = sum(row.amount_residual_currency - row.amount_disputed for row in rows)
        self.promise_line_ids = [
            Command.clear(),
            *([Command.create({"date": day, "amount": total})] if total else []),
        ]

    @api.onchange("dispute_move_id")
    def _onchange_dispute_move_id(self):
        """Propose all that is open on the invoice."""
        rows = self.case_id.exposure_ids.filtered(
            lambda row: row.move_id == self.dispute_move_id._origin
        )
        self.dispute_amount = sum(rows.mapped("amount_due"))

    def _get_disputable(self):
        return self.case_id.exposure_ids.move_id.filtered(
            lambda move: move.is_sale_document(include_receipts=True)
        )

    # ------------------------------------------------------------------
    # The entry
    # ------------------------------------------------------------------

    def _get_moves(self):
        """:return: the invoices that the entry is about"""
        if self.outcome == "promise" and self.promise_item_ids:
            return self.promise_item_ids.move_id
        if self.outcome == "dispute" and self.dispute_move_id:
            return self.dispute_move_id
        return self.case_id.exposure_ids.move_id

    def _get_note(self):
        """:return: what the collector wrote, and what the outcome's fields say"""
        return "\n".join(filter(None, (self.note, *self._get_details()))) or False

    def _get_details(self):
        if self.outcome == "paid_already" and self.paid_date:
            means = dict(self._fields["promise_means"]._description_selection(self.env))
            return [
                self.env._(
                    "Says it was paid on %(day)s by %(means)s: %(amount)s.",
                    day=format_date(self.env, self.paid_date),
                    means=means.get(self.promise_means, ""),
                    amount=self.currency_id.format(self.paid_amount)
                    if self.paid_amount
                    else self.env._("amount not named"),
                )
            ]
        if self.outcome == "call_back" and self.call_back_at:
            return [self._get_call_back_text()]
        if self.outcome == "wrong_number":
            return [
                self.phone and self.env._("Wrong: %s.", self.phone),
                self.new_phone and self.env._("Right: %s.", self.new_phone),
            ]
        if self.outcome == "insolvency":
            day = self.insolvency_date
            return [
                self.insolvency_reference
                and self.env._("Court and number: %s.", self.insolvency_reference),
                day and self.env._("Filed on %s.", format_date(self.env, day)),
            ]
        return []

    def _get_call_back_text(self):
        when = format_datetime(self.env, self.call_back_at, dt_format="short")
        return self.env._("Call back on %s.", when)

    def _prepare_follow_up_vals(self):
        """:return: when to come back to it, and what to do then"""
        day, text = self.date_follow_up, self.follow_up
        if self.outcome == "call_back" and self.call_back_at:
            # The guard looks at the customer's day.
            who = self.partner_id or self.case_id.partner_id
            local = who._get_collection_local(
                self.call_back_at, self.case_id.company_id
            )
            day, text = local.date(), text or self._get_call_back_text()
        if self.outcome == "wrong_number" and not self.new_phone and not day:
            day = self.env.company._get_collection_today()
        return {"date_follow_up": day, "follow_up": text}

    # ------------------------------------------------------------------
    # What it sets going
    # ------------------------------------------------------------------

    def _is_taken_down(self):
        """:return: whether the promise or dispute was taken down on the screen"""
        return bool(
            self.promise_line_ids
            if self.outcome == "promise"
            else self.dispute_move_id and self.dispute_reason_id
        )

    def _apply_outcome(self):
        if self.outcome == "promise" and self._is_taken_down():
            self.env["collection.promise"].create(self._prepare_promise_vals())
        if self.outcome == "dispute" and self._is_taken_down():
            self.env["collection.dispute"].create(self._prepare_dispute_vals())
        if self.outcome == "wrong_number" and self.new_phone:
            self._correct_phone()
        if self.outcome in PAUSES and self.pause_until:
            self._pause()

    def _prepare_promise_vals(self):
        return {
            "case_id": self.case_id.id,
            "contact_id": self.contact_id.id,
            "person": self._get_person(),
            "means": self.promise_means,
            "currency_id": self.promise_currency_id.id,
            "item_ids": [Command.set(self.promise_item_ids.ids)],
            "line_ids": [
                Command.create({"date": line.date, "amount": line.amount})
                for line in self.promise_line_ids
            ],
            "note": self.note,
        }

    def _prepare_dispute_vals(self):
        if self.dispute_currency_id.compare_amounts(self.dispute_amount, 0) <= 0:
            raise UserError(self.env._("Say how much of the invoice is disputed."))
        return {
            "move_id": self.dispute_move_id.id,
            "amount": self.dispute_amount,
            "reason_id": self.dispute_reason_id.id,
            "contact_id": self.contact_id.id,
            "words": self.note,
        }

    def _correct_phone(self):
        """Put the right number on file; somebody who may not gets a to-do."""
        if self.partner_id.has_access("write"):
            self.partner_id.phone = self.new_phone
        else:
            self.case_id._add_task(
                self.env._("Correct the telephone number"), self.new_phone
            )

    def _pause(self):
        reason = self.env.ref(f"account_collections.{PAUSES[self.outcome]}")
        self.env["collection.hold"].create(
            {
                "case_id": self.case_id.id,
                "reason_id": reason.id,
                "date_review": self.pause_until,
                "note": self._get_note(),
            }
        )


class CollectionContactLogDate(models.TransientModel):
    """A date and an amount that a customer promises while on the telephone."""

    _name = "collection.contact.log.date"
    _description = "Promised Date"
    _order = "date, id"

    log_id = fields.Many2one(
        "collection.contact.log", required=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="log_id.promise_currency_id")
    date = fields.Date("On", required=True)
    amount = fields.Monetary(required=True)
