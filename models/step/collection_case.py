from odoo import api, fields, models


class CollectionCase(models.Model):
    """The open step of a case: why it waits, and how a manager lets it go."""

    _inherit = "collection.case"

    explanation = fields.Char("Why", compute="_compute_explanation")

    @api.depends(
        *("reason", "next_stage_id", "date_next", "amount_net", "state"),
        *("step_ids.date_allowed", "step_ids.state"),
    )
    @api.depends_context("lang")
    def _compute_explanation(self):
        """What the decision says, and what keeps a call from being made; or how long
        the limits make the open step wait."""
        calls = self.filtered(
            lambda case: case.step_channel == "phone" and case.state != "closed"
        )
        obstacles = calls._get_call_obstacles()
        for case in self:
            texts = (case._get_decision_text(), obstacles.get(case))
            waiting = case.step_id and case.step_id._get_waiting_text()
            case.explanation = waiting or " ".join(filter(None, texts)) or False

    def action_override_limit(self):
        """Ask for the reason to contact a customer beyond the limits."""
        self.ensure_one()
        return self._open_wizard(
            "collection.guard.override",
            self.env._("Override the contact limits"),
            case_id=self.id,
            channel=self.step_channel or "phone",
        )

    def _override_limit(self, channel, reason):
        """Lift the limits for one contact, within a day; written in the log.

        :param str channel: the channel of the contact
        :param str reason: why it cannot wait
        :raises AccessError: for who is no collections manager
        """
        self.ensure_one()
        self._check_manager(
            self.env._("A collections manager overrides the contact limits.")
        )
        self.env["collection.contact"]._log(
            self, channel, "override", partner=self.partner_id, note=reason
        )
        step = self.step_id
        if step.reason == "contact_limit" and step.channel == channel:
            today = self.company_id._get_collection_today()
            step._write_protected({"date_allowed": False, "date_planned": today})
            step._trigger_execution()
