from odoo import fields, models
from odoo.tools import SQL

from ...tools.step_states import OPEN_STATES


class CollectionBankruptcy(models.Model):
    """How a stay begins, moves and ends, in every company that has the customer."""

    _inherit = "collection.bankruptcy"

    task_ids = fields.Many2many(
        "mail.activity",
        "collection_bankruptcy_task_rel",
        string="Tasks for the claim",
        readonly=True,
    )

    def _get_stayed_lines(self):
        """:return: open stayed journal items of this debtor, in all companies"""
        self.ensure_one()
        partners = self.env["res.partner"].with_context(active_test=False)
        members = self.partner_id | partners.search(
            [
                "|",
                ("commercial_partner_id", "=", self.partner_id.id),
                "&",
                ("parent_id", "=", self.partner_id.id),
                ("is_company", "=", False),
            ]
        )
        return self.env["collection.stay"]._find_lines(
            SQL(
                """
                line.reconciled IS NOT TRUE
                AND (line.partner_id = ANY(%(members)s)
                     OR EXISTS (SELECT FROM account_move move
                                 WHERE move.id = line.move_id
                                   AND move.partner_id = ANY(%(members)s)))
                """,
                members=members.ids,
            )
        )

    def _get_own_lines(self):
        """:return: those of them that its own petition stays, whether or not another
        one does so, too"""
        return self._get_stayed_lines().filtered(
            lambda line: (line.move_id.invoice_date or line.date) <= self.date_petition
        )

    def _get_stay_start(self):
        """:return: the day since which the stay has been in force: the petition, or the
        day on which the case was reopened"""
        reopened = self.event_ids.filtered(
            lambda event: event.kind == "reopened" and event.state == "done"
        )
        return max([self.date_petition, *reopened.mapped("date")])

    def _find_cases(self):
        """:return: the open cases of this debtor, and those its items are in"""
        lines = self._get_stayed_lines()
        items = self.env["collection.item"].search(
            [("move_line_id", "in", lines.ids), ("is_open", "=", True)]
        )
        cases = self.env["collection.case"].search(
            [("partner_id", "in", self.partner_id.ids), ("state", "!=", "closed")]
        )
        return cases | items.case_id

    def _start_stay(self):
        """Stop at once whatever is under way for what was owed before the petition."""
        # The stay binds every company, whichever the recording person belongs to; the
        # right to record it was checked when it was recorded.
        for bankruptcy in self.sudo():
            moment = self.env.company._get_collection_moment()
            bankruptcy.date_recorded = moment
            cases = bankruptcy._find_cases()
            bankruptcy._enforce(cases)
            bankruptcy._hand_over_to_claim(cases)
            bankruptcy._recall_referrals(cases)

    def _recall_referrals(self, cases):
        """Who collects for us has to stop as well. Where the referral of a customer was
        decided, a person sees to it that the matter comes back."""
        for case in cases:
            decided = case.step_ids.filtered(
                lambda step: step.channel == "task" and step.state == "done"
            )
            if decided and case._is_stayed():
                self.task_ids |= case._add_task(
                    self.env._("Recall the matter, if it was referred"), self.name
                )

    def _enforce(self, cases):
        """Cancel, pull and close what contradicts the stay, then decide anew.

        Whoever is just sending for these cases either finishes before this, and what he
        queued is cancelled here, or finds the cases changed and starts again.
        """
        cases._stop_execution()
        self._list_steps(cases)
        self._pull_messages(cases)
        self._end_promises(cases)
        self._suspend_plans(cases)
        cases._review_now()

    def _list_steps(self, cases):
        """List the steps that were open: they will not be taken."""
        attempts = self.env["collection.blocked.attempt"]
        for step in cases.step_ids.filtered(lambda step: step.state in OPEN_STATES):
            attempts._log_scheduler(
                self, step.company_id, "step", step.stage_id.name, step.case_id
            )

    def _pull_messages(self, cases):
        """Stop what is queued or printed, and list it; the case it was written for may
        be closed since its customer was merged with this one."""
        moves = self._get_stayed_lines().move_id
        letters = self.env["collection.letter"].search(
            [
                "|",
                ("case_id", "in", cases.ids),
                ("move_ids", "in", moves.ids),
                ("delivery_state", "in", ("queued", "to_print", "printed")),
            ]
        )
        self.env["snailmail.letter"]._recall_collection(moves)
        stayed = self.env["collection.stay"]._filter_moves(letters.move_ids)
        letters = letters.filtered(
            lambda letter: not letter.move_ids or letter.move_ids & stayed
        )
        letters._stop_for_stay()
        self.pulled_letter_ids |= letters

    def _end_promises(self, cases):
        promises = cases.promise_ids.filtered(
            lambda promise: promise.state in ("open", "approve")
        )
        stayed = self.env["collection.stay"]._filter_items(promises.item_ids)
        promises.filtered(lambda promise: promise.item_ids & stayed)._end(
            "withdrawn", self.env._("Bankruptcy: %s", self.name)
        )

    def _suspend_plans(self, cases):
        """Installment plans rest as long as the stay lasts; offers end."""
        plans = self.env["collection.installment.plan"].search(
            [("case_id", "in", cases.ids)]
        )
        plans._rest(self.env._("Bankruptcy: %s", self.name))

    def _resume_plans(self):
        """Installment plans go on where they rested."""
        cases = self.sudo()._find_cases()
        plans = self.sudo().env["collection.installment.plan"]
        resting = plans.search([("case_id", "in", cases.ids)])
        # Another record of a bankruptcy may stay them still.
        resting.filtered(lambda plan: not plan._find_stayed_items())._resume(
            self.env._("Bankruptcy: %s", self._get_standing_text())
        )

    def _hand_over_to_claim(self, cases):
        """What was to be done for a case that is stayed as a whole gives way to one
        task: the proof of claim."""
        summary = self.env._("Prepare the proof of claim")
        for case in cases:
            # After a merge of customers the task may be there already.
            known = case.activity_ids & self.task_ids
            replaced = case.activity_ids - known
            if replaced and case.state == "stayed":
                names = [row.summary or row.activity_type_id.name for row in replaced]
                case.message_post(
                    body=self.env._(
                        "Bankruptcy: these tasks were dropped: %s.", ", ".join(names)
                    )
                )
                replaced.unlink()
            if not known:
                self.task_ids |= case._add_task(
                    summary, self.name, self._get_claim_deadline().date
                )

    def _change_stay(self, vals):
        """Change what decides which items are stayed: items that are free again resume
        where they stood; newly stayed ones are stopped.

        :param dict vals: values of fields that nobody writes by hand
        """
        for bankruptcy in self.sudo():
            cases = bankruptcy._find_cases()
            cases._stop_execution()
            before, own = bankruptcy._get_stayed_lines(), bankruptcy._get_own_lines()
            start = bankruptcy._get_stay_start()
            bankruptcy.write(vals)
            after = bankruptcy._get_stayed_lines()
            # What another petition goes on to stay was frozen by this one as well.
            ended = before - after if bankruptcy.stops_collection else own
            bankruptcy._resume_lines(ended, start)
            if after - before:
                bankruptcy._enforce(bankruptcy._find_cases())
            (cases | bankruptcy._find_cases())._review_now()

    def _resume_lines(self, lines, start):
        """Give items back the waiting time they had left, as at the end of a hold.

        :param lines: account.move.line records that it stays no longer
        :param date start: the first day they were stayed
        """
        items = self.env["collection.item"].search([("move_line_id", "in", lines.ids)])
        for company, own in items.grouped("company_id").items():
            own._resume(company._get_collection_today(), frozen_since=start)

    def _change_state(self, state, day):
        """Follow what a manager has decided, or what confirms or refutes a rumor.

        :param str state: a state the bankruptcy may go to, checked by the caller
        :param date day: when it happened
        """
        self.ensure_one()
        ended = state != "open"
        vals = {"state": state, "date_end": day if ended else False}
        if state == "open":
            self.sudo().write(vals)
            self._refresh_deadlines()
            self._start_stay()
            return
        self._change_stay(vals)
        self._drop_tasks()
        if not self.stops_collection:
            self._resume_plans()
        if self.stops_collection:
            self._propose_write_off()

    def _drop_tasks(self):
        """Nothing is to be prepared any more."""
        # Tasks of the program itself, on whoever's list.
        self.sudo().task_ids.unlink()
        self.sudo().deadline_ids.activity_ids.unlink()

    def _propose_write_off(self):
        """Nothing more comes of what was owed before the petition: the manager is asked
        to have it written off, in every company."""
        bankruptcy = self.sudo()
        for case in bankruptcy._find_cases().filtered("amount_stayed"):
            case.activity_schedule(
                "mail.mail_activity_data_todo",
                case.company_id._get_collection_today(),
                summary=self.env._(
                    "Write off %s", case.currency_id.format(case.amount_stayed)
                ),
                note=bankruptcy._get_standing_text(),
                user_id=(bankruptcy.manager_id or case._get_collector()).id
                or self.env.uid,
            )
