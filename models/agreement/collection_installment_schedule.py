from odoo import Command, api, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare, format_date

from ...tools.installments import make_schedule
from ...tools.interest import get_interest, get_yearly_rate


class CollectionInstallmentSchedule(models.AbstractModel):
    """The schedule of an installment plan: made from its terms, or given by hand.

    A schedule is a list of (date, amount, whether it is the down payment), in the
    currency of the plan.
    """

    _name = "collection.installment.schedule"
    _description = "Schedule of Installments"

    # ------------------------------------------------------------------
    # From the terms to the schedule
    # ------------------------------------------------------------------

    @api.model
    def _refresh(self, plan, with_lines):
        """Read the amounts from the ledger, and make the schedule from the terms.

        :param plan: collection.installment.plan record, a draft
        :param bool with_lines: make the schedule; else keep the one that was given
        :raises ValidationError: when it does not add up
        """
        plan._check_items()
        plan._write_protected({"amount_covered": plan._get_amount_open()})
        plan._write_protected({"amount_charge": self._get_charge(plan)})
        if with_lines and plan.rhythm != "free":
            schedule = self._make(plan, plan.amount_covered + plan.amount_charge)
            plan.line_ids.unlink()
            plan.line_ids = self._prepare_line_commands(schedule)
        self._check(plan)

    @api.model
    def _preview(self, plan):
        """Show in a form what the terms mean, while they are typed.

        :param plan: collection.installment.plan record that is not saved yet
        """
        plan.amount_covered = plan._get_amount_open()
        if plan.rhythm == "free":
            plan.amount_charge = plan.charge if plan.charge_kind == "charge" else 0.0
            return
        try:
            plan.amount_charge = self._get_charge(plan)
            schedule = self._make(plan, plan.amount_covered + plan.amount_charge)
        except ValidationError:
            # The reason is given on saving; while typing, the schedule is empty.
            schedule = []
        plan.line_ids = [Command.clear(), *self._prepare_line_commands(schedule)]

    @api.model
    def _prepare_line_commands(self, schedule):
        return [
            Command.create({"date": day, "amount": amount, "is_down": is_down})
            for day, amount, is_down in schedule
        ]

    @api.model
    def _make(self, plan, total):
        """Make the schedule that the terms of a plan say.

        :param plan: collection.installment.plan record
        :param float total: what the schedule adds up to, in the plan's currency
        :return: list of (date, amount, whether it is the down payment)
        :raises ValidationError: when the terms make no schedule
        """
        currency = plan.currency_id
        shift = self._get_shift(plan) if plan.is_working_days else None
        down = currency.round(plan.amount_down)
        schedule = []
        if down:
            if not plan.date_down:
                raise ValidationError(self.env._("Enter the date of the down payment."))
            day = shift(plan.date_down) if shift else plan.date_down
            schedule = [(day, down, True)]
        rest = currency.round(total - down)
        if down and currency.is_zero(rest):
            return schedule
        return schedule + self._make_installments(plan, rest, shift)

    @api.model
    def _make_installments(self, plan, rest, shift):
        """:return: list of (date, amount, False) of what is left after the down payment

        :raises ValidationError: when the terms make no schedule
        """
        currency, is_by_count = plan.currency_id, plan.mode == "count"
        try:
            installments = make_schedule(
                rest,
                currency.rounding,
                plan.rhythm,
                plan.date_first or plan._get_default_date(months=1),
                count=max(plan.installment_count, 0) if is_by_count else 0,
                amount=0 if is_by_count else plan.installment_amount,
                shift=shift,
            )
        except ValueError as error:
            raise ValidationError(
                self.env._(
                    "No schedule fits these terms: the installments are too many or "
                    "too small, or nothing is left to pay after the down payment."
                )
            ) from error
        return [(day, float(amount), False) for day, amount in installments]

    @api.model
    def _get_shift(self, plan):
        """:return: function that moves a day off to the next working day"""
        company = plan.company_id or self.env.company
        calendars = self.env["collection.calendar"]._get_company_calendars(company)
        return calendars[company].roll_forward

    @api.model
    def _get_charge(self, plan):
        """:return: what the plan costs on top, in its currency
        :raises ValidationError: when interest cannot be computed"""
        if plan.charge_kind == "charge":
            return plan.currency_id.round(plan.charge)
        if plan.charge_kind == "none" or not plan.charge_rate:
            return 0.0
        if plan.rhythm == "free":
            raise ValidationError(
                self.env._(
                    "Interest needs regular dates. Choose a frequency, or a fixed "
                    "charge."
                )
            )
        return float(
            get_interest(
                [
                    (day, amount)
                    for day, amount, _is_down in self._make(plan, plan.amount_covered)
                ],
                plan.charge_rate,
                plan.company_id._get_collection_today(),
                plan.currency_id.rounding,
            )
        )

    @api.model
    def _describe_preset(self, plan, **terms):
        """:return: what a ready-made schedule means, before charges, in words"""
        if not plan.currency_id or not plan.date_first:
            return ""
        currency, rest = plan.currency_id, plan.amount_covered - plan.amount_down
        try:
            installments = make_schedule(
                rest, currency.rounding, "monthly", plan.date_first, **terms
            )
        except ValueError:
            return ""
        words = {
            "count": len(installments),
            "amount": currency.format(float(installments[0][1])),
            "last": currency.format(float(installments[-1][1])),
            "date": format_date(self.env, installments[-1][0]),
        }
        if installments[-1][1] == installments[0][1]:
            return self.env._("%(count)s x %(amount)s, until %(date)s", **words)
        return self.env._(
            "%(count)s x %(amount)s, the last one %(last)s, until %(date)s", **words
        )

    # ------------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------------

    @api.model
    def _check(self, plan):
        """:raises ValidationError: when the schedule of a plan is not what is to be
        paid, in whole amounts of its currency"""
        if not plan.line_ids:
            raise ValidationError(self.env._("Enter the dates and amounts."))
        currency = plan.currency_id
        compare, amounts = currency.compare_amounts, plan.line_ids.mapped("amount")
        if any(compare(amount, 0) <= 0 for amount in amounts):
            raise ValidationError(self.env._("An installment must be above zero."))
        if any(abs(amount - currency.round(amount)) > 1e-6 for amount in amounts):
            raise ValidationError(
                self.env._(
                    "An installment cannot have fractions of the currency's "
                    "smallest unit."
                )
            )
        self._check_down(plan)
        self._check_cost(plan)
        if compare(plan.amount, plan.amount_total):
            raise ValidationError(
                self.env._(
                    "The schedule adds up to %(sum)s but %(total)s is to be paid.",
                    sum=currency.format(plan.amount),
                    total=currency.format(plan.amount_total),
                )
            )

    @api.model
    def _check_cost(self, plan):
        """Nobody may approve more than the law lets people agree on."""
        today = plan.company_id._get_collection_today()
        cap = self.env["collection.interest.cap"]._find(
            plan.partner_id,
            plan.amount_covered,
            plan.currency_id,
            plan.company_id,
            today,
        )
        rate = self._get_yearly_rate(plan, today)
        if cap and float_compare(rate, cap.rate, 4) > 0:
            raise ValidationError(
                self.env._(
                    "The plan costs %(rate).2f %% a year, interest and charges"
                    " together. The law allows %(cap)s.",
                    rate=rate,
                    cap=cap._describe(),
                )
            )

    @api.model
    def _get_yearly_rate(self, plan, today):
        """:return: what the plan costs, per cent a year"""
        if plan.charge_kind == "interest":
            return plan.charge_rate
        share = plan.amount_covered / (plan.amount or 1.0)
        parts = [(line.date, line.amount * share) for line in plan.line_ids]
        return float(get_yearly_rate(parts, plan.amount_charge, today))

    @api.model
    def _check_down(self, plan):
        """A down payment is one, and first: the limits of the policy ask for it and do
        not count it as an installment, so that nothing else may go by its name."""
        down = plan.line_ids.filtered("is_down")
        rest = plan.line_ids - down
        if len(down) > 1:
            raise ValidationError(self.env._("There can be only one down payment."))
        if down and rest and down.date > min(rest.mapped("date")):
            raise ValidationError(
                self.env._("The down payment must come before the installments.")
            )
