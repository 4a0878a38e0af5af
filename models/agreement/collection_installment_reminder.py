from itertools import accumulate

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

# The customer or the collector is notified once of each of these.
NOTIFIED_STATES = ("active", "notice", "completed", "defaulted", "void", "expired")


class CollectionInstallmentReminder(models.AbstractModel):
    """Reminders of installments, and notifications of what the evaluation changed.

    Called every night.
    """

    _name = "collection.installment.reminder"
    _description = "Reminders of Installments"

    @api.model
    def _follow_up(self, company, today):
        """Notify of new states, and remind of installments before and after their
        dates.

        :param company: res.company record
        :param date today: the day, in the company's time zone
        """
        self._notify_changes(company)
        isolate = self.env["collection.customer.notice"]._isolate
        active = self.env["collection.installment.plan"].search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "active"),
                ("case_id.state", "not in", ("hold", "closed")),
                ("line_ids.date", "<=", fields.Date.add(today, days=60)),
            ]
        )
        evaluation = self.env["collection.installment.evaluation"]
        waiting = evaluation._get_waiting(active, today)
        for plan in active:
            is_paused, money = waiting[plan.id]
            if is_paused:
                continue
            if lines := self._find_near(plan, today, money):
                isolate(self._remind, plan, lines, "before")
            is_late = plan.amount_late - money > plan.tolerance_amount
            if is_late and (lines := self._find_missed(plan, today)):
                isolate(self._remind, plan, lines, "after")

    @api.model
    def _find_near(self, plan, today, money):
        """:return: installments to come that are as near as the policy says, not paid,
        also not by the money that waits to be matched, and not reminded of"""
        days = plan.case_id.policy_id.plan_remind_days
        lines = plan.line_ids.sorted("date")
        paid_up_to = dict(
            zip(lines, accumulate(lines.mapped("amount_open")), strict=True)
        )
        return lines.filtered(
            lambda line: (
                days
                and not line.is_reminded
                and 0 <= (line.date - today).days <= days
                and line.state != "paid"
                and plan.currency_id.compare_amounts(paid_up_to[line], money) > 0
            )
        )

    @api.model
    def _find_missed(self, plan, today):
        """:return: installments that are late by as much as the policy says, and not
        reminded of"""
        days = plan.case_id.policy_id.plan_remind_late_days
        return plan.line_ids.filtered(
            lambda line: (
                days
                and not line.is_reminded_late
                and (today - line.date).days >= days
                and line.state == "late"
            )
        )

    @api.model
    def _remind(self, plan, lines, when):
        """Send the reminder; without an address the collector calls.

        :param plan: collection.installment.plan record
        :param lines: the installments it is about
        :param str when: before or after their date
        """
        mark = "is_reminded" if when == "before" else "is_reminded_late"
        lines._write_protected({mark: True})
        self._send_or_ask(
            plan,
            f"mail_template_plan_reminder_{when}",
            self.env._("Remind the customer of the installment"),
        )

    @api.model
    def _send_or_ask(self, plan, template, summary):
        """Write to the customer; without an address, a to-do asks the collector to."""
        try:
            self._send(plan, template)
        except UserError as error:
            plan.case_id._add_task(summary, str(error))

    @api.model
    def _send(self, plan, template, attachments=None):
        """Write to the customer about a plan.

        :param plan: collection.installment.plan record
        :param str template: name of a mail.template of this addon
        :param attachments: ir.attachment records that go with it
        :return: the collection.letter
        :raises UserError: when the customer cannot be reached by e-mail
        """
        return self.env["collection.customer.notice"]._send(
            plan,
            self.env.ref(f"account_collections.{template}"),
            plan.item_ids.move_id,
            attachments,
        )

    # ------------------------------------------------------------------
    # New states
    # ------------------------------------------------------------------

    @api.model
    def _notify_changes(self, company):
        """Notify customers and collectors of plans whose state has changed.

        :param company: res.company record
        """
        changed = Domain.OR(
            Domain("state", "=", state) & Domain("notified_state", "!=", state)
            for state in NOTIFIED_STATES
        )
        # On hold nothing is sent; the notification follows when the hold is lifted.
        plans = self.env["collection.installment.plan"].search(
            Domain("company_id", "=", company.id)
            & Domain("case_id.state", "!=", "hold")
            & changed
        )
        isolate = self.env["collection.customer.notice"]._isolate
        for plan in plans:
            isolate(self._notify, plan)

    @api.model
    def _notify(self, plan):
        """Notify customer and collector of the state of a plan, once.

        :param plan: collection.installment.plan record
        """
        plan = plan.sudo()
        here = plan.env[self._name]
        state, before = plan.state, plan.notified_state
        plan.notified_state = state
        if state == "void" and not plan.end_reason:
            agreement = plan.env["collection.installment.agreement"]
            plan.end_reason = agreement._get_void_reason(plan)
        plan.message_post(body=here._get_state_text(plan))
        if state == "active" and before == "notice":
            # A plan that was cured clears its own to-dos.
            plan.activity_ids.filtered("automated").unlink()
        # No thank-you when credit notes settled it.
        is_thanked = state == "completed" and plan.amount_paid
        if state in ("notice", "defaulted", "void") or is_thanked:
            here._send_or_ask(
                plan,
                f"mail_template_plan_{state}",
                self.env._("Write to the customer"),
            )
        if state in ("notice", "defaulted", "void", "expired"):
            here._notify_collector(plan)

    @api.model
    def _get_state_text(self, plan):
        """:return: translated sentence for the log"""
        sentences = {
            "active": self.env._("In good standing."),
            "notice": self.env._(
                "In notice: to be cured by %s.",
                format_date(self.env, plan.date_cure),
            ),
            "completed": self.env._("Completed: nothing is open."),
            "defaulted": self.env._(
                "In default: %s is due at once.",
                plan.currency_id.format(plan.amount_default),
            ),
            "void": plan.end_reason or "",
            "expired": self.env._("The offer has expired."),
        }
        return sentences[plan.state]

    @api.model
    def _notify_collector(self, plan):
        summaries = {
            "notice": self.env._("Installment plan in notice"),
            "defaulted": self.env._("Installment plan in default"),
            "void": self.env._("Offer of installments is void"),
            "expired": self.env._("Offer of installments has expired"),
        }
        plan.activity_schedule(
            "mail.mail_activity_data_todo",
            plan.company_id._get_collection_today(),
            summary=summaries[plan.state],
            note=self._get_state_text(plan),
            user_id=plan.company_id._get_collection_responsible(
                plan.case_id._get_collector(), plan.user_id
            ).id,
        )
