from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# What a hold covers: the time that its items were frozen is counted by it.
FIXED_FIELDS = {"case_id", "scope", "item_ids"}


class CollectionHold(models.Model):
    """A pause, for a whole case or for some of its items, with a reason.

    Every hold has a review date. On that day it either ends by itself or comes up as a
    to-do until a person decides; it is never forgotten. A hold freezes: when it is
    lifted the case goes on at the same stage with the waiting time that was left, not
    before the next day. Collectors set and lift holds.
    """

    _name = "collection.hold"
    _description = "Collection Hold"
    _inherit = ["collection.protected.mixin", "mail.thread"]
    _order = "date_review, id"
    _rec_name = "reason_id"
    _check_company_auto = True

    case_id = fields.Many2one(
        "collection.case", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="case_id.company_id", store=True, index=True, precompute=True
    )
    partner_id = fields.Many2one(related="case_id.partner_id", string="Customer")
    user_id = fields.Many2one(related="case_id.user_id", string="Collector")
    scope = fields.Selection(
        [("case", "The whole case"), ("items", "Some items")],
        required=True,
        default="case",
    )
    item_ids = fields.Many2many(
        "collection.item",
        "collection_hold_item_rel",
        "hold_id",
        "item_id",
        string="Items",
    )
    reason_id = fields.Many2one(
        "collection.reason", required=True, domain="[('kind', '=', 'hold')]"
    )
    note = fields.Text()
    on_review = fields.Selection(
        [("ask", "Ask the collector"), ("resume", "Resume by itself")],
        "On the review date",
        required=True,
        default="ask",
    )
    date_start = fields.Date(
        "Since",
        required=True,
        compute="_compute_date_start",
        store=True,
        precompute=True,
    )
    date_review = fields.Date(
        "Review on",
        required=True,
        tracking=True,
        compute="_compute_date_review",
        store=True,
        readonly=False,
        precompute=True,
    )
    date_end = fields.Date("Ended on", readonly=True)
    state = fields.Selection(
        [("active", "On hold"), ("ended", "Ended")],
        required=True,
        readonly=True,
        default="active",
        index=True,
        tracking=True,
    )
    is_reviewed = fields.Boolean(readonly=True, help="The review to-do was created.")

    _review_after_start = models.Constraint(
        "CHECK (date_review >= date_start)",
        "The review date comes before the start of the hold. Choose a later one.",
    )

    @api.depends("case_id")
    def _compute_date_start(self):
        """The day on which the hold is made, for good."""
        for hold in self:
            company = hold.case_id.company_id or self.env.company
            hold.date_start = hold.date_start or company._get_collection_today()

    @api.depends("reason_id")
    def _compute_date_review(self):
        """Propose the review date of the reason; keep one that is on file."""
        for hold in self:
            if hold.reason_id and not hold._origin:
                start = hold.date_start or self.env.company._get_collection_today()
                days = hold.reason_id.review_days
                hold.date_review = fields.Date.add(start, days=days)
            else:
                hold.date_review = hold.date_review

    @api.constrains("date_review")
    def _check_date_review(self):
        for company, holds in self.grouped("company_id").items():
            company._check_collection_horizon(holds.mapped("date_review"))

    @api.constrains("scope", "item_ids", "case_id")
    def _check_items(self):
        for hold in self:
            if hold.scope == "items" and not hold.item_ids:
                raise ValidationError(self.env._("Choose the items to hold."))
            if hold.item_ids.case_id - hold.case_id:
                raise ValidationError(
                    self.env._("A hold can only cover items of its own case.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        holds = super().create(vals_list)
        if any(hold.case_id.state == "closed" for hold in holds):
            raise UserError(self.env._("The case is closed; there is nothing to hold."))
        whole = holds.filtered(lambda hold: hold.scope == "case")
        if whole:
            whole.case_id._interrupt()
        if holds - whole:
            (holds - whole).case_id._interrupt((holds - whole).item_ids.move_id)
        return holds

    def write(self, vals):
        if FIXED_FIELDS & vals.keys() and not self.env.su:
            raise UserError(
                self.env._(
                    "What a hold covers cannot be changed. Lift it and create a new "
                    "one."
                )
            )
        result = super().write(vals)
        if vals.get("date_review"):
            # It comes up again on the new date.
            self._write_protected({"is_reviewed": False})
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_always(self):
        raise UserError(
            self.env._("A hold stays on record. Lift it instead of deleting it.")
        )

    def action_lift(self):
        """End holds; their cases go on where they stood, with the time left."""
        self.check_access("write")
        for company, holds in self.grouped("company_id").items():
            holds._lift(company._get_collection_today())
        self.case_id._review_now()

    def _lift(self, day):
        """End the holds as of a day and give the items back their waiting time.

        :param date day: the day, in the company's time zone
        :raises UserError: when a hold has ended already
        """
        if any(hold.state == "ended" for hold in self):
            raise UserError(self.env._("The hold has already ended."))
        for hold in self:
            hold._get_held_items()._resume(day, frozen_since=hold.date_start)
            hold._write_protected({"state": "ended", "date_end": day})

    def _get_held_items(self):
        """:return: collection.item records, also those settled since: a payment may be
        undone"""
        self.ensure_one()
        if self.scope == "items":
            return self.item_ids
        return self.env["collection.item"].search(
            [
                ("case_id", "=", self.case_id.id),
                "|",
                ("is_open", "=", True),
                ("date_settled", ">=", self.date_start),
            ]
        )

    @api.model
    def _cron_review(self):
        """Resume the holds whose date has come, or make the collector's to-do."""
        for company in self.env["res.company"].search([]):
            self._review_due(company, company._get_collection_today())
            self.env["ir.cron"]._commit_progress()

    @api.model
    def _review_due(self, company, today):
        """Bring up the holds of a company that are to be reviewed by a day; those of
        items that are all settled have ended."""
        settled = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "active"),
                ("scope", "=", "items"),
                ("item_ids", "not any", [("is_open", "=", True)]),
            ]
        )
        settled._lift(today)
        due = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "active"),
                ("date_review", "<=", today),
                ("is_reviewed", "=", False),
            ]
        )
        resuming = due.filtered(lambda hold: hold.on_review == "resume")
        resuming._lift(today)
        for hold in due - resuming:
            hold.case_id._add_task(
                self.env._("Review the hold"), hold.reason_id.name, today
            )
        (due - resuming).is_reviewed = True
        resuming.case_id._review_now()
