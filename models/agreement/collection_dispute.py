from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, is_html_empty

STATES = [
    ("new", "New"),
    ("review", "In review"),
    ("wait_customer", "Waiting for the customer"),
    ("wait_us", "Waiting for us"),
    ("accepted", "Accepted"),
    ("partial", "Partly accepted"),
    ("rejected", "Rejected"),
    ("withdrawn", "Withdrawn"),
    ("settled", "Settled"),
]
OPEN_STATES = ("new", "review", "wait_customer", "wait_us")
GRANTED_STATES = ("accepted", "partial")
CLOSED_STATES = (*GRANTED_STATES, "rejected", "withdrawn", "settled")
# Which states a dispute may go to from each one.
TRANSITIONS = {
    **{state: {*OPEN_STATES[1:], *CLOSED_STATES} - {state} for state in OPEN_STATES},
    "accepted": set(),
    "partial": set(),
    "rejected": {"review"},
    "withdrawn": {"review"},
    "settled": {"review"},
}
ANSWER_DAYS = 10
# What is disputed can be put right while the dispute is open, not afterwards.
DISPUTED_FIELDS = {"amount", "line_ids", "move_id", "reason_id"}
DISPUTABLE_MOVE_TYPES = ("out_invoice", "out_receipt")
# So long after the answer was due the managers hear of it.
ESCALATE_DAYS = 5


class CollectionDispute(models.Model):
    """What a customer contests of an invoice, and what became of it.

    The disputed part is not chased; the rest is. Accepting drafts the credit note for
    the accepted amount, and the amount stays out of collection until that is posted.
    After a rejection or a withdrawal collection continues at the stage the item had.
    Somebody who cannot pay has no dispute: that leads to installments.

    Collectors and the dispute's owner work it.
    """

    _name = "collection.dispute"
    _description = "Disputed Invoice"
    _inherit = [
        "collection.correspondence.mixin",
        "collection.protected.mixin",
        "collection.reserving.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
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
    # What is taken from the invoice would be looked for whenever any entry is posted or
    # paid: the invoices tell their disputes instead, see ``account.move``.
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_from_move",
        store=True,
        index=True,
        precompute=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        compute="_compute_from_move",
        store=True,
        index=True,
        precompute=True,
    )
    case_id = fields.Many2one("collection.case", compute="_compute_case_id")
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_from_move", store=True, precompute=True
    )
    line_ids = fields.Many2many(
        "account.move.line",
        string="Disputed lines",
        domain="[('move_id', '=', move_id), ('display_type', '=', 'product')]",
        help="Choose lines to have their sum proposed, or enter the amount yourself.",
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
    amount_excluded = fields.Monetary(
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
    salesperson_id = fields.Many2one(
        "res.users", compute="_compute_from_move", store=True, precompute=True
    )
    amount_residual = fields.Monetary(
        "Open on the invoice", compute="_compute_amount_residual", compute_sudo=True
    )
    is_overdue = fields.Boolean("Answer overdue", compute="_compute_is_overdue")

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "The disputed amount must be above zero."
    )

    @api.depends("move_id")
    def _compute_from_move(self):
        for dispute in self:
            move = dispute.move_id
            dispute.company_id = move.company_id
            dispute.partner_id = move.commercial_partner_id
            dispute.currency_id = move.currency_id
            dispute.salesperson_id = move.invoice_user_id

    @api.depends("move_id", "partner_id")
    def _compute_name(self):
        for dispute in self:
            dispute.name = f"{dispute.move_id.name}: {dispute.partner_id.display_name}"

    @api.depends("partner_id", "company_id")
    def _compute_case_id(self):
        cases = self.env["collection.case"]._find_open(self.partner_id, self.company_id)
        by_customer = cases._group_by_customer()
        for dispute in self:
            dispute.case_id = by_customer.get((dispute.company_id, dispute.partner_id))

    @api.depends("line_ids", "move_id")
    def _compute_amount(self):
        for dispute in self:
            total = sum(dispute.line_ids.mapped("price_total"))
            if dispute.line_ids or not dispute.amount:
                free = dispute._get_free_amount()
                dispute.amount = min(total or free, free)

    @api.depends("state", "credit_note_id", "amount", "amount_accepted")
    def _compute_is_active(self):
        for dispute in self:
            is_open = dispute.state in OPEN_STATES
            dispute.is_active = is_open or (
                dispute.state in GRANTED_STATES and dispute.credit_note_state == "draft"
            )
            amount = dispute.amount if is_open else dispute.amount_accepted
            dispute.amount_excluded = amount if dispute.is_active else 0.0

    @api.depends("date_opened", "date_closed")
    def _compute_days_open(self):
        for dispute in self:
            closed = dispute.date_closed
            dispute.days_open = (closed - dispute.date_opened).days if closed else 0

    @api.depends("line_ids")
    def _compute_product_id(self):
        for dispute in self:
            dispute.product_id = dispute.line_ids.product_id[:1]

    # Looked at on the screen; see ``company_id`` why it is not told of payments.
    @api.depends("move_id")
    def _compute_amount_residual(self):
        for dispute in self:
            dispute.amount_residual = dispute.move_id.amount_residual

    @api.depends("date_answer_due", "state")
    @api.depends_context("collection_as_of")
    def _compute_is_overdue(self):
        for dispute in self:
            company = dispute.company_id or self.env.company
            dispute.is_overdue = (
                dispute.state in OPEN_STATES
                and dispute.date_answer_due
                and dispute.date_answer_due < company._get_collection_today()
            )

    # Not when the state changes: what was paid since then must not hold a dispute up.
    @api.constrains("amount", "move_id")
    def _check_amount(self):
        for dispute in self.filtered(lambda dispute: dispute.state in OPEN_STATES):
            free = dispute._get_free_amount()
            if dispute.currency_id.compare_amounts(dispute.amount, free) > 0:
                raise ValidationError(
                    self.env._(
                        "%(amount)s cannot be disputed: only %(free)s of %(invoice)s is"
                        " open and not disputed yet.",
                        amount=dispute.currency_id.format(dispute.amount),
                        free=dispute.currency_id.format(max(free, 0.0)),
                        invoice=dispute.move_id.name,
                    )
                )

    @api.constrains("move_id", "line_ids")
    def _check_move(self):
        for dispute in self:
            move = dispute.move_id
            if move.state != "posted" or move.move_type not in DISPUTABLE_MOVE_TYPES:
                raise ValidationError(
                    self.env._("Only a posted customer invoice can be disputed.")
                )
            if dispute.line_ids.move_id - move:
                raise ValidationError(
                    self.env._("The disputed lines belong to another invoice.")
                )

    @api.constrains("date_answer_due")
    def _check_answer_due(self):
        dated = self.filtered("date_answer_due")
        if any(dispute.date_answer_due < dispute.date_opened for dispute in dated):
            raise ValidationError(
                self.env._("The answer cannot be due before the dispute was opened.")
            )
        for company, disputes in dated.grouped("company_id").items():
            company._check_collection_horizon(disputes.mapped("date_answer_due"))

    @api.constrains("contact_id", "move_id")
    def _check_contact(self):
        if any(dispute.contact_id.customer_id - dispute.partner_id for dispute in self):
            raise ValidationError(
                self.env._("The contact belongs to another customer.")
            )

    @api.model_create_multi
    def create(self, vals_list):
        disputes = super().create(vals_list)
        disputes._find_cases()._interrupt(disputes.move_id)
        return disputes

    def write(self, vals):
        is_closed = any(dispute.state not in OPEN_STATES for dispute in self)
        if DISPUTED_FIELDS & vals.keys() and is_closed and not self.env.su:
            raise UserError(
                self.env._("The dispute is closed. Reopen it to change it.")
            )
        if "move_id" in vals and any(
            dispute.move_id.id != vals["move_id"] for dispute in self
        ):
            raise UserError(self.env._("A dispute cannot be moved to another invoice."))
        result = super().write(vals)
        if "date_answer_due" in vals:
            # Reminded of anew.
            self._write_protected({"escalation": 0})
        if vals.keys() & {"amount", "line_ids"}:
            self._review_customers()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_always(self):
        raise UserError(
            self.env._("A dispute stays on record. Withdraw it instead of deleting it.")
        )

    @api.model
    def _get_protected_fields(self):
        # Set once, when the dispute is taken.
        return super()._get_protected_fields() - {"contact_id"}

    # ------------------------------------------------------------------
    # Transitions
    # ------------------------------------------------------------------

    def _set_state(self, state, **vals):
        """Change the state along ``TRANSITIONS``.

        :raises UserError: when a dispute cannot go there from where it is
        """
        self.check_access("write")
        self._check_transition(state)
        reopened = self.filtered(lambda dispute: dispute.state not in OPEN_STATES)
        for dispute in self:
            closes = state not in OPEN_STATES
            today = dispute.company_id._get_collection_today()
            dispute._write_protected(
                {"state": state, "date_closed": today if closes else False, **vals}
            )
            if closes:
                dispute._find_items()._resume(today)
        reopened._restart()
        self._review_customers()

    def _check_transition(self, state):
        for dispute in self:
            if state not in TRANSITIONS[dispute.state]:
                raise UserError(
                    self.env._(
                        "The dispute is “%(old)s” and cannot become “%(new)s”.",
                        old=dispute._label("state"),
                        new=self._label("state", state),
                    )
                )
            if state not in (*OPEN_STATES, "settled") and not dispute.cause_id:
                raise UserError(
                    self.env._("Choose the root cause before closing the dispute.")
                )

    def _restart(self):
        """Open disputes again: what is contested must still be open, and an answer is
        due anew."""
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

    def action_open_resolve(self):
        """Ask for the outcome (accepted amount, rejection, withdrawal), the cause and
        the answer."""
        self.ensure_one()
        return self._open_wizard(
            "collection.dispute.resolve",
            self.env._("Resolve the dispute"),
            dispute_id=self.id,
            decision=self.env.context.get("decision", "accept"),
        )

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
            "accepted" if is_whole else "partial",
            amount_accepted=amount,
            credit_note_id=note.id,
        )

    def _reject(self, answer):
        """Reject with a reasoned answer; collection continues where it stood.

        :raises UserError: without an answer
        """
        self.ensure_one()
        if is_html_empty(answer):
            raise UserError(self.env._("Explain why the dispute is rejected."))
        self._set_state("rejected", answer=answer, amount_accepted=0.0)

    # ------------------------------------------------------------------
    # Case
    # ------------------------------------------------------------------

    def _find_items(self):
        """:return: the due items of the disputed invoices, of any case"""
        return (
            self.env["collection.item"]
            .sudo()
            .search([("move_line_id.move_id", "in", self.move_id.ids)])
        )

    @api.model
    def _reserving_sql(self):
        return SQL(
            "SELECT FROM collection_dispute WHERE is_active",
            to_flush=self._fields["is_active"],
        )

    @api.model
    def _reservations_sql(self):
        """What is disputed of each invoice, all disputes about it together.

        In: the active disputes. Out: owner_id (the invoice), line_id, amount: a row per
        due item, all with the whole amount, which is laid on them from the first on.
        Example: 100 and 50 disputed of an invoice with two due items: two rows of 150.
        """
        return SQL(
            """
            SELECT dispute.move_id AS owner_id, line.id AS line_id, dispute.amount
              FROM (SELECT move_id, SUM(amount_excluded) AS amount
                      FROM collection_dispute
                     WHERE is_active GROUP BY move_id) dispute
              JOIN account_move_line line ON line.move_id = dispute.move_id
               AND line.parent_state = 'posted' AND line.display_type = 'payment_term'
            """
        )

    def _find_cases(self):
        return self.env["collection.case"]._find_open(self.partner_id, self.company_id)

    def _review_customers(self):
        self._find_cases()._review_now()

    # ------------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------------

    def _get_free_amount(self):
        """:return: what is open on the invoice and not disputed by another one"""
        self.ensure_one()
        others = self.search(
            [
                ("move_id", "=", self.move_id._origin.id),
                ("is_active", "=", True),
                ("id", "!=", self._origin.id),
            ]
        )
        return self.move_id.amount_residual - sum(others.mapped("amount_excluded"))

    # ------------------------------------------------------------------
    # Credit notes
    # ------------------------------------------------------------------

    def _draft_credit_note(self, amount):
        """Draft a credit note over the accepted amount, for the disputed lines if some
        were chosen, else for all, in proportion."""
        return self.env["collection.credit.note"]._draft(
            self.move_id,
            self._get_lines_to_credit(),
            amount,
            self.env._(
                "Dispute of %(invoice)s: %(reason)s",
                invoice=self.move_id.name,
                reason=self.reason_id.name,
            ),
        )

    def _get_lines_to_credit(self):
        move, chosen = self.move_id, self.line_ids
        if move.state != "posted":
            raise UserError(
                self.env._(
                    "The invoice is no longer posted, so nothing can be credited."
                )
            )
        total = sum(chosen.mapped("price_total"))
        if self.currency_id.compare_amounts(total, 0) > 0:
            return chosen
        return self.env["collection.credit.note"]._get_all_lines(move)

    def _reopen_without_credit_note(self):
        """Open disputes again whose credit note was cancelled or deleted.

        The amount was granted and is not credited, so it is neither chased nor
        settled: the owner gets a to-do to decide again.
        """
        for dispute in self:
            today = dispute.company_id._get_collection_today()
            dispute.write(
                {
                    "state": "review",
                    "amount_accepted": 0.0,
                    "credit_note_id": False,
                    "date_closed": False,
                    "date_answer_due": fields.Date.add(today, days=ANSWER_DAYS),
                }
            )
            text = dispute.env._(
                "The credit note was cancelled before it was posted. The dispute is "
                "open again: please decide again."
            )
            dispute.message_post(body=text)
            dispute.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=text,
                user_id=dispute.company_id._get_collection_responsible(
                    dispute.user_id, dispute.env.user
                ).id,
            )
        self._review_customers()

    # ------------------------------------------------------------------
    # Follow-up
    # ------------------------------------------------------------------

    def _send_answer(self):
        """Send the reasoned answer to the customer."""
        template = self.env.ref("account_collections.mail_template_dispute_answer")
        for dispute in self:
            if not dispute.case_id:
                raise UserError(
                    self.env._(
                        "The customer no longer owes anything, so there is no case."
                    )
                )
            self.env["collection.customer.notice"]._send(
                dispute, template, dispute.move_id
            )

    @api.model
    def _follow_up(self, company, today):
        """Close what nobody has to answer any more; remind the owner of an answer that
        is overdue, then the managers.

        :param company: res.company record
        :param date today: the day, in the company's time zone
        """
        self._settle(company)
        overdue = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "in", OPEN_STATES),
                ("date_answer_due", "<", today),
                ("escalation", "<", 2),
            ]
        )
        isolate = self.env["collection.customer.notice"]._isolate
        for dispute in overdue:
            late = (today - dispute.date_answer_due).days
            reached = 2 if late > ESCALATE_DAYS else 1
            # Both levels, when nightly runs were missed.
            for level in range(dispute.escalation + 1, reached + 1):
                isolate(dispute._remind_of_answer, level)

    @api.model
    def _settle(self, company):
        """Close the disputes about what was cancelled or credited meanwhile, and open
        them again when that was undone.

        :param company: res.company record
        """
        isolate = self.env["collection.customer.notice"]._isolate
        self.env.flush_all()
        own = Domain("company_id", "=", company.id)
        granted = Domain("id", "in", SQL("(%s)", self._granted_otherwise_sql(company)))
        is_gone = Domain("move_id.state", "!=", "posted")
        is_gone |= Domain("move_id.amount_residual", "=", 0)
        is_open = Domain("state", "in", OPEN_STATES)
        for dispute in self.search(own & is_open & is_gone & granted):
            isolate(dispute._end_settled)
        for dispute in self.search(own & Domain("state", "=", "settled") & ~granted):
            isolate(dispute._set_state, "review")

    @api.model
    def _granted_otherwise_sql(self, company):
        """Find the disputes whose invoice was cancelled, or credited for as much as is
        disputed of it.

        In: the disputes of a company, open or settled. Out: their ids.
        Example: of an invoice of 1,000.00, 300.00 are disputed, and a credit note of
        300.00 is matched with it: granted, until that is undone.
        """
        return SQL(
            """
            SELECT dispute.id
              FROM collection_dispute dispute
              JOIN account_move move ON move.id = dispute.move_id
              JOIN res_currency currency ON currency.id = dispute.currency_id
             CROSS JOIN LATERAL (
                SELECT COALESCE(SUM(partial.debit_amount_currency), 0) AS amount
                  FROM account_move_line line
                  JOIN account_account account ON account.id = line.account_id
                   AND account.account_type = 'asset_receivable'
                  JOIN account_partial_reconcile partial
                    ON partial.debit_move_id = line.id
                  JOIN account_move_line credit ON credit.id = partial.credit_move_id
                  JOIN account_move note ON note.id = credit.move_id
                   AND note.move_type = 'out_refund'
                 WHERE line.move_id = move.id) credited
             WHERE dispute.company_id = %(company)s
               AND dispute.state IN %(states)s
               AND (move.state <> 'posted'
                    OR ROUND(credited.amount, currency.decimal_places)
                       >= ROUND(dispute.amount, currency.decimal_places))
            """,
            company=company.id,
            states=(*OPEN_STATES, "settled"),
        )

    def _end_settled(self):
        self._set_state("settled")
        self.activity_ids.unlink()
        self.message_post(
            body=self.env._(
                "The invoice was cancelled or credited, so this is settled."
            )
        )

    def _remind_of_answer(self, level):
        managers = self.env.ref("account_collections.group_collection_manager")
        users = managers.all_user_ids.filtered(
            lambda user: user.active and self.company_id in user.company_ids
        )
        if level == 1:
            users = self.company_id._get_collection_responsible(
                self.user_id, self.case_id.user_id
            )
        for user in users:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("The answer to the dispute is overdue"),
                user_id=user.id,
            )
        self._write_protected({"escalation": level})

    # ------------------------------------------------------------------
    # Installment plans
    # ------------------------------------------------------------------

    def action_propose_plan(self):
        """Propose installments to a customer who cannot pay at once: the dispute is
        withdrawn, so that the invoice can be covered."""
        self.ensure_one()
        self.check_access("write")
        case = self.case_id
        if not case:
            raise UserError(
                self.env._("The customer no longer owes anything, so there is no case.")
            )
        if self.state in OPEN_STATES:
            # Nothing was wrong with the invoice.
            self.cause_id = self.cause_id or self.env.ref(
                "account_collections.reason_cause_none"
            )
            self.action_withdraw()
        items = case._get_plannable_items(self.move_id)
        return case._propose_plan(items, dispute_id=self.id, note=self.words)

    # ------------------------------------------------------------------
    # Screen
    # ------------------------------------------------------------------

    def _read_group_select(self, aggregate_spec, query):
        """Average the days to resolve over what has been resolved."""
        if aggregate_spec == "days_open:avg":
            return SQL(
                "AVG(%s) FILTER (WHERE %s IS NOT NULL)",
                self._field_to_sql(self._table, "days_open", query),
                self._field_to_sql(self._table, "date_closed", query),
            )
        return super()._read_group_select(aggregate_spec, query)

    def action_view_case(self):
        """Open the customer's case."""
        self.ensure_one()
        return self.case_id._get_records_action()

    def _log_credit_note(self):
        """Note that the credit note of these disputes was posted."""
        for dispute in self:
            dispute.message_post(
                body=self.env._(
                    "Credit note %(note)s for %(amount)s was posted and matched with "
                    "%(invoice)s.",
                    note=dispute.credit_note_id.name,
                    amount=dispute.currency_id.format(
                        dispute.credit_note_id.amount_total
                    ),
                    invoice=dispute.move_id.name,
                )
            )

    # ------------------------------------------------------------------
    # Correspondence
    # ------------------------------------------------------------------

    def _get_collection_moves(self):
        return self.move_id
