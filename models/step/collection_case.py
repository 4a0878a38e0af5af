from odoo import api, fields, models

from ...tools.channels import step_selection
from ...tools.step_states import OPEN_STATES, STATES


class CollectionCase(models.Model):
    """The open step of a case: why it waits, and how a manager lets it go."""

    _inherit = "collection.case"

    step_id = fields.Many2one(
        "collection.step", "Open step", compute="_compute_step_id"
    )
    step_state = fields.Selection(STATES, "Step status", compute="_compute_step_id")
    step_error = fields.Char("Error of the step", compute="_compute_step_id")
    step_channel = fields.Selection(
        step_selection(), "Step channel", compute="_compute_step_id"
    )
    explanation = fields.Char("Why", compute="_compute_explanation")

    @api.depends("step_ids.state")
    def _compute_step_id(self):
        steps = self.env["collection.step"].search(
            [("case_id", "in", self.ids), ("state", "in", OPEN_STATES)]
        )
        by_case = steps.grouped("case_id")
        for case in self:
            case.step_id = by_case.get(case, steps.browse())[:1]
            case.step_state = case.step_id.state
            case.step_error = case.step_id.error
            case.step_channel = case.step_id.channel

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

    def action_approve_step(self):
        """Approve the step of this case that waits for it."""
        self.ensure_one()
        return self.step_id.action_approve()

    def action_open_step(self):
        """Open the step that waits for a person."""
        self.ensure_one()
        return self.step_id._get_records_action(name=self.env._("Step"))

    def action_override_limit(self):
        """Ask for the reason to contact a customer beyond the limits."""
        self.ensure_one()
        return self._open_wizard(
            "collection.guard.override",
            self.env._("Override the contact limits"),
            case_id=self.id,
            # Whoever wants no contact is still not called.
            channel="email" if self.is_unwilling else self.step_channel or "phone",
        )

    def _override_limit(self, channel, reason):
        """Lift the limits for one contact, within a day; written in the log.

        :param str channel: the channel of the contact
        :param str reason: why it cannot wait
        :raises AccessError: for who is no collections manager
        """
        self.ensure_one()
        self._check_manager(
            self.env._("Only a collections manager can override the contact limits.")
        )
        self.env["collection.contact"]._log(
            self, channel, "override", partner=self.partner_id, note=reason
        )
        step = self.step_id
        if step.reason == "contact_limit" and step.channel == channel:
            today = self.company_id._get_collection_today()
            step._write_protected({"date_allowed": False, "date_planned": today})
            step._trigger_execution()
