from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError

STATES = [
    ("planned", "Planned"),
    ("open", "To come"),
    ("due", "Due"),
    ("late", "Late"),
    ("partial", "Partly paid"),
    ("paid", "Paid"),
    ("stopped", "Stopped"),
]


class CollectionInstallment(models.Model):
    """One date of an installment plan, with its amount.

    What was paid of it is not stored: the money that came in on the covered items
    since the plan was accepted, laid on the installments from the oldest on.
    """

    _name = "collection.installment"
    _description = "Installment"
    _inherit = ["collection.protected.mixin"]
    _order = "date, id"
    _rec_names_search = ["plan_id"]

    plan_id = fields.Many2one(
        "collection.installment.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True)
    partner_id = fields.Many2one(related="plan_id.partner_id", string="Customer")
    currency_id = fields.Many2one(related="plan_id.currency_id", store=True)
    plan_state = fields.Selection(related="plan_id.state", string="Status of the plan")
    date = fields.Date(required=True)
    amount = fields.Monetary(required=True)
    is_down = fields.Boolean("Down payment")
    number = fields.Integer("No.", compute="_compute_number")
    amount_paid = fields.Monetary("Paid", compute="_compute_paid")
    amount_open = fields.Monetary("Still to pay", compute="_compute_paid")
    state = fields.Selection(STATES, "Status", compute="_compute_paid")
    is_reminded = fields.Boolean("Reminded before", readonly=True, copy=False)
    is_reminded_late = fields.Boolean("Reminded after", readonly=True, copy=False)

    @api.depends("plan_id.line_ids", "date")
    def _compute_number(self):
        for plan, lines in self.grouped("plan_id").items():
            ordered = plan.line_ids.sorted(
                lambda line: (line.date or date.max, line.id)
            )
            numbers = {line.id: number for number, line in enumerate(ordered, 1)}
            for line in lines:
                line.number = numbers.get(line.id, 0)

    @api.depends("partner_id", "amount", "currency_id")
    def _compute_display_name(self):
        for line in self:
            amount = line.currency_id.format(line.amount) if line.currency_id else ""
            line.display_name = f"{line.partner_id.display_name}: {amount}"

    @api.depends("plan_id.state", "plan_id.line_ids.amount", "amount", "date")
    @api.depends_context("collection_as_of")
    def _compute_paid(self):
        plans = self.plan_id._origin
        shares = self.env["collection.installment.evaluation"]._get_shares(plans)
        for line in self:
            paid, due = shares.get(line._origin.id, (0.0, line.amount))
            line.amount_paid = paid
            line.amount_open = max(due - paid, 0.0)
            line.state = line._get_state(paid, due)

    def _get_state(self, paid, due):
        """:return: key of ``STATES``

        :param float paid: what was paid of it
        :param float due: what is to be paid, less what credits have taken off
        """
        plan, compare = self.plan_id, self.currency_id.compare_amounts
        if not self.currency_id or plan.state not in (
            "active",
            "notice",
            "suspended",
            "completed",
            "defaulted",
        ):
            stopped = plan.state in ("renegotiated", "cancelled")
            return "stopped" if stopped else "planned"
        if compare(paid, due) >= 0:
            return "paid"
        today = plan.company_id._get_collection_today()
        if self.date and self.date < today:
            return "late"
        if self.date == today:
            return "due"
        return "partial" if compare(paid, 0) > 0 else "open"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_draft()
        return lines

    def write(self, vals):
        self._check_draft()
        result = super().write(vals)
        # It may have gone to another plan.
        self._check_draft()
        return result

    def unlink(self):
        self._check_draft()
        return super().unlink()

    def _check_draft(self):
        if not self.env.su and any(line.plan_id.state != "draft" for line in self):
            raise UserError(
                self.env._(
                    "An offer cannot be changed. Set it back to draft, or create a "
                    "new version."
                )
            )
