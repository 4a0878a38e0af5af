from odoo import api, fields, models


class CollectionInstallmentSuspension(models.AbstractModel):
    """Suspension of installment plans because of a stay: nothing falls due meanwhile,
    nothing is reminded of, and the customer is not written to about it."""

    _name = "collection.installment.suspension"
    _description = "Suspension of Installment Plans"

    @api.model
    def _suspend_for_stay(self, plans, reason):
        """Suspend the plans on stayed items; offers and proposals on them end.

        :param plans: collection.installment.plan records
        :param str reason: why; it stays on record
        """
        stayed = plans.filtered(lambda plan: plan._find_stayed_items())
        for plan in stayed:
            if plan.state == "offered":
                plan._set_state("void", end_reason=reason, notified_state="void")
            elif plan.state in ("draft", "approve"):
                plan._set_state(
                    "cancelled", end_reason=reason, notified_state="cancelled"
                )
        self._suspend(stayed, reason)

    @api.model
    def _suspend(self, plans, reason):
        """Suspend the plans that are in force; others are left alone.

        :param plans: collection.installment.plan records
        :param str reason: why; it stays on record
        :return: the plans that were suspended
        """
        running = plans.filtered(lambda plan: plan.state in ("active", "notice"))
        for plan in running:
            plan._set_state(
                "suspended",
                date_suspended=plan.company_id._get_collection_today(),
                end_reason=reason,
                notified_state="suspended",
            )
            plan.message_post(body=self.env._("Suspended: %s", reason))
        running.case_id._review_now()
        return running

    @api.model
    def _resume(self, plans, reason):
        """Put the suspended plans in force again: what was not paid yet moves later by
        the days of the suspension. Others are left alone.

        :param plans: collection.installment.plan records
        :param str reason: why; it stays on record
        :return: the plans that were resumed
        """
        suspended = plans.filtered(lambda plan: plan.state == "suspended")
        for plan in suspended:
            today = plan.company_id._get_collection_today()
            days = max((today - plan.date_suspended).days, 0)
            for line in plan.line_ids.filtered(lambda line: line.state != "paid"):
                # What was signed moves for both sides, and the log says so.
                day = fields.Date.add(line.date, days=days)
                line._write_protected({"date": day})
            plan._set_state(
                "active",
                date_suspended=False,
                end_reason=False,
                notified_state="active",
            )
            plan.message_post(
                body=self.env._(
                    "Resumed after %(days)s days: %(reason)s",
                    days=days,
                    reason=reason,
                )
            )
        suspended.case_id._review_now()
        return suspended
