from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_datetime

from ...tools.channels import channels

# After this time without a word a customer is free for a colleague again.
CALL_MINUTES = 30
# A decision that waits is not made by talking; it has its own screen.
PART_LABELS = ("amount", "age", "broken", "reply", "step", "profile", "share")


class CollectionCase(models.Model):
    """What the contact guard says, on the screen of a case."""

    _inherit = "collection.case"

    call_text = fields.Char("Next call", compute="_compute_call_text")
    call_level = fields.Char(compute="_compute_call_text")
    is_unwilling = fields.Boolean(related="partner_id.collection_do_not_contact")
    person_text = fields.Char("Reaching the customer", compute="_compute_person_text")
    call_lock_user_id = fields.Many2one("res.users", "On the line", readonly=True)
    call_started_at = fields.Datetime("On the line since", readonly=True)
    caller_id = fields.Many2one(
        "res.users",
        "Being called by",
        compute="_compute_caller_id",
        help="Who has this customer on the call screen just now.",
    )
    log_count = fields.Integer(
        "Links of the log", readonly=True, copy=False, aggregator=None
    )
    log_sha256 = fields.Char("Fingerprint of the log", readonly=True, copy=False)
    priority_parts = fields.Json("Points per reason", readonly=True)
    priority_text = fields.Char("Priority because", compute="_compute_priority_text")
    is_call_due = fields.Boolean(
        "To call today", compute="_compute_is_call_due", search="_search_is_call_due"
    )
    call_reason = fields.Char("Why today", compute="_compute_is_call_due")
    can_call = fields.Boolean(
        "Can be called now", compute="_compute_can_call", search="_search_can_call"
    )

    @api.depends("contact_ids.is_void", "policy_id", "partner_id", "state")
    @api.depends_context("collection_now", "collection_as_of", "lang")
    def _compute_call_text(self):
        guard = self.env["collection.contact.guard"]
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

    @api.depends("partner_id")
    @api.depends_context("lang")
    def _compute_person_text(self):
        """How the customer wants to be reached, for whoever calls next."""
        for case in self:
            case.person_text = " ".join(case.partner_id._get_contact_preferences())

    @api.depends("call_lock_user_id", "call_started_at")
    def _compute_caller_id(self):
        limit = self._get_call_limit()
        for case in self:
            is_fresh = bool(case.call_started_at) and case.call_started_at > limit
            case.caller_id = case.call_lock_user_id if is_fresh else False

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

    def _search_is_call_due(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = self._get_call_domain()
        return domain if True in value else ~domain

    @api.depends("state", "date_follow_up", "reply_unread", "step_ids.state")
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
    # Permission to call
    # ------------------------------------------------------------------

    @api.depends("call_level")
    def _compute_can_call(self):
        for case in self:
            case.can_call = case.call_level not in ("block", "stop")

    def _search_can_call(self, operator, value):
        """The guard is asked about those who are to be called, not about everybody: the
        list of calls filters by this, and the filter editor does not offer it."""
        if operator != "in":
            return NotImplemented
        due = self.search(self._get_call_domain())
        allowed = due.filtered("can_call")
        chosen = allowed if True in value else due - allowed
        return Domain("id", "in", chosen.ids)

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        result = super().fields_get(allfields, attributes)
        if "searchable" in result.get("can_call", {}):
            result["can_call"]["searchable"] = False
        return result

    def write(self, vals):
        result = super().write(vals)
        if "reply_unread" in vals:
            self._refresh_priority()
        return result

    def _get_call_obstacles(self):
        """:return: dict of a translated sentence per case whose customer may not, or
        does not want to, be called at this moment"""
        guard = self.env["collection.contact.guard"]
        return {
            case: guard._get_text(case, answer)
            for case, answer in guard._ask(self, "phone").items()
            # Days off are part of the decision, which says so itself.
            if answer.level and answer.limit != "day_off"
        }

    # ------------------------------------------------------------------
    # Calls
    # ------------------------------------------------------------------

    @api.model
    def _get_call_limit(self):
        now = self.env.company._get_collection_moment()
        return now - timedelta(minutes=CALL_MINUTES)

    def action_open_done(self):
        """Open the call screen: to call this customer, or to log any other contact."""
        self.ensure_one()
        return self._open_call(self._find_talk(channels(is_spoken=True)))

    def action_correct_address(self):
        """Open the dialog to correct how the customer is reached."""
        self.ensure_one()
        return self._open_address_correction()

    def _open_address_correction(self, partner=None, **defaults):
        """:return: action that opens the dialog, for somebody, or whoever is written to
        if nobody is named"""
        partner = (
            partner or self.env["collection.recipient"]._find_for_case(self, "email")[0]
        )
        return self._open_wizard(
            "collection.address.correction",
            self.env._("Correct address"),
            **{"case_id": self.id, "partner_id": partner.id, **defaults},
        )

    def _find_talk(self, channels=("phone",)):
        """:return: the open step that a talk through one of these channels completes"""
        return self.step_id.filtered(
            lambda step: step.state == "todo" and step.channel in channels
        )

    def _open_call(self, step=None, is_queue=False):
        """Take the customer and open the call screen.

        :param step: the collection.step that the contact completes
        :param bool is_queue: whether the next call of the worklist follows
        :return: the action
        """
        self.ensure_one()
        if self.state == "closed":
            raise UserError(self.env._("The case is closed; there is nothing to log."))
        self.check_access("write")
        self._lock_call()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collections.collection_call_screen_action"
        )
        screen = self.env[action["res_model"]].create(
            {
                "case_id": self.id,
                "step_id": step.id if step else False,
                "channel": step.channel if step else self._get_channel(is_queue),
                "is_queue": is_queue,
            }
        )
        return {**action, "res_id": screen.id, "views": [(False, "form")]}

    def _get_channel(self, is_queue):
        """:return: the channel to propose: a call, or what the customer prefers"""
        return (not is_queue and self.partner_id.collection_channel) or "phone"

    def _lock_call(self, by_force=False):
        """Take customers to call, unless a colleague has them.

        Two who do so at the same moment write the same row, so that one of them waits,
        starts again, and finds the other there.

        :param bool by_force: take them all the same
        :return: those that are mine now
        """
        self.invalidate_recordset(["call_lock_user_id", "call_started_at"])
        free = self.filtered(
            lambda case: (
                by_force or not case.caller_id or case.caller_id == self.env.user
            )
        )
        free._write_protected(
            {
                "call_lock_user_id": self.env.uid,
                "call_started_at": self.env.company._get_collection_moment(),
            }
        )
        return free

    def _release_call(self):
        """Give back the customers that are mine."""
        mine = self.filtered(lambda case: case.call_lock_user_id == self.env.user)
        mine._write_protected({"call_lock_user_id": False, "call_started_at": False})

    def _get_caller_text(self):
        """:return: translated sentence when a colleague has this customer, or False"""
        self.ensure_one()
        if not self.caller_id or self.caller_id == self.env.user:
            return False
        return self.env._(
            "%(colleague)s has had this customer on the call screen since %(time)s.",
            colleague=self.caller_id.name,
            time=format_datetime(self.env, self.call_started_at, dt_format="HH:mm"),
        )

    # ------------------------------------------------------------------
    # Call list
    # ------------------------------------------------------------------

    @api.model
    def _get_part_labels(self):
        return {
            "amount": self.env._("amount"),
            "age": self.env._("age"),
            "broken": self.env._("broken promise"),
            "reply": self.env._("unread reply"),
            "step": self.env._("step waiting"),
            "profile": self.env._("punctuality"),
            "share": self.env._("small share of a large account"),
        }

    # ------------------------------------------------------------------
    # Calls due
    # ------------------------------------------------------------------

    @api.model
    def _get_call_domains(self):
        """:return: dict of the domain per reason to call today"""
        today = self.env.company._get_collection_today()
        return {
            "step": Domain(
                "step_ids", "any", [("state", "=", "todo"), ("channel", "=", "phone")]
            ),
            "follow_up": Domain("date_follow_up", "<=", today),
            "reply": Domain("reply_unread", "=", True),
            "broken": Domain(
                "promise_ids",
                "any",
                [("state", "in", ("broken", "partial")), ("task_id", "!=", False)],
            ),
        }

    @api.model
    def _get_call_domain(self):
        """:return: domain of the cases that are to be called today"""
        today = self.env.company._get_collection_today()
        domains = self._get_call_domains()
        put_off = Domain("date_follow_up", ">", today) & ~domains["reply"]
        return Domain("state", "=", "active") & Domain.OR(domains.values()) & ~put_off

    def action_call_queue(self):
        """Open the call screen and go on with the next call after it."""
        self.ensure_one()
        # To call now; what happened all the same is logged from the case.
        self.env["collection.contact.guard"]._check(self, "phone")
        return self._open_call(self._find_talk(), is_queue=True)

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

    # ------------------------------------------------------------------
    # Seals of the log
    # ------------------------------------------------------------------

    def action_check_log(self):
        """Check that the contact log is as it was written, and say what is not."""
        self.check_access("read")
        breaks = self.env["collection.contact.seal"]._find_breaks(self)
        if not breaks:
            count = sum(self.mapped("log_count"))
            return self._notify(
                "success",
                self.env._("The contact log is intact: %s seals checked.", count),
            )
        sentences = [self._get_break_text(*found) for found in breaks[:5]]
        return self._notify("danger", "\n".join(sentences), sticky=True)

    @api.model
    def _get_break_text(self, case, contact, sentence):
        entry = contact.exists()
        if not entry:
            return f"{case.name}: {sentence}"
        day = fields.Datetime.context_timestamp(entry, entry.date).date()
        return f"{case.name}, {entry.display_name} ({day}): {sentence}"

    # ------------------------------------------------------------------
    # Priority
    # ------------------------------------------------------------------

    def _refresh_priority(self):
        self.env.flush_all()
        for company, cases in self.grouped("company_id").items():
            self.env["collection.priority"]._refresh(
                company, company._get_collection_today(), cases.partner_id.ids
            )
