from odoo import api, fields, models
from odoo.exceptions import UserError

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


class CollectionPlan(models.Model):
    """An installment plan: some open items, paid on dates that both sides sign.

    Lifecycle: see ``TRANSITIONS``. A draft is proposed, offered as a document, signed
    in the portal or on paper, and from then on judged by the ledger: what was paid is
    derived from the covered items, oldest installment first. While it is in good
    standing what it covers is not chased. Nothing is deleted; a new version replaces
    an old one.

    Collectors propose plans; above the policy's limits a manager approves. Invoicing
    users read.
    """

    _name = "collection.plan"
    _description = "Installment Plan"
    _inherit = [
        "portal.mixin",
        "collection.guarded.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _check_company_auto = True
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
        "collection_plan_item_rel",
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
        "collection.plan.installment", "plan_id", "Schedule", copy=True
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
        "collection.plan", "In place of", readonly=True, index="btree_not_null"
    )
    replaced_by_ids = fields.One2many("collection.plan", "replaces_id", "New versions")
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

    @api.model
    def _get_default_date(self, **delta):
        return fields.Date.add(self.env.company._get_collection_today(), **delta)

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

    @api.ondelete(at_uninstall=False)
    def _unlink_except_always(self):
        raise UserError(
            self.env._("A plan stays on record. Cancel it instead of deleting it.")
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
