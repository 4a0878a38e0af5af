from odoo import api, fields, models


class CollectionCaseExplain(models.TransientModel):
    """Why was, or was not, this customer contacted on a given day?"""

    _name = "collection.case.explain"
    _description = "Why, on a Given Day"

    case_id = fields.Many2one("collection.case", required=True)
    date = fields.Date(
        "On",
        required=True,
        default=lambda self: self.env.company._get_collection_today(),
    )
    answer = fields.Text(compute="_compute_answer")

    @api.depends("case_id", "date")
    def _compute_answer(self):
        for why in self:
            why.answer = why.date and why._get_answer()

    def _get_answer(self):
        """:return: translated answer for a past day (from the record), for today or
        for a day to come (from the decision itself)"""
        today = self.case_id.company_id._get_collection_today()
        if self.date >= today:
            return self._get_future_answer()
        decision = self.case_id._get_last_decision(self.date)
        if not decision:
            return self.env._("The case had not been opened by then.")
        return decision.explanation

    def _get_future_answer(self):
        case = self.case_id
        # Reading rights on the case are enough to ask; nothing is written.
        rows = (
            self.env["collection.scheduler"]
            .sudo()
            ._simulate(case.company_id, self.date, case.partner_id.ids)
        )
        row = next((row for row in rows if row["case_id"] == case.id), None)
        if row is None:
            return self.env._("Everything is settled.")
        stage = self.env["collection.stage"].browse(row["stage_id"])
        answer = self.env["collection.decision"]._explain(
            row["reason"],
            stage,
            row["date_next"],
            row["amount_net"],
            case.currency_id,
        )
        return "\n".join(filter(None, (answer, self._get_obstacle(stage))))

    def _get_obstacle(self, stage):
        """:return: translated sentence on what makes the next step wait, else False

        :param stage: collection.stage of the next step
        """
        case = self.case_id
        waiting = bool(case.step_id) and case.step_id._get_waiting_text()
        if waiting or stage.channel != "phone":
            return waiting
        # The limits of that day, at the hour at which a run counts.
        on_day = case.with_context(collection_as_of=self.date)
        return on_day._get_call_obstacles().get(case)
