from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools.installments import add_months

STATES = [
    ("draft", "Draft"),
    ("approve", "To approve"),
    ("offered", "Offered"),
    ("accepted", "Accepted"),
    ("active", "Active"),
    ("notice", "In notice"),
    ("suspended", "Suspended"),
    ("completed", "Completed"),
    ("defaulted", "Defaulted"),
    ("declined", "Declined"),
    ("expired", "Expired"),
    ("void", "Void"),
    ("renegotiated", "Renegotiated"),
    ("cancelled", "Cancelled"),
]
# What may follow what. The ledger decides between those of RUNNING_STATES, completed
# and defaulted; people and dates about the others.
TRANSITIONS = {
    "draft": {"approve", "offered", "cancelled"},
    "approve": {"draft", "offered", "cancelled"},
    "offered": {"draft", "accepted", "declined", "expired", "void", "cancelled"},
    "accepted": {"active"},
    "active": {
        "notice",
        "suspended",
        "completed",
        "defaulted",
        "renegotiated",
        "cancelled",
    },
    "notice": {
        "active",
        "suspended",
        "completed",
        "defaulted",
        "renegotiated",
        "cancelled",
    },
    "suspended": {"active", "renegotiated", "cancelled"},
    # A payment was undone.
    "completed": {"active", "notice"},
    "defaulted": {"active", "renegotiated"},
    "declined": set(),
    "expired": set(),
    "void": set(),
    "renegotiated": set(),
    "cancelled": set(),
}
# While a plan is in one of these, what it covers is not chased.
RUNNING_STATES = ("active", "notice", "suspended")
PENDING_STATES = ("draft", "approve", "offered")
RHYTHMS = [
    ("weekly", "Weekly"),
    ("fortnightly", "Fortnightly"),
    ("monthly", "Monthly"),
    ("free", "Free"),
]
# The terms, which change in a draft only.
TERMS = {
    "amount_down",
    "charge",
    "charge_kind",
    "charge_rate",
    "currency_id",
    "date_down",
    "date_first",
    "installment_amount",
    "installment_count",
    "is_working_days",
    "item_ids",
    "line_ids",
    "mode",
    "rhythm",
}
# Where it belongs, which never changes.
FIXED_FIELDS = {"case_id", "contact_id", "dispute_id", "replaces_id"}
REPLACEABLE = (*RUNNING_STATES, "defaulted", "declined", "expired", "void")


class CollectionInstallmentPlan(models.Model):
    """An installment plan: some open items, paid on dates that both sides sign.

    Lifecycle: see ``TRANSITIONS``. A draft is proposed, offered as a document, signed
    in the portal or on paper, and from then on judged by the ledger: what was paid is
    derived from the covered items, oldest installment first. While it is in good
    standing what it covers is not chased. Nothing is deleted; a new version replaces
    an old one.

    Collectors propose plans; above the policy's limits a manager approves. Invoicing
    users read.
    """

    _name = "collection.installment.plan"
    _description = "Installment Plan"
    _inherit = [
        "collection.correspondence.mixin",
        "portal.mixin",
        "collection.protected.mixin",
        "collection.evidence.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _check_company_auto = True
    _evidence_fields = ("document_id", "signed_document_id", "signature")
    _mail_post_access = "read"

    name = fields.Char("Number", readonly=True, copy=False)
    case_id = fields.Many2one(
        "collection.case", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="case_id.company_id", store=True, index=True, precompute=True
    )
    partner_id = fields.Many2one(
        related="case_id.partner_id",
        string="Customer",
        store=True,
        index=True,
        precompute=True,
    )
    user_id = fields.Many2one(
        "res.users", "Proposed by", default=lambda self: self.env.user, required=True
    )
    contact_id = fields.Many2one("collection.contact", readonly=True)
    dispute_id = fields.Many2one("collection.dispute", readonly=True)
    is_portal = fields.Boolean("Asked for in the portal", readonly=True)
    note = fields.Text("Internal note")
    # What it covers.
    item_ids = fields.Many2many(
        "collection.item",
        "collection_installment_plan_item_rel",
        "plan_id",
        "item_id",
        string="Covered items",
        domain="[('case_id', '=', case_id), ('is_open', '=', True)]",
    )
    currency_id = fields.Many2one("res.currency", required=True)
    amount_covered = fields.Monetary(
        "Covered",
        readonly=True,
        help="What was open on the covered items, less what was disputed, when the"
        " schedule was made.",
    )
    # The terms.
    mode = fields.Selection(
        [("count", "Number of installments"), ("amount", "Amount of each")],
        "Schedule by",
        required=True,
        default="count",
    )
    installment_count = fields.Integer("Installments", default=3)
    installment_amount = fields.Monetary("Each", default=500)
    rhythm = fields.Selection(RHYTHMS, required=True, default="monthly")
    date_first = fields.Date(
        "First installment on", default=lambda self: self._get_default_date(months=1)
    )
    amount_down = fields.Monetary("Down payment")
    date_down = fields.Date(
        "Down payment on", default=lambda self: self._get_default_date(days=7)
    )
    is_working_days = fields.Boolean(
        "On working days",
        default=True,
        help="Dates on a day off move to the next working day of the company.",
    )
    charge_kind = fields.Selection(
        [("none", "None"), ("charge", "Fixed charge"), ("interest", "Interest")],
        "Cost of the plan",
        required=True,
        default="none",
    )
    charge = fields.Monetary("Fixed charge amount")
    charge_rate = fields.Float("Interest (% a year)")
    amount_charge = fields.Monetary(
        "Charge",
        readonly=True,
        help="Invoiced when the plan is accepted, so that it is in the ledger and"
        " covered like the rest.",
    )
    charge_move_id = fields.Many2one(
        "account.move", "Invoice of the charge", readonly=True, copy=False
    )
    line_ids = fields.One2many(
        "collection.installment", "plan_id", "Schedule", copy=True
    )
    amount = fields.Monetary("To be paid", compute="_compute_totals", store=True)
    date_last = fields.Date("Last date", compute="_compute_totals", store=True)
    # What was agreed about lateness: the policy's, as of the offer.
    tolerance_days = fields.Integer("Tolerance (days)", readonly=True)
    tolerance_amount = fields.Monetary("Tolerance (amount)", readonly=True)
    cure_days = fields.Integer("Time to cure (days)", readonly=True)
    missed_max = fields.Integer("Missed installments allowed", readonly=True)
    is_current_required = fields.Boolean(
        "New invoices must stay current", readonly=True
    )
    state = fields.Selection(
        STATES,
        "Status",
        required=True,
        readonly=True,
        default="draft",
        index=True,
        tracking=True,
        copy=False,
    )
    approval_reason = fields.Char(readonly=True, copy=False)
    is_approved = fields.Boolean("Approved above the limits", readonly=True, copy=False)
    end_reason = fields.Char("Reason", readonly=True, tracking=True, copy=False)
    # The offer and its document.
    date_offered = fields.Date("Offered on", readonly=True, copy=False)
    date_offer_end = fields.Date("Offer valid until", readonly=True, copy=False)
    is_sent = fields.Boolean("Offer sent", readonly=True, copy=False)
    lang = fields.Char("Language", readonly=True, copy=False)
    document_id = fields.Many2one(
        "ir.attachment", "Agreement", readonly=True, copy=False
    )
    document_sha256 = fields.Char("SHA-256 of the agreement", readonly=True, copy=False)
    # The signature.
    is_paper = fields.Boolean("Signed on paper", readonly=True, copy=False)
    signed_by = fields.Char(readonly=True, copy=False)
    signed_on = fields.Datetime("Signature filed on", readonly=True, copy=False)
    date_signed = fields.Date("Signed on", readonly=True, copy=False)
    signature = fields.Image(
        readonly=True, copy=False, attachment=True, max_width=1024, max_height=1024
    )
    signed_ip = fields.Char("Signer's IP address", readonly=True, copy=False)
    signed_agent = fields.Char("Signer's browser", readonly=True, copy=False)
    signed_document_id = fields.Many2one(
        "ir.attachment", "Signed agreement", readonly=True, copy=False
    )
    # Its life.
    last_allocation = fields.Integer(
        readonly=True,
        copy=False,
        help="The last allocation of money that was there when it was accepted.",
    )
    end_allocation = fields.Integer(
        readonly=True,
        copy=False,
        help="The last allocation of money that counts, once the plan has ended.",
    )
    date_active = fields.Date("Active since", readonly=True, copy=False)
    breach = fields.Selection(
        [("installment", "Installment late"), ("current", "New invoice overdue")],
        readonly=True,
        copy=False,
    )
    date_reinstated = fields.Date(
        "In force again since",
        readonly=True,
        copy=False,
        help="After a default; until then collection went on.",
    )
    date_notice = fields.Date("In notice since", readonly=True, copy=False)
    date_cure = fields.Date("To be cured by", readonly=True, copy=False)
    date_paused = fields.Date(
        "Time to cure paused since",
        readonly=True,
        copy=False,
        help="While the case is on hold or a payment is on its way. What was left of it"
        " goes on afterwards.",
    )
    notice_count = fields.Integer("Notices", readonly=True, copy=False)
    cured_count = fields.Integer("Notices cured", readonly=True, copy=False)
    date_default = fields.Date("Defaulted on", readonly=True, copy=False)
    amount_default = fields.Monetary("Open on default", readonly=True, copy=False)
    default_percent = fields.Float(
        "Default rate (%)",
        readonly=True,
        copy=False,
        aggregator="avg",
        help="100 for a plan that defaulted, 0 for one that did not.",
    )
    cured_percent = fields.Float(
        "Cure rate (%)",
        readonly=True,
        copy=False,
        aggregator="avg",
        help="Share of its notices that were cured; empty without a notice.",
    )
    date_completed = fields.Date("Completed on", readonly=True, copy=False)
    date_suspended = fields.Date("Suspended on", readonly=True, copy=False)
    told_state = fields.Char(
        readonly=True,
        copy=False,
        help="The status that the customer and the collector were last told of.",
    )
    replaces_id = fields.Many2one(
        "collection.installment.plan",
        "In place of",
        readonly=True,
        index="btree_not_null",
    )
    replaced_by_ids = fields.One2many(
        "collection.installment.plan", "replaces_id", "New versions"
    )
    version = fields.Integer(readonly=True, default=1, copy=False)

    _amounts_positive = models.Constraint(
        "CHECK (amount_down >= 0 AND charge >= 0 AND charge_rate >= 0)",
        "A down payment or charge cannot be negative.",
    )

    @api.depends("line_ids.amount", "line_ids.date")
    def _compute_totals(self):
        for plan in self:
            amount = sum(plan.line_ids.mapped("amount"))
            plan.amount = plan.currency_id.round(amount) if plan.currency_id else amount
            dates = [line.date for line in plan.line_ids if line.date]
            plan.date_last = max(dates, default=False)

    @api.depends("name", "partner_id", "version")
    def _compute_display_name(self):
        for plan in self:
            customer = plan.partner_id.display_name or ""
            plan.display_name = f"{customer} ({plan.name})" if plan.name else customer

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for plan in self:
            plan.access_url = f"/my/plans/{plan.id}"
        return result

    @api.model_create_multi
    def create(self, vals_list):
        plans = super().create(vals_list)
        for plan in plans:
            # Readonly for everybody: a number, and what the ledger says.
            plan.sudo().write(
                {
                    "name": f"IP{plan.id:06d}",
                    "version": (plan.replaces_id.version or 0) + 1,
                }
            )
            plan._refresh_schedule(with_lines=not plan.line_ids)
            plan._check_stay()
        return plans

    def write(self, vals):
        if self.env.su:
            return super().write(vals)
        self._check_unchanged(vals)
        result = super().write(vals)
        if TERMS & vals.keys():
            for plan in self:
                plan._refresh_schedule(with_lines="line_ids" not in vals)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_always(self):
        raise UserError(
            self.env._("A plan stays on record. Cancel it instead of deleting it.")
        )

    @api.model
    def _get_default_date(self, **delta):
        return fields.Date.add(self.env.company._get_collection_today(), **delta)

    @api.model
    def _get_guarded_fields(self):
        # Set once, when the plan is proposed.
        return super()._get_guarded_fields() - FIXED_FIELDS

    def _check_unchanged(self, vals):
        """:raises UserError: when a draft's terms are not a draft's any more"""
        if FIXED_FIELDS & vals.keys():
            raise UserError(
                self.env._("A plan stays with its customer. Propose a new one.")
            )
        if TERMS & vals.keys() and any(plan.state != "draft" for plan in self):
            raise UserError(
                self.env._(
                    "What was offered does not change. Take the offer back to a draft,"
                    " or make a new version."
                )
            )

    def _move_to(self, state, **vals):
        """Take a transition that is in the table.

        :param str state: the new state
        :param vals: what is written along with it
        :raises UserError: when the plan cannot go there from where it is
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        for plan in self:
            if state not in TRANSITIONS[plan.state]:
                raise UserError(
                    self.env._(
                        "%(plan)s is “%(state)s”, so it cannot become “%(new)s”.",
                        plan=plan.name,
                        state=labels[plan.state],
                        new=labels[state],
                    )
                )
        # Readonly for everybody; the callers checked the right to work the case.
        self.sudo().write({"state": state, **vals})

    # ------------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------------

    def _check_draft(self):
        if any(plan.state != "draft" for plan in self):
            raise UserError(self.env._("Only a draft can be changed."))

    def _check_items(self):
        items = self.item_ids
        if not items:
            raise ValidationError(self.env._("Choose the items that the plan covers."))
        if items.case_id != self.case_id:
            raise ValidationError(
                self.env._("A plan covers items of its own customer only.")
            )
        others = self.contact_id.case_id | self.replaces_id.case_id
        if others - self.case_id:
            raise ValidationError(
                self.env._("The contact or plan is another customer's.")
            )
        if any(not item.is_open for item in items):
            raise ValidationError(self.env._("One of the items has been paid already."))
        if items.currency_id != self.currency_id:
            raise ValidationError(
                self.env._(
                    "All items of a plan are in its currency. Make one plan each."
                )
            )
        self._check_not_planned()

    def _check_not_planned(self):
        """An item is on one plan at a time; a new version may take over from the one it
        replaces."""
        other = self._find_running(self.item_ids) - self.replaces_id - self
        if other:
            raise ValidationError(
                self.env._(
                    "An item is on an installment plan already (%s). Renegotiate that"
                    " one.",
                    other[:1].name,
                )
            )

    @api.model
    def _find_running(self, items):
        """:return: the plans in force that cover one of the collection.item records"""
        return self.search(
            [("item_ids", "in", items.ids), ("state", "in", RUNNING_STATES)]
        )

    def _check_schedule(self):
        if not self.line_ids:
            raise ValidationError(self.env._("Say when how much will be paid."))
        compare = self.currency_id.compare_amounts
        if any(compare(line.amount, 0) <= 0 for line in self.line_ids):
            raise ValidationError(self.env._("An installment must be above zero."))
        if any(
            abs(line.amount - self.currency_id.round(line.amount)) > 1e-6
            for line in self.line_ids
        ):
            raise ValidationError(
                self.env._("An installment is a whole amount of the currency.")
            )
        self._check_down()
        if compare(self.amount, self.amount_total):
            raise ValidationError(
                self.env._(
                    "The schedule adds up to %(sum)s but %(total)s is to be paid.",
                    sum=self.currency_id.format(self.amount),
                    total=self.currency_id.format(self.amount_total),
                )
            )

    def _check_down(self):
        """A down payment is one, and first: the limits leave it out of the installments
        and ask for it, so that nothing else may go by its name."""
        down = self.line_ids.filtered("is_down")
        rest = self.line_ids - down
        if len(down) > 1:
            raise ValidationError(self.env._("There is one down payment at most."))
        if down and rest and down.date > min(rest.mapped("date")):
            raise ValidationError(
                self.env._("The down payment comes before the installments.")
            )

    def _get_cannot_offer_reason(self):
        """:return: translated sentence on why the plan cannot be offered as it is, or
        False"""
        self.ensure_one()
        if reason := self._get_stay_reason():
            return reason
        today = self.company_id._get_collection_today()
        if self.case_id.state == "closed":
            return self.env._("The case is closed; nothing is open any more.")
        if any(line.date < today for line in self.line_ids):
            return self.env._("An installment cannot lie in the past.")
        if self._is_changed():
            return self.env._(
                "The covered invoices have changed since the schedule was made. Update"
                " it first."
            )
        return False

    def _is_changed(self):
        """:return: whether what is open on the covered items is not any more what the
        plan says"""
        self.ensure_one()
        return bool(
            self.currency_id.compare_amounts(
                self._get_amount_open(), self.amount_covered
            )
        )

    def _get_limit_exceeded(self):
        """Compare the plan with the limits of the policy.

        :return: translated sentence on the limit that is exceeded, or False when a
            collector may offer the plan
        """
        self.ensure_one()
        policy = self.case_id.policy_id
        if not policy:
            return False
        return (
            self._get_duration_exceeded(policy)
            or self._get_amount_exceeded(policy)
            or self._get_down_exceeded(policy)
            or self._get_defaults_exceeded(policy)
        )

    def _get_duration_exceeded(self, policy):
        months = policy.plan_months_max
        today = self.company_id._get_collection_today()
        # A working day later than the very day is not a longer plan.
        if months and (self.date_last - add_months(today, months)).days > 3:
            return self.env._("It takes longer than %s months.", months)
        return False

    def _get_amount_exceeded(self, policy):
        company = self.company_id
        today = company._get_collection_today()
        if reason := policy._get_amount_exceeded(
            "plan_amount_max", self.amount, self.currency_id, company, today
        ):
            return reason
        return self._get_installment_exceeded(policy.plan_installment_min, today)

    def _get_installment_exceeded(self, limit, today):
        # The last one is what is left.
        parts = self.line_ids.filtered(lambda line: not line.is_down)
        parts = parts.sorted(lambda line: (line.date, line.id))
        parts = parts[:-1] or parts
        company, own = self.company_id, self.company_id.currency_id
        smallest = self.currency_id._convert(
            min(parts.mapped("amount"), default=0.0), own, company, today
        )
        if limit and own.compare_amounts(smallest, limit) < 0:
            return self.env._(
                "An installment is under the smallest one of %s.", own.format(limit)
            )
        return False

    def _get_down_exceeded(self, policy):
        least = self.currency_id.round(self.amount_covered * policy.plan_down_min / 100)
        down = sum(self.line_ids.filtered("is_down").mapped("amount"))
        if self.currency_id.compare_amounts(down, least) < 0:
            return self.env._(
                "The down payment is under %(share)g %%, which is %(amount)s.",
                share=policy.plan_down_min,
                amount=self.currency_id.format(least),
            )
        return False

    def _get_defaults_exceeded(self, policy):
        count = self.search_count(
            [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("date_default", "!=", False),
            ]
        )
        if count > policy.plan_default_max:
            return self.env._("The customer defaulted on a plan before (%s).", count)
        return False

    # ------------------------------------------------------------------
    # Life
    # ------------------------------------------------------------------

    def action_open_end(self):
        """Ask for the reason and cancel."""
        return self._open_end("cancelled", self.env._("Cancel the plan"))

    def action_open_decline(self):
        """Ask for the reason that the customer gave, and note that he declined."""
        return self._open_end("declined", self.env._("The customer declined"))

    def action_open_reinstate(self):
        """Ask for the reason and put a plan in default in force again."""
        return self._open_end("active", self.env._("Put in force again"))

    def _open_end(self, outcome, title):
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "collection.installment.plan.end",
            "view_mode": "form",
            "target": "new",
            "context": {"default_plan_ids": self.ids, "default_outcome": outcome},
        }

    def action_renegotiate(self):
        """Propose a new version for what is open; this one holds until that is
        accepted."""
        self.ensure_one()
        if self.state not in REPLACEABLE:
            raise UserError(
                self.env._("There is nothing to renegotiate. Propose a new plan.")
            )
        items = self.item_ids.filtered("is_open")
        if not items:
            raise UserError(self.env._("Nothing is open on this plan any more."))
        return self.case_id._propose_plan(
            items,
            replaces_id=self.id,
            rhythm=self.rhythm if self.rhythm != "free" else "monthly",
            is_working_days=self.is_working_days,
        )

    def _end(self, state, reason):
        """End plans by somebody's wish.

        :param str state: cancelled or declined
        :param str reason: why; it stays on record
        :raises UserError: without a reason, or when one has ended already
        """
        self.check_access("write")
        if not (reason or "").strip():
            raise UserError(self.env._("Say why."))
        for plan in self:
            plan.case_id._stop_execution()
            if plan.state in PENDING_STATES:
                plan._move_to(state, end_reason=reason.strip(), told_state=state)
            else:
                plan._finish(state, reason.strip())
        self.case_id._review_now()

    def _finish(self, state, reason):
        """End a plan in force; its items go on where they stood."""
        self.ensure_one()
        was_running = self.state in RUNNING_STATES
        self._move_to(
            state,
            end_reason=reason,
            told_state=state,
            end_allocation=self.env["collection.promise"]._get_last_allocation(),
        )
        if was_running:
            self._resume_items(self.company_id._get_collection_today())

    def _resume_items(self, day):
        """Collect what the plans covered again, as after a hold.

        :param date day: the day on which they ended
        """
        for plan in self:
            start = plan.date_reinstated or plan.date_active
            plan.item_ids._resume(day, frozen_since=start)

    # ------------------------------------------------------------------
    # Suspension
    # ------------------------------------------------------------------

    def _suspend(self, reason):
        """Suspend plans in force, because of a stay: nothing falls due meanwhile, and
        nothing is reminded of. Others are left alone.

        :param str reason: why; it stays on record
        :return: the plans that were suspended
        """
        running = self.filtered(lambda plan: plan.state in ("active", "notice"))
        for plan in running:
            plan._move_to(
                "suspended",
                date_suspended=plan.company_id._get_collection_today(),
                end_reason=reason,
                told_state="suspended",
            )
            plan.message_post(body=self.env._("Suspended: %s", reason))
        running.case_id._review_now()
        return running

    def _resume(self, reason):
        """Put suspended plans in force again: what was not paid yet moves later by the
        days of the suspension. Others are left alone.

        :param str reason: why; it stays on record
        :return: the plans that were resumed
        """
        suspended = self.filtered(lambda plan: plan.state == "suspended")
        for plan in suspended:
            today = plan.company_id._get_collection_today()
            days = max((today - plan.date_suspended).days, 0)
            for line in plan.line_ids.filtered(lambda line: line.state != "paid"):
                # What was signed moves for both, and the log says so.
                line.sudo().date = fields.Date.add(line.date, days=days)
            plan._move_to(
                "active",
                date_suspended=False,
                end_reason=False,
                told_state="active",
            )
            plan.message_post(
                body=self.env._(
                    "In force again after %(days)s days: %(reason)s",
                    days=days,
                    reason=reason,
                )
            )
        suspended.case_id._review_now()
        return suspended

    def _reinstate(self, reason):
        """Put plans in default in force again; for collections managers.

        :param str reason: why; it stays on record
        :raises UserError: without a reason, or when something else covers the items
        """
        self.check_access("write")
        if not self.env.user.has_group("account_collections.group_collection_manager"):
            raise UserError(self.env._("A collections manager puts it in force again."))
        for plan in self:
            if plan.state != "defaulted":
                raise UserError(self.env._("This plan is not in default."))
            plan._check_not_planned()
            plan._move_to(
                "active",
                date_default=False,
                amount_default=0,
                breach=False,
                date_reinstated=plan.company_id._get_collection_today(),
                told_state="active",
            )
            plan.message_post(body=self.env._("In force again: %s", reason))
            plan._find_open_promises()._end(
                "replaced", self.env._("Replaced by %s.", plan.name)
            )
        self.case_id._review_now()

    @api.model
    def _prepare_new_context(self, case, items, **defaults):
        """:return: the context of a form that proposes a plan for these items"""
        return {
            "default_case_id": case.id,
            "default_currency_id": (items.currency_id or case.currency_id)[:1].id,
            "default_item_ids": [Command.set(items.ids)],
            **{f"default_{name}": value for name, value in defaults.items()},
        }

    # ------------------------------------------------------------------
    # Stay
    # ------------------------------------------------------------------

    def _find_stayed_items(self):
        return self.env["collection.stay"]._filter_items(self.item_ids)

    def _check_stay(self):
        self.env["collection.stay"]._check_moves(
            self._find_stayed_items().move_id, "plan", self.display_name, self.case_id
        )

    def _get_stay_reason(self):
        # The stay binds the signer too, who sees nothing of bankruptcies.
        if not self.sudo()._find_stayed_items():
            return False
        return self.env._(
            "Because of insolvency proceedings no installments can be agreed on."
        )

    def _rest(self, reason):
        """Let the plans on stayed items rest: those in force are suspended, offers and
        proposals end. Nobody is written to about it.

        :param str reason: why; it stays on record
        """
        stayed = self.filtered(lambda plan: plan._find_stayed_items())
        for plan in stayed:
            if plan.state == "offered":
                plan._move_to("void", end_reason=reason, told_state="void")
            elif plan.state in ("draft", "approve"):
                plan._move_to("cancelled", end_reason=reason, told_state="cancelled")
        stayed._suspend(reason)

    # ------------------------------------------------------------------
    # Correspondence
    # ------------------------------------------------------------------

    def _get_collection_moves(self):
        return self.item_ids.move_id
