from datetime import date

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

STATES = [
    ("approve", "To approve"),
    ("open", "Open"),
    ("kept", "Kept"),
    ("partial", "Partly kept"),
    ("broken", "Broken"),
    ("void", "No longer owed"),
    ("withdrawn", "Withdrawn"),
    ("replaced", "Replaced"),
]
# What people can still withdraw or replace.
PENDING_STATES = ("open", "approve")
# The ledger decides between these; people decide about the others.
OUTCOME_STATES = ("kept", "partial", "broken")
# What was promised may turn out not to be owed: credited, or cancelled.
EVALUATED_STATES = ("open", *OUTCOME_STATES, "void")
KINDS = [
    ("promise", "Promise to pay"),
    ("extension", "Due-date extension"),
    ("settlement", "Settlement"),
]
MEANS = [
    ("transfer", "Bank transfer"),
    ("card", "Card"),
    ("debit", "Direct debit"),
    ("cheque", "Check"),
    ("cash", "Cash"),
    ("other", "Other"),
]
# What was promised stays as it was said; a note can be added at any time.
FIXED_FIELDS = {
    "case_id",
    "contact_id",
    "currency_id",
    "item_ids",
    "kind",
    "line_ids",
    "means",
    "person",
    "replaces_id",
    "scope",
    "threshold",
    "tolerance",
    "user_id",
}
# Lines are created along with their promise only: no context that comes in over the
# network can hold this object.
WITH_PROMISE = object()


class CollectionPromise(models.Model):
    """A promise to pay: one or several dates, for named items or the whole account.

    While it is open, what it covers is not chased. The ledger alone says whether it is
    kept: money allocated to the covered items between the day it was taken and each
    date plus tolerance, or waiting to be allocated. Credit notes are not payments, but
    what is credited is not owed. Undoing a payment has it evaluated again. A due-date
    extension is a promise of whole items, granted by us.

    Collectors take promises; above the policy's limits a manager approves. Nothing is
    deleted: a promise is withdrawn or replaced, with a reason.
    """

    _name = "collection.promise"
    _description = "Promise to Pay"
    _inherit = [
        "collection.correspondence.mixin",
        "collection.protected.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_last desc, id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    kind = fields.Selection(KINDS, required=True, default="promise")
    case_id = fields.Many2one(
        "collection.case", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="case_id.company_id", store=True, index=True, precompute=True
    )
    partner_id = fields.Many2one(
        related="case_id.partner_id", string="Customer", store=True, precompute=True
    )
    user_id = fields.Many2one(
        "res.users", "Taken by", default=lambda self: self.env.user, required=True
    )
    person = fields.Char("Promised by", help="The person who promised.")
    contact_id = fields.Many2one("collection.contact", readonly=True)
    means = fields.Selection(MEANS, "Means of payment", default="transfer")
    is_portal = fields.Boolean("From the portal", readonly=True)
    date_taken = fields.Date(
        "Taken on",
        required=True,
        readonly=True,
        default=lambda self: self.env.company._get_collection_today(),
    )
    last_allocation = fields.Integer(
        readonly=True,
        default=lambda self: self._get_last_id("account.partial.reconcile"),
        help="The last allocation of money that was there when the promise was taken.",
    )
    last_line = fields.Integer(
        readonly=True,
        default=lambda self: self._get_last_id("account.move.line"),
        help="The last journal item that was there when the promise was taken.",
    )
    date_last = fields.Date("Last date", compute="_compute_totals", store=True)
    scope = fields.Selection(
        [("account", "All that is open"), ("items", "Some items")],
        required=True,
        default="items",
    )
    item_ids = fields.Many2many(
        "collection.item",
        "collection_promise_item_rel",
        "promise_id",
        "item_id",
        string="Covered items",
        compute="_compute_item_ids",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('case_id', '=', case_id), ('is_open', '=', True)]",
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    line_ids = fields.One2many(
        "collection.promise.line", "promise_id", "Dates", copy=True
    )
    amount = fields.Monetary(compute="_compute_totals", store=True)
    amount_received = fields.Monetary(
        "Received", compute="_compute_amount_received", help="From the ledger."
    )
    amount_waived = fields.Monetary(
        "Given up",
        readonly=True,
        help="What a settlement gives up once it is kept; held back with the rest.",
    )
    tolerance = fields.Integer(
        "Tolerance (days)",
        compute="_compute_terms",
        store=True,
        readonly=False,
        precompute=True,
        help="Days after each date within which the money still counts as on time.",
    )
    threshold = fields.Float(
        "Kept from (%)",
        compute="_compute_terms",
        store=True,
        readonly=False,
        precompute=True,
        help="Share of the amount that counts as kept.",
    )
    kept_percent = fields.Float(
        "Kept (%)",
        readonly=True,
        aggregator="avg",
        help="100 for a kept promise, 0 for one that was not; its average is the"
        " promise-kept rate by count.",
    )
    amount_fallen_due = fields.Monetary("Amount fallen due", readonly=True)
    amount_kept = fields.Monetary("Amount kept", readonly=True)
    state = fields.Selection(
        STATES,
        "Status",
        required=True,
        readonly=True,
        default="open",
        index=True,
        tracking=True,
    )
    level = fields.Integer(
        readonly=True,
        default=1,
        help="1 for the first promise on an item, 2 after a broken one, and so on.",
    )
    is_escalated = fields.Boolean(
        readonly=True, help="Its breach has been followed up."
    )
    task_id = fields.Many2one(
        "mail.activity",
        "To-do",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="The to-do on its breach.",
    )
    date_reminded = fields.Date(
        "Reminded of", readonly=True, help="The last date a reminder was sent for."
    )
    approval_reason = fields.Char(readonly=True)
    end_reason = fields.Char("Reason", readonly=True, tracking=True)
    replaces_id = fields.Many2one(
        "collection.promise", readonly=True, index="btree_not_null"
    )
    replaced_by_ids = fields.One2many("collection.promise", "replaces_id")
    note = fields.Text()
    move_ids = fields.Many2many(
        "account.move", compute="_compute_move_ids", string="Invoices"
    )
    amount_open = fields.Monetary(
        "Open on these items",
        compute="_compute_amount_open",
        help="From the ledger, now; what is disputed or covered by credits is left"
        " out.",
    )
    amount_missing = fields.Monetary("Still to come", compute="_compute_amount_missing")
    amount_uncovered = fields.Monetary(
        "Not covered",
        compute="_compute_amount_uncovered",
        help="What is open on these items beyond the promise: it stays due.",
    )
    date_more = fields.Date(compute="_compute_date_more")
    date_next = fields.Date("Next date", compute="_compute_date_next")

    _tolerance_positive = models.Constraint(
        "CHECK (tolerance >= 0)", "The tolerance cannot be negative."
    )
    _threshold_share = models.Constraint(
        "CHECK (threshold > 0 AND threshold <= 100)",
        "A promise is kept from a share between 0 and 100 percent.",
    )

    @api.depends("case_id", "scope", "currency_id")
    def _compute_item_ids(self):
        for promise in self:
            if promise.scope == "account":
                promise.item_ids = promise.case_id.item_ids.filtered(
                    lambda item, promise=promise: (
                        item.currency_id == promise.currency_id
                    )
                )

    @api.depends("case_id")
    def _compute_terms(self):
        for promise in self:
            policy = promise.case_id.policy_id
            promise.tolerance = policy.promise_tolerance if policy else 3
            promise.threshold = policy.promise_threshold if policy else 100.0

    @api.depends("case_id")
    def _compute_currency_id(self):
        for promise in self:
            currencies = promise.item_ids.currency_id or (
                promise.case_id.item_ids.currency_id
            )
            own = promise.case_id.currency_id
            if not promise.currency_id:
                promise.currency_id = (
                    own if own in currencies else currencies[:1] or own
                )

    @api.onchange("item_ids")
    def _onchange_item_ids(self):
        """Propose to pay all of it in a week."""
        currencies = self.item_ids.currency_id
        if len(currencies) == 1:
            self.currency_id = currencies
        total = self.amount_open
        if total and len(self.line_ids) <= 1:
            week = fields.Date.add(self.date_taken, days=7)
            day = self.line_ids.date or self.env["collection.calendar"]._roll_forward(
                week, self.company_id or self.env.company
            )
            self.line_ids = [
                Command.clear(),
                Command.create({"date": day, "amount": total}),
            ]

    @api.depends("case_id", "date_last", "amount")
    def _compute_name(self):
        for promise in self:
            promise.name = self.env._(
                "%(customer)s: %(amount)s by %(date)s",
                customer=promise.case_id.partner_id.display_name,
                amount=promise.currency_id.format(promise.amount or 0.0)
                if promise.currency_id
                else "",
                date=format_date(self.env, promise.date_last),
            )

    @api.depends("line_ids.amount", "line_ids.date")
    def _compute_totals(self):
        for promise in self:
            promise.amount = sum(promise.line_ids.mapped("amount"))
            promise.date_last = max(promise.line_ids.mapped("date"), default=False)

    def _compute_amount_received(self):
        received = self.env["collection.promise.evaluation"]._get_received(self)
        for promise in self:
            promise.amount_received = received.get(promise.id, 0.0)

    @api.depends("item_ids")
    def _compute_move_ids(self):
        for promise in self:
            promise.move_ids = promise.item_ids.move_id

    @api.depends("item_ids")
    def _compute_amount_open(self):
        rows = self.env["collection.exposure"].search(
            [("move_line_id", "in", self.item_ids.move_line_id._origin.ids)]
        )
        by_line = rows.grouped("move_line_id")
        for promise in self:
            own = rows.browse().union(
                *(
                    by_line.get(line, rows.browse())
                    for line in promise.item_ids.move_line_id._origin
                )
            )
            promise.amount_open = sum(row._get_promisable() for row in own)

    @api.depends("amount", "amount_received")
    def _compute_amount_missing(self):
        for promise in self:
            promise.amount_missing = max(promise.amount - promise.amount_received, 0)

    @api.depends("amount_open", "amount_missing", "state", "currency_id")
    def _compute_amount_uncovered(self):
        for promise in self:
            rest = promise.amount_open - promise.amount_missing
            if promise.state not in PENDING_STATES or not promise.currency_id:
                rest = 0
            promise.amount_uncovered = promise.currency_id.round(max(rest, 0))

    @api.depends("line_ids.date", "company_id")
    @api.depends_context("collection_as_of")
    def _compute_date_more(self):
        calendar = self.env["collection.calendar"]
        for promise in self:
            company = promise.company_id or self.env.company
            dates = promise.line_ids.mapped("date")
            promise.date_more = calendar._get_date_more(dates, company)

    @api.depends("line_ids.date", "line_ids.state")
    def _compute_date_next(self):
        for promise in self:
            lines = promise.line_ids.filtered(lambda line: line.state == "open")
            promise.date_next = min(lines.mapped("date"), default=promise.date_last)

    @api.constrains("line_ids", "item_ids", "currency_id", "case_id")
    def _check_coverage(self):
        for promise in self:
            if promise.state not in PENDING_STATES:
                continue
            promise._check_items()
            promise._check_dates()
            promise._check_amount()

    @api.model_create_multi
    def create(self, vals_list):
        # The button that replaces a promise names it as a default.
        default = self.env.context.get("default_replaces_id")
        ids = {vals.get("replaces_id", default) for vals in vals_list}
        replaced = self.browse(ids - {None, False})
        # First, since an item is covered by one open promise at a time.
        replaced._end("replaced", self.env._("Replaced by a new promise."))
        model = self.with_context(collection_promise_lines=WITH_PROMISE)
        promises = super(CollectionPromise, model).create(vals_list)
        promises = promises.with_env(self.env)
        for promise in promises:
            if promise.kind == "settlement" and not self.env.su:
                # It comes of a signed offer, which has limits of its own.
                promise._refuse_choice("kind", promise._label("kind"))
            promise._check_stay()
            promise._apply_limits()
        promises._take_effect()
        return promises

    def write(self, vals):
        if FIXED_FIELDS & vals.keys() and not self.env.su:
            raise UserError(
                self.env._(
                    "A promise cannot be changed. Replace it with a new one, or "
                    "withdraw it."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_always(self):
        raise UserError(
            self.env._("A promise stays on record. Withdraw it instead of deleting it.")
        )

    @api.model
    def _find_open(self, items):
        """:return: the promises that cover one of the collection.item records now, or
        will once they are approved"""
        return self.search(
            [("item_ids", "in", items.ids), ("state", "in", PENDING_STATES)]
        )

    @api.model
    def _get_last_id(self, model):
        # Only its number, whatever company it is of.
        return self.env[model].sudo().search([], order="id desc", limit=1).id or 0

    @api.model
    def _get_protected_fields(self):
        # Set once, when the promise is taken.
        return super()._get_protected_fields() - {"contact_id", "replaces_id"}

    def _take_effect(self):
        """Stop what is under way for what open promises cover."""
        covered = self.filtered(lambda promise: promise.state == "open").item_ids
        self.case_id._interrupt(covered.move_id)

    def action_approve(self):
        """Accept a promise above the limits; for collections managers."""
        self._check_manager(
            self.env._("A collections manager has to approve this promise.")
        )
        if any(promise.state != "approve" for promise in self):
            raise UserError(self.env._("This promise is not waiting for approval."))
        for promise in self:
            promise._check_stay()
        # Something may have been paid since, or the day may have gone by.
        self._check_coverage()
        self._write_protected({"state": "open"})
        self._take_effect()

    def action_open_end(self):
        """Ask for the reason and withdraw."""
        return self._open_wizard(
            "collection.promise.end",
            self.env._("Withdraw the promise"),
            promise_ids=self.ids,
        )

    def action_replace(self):
        """Take a new promise in place of this one."""
        self.ensure_one()
        if self.kind == "settlement":
            raise UserError(
                self.env._("A settlement is signed. End it, and offer another one.")
            )
        self._check_may_end()
        return self.case_id._open_promise(
            self.item_ids.filtered("is_open"),
            replaces_id=self.id,
            person=self.person,
        )

    def _check_may_end(self):
        for promise in self:
            if promise.state not in PENDING_STATES:
                raise UserError(
                    self.env._(
                        "The promise is “%s” and cannot be withdrawn or replaced.",
                        promise._label("state"),
                    )
                )

    def _end(self, state, reason):
        """End promises because people say so.

        :param str state: withdrawn or replaced
        :param str reason: why; it stays on record
        :raises UserError: without a reason, or when one has ended already
        """
        self.check_access("write")
        self._check_may_end()
        if not (reason or "").strip():
            raise UserError(self.env._("Explain why the promise ends."))
        self._write_protected({"state": state, "end_reason": reason.strip()})
        for promise in self:
            day = promise.company_id._get_collection_today()
            promise.sudo().item_ids._resume(day)

    # ------------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------------

    def _check_items(self):
        items = self.item_ids
        if not items:
            raise ValidationError(self.env._("Choose the items the promise covers."))
        if items.case_id != self.case_id:
            raise ValidationError(
                self.env._("A promise can only cover items of its own customer.")
            )
        if (self.contact_id.case_id | self.replaces_id.case_id) - self.case_id:
            raise ValidationError(
                self.env._("The contact or promise belongs to another customer.")
            )
        if any(not item.is_open for item in items):
            raise ValidationError(self.env._("One of the items has been paid already."))
        if items.currency_id != self.currency_id:
            raise ValidationError(
                self.env._(
                    "All items of a promise must be in its currency. Record one "
                    "promise for each currency."
                )
            )
        self._check_not_promised()

    def _check_not_promised(self):
        if plan := self.env["collection.installment.plan"]._find_running(self.item_ids)[
            :1
        ]:
            raise ValidationError(
                self.env._(
                    "An item is on an installment plan (%s), so it cannot be promised"
                    " as well.",
                    plan.name,
                )
            )
        if other := (self._find_open(self.item_ids) - self)[:1]:
            raise ValidationError(
                self.env._(
                    "An item is already covered by an open promise (%s). Replace "
                    "that one.",
                    other.name,
                )
            )

    def _check_dates(self):
        if not self.line_ids:
            raise ValidationError(self.env._("Enter the dates and amounts."))
        day = self.date_taken
        if self.state == "approve":
            # The approval may come too late.
            day = self.company_id._get_collection_today()
        if any(line.date < day for line in self.line_ids):
            raise ValidationError(self.env._("A promised date cannot be in the past."))
        if any(
            self.currency_id.compare_amounts(line.amount, 0) <= 0
            for line in self.line_ids
        ):
            raise ValidationError(self.env._("A promised amount must be above zero."))

    def _check_amount(self):
        rows = self.env["collection.exposure"].search(
            [("move_line_id", "in", self.item_ids.move_line_id.ids)]
        )
        open_amount = sum(rows.mapped("amount_residual_currency"))
        undisputed = open_amount - sum(rows.mapped("amount_disputed"))
        compare = self.currency_id.compare_amounts
        if compare(self.amount, open_amount) > 0:
            raise ValidationError(
                self.env._(
                    "The promise is for %(promised)s but only %(open)s is open on these"
                    " items.",
                    promised=self.currency_id.format(self.amount),
                    open=self.currency_id.format(open_amount),
                )
            )
        if self.kind == "extension" and compare(self.amount, undisputed) < 0:
            raise ValidationError(
                self.env._(
                    "A due-date extension must cover whole items: %s.",
                    self.currency_id.format(undisputed),
                )
            )

    def _check_stay(self):
        stay = self.env["collection.stay"]
        stay._check_moves(
            stay._filter_items(self.item_ids).move_id,
            "promise",
            self.name,
            self.case_id,
            "portal" if self.is_portal else "",
        )

    def _apply_limits(self):
        """Number the promise, and have a manager approve it above the limits."""
        self.ensure_one()
        if self.kind == "settlement":
            # Its own limits were checked when it was offered.
            return
        earlier = self.search(
            [
                ("item_ids", "in", self.item_ids.ids),
                ("id", "!=", self.id),
                ("state", "!=", "approve"),
            ]
        )
        broken = earlier.filtered(lambda promise: promise.state == "broken")
        reason = self._get_limit_exceeded(len(earlier))
        vals = {"level": len(broken) + 1}
        if reason:
            vals.update(state="approve", approval_reason=reason)
        self._write_protected(vals)

    def _get_limit_exceeded(self, earlier_count):
        """:return: translated sentence on the limit of the policy that is exceeded, or
        False when a collector may take the promise"""
        policy = self.case_id.policy_id
        if policy.promise_count_max and earlier_count >= policy.promise_count_max:
            return self.env._(
                "This is promise number %s for an item.", earlier_count + 1
            )
        return policy._get_amount_exceeded(
            "promise_amount_max",
            self.amount,
            self.currency_id,
            self.company_id,
            self.date_taken,
        ) or self._get_terms_exceeded(policy)

    def _get_terms_exceeded(self, policy):
        """:return: translated sentence on what goes beyond the policy, or False"""
        days = (self.date_last - self.date_taken).days
        if policy.promise_days_max and days > policy.promise_days_max:
            return self.env._(
                "%(days)s days are more than the %(limit)s that the policy allows.",
                days=days,
                limit=policy.promise_days_max,
            )
        if policy and (
            self.tolerance > policy.promise_tolerance
            or self.threshold < policy.promise_threshold
        ):
            return self.env._(
                "The tolerance or the threshold is more lenient than the policy's."
            )
        return False

    # ------------------------------------------------------------------
    # Screen
    # ------------------------------------------------------------------

    def action_send_confirmation(self):
        """Send the customer in writing what was agreed; it is filed as a letter."""
        self.check_access("write")
        template = self.env.ref(
            "account_collections.mail_template_promise_confirmation"
        )
        for promise in self:
            self.env["collection.customer.notice"]._send(
                promise, template, promise.item_ids.move_id
            )
            promise.message_post(body=self.env._("The confirmation was sent."))
        return {"type": "ir.actions.act_window_close"}

    def action_print_confirmation(self):
        """Print what was agreed as a letter."""
        return self.env.ref("account_collections.action_report_promise").report_action(
            self
        )

    def action_view_case(self):
        """Open the case."""
        self.ensure_one()
        return self.case_id._get_records_action()

    # ------------------------------------------------------------------
    # Correspondence
    # ------------------------------------------------------------------

    def _get_collection_moves(self):
        return self.item_ids.move_id

    # ------------------------------------------------------------------
    # Follow-up
    # ------------------------------------------------------------------

    @api.model
    def _follow_up(self, company, today):
        """Remind of promised dates that are near, and act on broken promises, once.

        :param company: res.company record
        :param date today: the day, in the company's time zone
        """
        isolate = self.env["collection.customer.notice"]._isolate
        for promise in self._find_to_remind(company, today):
            isolate(promise._remind, today)
        for promise in self._find_to_escalate(company):
            isolate(promise._escalate)
        self._clear_tasks(company)

    @api.model
    def _find_to_remind(self, company, today):
        """:return: open promises with a date to come that is as near as the policy says
        and was not reminded of; nothing leaves for a case on hold, nor for what is on
        its way"""
        promises = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "open"),
                ("case_id.state", "not in", ("hold", "closed")),
                ("line_ids.date", ">=", today),
            ]
        )
        return promises.filtered(
            lambda promise: (
                promise._find_near_dates(today) and not promise._is_on_its_way()
            )
        )

    def _is_on_its_way(self):
        """:return: whether all that is missing is on its way"""
        exposures = self.env["collection.exposure"].search(
            [("move_line_id", "in", self.item_ids.move_line_id.ids)]
        )
        arriving = sum(exposures.mapped("amount_in_transit"))
        return bool(arriving) and arriving >= self.amount_missing

    def _find_near_dates(self, today):
        """:return: list of the dates that are to be reminded of today"""
        self.ensure_one()
        days = self.case_id.policy_id.promise_remind_days
        dates = self.line_ids.filtered(lambda line: line.state == "open").mapped("date")
        return [
            day
            for day in dates
            if days
            and 0 <= (day - today).days <= days
            and day > (self.date_reminded or date.min)
        ]

    @api.model
    def _find_to_escalate(self, company):
        """:return: promises that were missed, of what is still to be collected"""
        return self.search(
            [
                ("company_id", "=", company.id),
                ("state", "in", ("broken", "partial")),
                ("is_escalated", "=", False),
                ("item_ids.is_open", "=", True),
            ]
        )

    @api.model
    def _clear_tasks(self, company):
        """A promise that was kept after all, or not owed, clears its own to-do."""
        self.search(
            [
                ("company_id", "=", company.id),
                ("state", "in", ("kept", "void")),
                ("task_id", "!=", False),
            ]
        ).task_id.unlink()

    def _remind(self, today):
        """Send the friendly reminder; without an address the collector calls."""
        template = self.env.ref("account_collections.mail_template_promise_reminder")
        try:
            self.env["collection.customer.notice"]._send(
                self, template, self.item_ids.move_id
            )
        except UserError as error:
            self.case_id._add_task(
                self.env._("Remind the customer of the promise"), str(error)
            )
        self._write_protected({"date_reminded": max(self._find_near_dates(today))})

    def _escalate(self):
        """Notify the collector of a promise that was not kept: once per promise."""
        is_settlement = self.kind == "settlement"
        task = self.case_id._add_task(
            self.env._("Settlement lapsed")
            if is_settlement
            else self.env._("Promise not kept"),
            self.env._(
                "%(received)s of %(promised)s came in by %(date)s.",
                received=self.currency_id.format(self.amount_received),
                promised=self.currency_id.format(self.amount),
                date=format_date(self.env, self.date_last),
            ),
        )
        self._write_protected({"is_escalated": True, "task_id": task.id})
