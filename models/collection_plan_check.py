from odoo import api, models
from odoo.exceptions import UserError, ValidationError

from ..tools.installments import add_months
from .collection_plan import RUNNING_STATES


class CollectionPlan(models.Model):
    """What a plan may cover, when it adds up, and what needs a manager."""

    _inherit = "collection.plan"

    def _check_draft(self):
        if any(plan.state != "draft" for plan in self):
            raise UserError(self.env._("Only a draft can be changed."))

    def _check_items(self):
        items = self.item_ids
        if not items:
            raise ValidationError(self.env._("Choose the items that the plan covers."))
        if items.case_id != self.case_id:
            raise ValidationError(
                self.env._("A plan covers items of its own customer only.")
            )
        others = self.contact_id.case_id | self.replaces_id.case_id
        if others - self.case_id:
            raise ValidationError(
                self.env._("The contact or plan is another customer's.")
            )
        if any(not item.is_open for item in items):
            raise ValidationError(self.env._("One of the items has been paid already."))
        if items.currency_id != self.currency_id:
            raise ValidationError(
                self.env._(
                    "All items of a plan are in its currency. Make one plan each."
                )
            )
        self._check_not_planned()

    def _check_not_planned(self):
        """An item is on one plan at a time; a new version may take over from the one it
        replaces."""
        other = self._find_running(self.item_ids) - self.replaces_id - self
        if other:
            raise ValidationError(
                self.env._(
                    "An item is on an installment plan already (%s). Renegotiate that"
                    " one.",
                    other[:1].name,
                )
            )

    @api.model
    def _find_running(self, items):
        """:return: the plans in force that cover one of the collection.item records"""
        return self.search(
            [("item_ids", "in", items.ids), ("state", "in", RUNNING_STATES)]
        )

    def _check_schedule(self):
        if not self.line_ids:
            raise ValidationError(self.env._("Say when how much will be paid."))
        compare = self.currency_id.compare_amounts
        if any(compare(line.amount, 0) <= 0 for line in self.line_ids):
            raise ValidationError(self.env._("An installment must be above zero."))
        if any(
            abs(line.amount - self.currency_id.round(line.amount)) > 1e-6
            for line in self.line_ids
        ):
            raise ValidationError(
                self.env._("An installment is a whole amount of the currency.")
            )
        self._check_down()
        if compare(self.amount, self.amount_total):
            raise ValidationError(
                self.env._(
                    "The schedule adds up to %(sum)s but %(total)s is to be paid.",
                    sum=self.currency_id.format(self.amount),
                    total=self.currency_id.format(self.amount_total),
                )
            )

    def _check_down(self):
        """A down payment is one, and first: the limits leave it out of the installments
        and ask for it, so that nothing else may go by its name."""
        down = self.line_ids.filtered("is_down")
        rest = self.line_ids - down
        if len(down) > 1:
            raise ValidationError(self.env._("There is one down payment at most."))
        if down and rest and down.date > min(rest.mapped("date")):
            raise ValidationError(
                self.env._("The down payment comes before the installments.")
            )

    def _get_cannot_offer_reason(self):
        """:return: translated sentence on why the plan cannot be offered as it is, or
        False"""
        self.ensure_one()
        today = self.company_id._get_collection_today()
        if self.case_id.state == "closed":
            return self.env._("The case is closed; nothing is open any more.")
        if any(line.date < today for line in self.line_ids):
            return self.env._("An installment cannot lie in the past.")
        if self._is_changed():
            return self.env._(
                "The covered invoices have changed since the schedule was made. Update"
                " it first."
            )
        return False

    def _is_changed(self):
        """:return: whether what is open on the covered items is not any more what the
        plan says"""
        self.ensure_one()
        return bool(
            self.currency_id.compare_amounts(
                self._get_amount_open(), self.amount_covered
            )
        )

    def _get_limit_exceeded(self):
        """Compare the plan with the limits of the policy.

        :return: translated sentence on the limit that is exceeded, or False when a
            collector may offer the plan
        """
        self.ensure_one()
        policy = self.case_id.policy_id
        if not policy:
            return False
        return (
            self._get_duration_exceeded(policy)
            or self._get_amount_exceeded(policy)
            or self._get_down_exceeded(policy)
            or self._get_defaults_exceeded(policy)
        )

    def _get_duration_exceeded(self, policy):
        months = policy.plan_months_max
        today = self.company_id._get_collection_today()
        # A working day later than the very day is not a longer plan.
        if months and (self.date_last - add_months(today, months)).days > 3:
            return self.env._("It takes longer than %s months.", months)
        return False

    def _get_amount_exceeded(self, policy):
        company = self.company_id
        today = company._get_collection_today()
        if reason := policy._get_amount_exceeded(
            "plan_amount_max", self.amount, self.currency_id, company, today
        ):
            return reason
        return self._get_installment_exceeded(policy.plan_installment_min, today)

    def _get_installment_exceeded(self, limit, today):
        # The last one is what is left.
        parts = self.line_ids.filtered(lambda line: not line.is_down)
        parts = parts.sorted(lambda line: (line.date, line.id))
        parts = parts[:-1] or parts
        company, own = self.company_id, self.company_id.currency_id
        smallest = self.currency_id._convert(
            min(parts.mapped("amount"), default=0.0), own, company, today
        )
        if limit and own.compare_amounts(smallest, limit) < 0:
            return self.env._(
                "An installment is under the smallest one of %s.", own.format(limit)
            )
        return False

    def _get_down_exceeded(self, policy):
        least = self.currency_id.round(self.amount_covered * policy.plan_down_min / 100)
        down = sum(self.line_ids.filtered("is_down").mapped("amount"))
        if self.currency_id.compare_amounts(down, least) < 0:
            return self.env._(
                "The down payment is under %(share)g %%, which is %(amount)s.",
                share=policy.plan_down_min,
                amount=self.currency_id.format(least),
            )
        return False

    def _get_defaults_exceeded(self, policy):
        count = self.search_count(
            [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("date_default", "!=", False),
            ]
        )
        if count > policy.plan_default_max:
            return self.env._("The customer defaulted on a plan before (%s).", count)
        return False
