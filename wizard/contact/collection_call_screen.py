from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date, format_datetime, format_duration

from ...models.agreement.collection_promise import MEANS
from ...models.contact.collection_contact import AUTOMATIC_OUTCOMES, OUTCOMES
from ...tools.channels import selection

LAST_CONTACTS = 3
# Outcomes after which reminders can be paused, and the reason that is kept.
PAUSES = {
    "paid_already": "reason_hold_promise",
    "hardship": "reason_hold_hardship",
    "plan_wanted": "reason_hold_hardship",
    "insolvency": "reason_hold_insolvency",
}
X2MANY = ("one2many", "many2many")


class CollectionCallScreen(models.TransientModel):
    """The call screen: talk with a customer, and log it. Also for any other contact.

    One screen from the call to the entry: what is known of the account, the guide, the
    outcome with just the fields it needs. Saving writes the entry, records what was
    promised or disputed, and completes the step it was made for.
    """

    _name = "collection.call.screen"
    _description = "Call Screen"
    _rec_name = "customer_id"

    case_id = fields.Many2one("collection.case", required=True)
    step_id = fields.Many2one("collection.step")
    customer_id = fields.Many2one(related="case_id.partner_id")
    channel = fields.Selection(selection(), required=True, default="phone")
    direction = fields.Selection(
        [("out", "Outgoing"), ("in", "Incoming")], required=True, default="out"
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Spoken with",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        domain="[('commercial_partner_id', '=', customer_id)]",
    )
    person = fields.Char("Somebody else")
    date = fields.Datetime(
        "When",
        required=True,
        default=lambda self: self.env.company._get_collection_moment(),
    )
    outcome = fields.Selection(selection=lambda self: self._get_outcomes())
    reason_id = fields.Many2one(
        "collection.reason",
        "Reason for non-payment",
        domain="[('kind', '=', 'nonpayment')]",
    )
    duration = fields.Float("Duration (minutes)")
    note = fields.Text()
    attachment_ids = fields.Many2many("ir.attachment", string="Evidence")
    contact_id = fields.Many2one("collection.contact", "Entry", readonly=True)
    stay_text = fields.Char(related="case_id.stay_text")
    # Who to call.
    callee_ids = fields.Many2many(
        "res.partner", compute="_compute_callee_ids", string="Who to call"
    )
    phone = fields.Char(related="partner_id.phone", string="Telephone")
    local_time = fields.Char("Local time", compute="_compute_when")
    best_time = fields.Char("Best time", compute="_compute_when")
    guard_level = fields.Char(compute="_compute_guard_text")
    guard_text = fields.Char("Contact limits", compute="_compute_guard_text")
    person_text = fields.Char(related="case_id.person_text")
    caller_text = fields.Char(compute="_compute_caller_text")
    last_contact_ids = fields.Many2many(
        "collection.contact",
        compute="_compute_last_contact_ids",
        string="Last conversation",
    )
    # The account.
    company_id = fields.Many2one(related="case_id.company_id")
    currency_id = fields.Many2one(related="case_id.currency_id")
    amount_overdue = fields.Monetary(related="case_id.amount_overdue")
    amount_collectable = fields.Monetary(related="case_id.amount_collectable")
    amount_credit = fields.Monetary(related="case_id.amount_credit")
    amount_promised = fields.Monetary(related="case_id.amount_promised")
    amount_disputed = fields.Monetary(related="case_id.amount_disputed")
    days_late = fields.Integer(
        related="case_id.days_late", string="Days overdue (oldest)"
    )
    ageing = fields.Json(related="case_id.ageing")
    profile = fields.Char(related="case_id.profile")
    promise_text = fields.Char(related="case_id.promise_text")
    explanation = fields.Char(related="case_id.explanation")
    priority_text = fields.Char(related="case_id.priority_text")
    charge_table = fields.Html(related="case_id.charge_table", sanitize=False)
    exposure_ids = fields.Many2many(
        "collection.exposure", compute="_compute_account", string="Items of the account"
    )
    credit_ids = fields.Many2many(
        "collection.exposure", compute="_compute_account", string="Payments to match"
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
    promise_item_ids = fields.Many2many(
        "collection.item",
        "collection_call_screen_item_rel",
        string="For",
        domain="[('case_id', '=', case_id), ('is_open', '=', True)]",
    )
    promise_currency_id = fields.Many2one(
        "res.currency", compute="_compute_promise_currency_id"
    )
    promise_line_ids = fields.One2many(
        "collection.call.screen.date", "log_id", "Promised dates"
    )
    promise_uncovered = fields.Monetary(
        "Not covered",
        compute="_compute_promise_uncovered",
        currency_field="promise_currency_id",
    )
    promise_date_more = fields.Date(compute="_compute_promise_uncovered")
    promise_means = fields.Selection(MEANS, "Paid by", default="transfer")
    dispute_move_id = fields.Many2one(
        "account.move", "Disputed invoice", domain="[('id', 'in', move_ids)]"
    )
    dispute_currency_id = fields.Many2one(
        related="dispute_move_id.currency_id", string="Currency of the invoice"
    )
    dispute_amount = fields.Monetary(
        "Disputed amount", currency_field="dispute_currency_id"
    )
    dispute_reason_id = fields.Many2one(
        "collection.reason", "Reason", domain="[('kind', '=', 'dispute')]"
    )
    call_back_at = fields.Datetime("Call back at")
    new_phone = fields.Char("Right number", help="If somebody told you.")
    paid_date = fields.Date("Paid on")
    paid_amount = fields.Monetary("Amount paid")
    insolvency_reference = fields.Char("Court and number")
    insolvency_date = fields.Date("Filed on")
    pause_until = fields.Date(
        "Pause reminders until", help="On that day the pause comes up for review."
    )
    date_follow_up = fields.Date("Follow up on")
    follow_up = fields.Char("Next action")
    is_queue = fields.Boolean("From the call list", readonly=True)
    done_case_ids = fields.Many2many(
        "collection.case",
        "collection_call_screen_done_rel",
        string="Already called",
        readonly=True,
    )

    @api.depends("case_id", "step_id")
    def _compute_partner_id(self):
        finder = self.env["collection.recipient"]
        for log in self:
            recipient = log.step_id.recipient_id
            if not recipient and log.case_id:
                recipient, _problem = finder._find_for_case(log.case_id, "phone")
            log.partner_id = recipient

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

    @api.depends("case_id", "channel", "direction", "partner_id")
    def _compute_guard_text(self):
        """What the limits say of contacting the customer now. What has happened is
        logged all the same: the log tells the truth."""
        guard = self.env["collection.contact.guard"]
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

    @api.depends("case_id", "step_id")
    def _compute_call_guide(self):
        for log in self:
            stage = log._find_guide()
            log.guide_stage_id = stage
            log.call_guide = stage._get_call_guide(
                self.env.user.partner_id, log.company_id
            )

    @api.depends("promise_item_ids", "case_id")
    def _compute_promise_currency_id(self):
        for log in self:
            currencies = log.promise_item_ids.currency_id
            log.promise_currency_id = currencies[:1] or log.case_id.currency_id

    @api.depends("promise_item_ids", "promise_line_ids.amount", "promise_line_ids.date")
    def _compute_promise_uncovered(self):
        calendar = self.env["collection.calendar"]
        for log in self:
            rest = log._get_promisable() - sum(log.promise_line_ids.mapped("amount"))
            log.promise_uncovered = log.promise_currency_id.round(
                max(rest if log.promise_line_ids else 0, 0)
            )
            log.promise_date_more = calendar._get_date_more(
                log.promise_line_ids.mapped("date"), self.env.company
            )

    @api.onchange("outcome")
    def _onchange_outcome(self):
        """Propose what the outcome usually means."""
        today = self.env.company._get_collection_today()
        days = {"paid_already": 7, "hardship": 14, "plan_wanted": 7, "insolvency": 30}
        pause = days.get(self.outcome)
        self.pause_until = pause and fields.Date.add(today, days=pause)
        if self.outcome == "promise" and not self.promise_item_ids:
            self.promise_item_ids = self.case_id._get_promisable_items()
            self._onchange_promise_item_ids()
        if self.outcome == "dispute" and len(self._get_disputable()) == 1:
            self.dispute_move_id = self._get_disputable()
            self._onchange_dispute_move_id()
        if self.outcome == "paid_already":
            self.paid_date = self.paid_date or today
        if self.outcome == "call_back" and not self.call_back_at:
            self.call_back_at = self._propose_call_back()

    @api.onchange("promise_item_ids")
    def _onchange_promise_item_ids(self):
        """Propose to pay all of it in a week."""
        if len(self.promise_line_ids) > 1:
            return
        calendar = self.env["collection.calendar"]
        day = self.promise_line_ids.date or calendar._get_date_more(
            (), self.env.company
        )
        total = self._get_promisable()
        self.promise_line_ids = [
            Command.clear(),
            *([Command.create({"date": day, "amount": total})] if total else []),
        ]

    def _get_promisable(self):
        """:return: what is open on the invoices of the promise, in their currency, less
        what credits cover"""
        lines = self.promise_item_ids.move_line_id._origin.ids
        rows = self.env["collection.exposure"].search([("move_line_id", "in", lines)])
        return sum(row._get_promisable() for row in rows)

    @api.onchange("dispute_move_id")
    def _onchange_dispute_move_id(self):
        """Propose all that is open on the invoice."""
        rows = self.case_id.exposure_ids.filtered(
            lambda row: row.move_id == self.dispute_move_id._origin
        )
        self.dispute_amount = sum(rows.mapped("amount_due"))

    @api.model
    def _get_outcomes(self):
        labels = self.env["collection.contact"]._fields["outcome"]
        return [
            (key, label)
            for key, label in labels._description_selection(self.env) or OUTCOMES
            if key not in AUTOMATIC_OUTCOMES
        ]

    def action_log(self):
        """Write the entry; a step it was made for is done."""
        self.ensure_one()
        self._write_entry()
        return self._get_next_action()

    def _write_entry(self):
        """Write the entry, and record what was agreed in it.

        :raises UserError: without an outcome, when it was written already, or when what
            the outcome asks for is missing
        """
        if self.contact_id:
            raise UserError(self.env._("This contact has already been logged."))
        if not self.outcome:
            raise UserError(self.env._("Choose an outcome."))
        self.contact_id = self.env["collection.contact"].create(
            self._prepare_contact_vals()
        )
        self.attachment_ids.write(
            {"res_model": "collection.contact", "res_id": self.contact_id.id}
        )
        self._apply_outcome()
        if self.step_id.state == "todo":
            self.step_id._complete(self.note or "")
        self.case_id._release_call()
        self.case_id._review_now()

    def _get_next_action(self):
        """:return: what follows the entry: what was promised or disputed is recorded
        next, unless it was recorded on the screen; who asks for installments gets a
        proposal, and of an insolvency a record is made"""
        case, contact = self.case_id, self.contact_id
        if self._needs_form("promise"):
            return case._open_promise(
                case._get_promisable_items(),
                contact_id=contact.id,
                person=self._get_person(),
            )
        if self._needs_form("dispute"):
            return case._open_dispute(contact_id=contact.id, words=self.note)
        if case.state != "closed" and self.outcome == "plan_wanted":
            items = case._get_plannable_items()
            if items:
                return case._propose_plan(items, contact_id=contact.id, note=self.note)
        if self.outcome == "insolvency" and not case.is_bankrupt:
            return case._record_bankruptcy(contact_id=contact.id)
        return {"type": "ir.actions.act_window_close"}

    def _needs_form(self, outcome):
        return (
            self.outcome == outcome
            and self.case_id.state != "closed"
            and not self._is_recorded()
        )

    def _get_person(self):
        return self.person or self.partner_id.name

    def _prepare_contact_vals(self):
        """:return: values of the entry; each outcome adds its own"""
        return {
            "case_id": self.case_id.id,
            "step_id": self.step_id.id,
            "channel": self.channel,
            "direction": self.direction,
            "partner_id": self.partner_id.id,
            "person": self.person,
            "date": self.date,
            "outcome": self.outcome,
            "reason_id": self.reason_id.id,
            "note": self._get_note(),
            "duration": self.duration,
            "move_ids": [fields.Command.set(self._get_moves().ids)],
            "attachment_ids": [fields.Command.set(self.attachment_ids.ids)],
            **self._prepare_follow_up_vals(),
        }

    # ------------------------------------------------------------------
    # Display
    # ------------------------------------------------------------------

    def _get_best_time(self, partner):
        """:return: the hours on file, else those in which people were reached before;
        as the guard allows them"""
        # Who calls may know when; the fields are for readers of collections.
        limits = self.env["collection.contact.guard"]._apply_contact_preferences(
            self.case_id.sudo(), "phone", partner.sudo()
        )
        if limits.is_preference:
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

    def _find_guide(self):
        """:return: the stage whose guide fits: that of the step, else the last one of
        the ladder up to where the case stands, else the first one"""
        if self.step_id.call_guide:
            return self.step_id.stage_id
        stages = self.case_id.policy_id.stage_ids.filtered("call_guide")
        reached = self.case_id.stage_id.sequence
        passed = stages.filtered(lambda stage: stage.sequence <= reached)
        return passed.sorted("sequence")[-1:] or stages.sorted("sequence")[:1]

    # ------------------------------------------------------------------
    # Outcome
    # ------------------------------------------------------------------

    def _propose_call_back(self):
        """:return: this hour of the next day on which, and at which, calls are made"""
        moment = self.env.company._get_collection_moment()
        return self.env["collection.contact.guard"]._find_call_back(
            self.case_id._origin,
            fields.Datetime.add(moment, days=1),
            self.partner_id._origin or self.case_id.partner_id,
        )

    def _get_disputable(self):
        return self.case_id.exposure_ids.move_id.filtered(
            lambda move: move.is_sale_document(include_receipts=True)
        )

    # ------------------------------------------------------------------
    # Entry
    # ------------------------------------------------------------------

    def _get_moves(self):
        """:return: the invoices that the entry is about"""
        if self.outcome == "promise" and self.promise_item_ids:
            return self.promise_item_ids.move_id
        if self.outcome == "dispute" and self.dispute_move_id:
            return self.dispute_move_id
        return self.case_id.exposure_ids.move_id

    def _get_note(self):
        """:return: what the collector wrote, and what the outcome's fields say"""
        return "\n".join(filter(None, (self.note, *self._get_details()))) or False

    def _get_details(self):
        if self.outcome == "paid_already" and self.paid_date:
            means = dict(self._fields["promise_means"]._description_selection(self.env))
            return [
                self.env._(
                    "Says it was paid on %(day)s by %(means)s: %(amount)s.",
                    day=format_date(self.env, self.paid_date),
                    means=means.get(self.promise_means, ""),
                    amount=self.currency_id.format(self.paid_amount)
                    if self.paid_amount
                    else self.env._("amount not given"),
                )
            ]
        if self.outcome == "call_back" and self.call_back_at:
            return [self._get_call_back_text()]
        if self.outcome == "wrong_number":
            return [
                self.phone and self.env._("Wrong: %s.", self.phone),
                self.new_phone and self.env._("Right: %s.", self.new_phone),
            ]
        if self.outcome == "insolvency":
            day = self.insolvency_date
            return [
                self.insolvency_reference
                and self.env._("Court and number: %s.", self.insolvency_reference),
                day and self.env._("Filed on %s.", format_date(self.env, day)),
            ]
        return []

    def _get_call_back_text(self):
        when = format_datetime(self.env, self.call_back_at, dt_format="short")
        return self.env._("Call back on %s.", when)

    def _prepare_follow_up_vals(self):
        """:return: when to come back to it, and what to do then"""
        day, text = self.date_follow_up, self.follow_up
        if self.outcome == "call_back" and self.call_back_at:
            # The guard looks at the customer's day.
            who = self.partner_id or self.case_id.partner_id
            local = who._get_collection_local(
                self.call_back_at, self.case_id.company_id
            )
            day, text = local.date(), text or self._get_call_back_text()
        if self.outcome == "wrong_number" and not self.new_phone and not day:
            day = self.env.company._get_collection_today()
        return {"date_follow_up": day, "follow_up": text}

    # ------------------------------------------------------------------
    # Consequences of the outcome
    # ------------------------------------------------------------------

    def _is_recorded(self):
        """:return: whether the promise or dispute was recorded on the screen"""
        return bool(
            self.promise_line_ids
            if self.outcome == "promise"
            else self.dispute_move_id and self.dispute_reason_id
        )

    def _apply_outcome(self):
        if self.outcome == "promise" and self._is_recorded():
            self.env["collection.promise"].create(self._prepare_promise_vals())
        if self.outcome == "dispute" and self._is_recorded():
            self.env["collection.dispute"].create(self._prepare_dispute_vals())
        if self.outcome == "wrong_number" and self.new_phone:
            self._correct_phone()
        if self.outcome in PAUSES and self.pause_until:
            self._pause()

    def _prepare_promise_vals(self):
        return {
            "case_id": self.case_id.id,
            "contact_id": self.contact_id.id,
            "person": self._get_person(),
            "means": self.promise_means,
            "currency_id": self.promise_currency_id.id,
            "item_ids": [Command.set(self.promise_item_ids.ids)],
            "line_ids": [
                Command.create({"date": line.date, "amount": line.amount})
                for line in self.promise_line_ids
            ],
            "note": self.note,
        }

    def _prepare_dispute_vals(self):
        if self.dispute_currency_id.compare_amounts(self.dispute_amount, 0) <= 0:
            raise UserError(self.env._("Enter how much of the invoice is disputed."))
        return {
            "move_id": self.dispute_move_id.id,
            "amount": self.dispute_amount,
            "reason_id": self.dispute_reason_id.id,
            "contact_id": self.contact_id.id,
            "words": self.note,
        }

    def _correct_phone(self):
        """Put the right number on file; somebody who may not gets a to-do."""
        if self.partner_id.has_access("write"):
            self.partner_id.phone = self.new_phone
        else:
            self.case_id._add_task(
                self.env._("Correct the telephone number"), self.new_phone
            )

    def _pause(self):
        reason = self.env.ref(f"account_collections.{PAUSES[self.outcome]}")
        self.env["collection.hold"].create(
            {
                "case_id": self.case_id.id,
                "reason_id": reason.id,
                "date_review": self.pause_until,
                "note": self._get_note(),
            }
        )

    # ------------------------------------------------------------------
    # Queue of calls
    # ------------------------------------------------------------------

    def action_log_next(self):
        """Log this contact and continue with the next call of the worklist."""
        self.ensure_one()
        self._write_entry()
        if self._needs_form("promise") or self._needs_form("dispute"):
            return self._get_next_action()
        return self._load_next_case()

    def action_log_summary(self):
        """Log this contact and write to the customer what was agreed."""
        self.ensure_one()
        if not self.contact_id:
            self._write_entry()
        return self._open_summary()

    def action_next(self):
        """Continue with the next call, without logging this one."""
        self.ensure_one()
        self.case_id._release_call()
        return self._load_next_case()

    def action_take_over(self):
        """Call this customer all the same; the colleague sees it."""
        self.ensure_one()
        self.case_id.check_access("write")
        self.case_id._lock_call(by_force=True)

    def action_correct_address(self):
        """Correct the telephone, or another address, of whoever is called."""
        self.ensure_one()
        return self.case_id._open_address_correction(self.partner_id)

    def action_open_case(self):
        """Open the case, with everything there is on it."""
        self.ensure_one()
        return self.case_id._get_records_action()

    def _open_summary(self):
        if reason := self.env[
            "collection.conversation.summary"
        ]._get_cannot_send_reason(self.contact_id):
            raise UserError(reason)
        return self.contact_id._open_wizard(
            "collection.conversation.summary.send",
            self.env._("Summary for the customer"),
            log_id=self.id,
            contact_id=self.contact_id.id,
        )

    def _load_next_case(self):
        """:return: nothing when the screen shows the next customer now; else the
        worklist, with a word that it is done"""
        passed = self.done_case_ids | self.case_id
        case = self.env["collection.case"]._find_next_call(passed)
        if not case:
            return self._notify_done()
        case._lock_call()
        step = case._find_talk()
        # Whose turn it was is written by the screen, not by hand.
        self.sudo().write(self._prepare_fresh_vals(case, step, passed))
        return False

    def _prepare_fresh_vals(self, case, step, passed):
        """:return: values of an empty screen for another customer"""
        keep = {*models.MAGIC_COLUMNS, "channel", "date", "direction", "partner_id"}
        empty = {
            name: [fields.Command.clear()] if field.type in X2MANY else False
            for name, field in self._fields.items()
            if field.store and name not in keep
        }
        defaults = self.default_get(["direction", "promise_means", "date"])
        return {
            **empty,
            **defaults,
            "case_id": case.id,
            "step_id": step.id,
            "channel": step.channel or "phone",
            "done_case_ids": [fields.Command.set(passed.ids)],
            "is_queue": True,
        }

    def _notify_done(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collections.collection_case_action_calls"
        )
        return self.case_id._notify(
            "success",
            self.env._("That was the last call on the worklist."),
            next={**action, "target": "main"},
        )


class CollectionContactLogDate(models.TransientModel):
    """A date and an amount that a customer promises while on the telephone."""

    _name = "collection.call.screen.date"
    _description = "Promised Date"
    _order = "date, id"

    log_id = fields.Many2one(
        "collection.call.screen", required=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="log_id.promise_currency_id")
    date = fields.Date("On", required=True)
    amount = fields.Monetary(required=True)
