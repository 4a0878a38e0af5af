from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .collection_plan import PENDING_STATES, RUNNING_STATES

REPLACEABLE = (*RUNNING_STATES, "defaulted", "declined", "expired", "void")


class CollectionPlan(models.Model):
    """What people do to a plan: cancel, renegotiate, suspend, reinstate."""

    _inherit = "collection.plan"

    def action_open_end(self):
        """Ask for the reason and cancel."""
        return self._open_end("cancelled", self.env._("Cancel the plan"))

    def action_open_decline(self):
        """Ask for the reason that the customer gave, and note that he declined."""
        return self._open_end("declined", self.env._("The customer declined"))

    def action_open_reinstate(self):
        """Ask for the reason and put a plan in default in force again."""
        return self._open_end("active", self.env._("Put in force again"))

    def _open_end(self, outcome, title):
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "collection.plan.end",
            "view_mode": "form",
            "target": "new",
            "context": {"default_plan_ids": self.ids, "default_outcome": outcome},
        }

    def action_renegotiate(self):
        """Propose a new version for what is open; this one holds until that is
        accepted."""
        self.ensure_one()
        if self.state not in REPLACEABLE:
            raise UserError(
                self.env._("There is nothing to renegotiate. Propose a new plan.")
            )
        items = self.item_ids.filtered("is_open")
        if not items:
            raise UserError(self.env._("Nothing is open on this plan any more."))
        return self.case_id._propose_plan(
            items,
            replaces_id=self.id,
            rhythm=self.rhythm if self.rhythm != "free" else "monthly",
            is_working_days=self.is_working_days,
        )

    def _end(self, state, reason):
        """End plans by somebody's wish.

        :param str state: cancelled or declined
        :param str reason: why; it stays on record
        :raises UserError: without a reason, or when one has ended already
        """
        self.check_access("write")
        if not (reason or "").strip():
            raise UserError(self.env._("Say why."))
        for plan in self:
            plan.case_id._stop_execution()
            if plan.state in PENDING_STATES:
                plan._move_to(state, end_reason=reason.strip(), told_state=state)
            else:
                plan._finish(state, reason.strip())
        self.case_id._review_now()

    def _finish(self, state, reason):
        """End a plan in force; its items go on where they stood."""
        self.ensure_one()
        was_running = self.state in RUNNING_STATES
        self._move_to(
            state,
            end_reason=reason,
            told_state=state,
            end_allocation=self.env["collection.promise"]._get_last_allocation(),
        )
        if was_running:
            self._resume_items(self.company_id._get_collection_today())

    def _resume_items(self, day):
        """Give the items their waiting time back, as after a hold.

        :param date day: the day on which they resume
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE collection_item AS item
                   SET days_frozen = COALESCE(days_frozen, 0) + GREATEST(
                           %(day)s - GREATEST(
                               %(start)s, COALESCE(date_stage, date_maturity)), 0),
                       date_resumed = %(day)s
                 WHERE id = ANY(%(items)s)
                """,
                day=day,
                start=self.date_reinstated or self.date_active,
                items=self.item_ids.ids,
            )
        )
        self.item_ids.invalidate_recordset(["days_frozen", "date_resumed"])

    # ------------------------------------------------------------------
    # Suspension
    # ------------------------------------------------------------------

    def _suspend(self, reason):
        """Suspend plans in force, because of a stay: nothing falls due meanwhile, and
        nothing is reminded of. Others are left alone.

        :param str reason: why; it stays on record
        :return: the plans that were suspended
        """
        running = self.filtered(lambda plan: plan.state in ("active", "notice"))
        for plan in running:
            plan._move_to(
                "suspended",
                date_suspended=plan.company_id._get_collection_today(),
                end_reason=reason,
                told_state="suspended",
            )
            plan.message_post(body=self.env._("Suspended: %s", reason))
        running.case_id._review_now()
        return running

    def _resume(self, reason):
        """Put suspended plans in force again: what was not paid yet moves later by the
        days of the suspension. Others are left alone.

        :param str reason: why; it stays on record
        :return: the plans that were resumed
        """
        suspended = self.filtered(lambda plan: plan.state == "suspended")
        for plan in suspended:
            today = plan.company_id._get_collection_today()
            days = max((today - plan.date_suspended).days, 0)
            for line in plan.line_ids.filtered(lambda line: line.state != "paid"):
                # What was signed moves for both, and the log says so.
                line.sudo().date = fields.Date.add(line.date, days=days)
            plan._move_to(
                "active",
                date_suspended=False,
                end_reason=False,
                told_state="active",
            )
            plan.message_post(
                body=self.env._(
                    "In force again after %(days)s days: %(reason)s",
                    days=days,
                    reason=reason,
                )
            )
        suspended.case_id._review_now()
        return suspended

    def _reinstate(self, reason):
        """Put plans in default in force again; for collections managers.

        :param str reason: why; it stays on record
        :raises UserError: without a reason, or when something else covers the items
        """
        self.check_access("write")
        if not self.env.user.has_group("account_collections.group_collection_manager"):
            raise UserError(self.env._("A collections manager puts it in force again."))
        for plan in self:
            if plan.state != "defaulted":
                raise UserError(self.env._("This plan is not in default."))
            plan._check_not_planned()
            plan._move_to(
                "active",
                date_default=False,
                amount_default=0,
                breach=False,
                date_reinstated=plan.company_id._get_collection_today(),
                told_state="active",
            )
            plan.message_post(body=self.env._("In force again: %s", reason))
            plan._find_open_promises()._end(
                "replaced", self.env._("Replaced by %s.", plan.name)
            )
        self.case_id._review_now()

    @api.model
    def _prepare_new_context(self, case, items, **defaults):
        """:return: the context of a form that proposes a plan for these items"""
        return {
            "default_case_id": case.id,
            "default_currency_id": (items.currency_id or case.currency_id)[:1].id,
            "default_item_ids": [Command.set(items.ids)],
            **{f"default_{name}": value for name, value in defaults.items()},
        }
