from odoo import api, models
from odoo.exceptions import ValidationError


class CollectionPromise(models.Model):
    """What a promise may cover, and how much of it a collector may take."""

    _inherit = "collection.promise"

    @api.constrains("line_ids", "item_ids", "currency_id", "case_id")
    def _check_coverage(self):
        for promise in self:
            if promise.state not in ("open", "approve"):
                continue
            promise._check_items()
            promise._check_dates()
            promise._check_amount()

    def _check_items(self):
        items = self.item_ids
        if not items:
            raise ValidationError(
                self.env._("Choose the items that the promise covers.")
            )
        if items.case_id != self.case_id:
            raise ValidationError(
                self.env._("A promise covers items of its own customer only.")
            )
        if (self.contact_id.case_id | self.replaces_id.case_id) - self.case_id:
            raise ValidationError(
                self.env._("The contact or promise is another customer's.")
            )
        if any(not item.is_open for item in items):
            raise ValidationError(self.env._("One of the items has been paid already."))
        if items.currency_id != self.currency_id:
            raise ValidationError(
                self.env._(
                    "All items of a promise are in its currency. Take one promise each."
                )
            )
        self._check_not_promised()

    def _check_not_promised(self):
        if plan := self.env["collection.plan"]._find_running(self.item_ids)[:1]:
            raise ValidationError(
                self.env._(
                    "An item is on an installment plan (%s), so it cannot be promised"
                    " as well.",
                    plan.name,
                )
            )
        taken = self.search(
            [
                ("item_ids", "in", self.item_ids.ids),
                ("state", "in", ("open", "approve")),
                ("id", "!=", self.id),
            ],
            limit=1,
        )
        if taken:
            raise ValidationError(
                self.env._(
                    "An item is covered by an open promise already (%s). Replace that"
                    " one.",
                    taken.name,
                )
            )

    def _check_dates(self):
        if not self.line_ids:
            raise ValidationError(self.env._("Say when how much will be paid."))
        day = self.date_taken
        if self.state == "approve":
            # The approval may come too late.
            day = self.company_id._get_collection_today()
        if any(line.date < day for line in self.line_ids):
            raise ValidationError(self.env._("A promised date cannot lie in the past."))
        if any(
            self.currency_id.compare_amounts(line.amount, 0) <= 0
            for line in self.line_ids
        ):
            raise ValidationError(self.env._("A promised amount must be above zero."))

    def _check_amount(self):
        rows = self.env["collection.exposure"].search(
            [("move_line_id", "in", self.item_ids.move_line_id.ids)]
        )
        open_amount = sum(rows.mapped("amount_residual_currency"))
        undisputed = open_amount - sum(rows.mapped("amount_disputed"))
        compare = self.currency_id.compare_amounts
        if compare(self.amount, open_amount) > 0:
            raise ValidationError(
                self.env._(
                    "The promise is for %(promised)s but only %(open)s is open on these"
                    " items.",
                    promised=self.currency_id.format(self.amount),
                    open=self.currency_id.format(open_amount),
                )
            )
        if self.kind == "extension" and compare(self.amount, undisputed) < 0:
            raise ValidationError(
                self.env._(
                    "A due-date extension is for whole items: %s.",
                    self.currency_id.format(undisputed),
                )
            )

    def _apply_limits(self):
        """Number the promise, and have a manager approve it above the limits."""
        self.ensure_one()
        earlier = self.search(
            [
                ("item_ids", "in", self.item_ids.ids),
                ("id", "!=", self.id),
                ("state", "!=", "approve"),
            ]
        )
        broken = earlier.filtered(lambda promise: promise.state == "broken")
        reason = self._get_limit_exceeded(len(earlier))
        vals = {"level": len(broken) + 1}
        if reason:
            vals.update(state="approve", approval_reason=reason)
        self.sudo().write(vals)

    def _get_limit_exceeded(self, earlier_count):
        """:return: translated sentence on the limit of the policy that is exceeded, or
        False when a collector may take the promise"""
        policy = self.case_id.policy_id
        if policy.promise_count_max and earlier_count >= policy.promise_count_max:
            return self.env._("It is promise number %s for an item.", earlier_count + 1)
        return policy._get_amount_exceeded(
            "promise_amount_max",
            self.amount,
            self.currency_id,
            self.company_id,
            self.date_taken,
        ) or self._get_terms_exceeded(policy)

    def _get_terms_exceeded(self, policy):
        """:return: translated sentence on what goes beyond the policy, or False"""
        days = (self.date_last - self.date_taken).days
        if policy.promise_days_max and days > policy.promise_days_max:
            return self.env._(
                "%(days)s days are more than the %(limit)s that the policy allows.",
                days=days,
                limit=policy.promise_days_max,
            )
        if policy and (
            self.tolerance > policy.promise_tolerance
            or self.threshold < policy.promise_threshold
        ):
            return self.env._(
                "The tolerance or the threshold is softer than the policy's."
            )
        return False
