from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ...tools.installments import make_schedule
from ...tools.interest import get_interest

PRESETS = [
    ("3", "3 months"),
    ("6", "6 months"),
    ("amount", "An amount a month"),
]


class CollectionInstallmentPlan(models.Model):
    """The schedule of a plan: made from its terms, changed by hand at will."""

    _inherit = "collection.installment.plan"

    preset = fields.Selection(PRESETS, "Ready-made", store=False)
    option_3 = fields.Char("In 3 months", compute="_compute_options")
    option_6 = fields.Char("In 6 months", compute="_compute_options")
    option_amount = fields.Char("By amount", compute="_compute_options")
    amount_total = fields.Monetary(
        "Covered and charge",
        compute="_compute_amount_total",
        help="What the schedule has to add up to.",
    )
    amount_difference = fields.Monetary(
        "Not in the schedule yet", compute="_compute_amount_total"
    )
    amount_paid = fields.Monetary(
        "Paid so far", compute="_compute_paid", help="From the ledger."
    )
    amount_remaining = fields.Monetary(
        "Still to pay",
        compute="_compute_paid",
        help="From the ledger: open on the covered items and not disputed.",
    )
    amount_late = fields.Monetary("Late", compute="_compute_paid")
    percent_paid = fields.Float("Paid (%)", compute="_compute_paid")
    date_next = fields.Date("Next date", compute="_compute_paid")
    amount_next = fields.Monetary("Next installment", compute="_compute_paid")
    move_ids = fields.Many2many(
        "account.move", compute="_compute_move_ids", string="Invoices"
    )
    lineage_ids = fields.Many2many(
        "collection.installment.plan", compute="_compute_lineage_ids", string="Versions"
    )
    lineage_count = fields.Integer("Number of versions", compute="_compute_lineage_ids")

    @api.depends("amount_covered", "amount_charge", "amount")
    def _compute_amount_total(self):
        for plan in self:
            total = plan.amount_covered + plan.amount_charge
            difference = total - plan.amount
            if plan.currency_id:
                total = plan.currency_id.round(total)
                difference = plan.currency_id.round(difference)
            plan.amount_total = total
            plan.amount_difference = difference

    @api.depends("amount_covered", "amount_down", "date_first", "installment_amount")
    def _compute_options(self):
        for plan in self:
            plan.option_3 = plan._describe_option(count=3)
            plan.option_6 = plan._describe_option(count=6)
            plan.option_amount = plan._describe_option(amount=plan.installment_amount)

    # ------------------------------------------------------------------
    # The schedule
    # ------------------------------------------------------------------

    @api.onchange("preset")
    def _onchange_preset(self):
        if self.preset:
            self.rhythm = "monthly"
            self.mode = "amount" if self.preset == "amount" else "count"
        if self.preset in ("3", "6"):
            self.installment_count = int(self.preset)

    @api.onchange("item_ids")
    def _onchange_item_ids(self):
        currencies = self.item_ids.currency_id
        if len(currencies) == 1:
            self.currency_id = currencies

    @api.onchange(
        "item_ids",
        "currency_id",
        "preset",
        "mode",
        "installment_count",
        "installment_amount",
        "rhythm",
        "date_first",
        "amount_down",
        "date_down",
        "is_working_days",
        "charge_kind",
        "charge",
        "charge_rate",
    )
    def _onchange_terms(self):
        """Show at once what the terms mean."""
        self.amount_covered = self._get_amount_open()
        if self.rhythm == "free":
            self.amount_charge = self.charge if self.charge_kind == "charge" else 0.0
            return
        try:
            self.amount_charge = self._get_charge()
            parts = self._make_parts(self.amount_covered + self.amount_charge)
        except ValidationError:
            # Said when it is saved; while typing, the schedule is empty.
            parts = []
        self.line_ids = [Command.clear(), *self._get_line_commands(parts)]

    @api.depends("item_ids")
    def _compute_move_ids(self):
        for plan in self:
            plan.move_ids = plan.item_ids.move_id

    @api.depends("state", "line_ids.amount", "line_ids.date")
    @api.depends_context("collection_as_of")
    def _compute_paid(self):
        positions = self.env["collection.installment.evaluation"]._get_positions(
            self._origin
        )
        for plan in self:
            received, remaining = positions.get(plan._origin.id, (0.0, plan.amount))
            plan.amount_paid = min(received, plan.amount)
            plan.amount_remaining = remaining
            asked = plan.amount_paid + remaining
            plan.percent_paid = 100 * plan.amount_paid / asked if asked else 100.0
            lines = plan.line_ids.filtered(
                lambda line: line.date and line.state != "paid"
            )
            late = lines.filtered(lambda line: line.state == "late")
            plan.amount_late = sum(late.mapped("amount_open"))
            coming = (lines - late).sorted(lambda line: (line.date, line.id))[:1]
            plan.date_next = coming.date
            plan.amount_next = coming.amount_open

    def _compute_lineage_ids(self):
        for plan in self:
            versions = plan
            while versions[-1:].replaces_id and len(versions) < 100:
                versions |= versions[-1:].replaces_id
            later = plan.replaced_by_ids
            while later - versions:
                versions |= later
                later = later.replaced_by_ids
            plan.lineage_ids = versions.sorted("id")
            plan.lineage_count = len(versions)

    def _describe_option(self, **terms):
        """:return: what a ready-made schedule means, before charges, in words"""
        if not self.currency_id or not self.date_first:
            return ""
        rest = self.amount_covered - self.amount_down
        try:
            parts = make_schedule(
                rest, self.currency_id.rounding, "monthly", self.date_first, **terms
            )
        except ValueError:
            return ""
        words = {
            "count": len(parts),
            "amount": self.currency_id.format(float(parts[0][1])),
            "last": self.currency_id.format(float(parts[-1][1])),
            "date": format_date(self.env, parts[-1][0]),
        }
        if parts[-1][1] == parts[0][1]:
            return self.env._("%(count)s x %(amount)s, until %(date)s", **words)
        return self.env._(
            "%(count)s x %(amount)s, the last one %(last)s, until %(date)s", **words
        )

    # ------------------------------------------------------------------
    # What the ledger says
    # ------------------------------------------------------------------

    def _get_open_amounts(self):
        """:return: dict of what is open per collection.item id of these plans, less
        what is disputed of it, in the item's currency"""
        lines = self.item_ids._origin.move_line_id
        # A view of the ledger: what was read before may have been paid since.
        self.env["collection.exposure"].invalidate_model()
        rows = self.env["collection.exposure"].search(
            [("move_line_id", "in", lines.ids)]
        )
        by_line = {
            row.move_line_id: row.amount_residual_currency - row.amount_disputed
            for row in rows
        }
        return {
            item.id: max(by_line.get(item.move_line_id, 0.0), 0.0)
            for item in self.item_ids._origin
        }

    def _get_amount_open(self):
        """:return: what is open now on the covered items, less what is disputed"""
        self.ensure_one()
        amount = sum(self._get_open_amounts().values())
        return self.currency_id.round(amount) if self.currency_id else amount

    def _get_line_commands(self, parts):
        return [
            Command.create({"date": day, "amount": amount, "is_down": is_down})
            for day, amount, is_down in parts
        ]

    def _refresh_schedule(self, with_lines):
        """Take the amounts from the ledger, and make the schedule from the terms.

        :param bool with_lines: make the schedule; else keep the one that was given
        :raises ValidationError: when it does not add up
        """
        self.ensure_one()
        self._check_items()
        # Readonly for everybody: what the ledger says.
        self.sudo().amount_covered = self._get_amount_open()
        self.sudo().amount_charge = self._get_charge()
        if with_lines and self.rhythm != "free":
            parts = self._make_parts(self.amount_covered + self.amount_charge)
            self.line_ids.unlink()
            self.line_ids = self._get_line_commands(parts)
        self._check_schedule()

    def action_refresh(self):
        """Make the schedule anew from the terms and what is open now."""
        self.check_access("write")
        for plan in self:
            plan._check_draft()
            plan._refresh_schedule(with_lines=True)

    def _get_charge(self):
        """:return: what the plan costs on top, in its currency
        :raises ValidationError: when interest cannot be computed"""
        if self.charge_kind == "charge":
            return self.currency_id.round(self.charge)
        if self.charge_kind == "none" or not self.charge_rate:
            return 0.0
        if self.rhythm == "free":
            raise ValidationError(
                self.env._(
                    "Interest is computed for a regular rhythm. Choose one, or a fixed"
                    " charge."
                )
            )
        parts = self._make_parts(self.amount_covered)
        return float(
            get_interest(
                [(day, amount) for day, amount, _is_down in parts],
                self.charge_rate,
                self.company_id._get_collection_today(),
                self.currency_id.rounding,
            )
        )

    def _make_parts(self, total):
        """Make the schedule that the terms say.

        :param float total: what it adds up to
        :return: list of (date, amount, whether it is the down payment)
        :raises ValidationError: when the terms make no schedule
        """
        shift = self._get_shift() if self.is_working_days else None
        down = self.currency_id.round(self.amount_down)
        parts = []
        if down:
            if not self.date_down:
                raise ValidationError(self.env._("Say when the down payment is due."))
            day = shift(self.date_down) if shift else self.date_down
            parts = [(day, down, True)]
        rest = self.currency_id.round(total - down)
        if down and self.currency_id.is_zero(rest):
            return parts
        by_count = self.mode == "count"
        try:
            schedule = make_schedule(
                rest,
                self.currency_id.rounding,
                self.rhythm,
                self.date_first or self._get_default_date(months=1),
                count=max(self.installment_count, 0) if by_count else 0,
                amount=0 if by_count else self.installment_amount,
                shift=shift,
            )
        except ValueError as error:
            raise ValidationError(
                self.env._(
                    "These terms make no schedule: the installments are too many or too"
                    " small, or nothing is left to pay after the down payment."
                )
            ) from error
        return parts + [(day, float(amount), False) for day, amount in schedule]

    def _get_shift(self):
        """:return: function that moves a day off to the next working day"""
        company = self.company_id or self.env.company
        calendars = self.env["collection.calendar"]._get_company_calendars(company)
        return calendars[company].roll_forward

    # ------------------------------------------------------------------
    # Screen
    # ------------------------------------------------------------------

    def _get_shares(self):
        """Lay what was received on the installments, from the oldest on; what credits
        took off shortens the plan at its end.

        :return: dict of (paid, to be paid) per collection.installment id, of the
            plans that were accepted
        """
        positions = self.env["collection.installment.evaluation"]._get_positions(self)
        shares = {}
        for plan in self.filtered(lambda plan: plan.id in positions):
            received, remaining = positions[plan.id]
            asked = received + remaining
            for line in plan.line_ids.sorted(lambda line: (line.date, line.id)):
                due = plan.currency_id.round(min(line.amount, max(asked, 0.0)))
                paid = plan.currency_id.round(min(due, max(received, 0.0)))
                shares[line.id] = (paid, due)
                asked, received = asked - due, received - paid
        return shares

    def action_save_and_open(self):
        """Open the draft that was just saved, to look at it and offer it."""
        self.ensure_one()
        return self._get_records_action()

    def action_view_case(self):
        """Open the case."""
        self.ensure_one()
        return self.case_id._get_records_action()

    def action_view_invoices(self):
        """Open the covered invoices."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        return {
            **action,
            "domain": [("id", "in", self.item_ids.move_id.ids)],
            "context": {"create": False},
        }

    def action_view_lineage(self):
        """Open the versions of this plan."""
        self.ensure_one()
        return self.lineage_ids._get_records_action(name=self.env._("Versions"))
