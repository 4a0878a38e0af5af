from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import is_html_empty

STATES = [
    ("new", "New"),
    ("review", "In review"),
    ("wait_customer", "Waiting for the customer"),
    ("wait_us", "Waiting for us"),
    ("accepted", "Accepted"),
    ("partly", "Partly accepted"),
    ("rejected", "Rejected"),
    ("withdrawn", "Withdrawn"),
]
OPEN_STATES = ("new", "review", "wait_customer", "wait_us")
GRANTED_STATES = ("accepted", "partly")
# Which states a dispute may go to from each one.
TRANSITIONS = {
    **{
        state: {*OPEN_STATES[1:], "accepted", "partly", "rejected", "withdrawn"}
        - {state}
        for state in OPEN_STATES
    },
    "accepted": set(),
    "partly": set(),
    "rejected": {"review"},
    "withdrawn": {"review"},
}
ANSWER_DAYS = 10
# What is disputed can be put right while the dispute is open, not afterwards.
CLAIM_FIELDS = {"amount", "line_ids", "move_id", "reason_id"}


class CollectionDispute(models.Model):
    """What a customer contests of an invoice, and what became of it.

    The disputed part is not chased; the rest is. Accepting drafts the credit note for
    the accepted amount, and the amount stays out of collection until that is posted.
    After a rejection or a withdrawal the item goes on at the stage it had. Somebody who
    cannot pay has no dispute: that leads to installments.

    Collectors and the dispute's owner work it.
    """

    _name = "collection.dispute"
    _description = "Disputed Invoice"
    _inherit = ["collection.guarded.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date_answer_due, id"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="[('move_type', 'in', ('out_invoice', 'out_receipt')),"
        " ('state', '=', 'posted'), ('amount_residual', '>', 0)]",
    )
    company_id = fields.Many2one(
        related="move_id.company_id", store=True, index=True, precompute=True
    )
    partner_id = fields.Many2one(
        related="move_id.commercial_partner_id",
        string="Customer",
        store=True,
        index=True,
        precompute=True,
    )
    case_id = fields.Many2one("collection.case", compute="_compute_case_id")
    currency_id = fields.Many2one(related="move_id.currency_id", store=True)
    line_ids = fields.Many2many(
        "account.move.line",
        string="Disputed lines",
        domain="[('move_id', '=', move_id), ('display_type', '=', 'product')]",
        help="Choose lines to have their sum proposed, or state the amount yourself.",
    )
    amount = fields.Monetary(
        "Disputed amount",
        compute="_compute_amount",
        precompute=True,
        store=True,
        readonly=False,
        required=True,
    )
    reason_id = fields.Many2one(
        "collection.reason",
        required=True,
        domain="[('kind', '=', 'dispute')]",
        help="What the customer says.",
    )
    words = fields.Text("In the customer's words")
    attachment_ids = fields.Many2many("ir.attachment", string="Evidence")
    contact_id = fields.Many2one("collection.contact", readonly=True)
    is_portal = fields.Boolean("From the portal", readonly=True)
    user_id = fields.Many2one(
        "res.users",
        "Owner",
        default=lambda self: self.env.user,
        tracking=True,
        domain="[('share', '=', False)]",
    )
    date_opened = fields.Date(
        "Opened",
        required=True,
        readonly=True,
        default=lambda self: self.env.company._get_collection_today(),
    )
    date_answer_due = fields.Date(
        "Answer due",
        required=True,
        tracking=True,
        default=lambda self: fields.Date.add(
            self.env.company._get_collection_today(), days=ANSWER_DAYS
        ),
    )
    escalation = fields.Integer(readonly=True, help="0: none, 1: owner, 2: manager.")

    state = fields.Selection(
        STATES,
        "Status",
        required=True,
        readonly=True,
        default="new",
        index=True,
        tracking=True,
    )
    is_active = fields.Boolean(
        "Out of collection",
        compute="_compute_is_active",
        store=True,
        help="The amount is not chased: the dispute is open, or it was accepted and the"
        " credit note is not posted yet.",
    )
    amount_accepted = fields.Monetary("Accepted amount", readonly=True)
    amount_apart = fields.Monetary(
        "Amount out of collection",
        compute="_compute_is_active",
        store=True,
        help="The disputed amount; of an accepted dispute, what will be credited.",
    )
    credit_note_id = fields.Many2one(
        "account.move", readonly=True, copy=False, ondelete="set null", index=True
    )
    credit_note_state = fields.Selection(
        related="credit_note_id.state", string="Credit note status"
    )
    cause_id = fields.Many2one(
        "collection.reason",
        "Root cause",
        domain="[('kind', '=', 'cause')]",
        help="What we found.",
    )
    answer = fields.Html("Answer to the customer")
    date_closed = fields.Date("Closed", readonly=True)
    days_open = fields.Integer(
        "Days to resolve", compute="_compute_days_open", store=True, aggregator="avg"
    )
    product_id = fields.Many2one(
        "product.product", compute="_compute_product_id", store=True
    )
    salesperson_id = fields.Many2one(related="move_id.invoice_user_id", store=True)

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "The disputed amount must be above zero."
    )

    @api.depends("move_id.name", "partner_id")
    def _compute_name(self):
        for dispute in self:
            dispute.name = f"{dispute.move_id.name}: {dispute.partner_id.display_name}"

    @api.depends("partner_id", "company_id")
    def _compute_case_id(self):
        cases = self.env["collection.case"]._find_open(self.partner_id, self.company_id)
        by_customer = {(case.company_id, case.partner_id): case for case in cases}
        for dispute in self:
            key = (dispute.company_id, dispute.partner_id)
            dispute.case_id = by_customer.get(key)

    @api.depends("line_ids", "move_id")
    def _compute_amount(self):
        for dispute in self:
            total = sum(dispute.line_ids.mapped("price_total"))
            if dispute.line_ids or not dispute.amount:
                free = dispute._get_free_amount()
                dispute.amount = min(total or free, free)

    @api.depends("state", "credit_note_id.state", "amount", "amount_accepted")
    def _compute_is_active(self):
        for dispute in self:
            is_open = dispute.state in OPEN_STATES
            dispute.is_active = is_open or (
                dispute.state in GRANTED_STATES and dispute.credit_note_state == "draft"
            )
            amount = dispute.amount if is_open else dispute.amount_accepted
            dispute.amount_apart = amount if dispute.is_active else 0.0

    @api.depends("date_opened", "date_closed")
    def _compute_days_open(self):
        for dispute in self:
            closed = dispute.date_closed
            dispute.days_open = (closed - dispute.date_opened).days if closed else 0

    @api.depends("line_ids.product_id")
    def _compute_product_id(self):
        for dispute in self:
            dispute.product_id = dispute.line_ids.product_id[:1]

    @api.model_create_multi
    def create(self, vals_list):
        disputes = super().create(vals_list)
        # Two disputes of one invoice at a time, or a dispute while a reminder is being
        # written: one of them waits for the other and starts again.
        disputes._find_cases()._stop_execution()
        disputes._cancel_what_is_queued()
        disputes._review_customers()
        return disputes

    def write(self, vals):
        is_closed = any(dispute.state not in OPEN_STATES for dispute in self)
        if CLAIM_FIELDS & vals.keys() and is_closed and not self.env.su:
            raise UserError(
                self.env._("The dispute is closed. Open it again to change it.")
            )
        if "move_id" in vals and any(
            dispute.move_id.id != vals["move_id"] for dispute in self
        ):
            raise UserError(self.env._("A dispute stays with its invoice."))
        result = super().write(vals)
        if "date_answer_due" in vals:
            # Reminded of anew; a field nobody writes by hand.
            self.sudo().escalation = 0
        if vals.keys() & {"amount", "line_ids"}:
            self._review_customers()
        return result

    @api.model
    def _get_guarded_fields(self):
        # Set once, when the dispute is taken.
        return super()._get_guarded_fields() - {"contact_id"}

    @api.ondelete(at_uninstall=False)
    def _unlink_except_always(self):
        raise UserError(
            self.env._("A dispute stays on record. Withdraw it instead of deleting it.")
        )

    # ------------------------------------------------------------------
    # The way of a dispute
    # ------------------------------------------------------------------

    def _set_state(self, state, **vals):
        """Change the state along ``TRANSITIONS``.

        :raises UserError: when a dispute cannot go there from where it is
        """
        self.check_access("write")
        self._check_may_become(state)
        reopened = self.filtered(lambda dispute: dispute.state not in OPEN_STATES)
        for dispute in self:
            closes = state not in OPEN_STATES
            today = dispute.company_id._get_collection_today()
            # State and outcome are readonly for everybody; the right was checked above.
            dispute.sudo().write(
                {"state": state, "date_closed": today if closes else False, **vals}
            )
            if closes:
                dispute._find_items()._resume(today)
        reopened._start_again()
        self._review_customers()

    def _check_may_become(self, state):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for dispute in self:
            if state not in TRANSITIONS[dispute.state]:
                raise UserError(
                    self.env._(
                        "The dispute is “%(old)s” and cannot become “%(new)s”.",
                        old=labels[dispute.state],
                        new=labels[state],
                    )
                )
            if state not in OPEN_STATES and not dispute.cause_id:
                raise UserError(
                    self.env._("Choose the root cause before the dispute is closed.")
                )

    def _start_again(self):
        """Open disputes again: what is contested must still be open, and the customer
        waits for an answer anew."""
        self._check_amount()
        for dispute in self:
            today = dispute.company_id._get_collection_today()
            dispute.date_answer_due = fields.Date.add(today, days=ANSWER_DAYS)

    def action_review(self):
        """Take the dispute into review, or open it again after a rejection."""
        self._set_state("review")

    def action_wait_customer(self):
        """The customer has to say or send something."""
        self._set_state("wait_customer")

    def action_wait_us(self):
        """Somebody of ours has to."""
        self._set_state("wait_us")

    def action_accept(self):
        """Accept the whole amount and draft its credit note."""
        for dispute in self:
            dispute._accept(dispute.amount)

    def action_open_resolve(self):
        """Ask for the outcome (accepted amount, rejection, withdrawal), the cause and
        the answer."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Resolve the dispute"),
            "res_model": "collection.dispute.resolve",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_dispute_id": self.id,
                "default_decision": self.env.context.get("decision", "accept"),
            },
        }

    def action_withdraw(self):
        """The customer does not insist."""
        self._set_state("withdrawn")

    def action_view_credit_note(self):
        """Open the credit note."""
        self.ensure_one()
        return self.credit_note_id._get_records_action()

    def _accept(self, amount):
        """Grant an amount: the credit note is drafted, never posted by itself.

        :param float amount: in the invoice's currency, at most the disputed amount
        :raises UserError: when the amount is not within the disputed one
        """
        self.ensure_one()
        compare = self.currency_id.compare_amounts
        if compare(amount, 0) <= 0 or compare(amount, self.amount) > 0:
            raise UserError(
                self.env._(
                    "Accept an amount above zero and up to %s.",
                    self.currency_id.format(self.amount),
                )
            )
        is_whole = compare(amount, self.amount) == 0
        note = self._draft_credit_note(amount)
        self._set_state(
            "accepted" if is_whole else "partly",
            amount_accepted=amount,
            credit_note_id=note.id,
        )

    def _reject(self, answer):
        """Reject with a reasoned answer; collection goes on where it stood.

        :raises UserError: without an answer
        """
        self.ensure_one()
        if is_html_empty(answer):
            raise UserError(self.env._("Say why the dispute is rejected."))
        self._set_state("rejected", answer=answer, amount_accepted=0.0)
