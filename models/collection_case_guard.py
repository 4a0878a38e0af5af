from odoo import api, fields, models
from odoo.exceptions import AccessError


class CollectionCase(models.Model):
    """What the contact guard says, on the screen of a case."""

    _inherit = "collection.case"

    call_text = fields.Char("Next call", compute="_compute_call_text")
    call_level = fields.Char(compute="_compute_call_text")
    person_text = fields.Char("Reaching the customer", compute="_compute_person_text")

    @api.depends("contact_ids.is_void", "policy_id", "partner_id", "state")
    @api.depends_context("collection_now", "collection_as_of", "lang")
    def _compute_call_text(self):
        guard = self.env["collection.guard"]
        answers = guard._ask(self, "phone")
        for case in self:
            answer = answers[case]
            case.call_level = answer.level
            if answer.level:
                case.call_text = guard._get_text(case, answer)
                continue
            now = case.company_id._get_collection_moment()
            case.call_text = self.env._(
                "A call is allowed now (%s).",
                case.partner_id._get_collection_local_text(now, case.company_id),
            )

    @api.depends("action_ids.date_allowed", "action_ids.state")
    def _compute_explanation(self):
        """Say also how long the limits make the open step wait, or keep a call from
        being made."""
        result = super()._compute_explanation()
        calls = self.filtered(
            lambda case: case.action_channel == "phone" and case.state != "closed"
        )
        obstacles = calls._get_call_obstacles()
        for case in self:
            waiting = case.action_id and case.action_id._get_waiting_text()
            if not waiting and case in obstacles:
                waiting = " ".join(filter(None, (case.explanation, obstacles[case])))
            case.explanation = waiting or case.explanation
        return result

    def _get_call_obstacles(self):
        """:return: dict of a translated sentence per case whose customer may not, or
        does not want to, be called at this moment"""
        guard = self.env["collection.guard"]
        return {
            case: guard._get_text(case, answer)
            for case, answer in guard._ask(self, "phone").items()
            # Days off are part of the decision, which says so itself.
            if answer.level and answer.limit != "day_off"
        }

    @api.depends("partner_id")
    @api.depends_context("lang")
    def _compute_person_text(self):
        """How the customer wants to be reached, for whoever calls next."""
        for case in self:
            case.person_text = " ".join(case.partner_id._get_collection_wishes())

    def action_override_limit(self):
        """Ask for the reason to contact a customer beyond the limits."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Override the contact limits"),
            "res_model": "collection.guard.override",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_case_id": self.id,
                "default_channel": self.action_channel or "phone",
            },
        }

    def _override_limit(self, channel, reason):
        """Lift the limits for one contact, within a day; written in the log.

        :param str channel: the channel of the contact
        :param str reason: why it cannot wait
        :raises AccessError: for who is no collections manager
        """
        self.ensure_one()
        if not self.env.user.has_group("account_collections.group_collection_manager"):
            raise AccessError(
                self.env._("A collections manager overrides the contact limits.")
            )
        # Nobody writes such an entry by hand; the right was checked above.
        self.env["collection.contact"].sudo().create(
            {
                "case_id": self.id,
                "channel": channel,
                "outcome": "override",
                "partner_id": self.partner_id.id,
                "user_id": self.env.uid,
                "note": reason,
            }
        )
        step = self.action_id
        if step.reason == "contact_limit" and step.channel == channel:
            today = self.company_id._get_collection_today()
            step.sudo().write({"date_allowed": False, "date_planned": today})
            step._trigger_execution()
