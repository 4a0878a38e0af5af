from markupsafe import escape
from odoo import api, fields, models
from odoo.tools import format_duration

LAST_CONTACTS = 3


class CollectionContactLog(models.TransientModel):
    """What the collector has in view while talking: who, the account, the guide."""

    _inherit = "collection.contact.log"

    # Who to call.
    callee_ids = fields.Many2many(
        "res.partner", compute="_compute_callee_ids", string="Who to call"
    )
    phone = fields.Char(related="partner_id.phone", string="Telephone")
    local_time = fields.Char("Time there", compute="_compute_when")
    best_time = fields.Char("Best time", compute="_compute_when")
    guard_level = fields.Char(compute="_compute_guard_text")
    guard_text = fields.Char("Contact limits", compute="_compute_guard_text")
    person_text = fields.Char(related="case_id.person_text")
    caller_text = fields.Char(compute="_compute_caller_text")
    last_contact_ids = fields.Many2many(
        "collection.contact", compute="_compute_last_contact_ids", string="Last said"
    )

    # The account.
    company_id = fields.Many2one(related="case_id.company_id")
    currency_id = fields.Many2one(related="case_id.currency_id")
    amount_overdue = fields.Monetary(related="case_id.amount_overdue")
    amount_collectable = fields.Monetary(related="case_id.amount_collectable")
    amount_credit = fields.Monetary(related="case_id.amount_credit")
    amount_promised = fields.Monetary(related="case_id.amount_promised")
    amount_disputed = fields.Monetary(related="case_id.amount_disputed")
    days_late = fields.Integer(related="case_id.days_late", string="Oldest, days late")
    ageing = fields.Json(related="case_id.ageing")
    profile = fields.Char(related="case_id.profile")
    explanation = fields.Char(related="case_id.explanation")
    priority_text = fields.Char(related="case_id.priority_text")
    exposure_ids = fields.Many2many(
        "collection.exposure", compute="_compute_account", string="Items of the account"
    )
    credit_ids = fields.Many2many(
        "collection.exposure", compute="_compute_account", string="Money to match"
    )
    move_ids = fields.Many2many("account.move", compute="_compute_account")
    promise_ids = fields.Many2many(
        "collection.promise", compute="_compute_account", string="Promises so far"
    )
    dispute_ids = fields.Many2many(
        "collection.dispute", compute="_compute_account", string="Disputes so far"
    )

    # The guide.
    call_guide = fields.Html(compute="_compute_call_guide")
    guide_stage_id = fields.Many2one("collection.stage", compute="_compute_call_guide")

    @api.depends("case_id", "partner_id")
    def _compute_callee_ids(self):
        for log in self:
            customer = log.case_id.partner_id
            people = log.partner_id | customer.collection_contact_id | customer
            people |= customer.child_ids.filtered(
                lambda child: child.type in ("contact", "invoice")
            )
            log.callee_ids = people.filtered("phone")

    @api.depends("partner_id", "case_id")
    @api.depends_context("lang")
    def _compute_when(self):
        for log in self:
            partner = log.partner_id or log.case_id.partner_id
            moment = log.company_id._get_collection_moment()
            log.local_time = partner._get_collection_local_text(moment, log.company_id)
            log.best_time = log._get_best_time(partner)

    def _get_best_time(self, partner):
        """:return: the hours on file, else those in which people were reached before;
        as the guard allows them"""
        # Who calls may know when; the fields are for readers of collections.
        limits = self.env["collection.guard"]._heed_wishes(
            self.case_id.sudo(), "phone", partner.sudo()
        )
        if limits.is_wish:
            return self.env._(
                "%(first)s to %(last)s, as they asked",
                first=format_duration(limits.hour_from),
                last=format_duration(limits.hour_to),
            )
        hours = [
            hour
            for hour in self._get_reached_hours(partner)
            if limits.hour_from <= hour < limits.hour_to
        ]
        if not hours:
            return False
        return self.env._(
            "around %s, as in calls before",
            format_duration(float(hours[len(hours) // 2])),
        )

    def _get_reached_hours(self, partner):
        """:return: the local hours of the talks so far, in order"""
        talks = self.env["collection.contact"].search(
            [
                ("customer_id", "=", self.customer_id.id),
                ("company_id", "=", self.company_id.id),
                ("channel", "=", "phone"),
                ("is_conversation", "=", True),
                ("is_void", "=", False),
            ]
        )
        return sorted(
            partner._get_collection_local(talk.date, self.company_id).hour
            for talk in talks
        )

    @api.depends("case_id", "channel", "direction", "partner_id")
    def _compute_guard_text(self):
        """What the limits say of contacting the customer now. What has happened is
        logged all the same: the log tells the truth."""
        guard = self.env["collection.guard"]
        for log in self:
            log.guard_text = log.guard_level = False
            if log.direction == "out" and log.case_id:
                case, partner = log.case_id, log.partner_id
                answer = guard._ask(case, log.channel, partner=partner)[case]
                log.guard_level = answer.level
                log.guard_text = answer.level and guard._get_text(case, answer, partner)

    @api.depends("case_id")
    @api.depends_context("uid")
    def _compute_caller_text(self):
        for log in self:
            log.caller_text = log.case_id and log.case_id._get_caller_text()

    @api.depends("case_id")
    def _compute_last_contact_ids(self):
        Contact = self.env["collection.contact"]
        for log in self:
            log.last_contact_ids = Contact.search(
                [
                    ("case_id", "=", log.case_id.id),
                    ("is_void", "=", False),
                    "|",
                    ("is_conversation", "=", True),
                    ("outcome", "in", ("received", "no_answer", "message_left")),
                ],
                limit=LAST_CONTACTS,
            )

    @api.depends("case_id")
    def _compute_account(self):
        for log in self:
            case = log.case_id
            log.exposure_ids = case.exposure_ids
            log.credit_ids = case.credit_ids
            log.move_ids = log._get_disputable()
            log.promise_ids = case.promise_ids
            log.dispute_ids = case.dispute_ids

    @api.depends("case_id", "action_id")
    def _compute_call_guide(self):
        for log in self:
            stage = log._find_guide()
            log.guide_stage_id = stage
            log.call_guide = log._fill_guide(stage.call_guide)

    def _fill_guide(self, guide):
        """:return: the guide with who is speaking in the place of [name] and so on"""
        person = self.env.user.partner_id
        words = {
            "[name]": person.name,
            "[title]": person.function,
            "[company]": self.company_id.name,
        }
        for word, text in words.items():
            guide = (guide and text and guide.replace(word, escape(text))) or guide
        return guide

    def _find_guide(self):
        """:return: the stage whose guide fits: that of the step, else the last one of
        the ladder up to where the case stands, else the first one"""
        if self.action_id.call_guide:
            return self.action_id.stage_id
        stages = self.case_id.policy_id.stage_ids.filtered("call_guide")
        reached = self.case_id.stage_id.sequence
        passed = stages.filtered(lambda stage: stage.sequence <= reached)
        return passed.sorted("sequence")[-1:] or stages.sorted("sequence")[:1]
