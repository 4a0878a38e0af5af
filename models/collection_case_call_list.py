from odoo import api, fields, models
from odoo.fields import Domain

PART_LABELS = ("amount", "age", "broken", "reply", "step", "profile", "share")


class CollectionCase(models.Model):
    """The calls of the day: who is due, in which order, why, and who may be called."""

    _inherit = "collection.case"

    priority_parts = fields.Json("Points per reason", readonly=True)
    priority_text = fields.Char("Why first", compute="_compute_priority_text")
    is_call_due = fields.Boolean(
        "To call today", compute="_compute_is_call_due", search="_search_is_call_due"
    )
    call_reason = fields.Char("Why today", compute="_compute_is_call_due")
    can_call = fields.Boolean(
        "Can be called now", compute="_compute_can_call", search="_search_can_call"
    )

    @api.depends("priority_parts")
    @api.depends_context("lang")
    def _compute_priority_text(self):
        labels = self._get_part_labels()
        for case in self:
            parts = case.priority_parts or {}
            case.priority_text = ", ".join(
                f"{labels[name]} {parts[name]:+d}"
                for name in PART_LABELS
                if parts.get(name)
            )

    @api.model
    def _get_part_labels(self):
        return {
            "amount": self.env._("amount"),
            "age": self.env._("age"),
            "broken": self.env._("broken promise"),
            "reply": self.env._("unread reply"),
            "step": self.env._("step waits"),
            "profile": self.env._("punctuality"),
            "share": self.env._("small share of a large account"),
        }

    # ------------------------------------------------------------------
    # Who is due
    # ------------------------------------------------------------------

    @api.model
    def _get_call_domains(self):
        """:return: dict of the domain per reason to call today"""
        today = self.env.company._get_collection_today()
        return {
            "step": Domain(
                "action_ids", "any", [("state", "=", "todo"), ("channel", "=", "phone")]
            ),
            "follow_up": Domain("date_follow_up", "<=", today),
            "reply": Domain("reply_unread", "=", True),
            "broken": Domain(
                "promise_ids",
                "any",
                [("state", "in", ("broken", "partly")), ("task_id", "!=", False)],
            ),
        }

    @api.model
    def _get_call_domain(self):
        """:return: domain of the cases that are to be called today"""
        today = self.env.company._get_collection_today()
        domains = self._get_call_domains()
        put_off = Domain("date_follow_up", ">", today) & ~domains["reply"]
        return Domain("state", "=", "active") & Domain.OR(domains.values()) & ~put_off

    def _search_is_call_due(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = self._get_call_domain()
        return domain if True in value else ~domain

    @api.depends("state", "date_follow_up", "reply_unread", "action_ids.state")
    @api.depends_context("collection_as_of", "lang")
    def _compute_is_call_due(self):
        due = self.search(Domain("id", "in", self.ids) & self._get_call_domain())
        reasons = {
            name: self.search(Domain("id", "in", due.ids) & domain)
            for name, domain in self._get_call_domains().items()
        }
        labels = {
            "step": self.env._("Call is due"),
            "follow_up": self.env._("Follow up"),
            "reply": self.env._("Unread reply"),
            "broken": self.env._("Promise broken"),
        }
        for case in self:
            case.is_call_due = case in due
            case.call_reason = ", ".join(
                labels[name] for name, cases in reasons.items() if case in cases
            )

    # ------------------------------------------------------------------
    # Who may be called
    # ------------------------------------------------------------------

    @api.depends("call_level")
    def _compute_can_call(self):
        for case in self:
            case.can_call = case.call_level not in ("block", "stop")

    def _search_can_call(self, operator, value):
        """The guard is asked about those who are to be called, not about everybody."""
        if operator != "in":
            return NotImplemented
        due = self.search(self._get_call_domain())
        allowed = due.filtered("can_call")
        chosen = allowed if True in value else due - allowed
        return Domain("id", "in", chosen.ids)

    def action_call_row(self):
        """Open the call screen and go on with the next call after it."""
        self.ensure_one()
        # To call now; what happened all the same is logged from the case.
        self.env["collection.guard"]._check(self, "phone")
        return self._open_call(self._find_talk(), in_row=True)

    @api.model
    def _find_next_call(self, passed):
        """Find the customer to call next: the one with the most points whom nobody else
        has on the line and whom the guard does not forbid.

        :param passed: collection.case records that had their turn
        :return: collection.case record, possibly empty
        """
        domain = (
            self._get_call_domain()
            & Domain("id", "not in", passed.ids)
            & Domain("user_id", "in", (self.env.uid, False))
            & Domain("company_id", "=", self.env.company.id)
        )
        cases = self.search(domain)
        others = cases.filtered("caller_id").filtered(
            lambda case: case.caller_id != self.env.user
        )
        free = cases - others
        return free.filtered("can_call")[:1]

    def write(self, vals):
        result = super().write(vals)
        if "reply_unread" in vals:
            self._refresh_priority()
        return result

    def _refresh_priority(self):
        self.env.flush_all()
        for company, cases in self.grouped("company_id").items():
            self.env["collection.priority"]._refresh(
                company, company._get_collection_today(), cases.partner_id.ids
            )
