from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

# What the customer or the collector is told of, once.
TOLD_STATES = ("active", "notice", "completed", "defaulted", "void", "expired")


class CollectionInstallmentPlan(models.Model):
    """What the night does with plans: remind of installments, tell what the judgement
    found."""

    _inherit = "collection.installment.plan"

    @api.model
    def _follow_up(self, company, today):
        """Tell of new states, and remind of installments before and after their dates.

        :param company: res.company record
        :param date today: the day, in the company's time zone
        """
        self._tell_changes(company)
        isolate = self.env["collection.customer.notice"]._isolate
        active = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "active"),
                ("case_id.state", "not in", ("hold", "closed")),
                ("line_ids.date", "<=", fields.Date.add(today, days=60)),
            ]
        )
        waiting = self.env["collection.installment.evaluation"]._get_waiting(active)
        for plan in active:
            is_paused, credit = waiting[plan.id]
            if is_paused:
                continue
            if lines := plan._find_near(today):
                isolate(plan._remind, lines, "before")
            is_late = plan.amount_late - credit > plan.tolerance_amount
            if is_late and (lines := plan._find_missed(today)):
                isolate(plan._remind, lines, "after")

    def _find_near(self, today):
        """:return: installments to come that are as near as the policy says, not paid
        and not reminded of"""
        days = self.case_id.policy_id.plan_remind_days
        return self.line_ids.filtered(
            lambda line: (
                days
                and not line.is_reminded
                and 0 <= (line.date - today).days <= days
                and line.state != "paid"
            )
        )

    def _find_missed(self, today):
        """:return: installments that are late by as much as the policy says, and not
        reminded of"""
        days = self.case_id.policy_id.plan_remind_late_days
        return self.line_ids.filtered(
            lambda line: (
                days
                and not line.is_reminded_late
                and (today - line.date).days >= days
                and line.state == "late"
            )
        )

    def _remind(self, lines, when):
        """Send the reminder; without an address the collector calls.

        :param lines: the installments it is about
        :param str when: before or after their date
        """
        # Only the marks are written: reminded of, once.
        lines.sudo().write(
            {"is_reminded" if when == "before" else "is_reminded_late": True}
        )
        try:
            self._send_notice(f"mail_template_plan_reminder_{when}")
        except UserError as error:
            self.case_id._add_task(self.env._("Remind of the installment"), str(error))

    # ------------------------------------------------------------------
    # What the judgement found
    # ------------------------------------------------------------------

    @api.model
    def _tell_changes(self, company):
        """Tell customers and collectors of plans whose state has changed.

        :param company: res.company record
        """
        changed = Domain.OR(
            Domain("state", "=", state) & Domain("told_state", "!=", state)
            for state in TOLD_STATES
        )
        # On hold nothing is sent; it is told when the hold is lifted.
        plans = self.search(
            Domain("company_id", "=", company.id)
            & Domain("case_id.state", "!=", "hold")
            & changed
        )
        isolate = self.env["collection.customer.notice"]._isolate
        for plan in plans:
            isolate(plan._tell)

    def _tell(self):
        """Tell of the state of this plan, once."""
        self.ensure_one()
        plan = self.sudo()
        state, before = plan.state, plan.told_state
        plan.told_state = state
        if state == "void" and not plan.end_reason:
            plan.end_reason = plan._get_void_reason()
        plan.message_post(body=plan._get_telling(state))
        if state == "active" and before == "notice":
            plan._clear_tasks()
        # Nobody is thanked for a credit note.
        is_thanked = state == "completed" and plan.amount_paid
        if state in ("notice", "defaulted", "void") or is_thanked:
            plan._tell_customer(f"mail_template_plan_{state}")
        if state in ("notice", "defaulted", "void", "expired"):
            plan._tell_collector(state)

    def _get_telling(self, state):
        """:return: translated sentence for the log"""
        sentences = {
            "active": self.env._("In good standing."),
            "notice": self.env._(
                "In notice: the breach is to be cured by %s.",
                format_date(self.env, self.date_cure),
            ),
            "completed": self.env._("Completed: nothing is open any more."),
            "defaulted": self.env._(
                "In default: %s is due at once.",
                self.currency_id.format(self.amount_default),
            ),
            "void": self.end_reason or "",
            "expired": self.env._("The offer has expired."),
        }
        return sentences[state]

    def _tell_customer(self, template):
        try:
            self._send_notice(template)
        except UserError as error:
            self.case_id._add_task(self.env._("Write to the customer"), str(error))

    def _tell_collector(self, state):
        summaries = {
            "notice": self.env._("Installment plan in notice"),
            "defaulted": self.env._("Installment plan in default"),
            "void": self.env._("Offer of installments is void"),
            "expired": self.env._("Offer of installments has expired"),
        }
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            self.company_id._get_collection_today(),
            summary=summaries[state],
            note=self._get_telling(state),
            user_id=(self.case_id._get_collector() or self.user_id).id,
        )

    def _clear_tasks(self):
        """A plan that was cured clears its own to-dos."""
        self.activity_ids.filtered("automated").unlink()

    # ------------------------------------------------------------------
    # What the letters say
    # ------------------------------------------------------------------

    def _get_unpaid_lines(self):
        """:return: the installments that are late, for the words of a notice"""
        self.ensure_one()
        return self.line_ids.filtered(lambda line: line.state == "late")

    def _get_near_lines(self):
        """:return: the installments to come that a reminder is about: the next ones"""
        self.ensure_one()
        today = self.company_id._get_collection_today()
        days = self.case_id.policy_id.plan_remind_days or 0
        return self.line_ids.filtered(
            lambda line: 0 <= (line.date - today).days <= days and line.state != "paid"
        )
