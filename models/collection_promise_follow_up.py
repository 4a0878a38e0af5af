from datetime import date

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class CollectionPromise(models.Model):
    """What the night does with promises: remind of near dates, act on broken ones."""

    _inherit = "collection.promise"

    @api.model
    def _follow_up(self, company, today):
        """Remind of promised dates that are near, and act on broken promises, once.

        :param company: res.company record
        :param date today: the day, in the company's time zone
        """
        isolate = self.env["collection.notice"]._isolate
        for promise in self._find_to_remind(company, today):
            isolate(promise._remind, today)
        for promise in self._find_to_escalate(company):
            isolate(promise._escalate)
        self._clear_tasks(company)

    @api.model
    def _find_to_remind(self, company, today):
        """:return: open promises with a date to come that is as near as the policy says
        and was not reminded of; nothing leaves for a case on hold"""
        promises = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "open"),
                ("case_id.state", "not in", ("hold", "closed")),
                ("line_ids.date", ">=", today),
            ]
        )
        return promises.filtered(lambda promise: promise._find_near_dates(today))

    def _find_near_dates(self, today):
        """:return: list of the dates that are to be reminded of today"""
        self.ensure_one()
        days = self.case_id.policy_id.promise_remind_days
        dates = self.line_ids.filtered(lambda line: line.state == "open").mapped("date")
        return [
            day
            for day in dates
            if days
            and 0 <= (day - today).days <= days
            and day > (self.date_reminded or date.min)
        ]

    @api.model
    def _find_to_escalate(self, company):
        """:return: promises that were missed, of what is still to be collected"""
        return self.search(
            [
                ("company_id", "=", company.id),
                ("state", "in", ("broken", "partly")),
                ("is_escalated", "=", False),
                ("item_ids.is_open", "=", True),
            ]
        )

    @api.model
    def _clear_tasks(self, company):
        """A promise that was kept after all clears its own to-do."""
        self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "kept"),
                ("task_id", "!=", False),
            ]
        ).task_id.unlink()

    def _remind(self, today):
        """Send the friendly reminder; without an address the collector calls."""
        template = self.env.ref("account_collections.mail_template_promise_reminder")
        try:
            self.env["collection.notice"]._send(self, template, self.item_ids.move_id)
        except UserError as error:
            self.case_id._add_task(self.env._("Remind of the promise"), str(error))
        self.sudo().date_reminded = max(self._find_near_dates(today))

    def _escalate(self):
        """Tell the collector of a promise that was not kept: once per promise."""
        task = self.case_id._add_task(
            self.env._("Promise not kept"),
            self.env._(
                "%(received)s of %(promised)s came in by %(date)s.",
                received=self.currency_id.format(self.amount_received),
                promised=self.currency_id.format(self.amount),
                date=format_date(self.env, self.date_last),
            ),
        )
        self.sudo().write({"is_escalated": True, "task_id": task.id})
