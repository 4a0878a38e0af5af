from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools.working_days import next_working_day

STATES = [
    ("approve", "To approve"),
    ("open", "Open"),
    ("kept", "Kept"),
    ("partly", "Partly kept"),
    ("broken", "Broken"),
    ("withdrawn", "Withdrawn"),
    ("replaced", "Replaced"),
]
# The ledger decides between these; people decide about the others.
JUDGED_STATES = ("open", "kept", "partly", "broken")
KINDS = [("promise", "Promise to pay"), ("extension", "Due-date extension")]
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
# Lines are made while their promise is: no context that comes in over the network
# can hold this object.
TAKING = object()


class CollectionPromise(models.Model):
    """A promise to pay: one or several dates, for named items or the whole account.

    While it is open, what it covers is not chased. Whether it is kept is judged by the
    ledger and by nothing else: money allocated to the covered items between the day it
    was taken and each date plus tolerance; credit notes are not payments. Undoing a
    payment has it judged again. A due-date extension is a promise of whole items,
    granted by us.

    Collectors take promises; above the policy's limits a manager approves. Nothing is
    deleted: a promise is withdrawn or replaced, with a reason.
    """

    _name = "collection.promise"
    _description = "Promise to Pay"
    _inherit = ["collection.guarded.mixin", "mail.thread", "mail.activity.mixin"]
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
        default=lambda self: self._get_last_allocation(),
        help="The last allocation of money that was there when the promise was taken.",
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
    tolerance = fields.Integer(
        "Tolerance (days)",
        compute="_compute_terms",
        store=True,
        readonly=False,
        precompute=True,
        help="Days after each date within which the money still counts as in time.",
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
    amount_judged = fields.Monetary("Amount fallen due", readonly=True)
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
    is_escalated = fields.Boolean(readonly=True, help="Its breach was acted on, once.")
    task_id = fields.Many2one(
        "mail.activity",
        "To-do",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="The to-do on its breach.",
    )
    date_reminded = fields.Date(
        "Reminded of", readonly=True, help="The last date that was reminded of."
    )
    approval_reason = fields.Char(readonly=True)
    end_reason = fields.Char("Reason", readonly=True, tracking=True)
    replaces_id = fields.Many2one(
        "collection.promise", readonly=True, index="btree_not_null"
    )
    replaced_by_ids = fields.One2many("collection.promise", "replaces_id")
    note = fields.Text()

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
        rows = self.env["collection.exposure"].search(
            [("move_line_id", "in", self.item_ids.move_line_id._origin.ids)]
        )
        total = sum(row.amount_residual_currency - row.amount_disputed for row in rows)
        if total and len(self.line_ids) <= 1:
            week = fields.Date.add(self.date_taken, days=7)
            day = self.line_ids.date or next_working_day(week)
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

    @api.model
    def _get_last_allocation(self):
        # Only its number, whatever company it is of.
        Partial = self.env["account.partial.reconcile"].sudo()
        return Partial.search([], order="id desc", limit=1).id or 0

    def _compute_amount_received(self):
        received = self.env["collection.judge"]._get_received(self)
        for promise in self:
            promise.amount_received = received.get(promise.id, 0.0)

    @api.model_create_multi
    def create(self, vals_list):
        # The button that replaces a promise names it as a default.
        default = self.env.context.get("default_replaces_id")
        ids = {vals.get("replaces_id", default) for vals in vals_list}
        replaced = self.browse(ids - {None, False})
        # First, since an item is covered by one open promise at a time.
        replaced._end("replaced", self.env._("Replaced by a new promise."))
        taking = self.with_context(collection_taking=TAKING)
        promises = super(CollectionPromise, taking).create(vals_list)
        promises = promises.with_env(self.env)
        for promise in promises:
            promise._apply_limits()
        promises._take_effect()
        return promises

    def write(self, vals):
        if FIXED_FIELDS & vals.keys() and not self.env.su:
            raise UserError(
                self.env._(
                    "What was promised does not change. Replace the promise by a new"
                    " one, or withdraw it."
                )
            )
        return super().write(vals)

    @api.model
    def _get_guarded_fields(self):
        # Set once, when the promise is taken.
        return super()._get_guarded_fields() - {"contact_id", "replaces_id"}

    @api.ondelete(at_uninstall=False)
    def _unlink_except_always(self):
        raise UserError(
            self.env._("A promise stays on record. Withdraw it instead of deleting it.")
        )

    def _take_effect(self):
        """Stop what is under way for what open promises cover.

        Two promises on one item at a time, or a promise while a reminder is being
        written: both change the case, so that one of them waits and starts again.
        """
        self.case_id._stop_execution()
        self.filtered(lambda promise: promise.state == "open")._cancel_what_is_queued()
        self.case_id._review_now()

    def _cancel_what_is_queued(self):
        """A reminder that is still in the mail queue does not leave any more."""
        covered = self.item_ids.move_id
        self.env["collection.letter"]._find_queued_about(covered)._cancel_queued()

    def action_approve(self):
        """Accept a promise above the limits; for collections managers."""
        if not self.env.user.has_group("account_collections.group_collection_manager"):
            raise UserError(self.env._("A collections manager approves this promise."))
        if any(promise.state != "approve" for promise in self):
            raise UserError(self.env._("This promise does not wait for approval."))
        # Something may have been paid since, or the day may have gone by.
        self._check_coverage()
        self.sudo().write({"state": "open"})
        self._take_effect()

    def action_open_end(self):
        """Ask for the reason and withdraw."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Withdraw the promise"),
            "res_model": "collection.promise.end",
            "view_mode": "form",
            "target": "new",
            "context": {"default_promise_ids": self.ids},
        }

    def action_replace(self):
        """Take a new promise in place of this one."""
        self.ensure_one()
        self._check_may_end()
        return self.case_id._take_promise(
            self.item_ids.filtered("is_open"),
            replaces_id=self.id,
            person=self.person,
        )

    def _check_may_end(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for promise in self:
            if promise.state not in ("open", "approve"):
                raise UserError(
                    self.env._(
                        "The promise is “%s” and cannot be withdrawn or replaced.",
                        labels[promise.state],
                    )
                )

    def _end(self, state, reason):
        """End promises by somebody's wish.

        :param str state: withdrawn or replaced
        :param str reason: why; it stays on record
        :raises UserError: without a reason, or when one has ended already
        """
        self.check_access("write")
        self._check_may_end()
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the promise ends."))
        # Readonly for everybody; the right to work the case was checked above.
        self.sudo().write({"state": state, "end_reason": reason.strip()})
        for promise in self:
            day = promise.company_id._get_collection_today()
            promise.sudo().item_ids._resume(day)
