from odoo import api, models

from ...tools.step_states import OPEN_STATES


class CollectionStayEnforcement(models.AbstractModel):
    """How a stay begins, moves and ends, in every company that has the customer.

    All of it is done as superuser: a stay binds every company, whichever the person who
    records it belongs to. The right to record a bankruptcy, or to end a stay, was
    checked when that was done.
    """

    _name = "collection.stay.enforcement"
    _description = "Enforcement of a Stay"

    # ------------------------------------------------------------------
    # Beginning
    # ------------------------------------------------------------------

    @api.model
    def _begin(self, bankruptcies):
        """Stop at once whatever is under way to collect what was owed before the
        petition."""
        service = self.sudo()
        for bankruptcy in bankruptcies.sudo():
            bankruptcy.date_recorded = self.env.company._get_collection_moment()
            cases = bankruptcy._find_cases()
            service._enforce(bankruptcy, cases)
            service._hand_over_to_claim(bankruptcy, cases)
            service._recall_referrals(bankruptcy, cases)

    @api.model
    def _begin_for_merged(self, bankruptcies):
        """Stop what was under way for customers that were merged into the debtor."""
        service = self.sudo()
        for bankruptcy in bankruptcies.sudo().filtered("stops_collection"):
            cases = bankruptcy._find_cases()
            service._enforce(bankruptcy, cases)
            service._hand_over_to_claim(bankruptcy, cases)

    @api.model
    def _enforce(self, bankruptcy, cases):
        """Cancel, pull and close what contradicts the stay, then decide anew.

        A worker that is sending for these cases either finishes before this, and what
        it queued is cancelled here, or finds the cases changed and starts again.
        """
        # The order matters: steps are listed before the review drops them, and what is
        # decided anew counts neither promises nor plans any more.
        cases._stop_execution()
        self._list_steps(bankruptcy, cases)
        self._pull_messages(bankruptcy, cases)
        self._end_promises(bankruptcy, cases)
        self._suspend_plans(bankruptcy, cases)
        cases._review_now()

    @api.model
    def _list_steps(self, bankruptcy, cases):
        """List the steps that were open: they will not be taken."""
        attempts = self.env["collection.blocked.attempt"]
        for step in cases.step_ids.filtered(lambda step: step.state in OPEN_STATES):
            attempts._log_scheduler(
                bankruptcy, step.company_id, "step", step.stage_id.name, step.case_id
            )

    @api.model
    def _pull_messages(self, bankruptcy, cases):
        """Stop what is queued or printed, and list it. The case of a message may be
        closed, when its customer was merged with this one."""
        moves = bankruptcy._get_stayed_lines().move_id
        letters = self.env["collection.letter"].search(
            [
                "|",
                ("case_id", "in", cases.ids),
                ("move_ids", "in", moves.ids),
                ("delivery_state", "in", ("queued", "to_print", "printed")),
            ]
        )
        # First from the postal service: it might take them while we go on.
        self.env["snailmail.letter"]._recall_collection(moves)
        stayed = self.env["collection.stay"]._filter_moves(letters.move_ids)
        letters = letters.filtered(
            lambda letter: not letter.move_ids or letter.move_ids & stayed
        )
        letters._stop_for_stay()
        bankruptcy.pulled_letter_ids |= letters

    @api.model
    def _end_promises(self, bankruptcy, cases):
        promises = cases.promise_ids.filtered(
            lambda promise: promise.state in ("open", "approve")
        )
        # A promise of what was invoiced after the petition is new business, and holds.
        stayed = self.env["collection.stay"]._filter_items(promises.item_ids)
        promises.filtered(lambda promise: promise.item_ids & stayed)._end(
            "withdrawn", self.env._("Bankruptcy: %s", bankruptcy.name)
        )

    @api.model
    def _suspend_plans(self, bankruptcy, cases):
        """Suspend installment plans as long as the stay lasts; offers end."""
        self.env["collection.installment.suspension"]._suspend_for_stay(
            self._find_plans(cases), self.env._("Bankruptcy: %s", bankruptcy.name)
        )

    @api.model
    def _find_plans(self, cases):
        return self.env["collection.installment.plan"].search(
            [("case_id", "in", cases.ids)]
        )

    @api.model
    def _hand_over_to_claim(self, bankruptcy, cases):
        """Replace the tasks of a case that is stayed as a whole by one: prepare the
        proof of claim."""
        deadline = bankruptcy.deadline_ids._get_claim_deadline()
        for case in cases:
            # After a merge of customers the task may be there already.
            known = case.activity_ids & bankruptcy.task_ids
            if case.state == "stayed":
                self._drop_activities(case, case.activity_ids - known)
            if not known:
                bankruptcy.task_ids |= case._add_task(
                    self.env._("Prepare the proof of claim"),
                    bankruptcy.name,
                    deadline.date,
                )

    @api.model
    def _drop_activities(self, case, activities):
        if not activities:
            return
        names = [row.summary or row.activity_type_id.name for row in activities]
        case.message_post(
            body=self.env._(
                "Bankruptcy: these tasks were dropped: %s.", ", ".join(names)
            )
        )
        activities.unlink()

    @api.model
    def _recall_referrals(self, bankruptcy, cases):
        """Let a person recall a matter that may have been referred: whoever collects
        for us has to stop as well."""
        for case in cases:
            decided = case.step_ids.filtered(
                lambda step: step.channel == "task" and step.state == "done"
            )
            if decided and case._is_stayed():
                bankruptcy.task_ids |= case._add_task(
                    self.env._("Recall the matter if it was referred"), bankruptcy.name
                )

    # ------------------------------------------------------------------
    # Moving
    # ------------------------------------------------------------------

    @api.model
    def _change(self, bankruptcies, vals):
        """Change a fact that decides which items are stayed. Items that are free again
        resume where they stood; collection of newly stayed ones stops.

        :param dict vals: values of fields that nobody writes by hand
        """
        service = self.sudo()
        for bankruptcy in bankruptcies.sudo():
            cases = bankruptcy._find_cases()
            cases._stop_execution()
            # Asked before the change: afterwards nobody knows what it used to stay.
            before, own = bankruptcy._get_stayed_lines(), bankruptcy._get_own_lines()
            start = bankruptcy._get_stay_start()
            bankruptcy.write(vals)
            after = bankruptcy._get_stayed_lines()
            # Items that another petition still stays were frozen by this one as well.
            ended = before - after if bankruptcy.stops_collection else own
            service._resume_lines(ended, start)
            if after - before:
                service._enforce(bankruptcy, bankruptcy._find_cases())
            (cases | bankruptcy._find_cases())._review_now()

    @api.model
    def _resume_lines(self, lines, start):
        """Let items resume with the waiting time they had left, as after a hold.

        :param lines: account.move.line records that it stays no longer
        :param date start: the first day they were stayed
        """
        items = self.env["collection.item"].search([("move_line_id", "in", lines.ids)])
        # "Today" is another day in the time zone of another company.
        for company, own in items.grouped("company_id").items():
            own._resume(company._get_collection_today(), frozen_since=start)

    # ------------------------------------------------------------------
    # End
    # ------------------------------------------------------------------

    @api.model
    def _end(self, bankruptcy, state, day):
        """End a bankruptcy: collect again, or propose the write-off.

        :param str state: how it ended, a state of bankruptcies
        :param date day: when
        """
        service, bankruptcy = self.sudo(), bankruptcy.sudo()
        service._change(bankruptcy, {"state": state, "date_end": day})
        service._drop_tasks(bankruptcy)
        if bankruptcy.stops_collection:
            service._propose_write_off(bankruptcy)
        else:
            service._resume_plans(bankruptcy)

    @api.model
    def _drop_tasks(self, bankruptcy):
        """Drop the program's own tasks: there is nothing left to prepare."""
        bankruptcy = bankruptcy.sudo()
        (bankruptcy.task_ids | bankruptcy.deadline_ids.activity_ids).unlink()

    @api.model
    def _resume_plans(self, bankruptcy):
        """Installment plans continue where they were suspended."""
        plans = self._find_plans(bankruptcy._find_cases())
        # Another record of a bankruptcy may stay them still.
        free = plans.filtered(lambda plan: not plan._find_stayed_items())
        self.env["collection.installment.suspension"]._resume(
            free, self.env._("Bankruptcy: %s", bankruptcy._get_standing_text())
        )

    @api.model
    def _propose_write_off(self, bankruptcy):
        """Ask the manager to have written off, in every company, what was owed before
        the petition: nothing more is paid on it."""
        for case in bankruptcy._find_cases().filtered("amount_stayed"):
            user = case.company_id._get_collection_responsible(
                bankruptcy.manager_id, case._get_collector()
            )
            case.activity_schedule(
                "mail.mail_activity_data_todo",
                case.company_id._get_collection_today(),
                summary=self.env._(
                    "Write off %s", case.currency_id.format(case.amount_stayed)
                ),
                note=bankruptcy._get_standing_text(),
                user_id=user.id,
            )
