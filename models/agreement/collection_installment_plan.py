from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..common.collection_signed_mixin import SIGNED_DOCUMENTS

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
AFTER_ACTIVE = {"suspended", "completed", "defaulted", "renegotiated", "cancelled"}
# What may follow what. The ledger decides between those of RUNNING_STATES, completed
# and defaulted; people and dates about the others.
TRANSITIONS = {
    "draft": {"approve", "offered", "cancelled"},
    "approve": {"draft", "offered", "cancelled"},
    "offered": {"draft", "accepted", "declined", "expired", "void", "cancelled"},
    "accepted": {"active"},
    "active": {"notice", *AFTER_ACTIVE},
    "notice": {"active", *AFTER_ACTIVE},
    "suspended": {"active", "renegotiated", "cancelled"},
    # A payment was undone; or what completed it was a write-off.
    "completed": {"active", "notice", "cancelled"},
    "defaulted": {"active", "renegotiated"},
    "declined": set(),
    "expired": set(),
    "void": set(),
    "renegotiated": set(),
    "cancelled": set(),
}
# While a plan is in one of these, what it covers is not chased.
RUNNING_STATES = ("active", "notice", "suspended")
# The ledger decides about these.
EVALUATED_STATES = ("active", "notice", "completed")
# Not signed yet.
PENDING_STATES = ("draft", "approve", "offered")
REPLACEABLE_STATES = (*RUNNING_STATES, "defaulted", "declined", "expired", "void")
RHYTHMS = [
    ("weekly", "Weekly"),
    ("fortnightly", "Fortnightly"),
    ("monthly", "Monthly"),
    ("free", "Custom dates"),
]
PRESETS = [("3", "3 months"), ("6", "6 months"), ("amount", "An amount a month")]
# The terms, which change in a draft only.
TERM_FIELDS = {
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


class CollectionInstallmentPlan(models.Model):
    """An installment plan: some open items, paid on dates that both sides sign.

    Lifecycle: see ``TRANSITIONS``. A draft is proposed, offered as a document, signed
    in the portal or on paper, and from then on evaluated by the ledger: what was paid
    is derived from the covered items, oldest installment first. While it is in good
    standing what it covers is not chased. Nothing is deleted; a new version replaces
    an old one.

    Collectors propose plans; above the policy's limits a manager approves. Invoicing
    users read.
    """

    _name = "collection.installment.plan"
    _description = "Installment Plan"
    _inherit = [
        "collection.correspondence.mixin",
        "collection.signed.mixin",
        "collection.evidence.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _check_company_auto = True
    _evidence_fields = SIGNED_DOCUMENTS
    _document_reports = ("account_collections.action_report_plan",)
    _signature_report = "account_collections.action_report_plan_signature"
    _transitions = TRANSITIONS
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
    is_portal = fields.Boolean("Requested in the portal", readonly=True)
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
    move_ids = fields.Many2many(
        "account.move", compute="_compute_move_ids", string="Invoices"
    )
    currency_id = fields.Many2one("res.currency", required=True)
    amount_covered = fields.Monetary(
        "Covered",
        readonly=True,
        help="What was open on the covered items, less what was disputed, when the"
        " schedule was made.",
    )
    # The terms.
    preset = fields.Selection(PRESETS, "Ready-made", store=False)
    option_3 = fields.Char("In 3 months", compute="_compute_options")
    option_6 = fields.Char("In 6 months", compute="_compute_options")
    option_amount = fields.Char("By amount", compute="_compute_options")
    mode = fields.Selection(
        [("count", "Number of installments"), ("amount", "Amount of each")],
        "Schedule by",
        required=True,
        default="count",
    )
    installment_count = fields.Integer("Installments", default=3)
    installment_amount = fields.Monetary("Each", default=500)
    rhythm = fields.Selection(RHYTHMS, "Frequency", required=True, default="monthly")
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
    amount_total = fields.Monetary(
        "Covered and charge",
        compute="_compute_amount_total",
        help="What the schedule has to add up to.",
    )
    amount_difference = fields.Monetary(
        "Not in the schedule yet", compute="_compute_amount_total"
    )
    # From the ledger.
    amount_paid = fields.Monetary(
        "Paid so far", compute="_compute_paid", help="From the ledger."
    )
    amount_remaining = fields.Monetary(
        "Still to pay",
        compute="_compute_paid",
        help="From the ledger: open on the covered items and not disputed.",
    )
    amount_late = fields.Monetary("Late", compute="_compute_paid")
    percent_paid = fields.Float("Paid (%)", compute="_compute_paid")
    date_next = fields.Date("Next date", compute="_compute_paid")
    amount_next = fields.Monetary("Next installment", compute="_compute_paid")
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
    # The offer.
    date_offered = fields.Date("Offered on", readonly=True, copy=False)
    date_offer_end = fields.Date("Offer valid until", readonly=True, copy=False)
    is_sent = fields.Boolean("Offer sent", readonly=True, copy=False)
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
        "Reinstated on",
        readonly=True,
        copy=False,
        help="After a default; in between, collection continued.",
    )
    date_notice = fields.Date("In notice since", readonly=True, copy=False)
    date_cure = fields.Date("To be cured by", readonly=True, copy=False)
    date_paused = fields.Date(
        "Time to cure paused since",
        readonly=True,
        copy=False,
        help="While the case is on hold or a payment is on its way. The time left "
        "continues afterwards.",
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
    notified_state = fields.Char(
        readonly=True,
        copy=False,
        help="The last status that the customer and the collector were notified of.",
    )
    replaces_id = fields.Many2one(
        "collection.installment.plan",
        readonly=True,
        index="btree_not_null",
    )
    replaced_by_ids = fields.One2many(
        "collection.installment.plan", "replaces_id", "New versions"
    )
    version = fields.Integer(readonly=True, default=1, copy=False)
    lineage_ids = fields.Many2many(
        "collection.installment.plan", compute="_compute_lineage_ids", string="Versions"
    )
    lineage_count = fields.Integer("Number of versions", compute="_compute_lineage_ids")

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

    @api.depends("amount_covered", "amount_charge", "amount")
    def _compute_amount_total(self):
        for plan in self:
            total = plan.amount_covered + plan.amount_charge
            difference = total - plan.amount
            if plan.currency_id:
                total = plan.currency_id.round(total)
                difference = plan.currency_id.round(difference)
            plan.amount_total = total
            plan.amount_difference = difference

    @api.depends("amount_covered", "amount_down", "date_first", "installment_amount")
    def _compute_options(self):
        describe = self.env["collection.installment.schedule"]._describe_preset
        for plan in self:
            plan.option_3 = describe(plan, count=3)
            plan.option_6 = describe(plan, count=6)
            plan.option_amount = describe(plan, amount=plan.installment_amount)

    @api.depends("item_ids")
    def _compute_move_ids(self):
        for plan in self:
            plan.move_ids = plan.item_ids.move_id

    @api.depends("state", "line_ids.amount", "line_ids.date")
    @api.depends_context("collection_as_of")
    def _compute_paid(self):
        figures = self.env["collection.installment.evaluation"]._get_figures(self)
        for plan in self:
            plan.update(figures[plan])

    def _compute_lineage_ids(self):
        for plan in self:
            versions = plan
            while versions[-1:].replaces_id and len(versions) < 100:
                versions |= versions[-1:].replaces_id
            later = plan.replaced_by_ids
            while later - versions:
                versions |= later
                later = later.replaced_by_ids
            plan.lineage_ids = versions.sorted("id")
            plan.lineage_count = len(versions)

    @api.onchange("preset")
    def _onchange_preset(self):
        if self.preset:
            self.rhythm = "monthly"
            self.mode = "amount" if self.preset == "amount" else "count"
        if self.preset in ("3", "6"):
            self.installment_count = int(self.preset)

    @api.onchange("item_ids")
    def _onchange_item_ids(self):
        currencies = self.item_ids.currency_id
        if len(currencies) == 1:
            self.currency_id = currencies

    @api.onchange(*sorted(TERM_FIELDS - {"line_ids"}), "preset")
    def _onchange_terms(self):
        """Show at once what the terms mean."""
        self.env["collection.installment.schedule"]._preview(self)

    @api.model_create_multi
    def create(self, vals_list):
        plans = super().create(vals_list)
        for plan in plans:
            version = (plan.replaces_id.version or 0) + 1
            plan._write_protected({"name": f"IP{plan.id:06d}", "version": version})
            plan._refresh_schedule(with_lines=not plan.line_ids)
            plan._check_stay()
        return plans

    def write(self, vals):
        if self.env.su:
            return super().write(vals)
        self._check_unchanged(vals)
        result = super().write(vals)
        if TERM_FIELDS & vals.keys():
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
    def _get_protected_fields(self):
        # Set once, when the plan is proposed.
        return super()._get_protected_fields() - FIXED_FIELDS

    def _check_unchanged(self, vals):
        """:raises UserError: when a draft's terms are not a draft's any more"""
        if FIXED_FIELDS & vals.keys():
            raise UserError(
                self.env._(
                    "A plan cannot be moved to another customer. Propose a new one."
                )
            )
        if TERM_FIELDS & vals.keys() and any(plan.state != "draft" for plan in self):
            raise UserError(
                self.env._(
                    "An offer cannot be changed. Set it back to draft, or create a "
                    "new version."
                )
            )

    # ------------------------------------------------------------------
    # Schedule
    # ------------------------------------------------------------------

    def _refresh_schedule(self, with_lines):
        self.ensure_one()
        self.env["collection.installment.schedule"]._refresh(self, with_lines)

    def action_refresh(self):
        """Make the schedule anew from the terms and what is open now."""
        self.check_access("write")
        for plan in self:
            plan._check_draft()
            plan._refresh_schedule(with_lines=True)

    def _get_amount_open(self):
        """:return: what is open now on the covered items, less what is disputed"""
        return self.env["collection.installment.evaluation"]._get_amount_open(self)

    def _is_changed(self):
        """:return: whether what is open on the covered items is not any more what the
        plan says"""
        self.ensure_one()
        now, then = self._get_amount_open(), self.amount_covered
        return bool(self.currency_id.compare_amounts(now, then))

    # ------------------------------------------------------------------
    # Offer
    # ------------------------------------------------------------------

    def action_offer(self):
        """Offer the plan; above the limits of the policy a manager approves first."""
        self.check_access("write")
        self._check_draft()
        agreement = self.env["collection.installment.agreement"]
        for plan in self:
            plan._check_can_offer()
            limit = agreement._get_limit_exceeded(plan)
            if limit and not plan.is_approved:
                plan._set_state("approve", approval_reason=limit)
            else:
                plan._do_offer()

    def action_approve(self):
        """Offer plans above the limits; for collections managers."""
        self._check_manager(
            self.env._("A collections manager has to approve this plan.")
        )
        self.check_access("write")
        for plan in self:
            if plan.state != "approve":
                raise UserError(self.env._("This plan is not waiting for approval."))
            plan._check_can_offer()
            plan._write_protected({"is_approved": True})
            plan._do_offer()

    def action_to_draft(self):
        """Take an offer back, to change it; what was sent cannot be signed any more."""
        self.check_access("write")
        self._set_state(
            "draft",
            approval_reason=False,
            is_approved=False,
            date_offered=False,
            date_offer_end=False,
            is_sent=False,
            document_id=False,
            document_sha256=False,
        )

    def _check_can_offer(self):
        self.ensure_one()
        self._check_items()
        self.env["collection.installment.schedule"]._check(self)
        agreement = self.env["collection.installment.agreement"]
        if reason := agreement._get_cannot_offer_reason(self):
            raise UserError(reason)

    def _do_offer(self):
        """Fix the terms, and make the document that will be signed."""
        self.ensure_one()
        agreement = self.env["collection.installment.agreement"]
        self._set_state(
            "offered",
            date_offered=self.company_id._get_collection_today(),
            notified_state="offered",
            **agreement._prepare_offer_vals(self),
        )
        self._portal_ensure_token()
        self.env["collection.signature"]._write_document(self)

    def _get_document_title(self):
        return self.env._("Installment agreement %s", self.name)

    def _lock_for_signature(self):
        return self.env["collection.installment.agreement"]._lock_for_signature(self)

    def _find_reason_against_signing(self, sha256=None):
        agreement = self.env["collection.installment.agreement"]
        return agreement._find_reason_against_signing(self, sha256)

    def _take_signature(self, vals):
        self.env["collection.installment.agreement"]._accept(self, vals)

    def action_send_offer(self):
        """Send the offer by e-mail, with the agreement and the link to sign it."""
        self.check_access("write")
        reminder = self.env["collection.installment.reminder"]
        for plan in self:
            if plan.state != "offered":
                raise UserError(self.env._("Only an offer can be sent."))
            reminder._send(plan, "mail_template_plan_offer", plan.document_id)
            plan._write_protected({"is_sent": True})
            plan.message_post(body=self.env._("The offer was sent."))

    # ------------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------------

    def _check_draft(self):
        if any(plan.state != "draft" for plan in self):
            raise UserError(self.env._("Only a draft can be changed."))

    def _check_items(self):
        items = self.item_ids
        if not items:
            raise ValidationError(self.env._("Choose the items the plan covers."))
        if items.case_id != self.case_id:
            raise ValidationError(
                self.env._("A plan can only cover items of its own customer.")
            )
        others = self.contact_id.case_id | self.replaces_id.case_id
        if others - self.case_id:
            raise ValidationError(
                self.env._("The contact or plan belongs to another customer.")
            )
        if any(not item.is_open for item in items):
            raise ValidationError(self.env._("One of the items has been paid already."))
        if items.currency_id != self.currency_id:
            raise ValidationError(
                self.env._(
                    "All items of a plan must be in its currency. Make one plan for "
                    "each currency."
                )
            )
        self._check_not_planned()
        self._check_not_settled()

    def _check_not_settled(self):
        settlement = self.env["collection.settlement"]._find_running(self.item_ids)
        if settlement:
            raise ValidationError(
                self.env._(
                    "An item is in a settlement (%s). End that one first.",
                    settlement[:1].name,
                )
            )

    def _check_not_planned(self):
        """An item is on one plan at a time; a new version may take over from the one it
        replaces."""
        other = self._find_running(self.item_ids) - self.replaces_id - self
        if other:
            raise ValidationError(
                self.env._(
                    "An item is already on an installment plan (%s). Renegotiate "
                    "that one.",
                    other[:1].name,
                )
            )

    @api.model
    def _find_running(self, items):
        """:return: the plans in force that cover one of the collection.item records"""
        return self.search(
            [("item_ids", "in", items.ids), ("state", "in", RUNNING_STATES)]
        )

    def _find_stayed_items(self):
        return self.env["collection.stay"]._filter_items(self.item_ids)

    def _check_stay(self):
        self.env["collection.stay"]._check_moves(
            self._find_stayed_items().move_id, "plan", self.display_name, self.case_id
        )

    # ------------------------------------------------------------------
    # In force
    # ------------------------------------------------------------------

    def _activate(self):
        """Put an accepted plan in force: what it covers is not chased any more."""
        self.ensure_one()
        self.env["collection.installment.agreement"]._invoice_charge(self)
        promises = self.env["collection.promise"]._find_open(self.item_ids)
        promises._end("replaced", self.env._("Replaced by %s.", self.name))
        today = self.company_id._get_collection_today()
        old = self.replaces_id
        if old.state in (*RUNNING_STATES, "defaulted"):
            old._finish("renegotiated", self.env._("Replaced by %s.", self.name))
        self._set_state(
            "active",
            date_active=today,
            default_percent=0.0,
            last_allocation=self.env["collection.promise"]._get_last_id(
                "account.partial.reconcile"
            ),
            notified_state="active",
        )
        # The agreement itself is on its way as well; only steps are called off.
        self.case_id._interrupt(self.item_ids.move_id, only_steps=True)

    def action_open_end(self):
        """Ask for the reason and cancel."""
        return self._open_end("cancelled", self.env._("Cancel the plan"))

    def action_open_decline(self):
        """Ask for the reason that the customer gave, and note that they declined."""
        return self._open_end("declined", self.env._("The customer declined"))

    def action_open_reinstate(self):
        """Ask for the reason and put a plan in default in force again."""
        return self._open_end("active", self.env._("Reinstate"))

    def _open_end(self, outcome, title):
        return self._open_wizard(
            "collection.installment.plan.end", title, plan_ids=self.ids, outcome=outcome
        )

    def action_renegotiate(self):
        """Propose a new version for what is open; this one holds until that is
        accepted."""
        self.ensure_one()
        if self.state not in REPLACEABLE_STATES:
            raise UserError(
                self.env._("There is nothing to renegotiate. Propose a new plan.")
            )
        items = self.item_ids.filtered("is_open")
        if not items:
            raise UserError(self.env._("Nothing is open on this plan."))
        return self.case_id._propose_plan(
            items,
            replaces_id=self.id,
            rhythm=self.rhythm if self.rhythm != "free" else "monthly",
            is_working_days=self.is_working_days,
        )

    def _end(self, state, reason):
        """End plans because people say so.

        :param str state: cancelled or declined
        :param str reason: why; it stays on record
        :raises UserError: without a reason, or when one has ended already
        """
        self.check_access("write")
        if not (reason or "").strip():
            raise UserError(self.env._("Give a reason."))
        for plan in self:
            plan.case_id._stop_execution()
            if plan.state in PENDING_STATES:
                plan._set_state(state, end_reason=reason.strip(), notified_state=state)
            else:
                plan._finish(state, reason.strip())
        self.case_id._review_now()

    def _finish(self, state, reason):
        """End a plan in force; collection of its items continues where it stood."""
        self.ensure_one()
        was_running = self.state in RUNNING_STATES
        self._set_state(
            state,
            end_reason=reason,
            notified_state=state,
            end_allocation=self.env["collection.promise"]._get_last_id(
                "account.partial.reconcile"
            ),
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

    def _reinstate(self, reason):
        """Put plans in default in force again; for collections managers.

        :param str reason: why; it stays on record
        :raises UserError: without a reason, or when something else covers the items
        """
        self.check_access("write")
        self._check_manager(
            self.env._("Only a collections manager can reinstate a plan.")
        )
        for plan in self:
            if plan.state != "defaulted":
                raise UserError(self.env._("This plan is not in default."))
            plan._check_not_planned()
            plan._set_state(
                "active",
                date_default=False,
                amount_default=0,
                breach=False,
                date_reinstated=plan.company_id._get_collection_today(),
                notified_state="active",
            )
            plan.message_post(body=self.env._("Reinstated: %s", reason))
            promises = self.env["collection.promise"]._find_open(plan.item_ids)
            promises._end("replaced", self.env._("Replaced by %s.", plan.name))
        self.case_id._review_now()

    def action_save_and_open(self):
        """Open the draft that was just saved, to look at it and offer it."""
        self.ensure_one()
        return self._get_records_action()

    def action_view_case(self):
        """Open the case."""
        self.ensure_one()
        return self.case_id._get_records_action()

    def action_view_invoices(self):
        """Open the covered invoices."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        return {
            **action,
            "domain": [("id", "in", self.item_ids.move_id.ids)],
            "context": {"create": False},
        }

    def action_view_lineage(self):
        """Open the versions of this plan."""
        self.ensure_one()
        return self.lineage_ids._get_records_action(name=self.env._("Versions"))

    def _get_unpaid_lines(self):
        """:return: the installments that are late, for the words of a notice"""
        self.ensure_one()
        return self.line_ids.filtered(lambda line: line.state == "late")

    def _get_near_lines(self):
        """:return: the installments to come that a reminder is about: the next ones"""
        self.ensure_one()
        today = self.company_id._get_collection_today()
        days = self.case_id.policy_id.plan_remind_days or 0
        return self.line_ids.filtered(
            lambda line: 0 <= (line.date - today).days <= days and line.state != "paid"
        )

    def _get_collection_moves(self):
        return self.item_ids.move_id
