from dateutil.relativedelta import relativedelta
from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..common.collection_signed_mixin import SIGNED_DOCUMENTS

STATES = [
    ("draft", "Draft"),
    ("approve", "To approve"),
    ("offered", "Offered"),
    ("accepted", "Accepted"),
    ("settled", "Settled"),
    ("lapsed", "Lapsed"),
    ("declined", "Declined"),
    ("expired", "Expired"),
    ("void", "Void"),
    ("cancelled", "Cancelled"),
]
# What may follow what. Once accepted, the ledger decides.
FOLLOWED_STATES = ("accepted", "settled", "lapsed", "void", "cancelled")
TRANSITIONS = {
    "draft": {"approve", "offered", "cancelled"},
    "approve": {"draft", "offered", "cancelled"},
    # A discount that nobody signs lapses without having been accepted.
    "offered": {
        "draft",
        "accepted",
        "lapsed",
        "declined",
        "expired",
        "void",
        "cancelled",
    },
    **{state: set(FOLLOWED_STATES) for state in FOLLOWED_STATES},
    "declined": set(),
    "expired": set(),
}
# What takes items so that no other settlement can.
RUNNING_STATES = ("approve", "offered", "accepted", "settled")
KINDS = [
    ("offer", "Settlement"),
    ("discount", "Discount for prompt payment"),
]
REST_KINDS = [("credit", "Credit note (price reduction)"), ("writeoff", "Write-off")]
# What changes in a draft only.
TERM_FIELDS = {
    "amount",
    "case_id",
    "currency_id",
    "date_offer_end",
    "item_ids",
    "line_ids",
    "percent",
    "rest_kind",
}


class CollectionSettlement(models.Model):
    """An offer to accept less than what is open, if it arrives in time.

    Lifecycle: see ``TRANSITIONS``. A draft is offered as a letter, and signed in the
    portal or on paper. From then on it is a promise to pay, judged as any other by the
    ledger: the whole sum in time settles it, and the rest is drafted as a credit note
    or a write-off; late or short it lapses, and the full debt is collected where it
    stood. An undone payment undoes it. A discount for prompt payment comes with a
    reminder, and is accepted by paying, see ``collection.settlement.discount``.

    Collectors and managers offer up to their share of the policy; above the one of
    collectors a manager approves. Invoicing users read.
    """

    _name = "collection.settlement"
    _description = "Settlement"
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
    _document_reports = ("account_collections.action_report_settlement",)
    _signature_report = "account_collections.action_report_settlement_signature"
    _transitions = TRANSITIONS
    _mail_post_access = "read"

    name = fields.Char("Number", readonly=True, copy=False)
    kind = fields.Selection(KINDS, required=True, readonly=True, default="offer")
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
        "res.users", "Offered by", default=lambda self: self.env.user, required=True
    )
    reason = fields.Char(help="Why less is accepted; the customer does not see it.")
    item_ids = fields.Many2many(
        "collection.item",
        "collection_settlement_item_rel",
        "settlement_id",
        "item_id",
        string="Covered items",
        domain="[('case_id', '=', case_id), ('is_open', '=', True)]",
    )
    currency_id = fields.Many2one("res.currency", required=True)
    amount_covered = fields.Monetary(
        "Open", readonly=True, help="What was open on the items when it was drawn up."
    )
    percent = fields.Float("Reduction (%)", digits=(16, 2), default=5)
    amount = fields.Monetary("To be paid")
    amount_waived = fields.Monetary(
        "Given up", compute="_compute_amount_waived", store=True
    )
    payment_count = fields.Integer("Payments", default=1)
    date_first = fields.Date(
        "First payment by", default=lambda self: self._get_default_date(14)
    )
    line_ids = fields.One2many(
        "collection.settlement.line", "settlement_id", "Dates", copy=True
    )
    date_last = fields.Date("Last date", compute="_compute_date_last", store=True)
    date_offer_end = fields.Date(
        "Valid until", default=lambda self: self._get_default_date(10)
    )
    rest_kind = fields.Selection(
        REST_KINDS, "The rest becomes a", required=True, default="credit"
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
    is_approved = fields.Boolean("Approved by a manager", readonly=True, copy=False)
    end_reason = fields.Char("Why it ended", readonly=True, tracking=True, copy=False)
    date_offered = fields.Date("Offered on", readonly=True, copy=False)
    is_sent = fields.Boolean("Offer sent", readonly=True, copy=False)
    hold_id = fields.Many2one("collection.hold", "Pause", readonly=True, copy=False)
    last_allocation = fields.Integer(
        readonly=True,
        copy=False,
        help="The last allocation of money that was there when a discount was offered.",
    )
    last_line = fields.Integer(
        readonly=True,
        copy=False,
        help="The last journal item that was there when a discount was offered.",
    )
    # What judges it.
    promise_id = fields.Many2one(
        "collection.promise", readonly=True, copy=False, index="btree_not_null"
    )
    amount_received = fields.Monetary(
        "Received", related="promise_id.amount_received", help="From the ledger."
    )
    rest_move_ids = fields.Many2many(
        "account.move",
        "collection_settlement_rest_move_rel",
        "settlement_id",
        "move_id",
        string="Entries over the rest",
        readonly=True,
        copy=False,
    )
    move_ids = fields.Many2many(
        "account.move", compute="_compute_move_ids", string="Invoices"
    )

    @api.depends("amount_covered", "amount")
    def _compute_amount_waived(self):
        for settlement in self:
            waived = settlement.amount_covered - settlement.amount
            currency = settlement.currency_id
            settlement.amount_waived = currency.round(waived) if currency else waived

    @api.depends("line_ids.date")
    def _compute_date_last(self):
        for settlement in self:
            dates = [line.date for line in settlement.line_ids if line.date]
            settlement.date_last = max(dates, default=False)

    @api.depends("item_ids")
    def _compute_move_ids(self):
        for settlement in self:
            settlement.move_ids = settlement.item_ids.move_id

    @api.depends("name", "partner_id")
    def _compute_display_name(self):
        for settlement in self:
            name, customer = settlement.name, settlement.partner_id.display_name or ""
            settlement.display_name = f"{customer} ({name})" if name else customer

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for settlement in self:
            settlement.access_url = f"/my/settlements/{settlement.id}"
        return result

    @api.onchange("item_ids")
    def _onchange_item_ids(self):
        currencies = self.item_ids.currency_id
        if len(currencies) == 1:
            self.currency_id = currencies
        self.amount_covered = self._get_amount_open()
        self._onchange_percent()

    @api.onchange("percent")
    def _onchange_percent(self):
        self.amount = self._get_reduced()
        self._onchange_dates()

    @api.onchange("amount")
    def _onchange_amount(self):
        """Take the reduction from the amount, if that is what was typed."""
        if self.amount_covered and self.amount != self._get_reduced():
            self.percent = 100 * (1 - self.amount / self.amount_covered)
        self._onchange_dates()

    @api.onchange("payment_count", "date_first")
    def _onchange_dates(self):
        self.line_ids = [Command.clear(), *self._prepare_lines()]

    def _get_reduced(self):
        amount = self.amount_covered * (1 - self.percent / 100)
        return self.currency_id.round(amount) if self.currency_id else amount

    def _prepare_lines(self):
        """:return: list of commands: equal payments a month apart; the last takes what
        rounding leaves"""
        count = max(self.payment_count, 1)
        if not (self.date_first and self.currency_id):
            return []
        part = self.currency_id.round(self.amount / count)
        amounts = [part] * (count - 1)
        amounts.append(self.currency_id.round(self.amount - sum(amounts)))
        return [
            Command.create(
                {"date": self.date_first + relativedelta(months=n), "amount": amount}
            )
            for n, amount in enumerate(amounts)
        ]

    @api.model_create_multi
    def create(self, vals_list):
        settlements = super().create(vals_list)
        for settlement, vals in zip(settlements, vals_list, strict=True):
            settlement._write_protected({"name": f"SE{settlement.id:06d}"})
            settlement._refresh(vals)
            settlement._check_stay()
        return settlements

    def write(self, vals):
        if TERM_FIELDS & vals.keys() and not self.env.su:
            if any(settlement.state != "draft" for settlement in self):
                raise UserError(
                    self.env._("Only a draft can be changed. Set it back to draft.")
                )
            result = super().write(vals)
            for settlement in self:
                settlement._refresh(vals)
            return result
        return super().write(vals)

    def _refresh(self, vals):
        """Bring what is open, the amount and the dates in line with each other.

        :param vals: what was written: an amount goes before a share
        """
        covered = self._get_amount_open()
        self._write_protected({"amount_covered": covered})
        own = self.sudo()
        if vals.get("amount"):
            own.percent = 100 * (1 - own.amount / covered) if covered else 0
        else:
            own.amount = own._get_reduced()
        if not vals.get("line_ids"):
            own.line_ids = [Command.clear(), *own._prepare_lines()]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_always(self):
        raise UserError(
            self.env._(
                "A settlement stays on record. Cancel it instead of deleting it."
            )
        )

    @api.model
    def _get_default_date(self, days):
        return fields.Date.add(self.env.company._get_collection_today(), days=days)

    def _get_rows(self):
        """:return: collection.exposure records of the covered items"""
        return self.env["collection.exposure"].search(
            [("move_line_id", "in", self.item_ids.move_line_id._origin.ids)]
        )

    def _get_amount_open(self):
        """:return: what is open now on the covered items"""
        amount = sum(self._get_rows().mapped("amount_residual_currency"))
        return self.currency_id.round(amount) if self.currency_id else amount

    def _get_share_waived(self):
        """:return: the reduction in percent of what is open, to two digits"""
        self.ensure_one()
        covered = self.amount_covered
        return round(100 * self.amount_waived / covered, 2) if covered else 0.0

    # ------------------------------------------------------------------
    # Offer
    # ------------------------------------------------------------------

    def action_offer(self):
        """Offer the settlement; above the share of collectors a manager approves."""
        self.check_access("write")
        offer = self.env["collection.settlement.offer"]
        for settlement in self:
            offer._check(settlement)
            reason = offer._get_limit_exceeded(settlement)
            if reason and not settlement.is_approved:
                settlement._set_state("approve", approval_reason=reason)
            else:
                settlement._do_offer()

    def action_approve(self):
        """Offer settlements above the share of collectors; for managers."""
        self._check_manager(
            self.env._("A collections manager has to approve this settlement.")
        )
        self.check_access("write")
        for settlement in self:
            if settlement.state != "approve":
                raise UserError(
                    self.env._("This settlement is not waiting for approval.")
                )
            self.env["collection.settlement.offer"]._check(settlement)
            settlement._write_protected({"is_approved": True})
            settlement._do_offer()

    def _do_offer(self):
        """Fix the terms, make the letter that will be signed, and pause reminders if
        the policy says so."""
        self.ensure_one()
        offer = self.env["collection.settlement.offer"]
        self._set_state(
            "offered",
            date_offered=self.company_id._get_collection_today(),
            date_offer_end=min(self.date_offer_end, *self.line_ids.mapped("date")),
            lang=self.env["collection.installment.agreement"]._get_lang(self),
        )
        self._portal_ensure_token()
        self.env["collection.signature"]._write_document(self)
        offer._pause(self)

    def action_send_offer(self):
        """Send the letter by e-mail, with the link to sign it."""
        self.check_access("write")
        for settlement in self:
            if settlement.state != "offered" or settlement.kind == "discount":
                raise UserError(self.env._("Only an offer can be sent."))
            self.env["collection.customer.notice"]._send(
                settlement,
                self.env.ref("account_collections.mail_template_settlement_offer"),
                settlement.item_ids.move_id,
                settlement.document_id,
            )
            settlement._write_protected({"is_sent": True})
            settlement.message_post(body=self.env._("The offer was sent."))

    def action_to_draft(self):
        """Take an offer back, to change it; what was sent cannot be signed any more."""
        self.check_access("write")
        if "discount" in self.mapped("kind"):
            raise UserError(
                self.env._("A discount was sent with a reminder. It can be cancelled.")
            )
        self.env["collection.settlement.offer"]._end_pause(self)
        self._set_state(
            "draft",
            approval_reason=False,
            is_approved=False,
            date_offered=False,
            is_sent=False,
            document_id=False,
            document_sha256=False,
        )

    def action_cancel(self):
        """Take back an offer that is not accepted; what is in force ends with its
        promise, with a reason."""
        self.check_access("write")
        for settlement in self:
            if settlement.promise_id:
                raise UserError(
                    self.env._("It was accepted already. Ask for the reason first.")
                )
            settlement._end_offer(
                "cancelled", self.env._("Cancelled by %s.", self.env.user.name)
            )

    def action_open_end(self):
        """Ask for the reason and end a settlement that was accepted."""
        self.ensure_one()
        return self.promise_id.action_open_end()

    def _end_offer(self, state, reason):
        """End offers that were not accepted; reminders go on where they stood."""
        self.env["collection.settlement.offer"]._end_pause(self)
        self._set_state(state, end_reason=reason)

    def _decline(self, reason):
        """Note that the customer does not accept, and tell the collector."""
        self.ensure_one()
        self._end_offer("declined", reason)
        self.case_id._add_task(self.env._("Settlement declined"), reason)

    # ------------------------------------------------------------------
    # Signature
    # ------------------------------------------------------------------

    def _get_document_title(self):
        return self.env._("Settlement %s", self.name)

    def _lock_for_signature(self):
        return self.env["collection.installment.agreement"]._lock_for_signature(self)

    def _find_reason_against_signing(self, sha256=None):
        return self.env["collection.settlement.offer"]._find_reason_against_signing(
            self, sha256
        )

    def _take_signature(self, vals):
        self._set_state("accepted", **vals)
        if not self.is_paper:
            self.env["collection.signature"]._write_signed_document(self)
        self.env["collection.settlement.offer"]._take_effect(self.sudo())

    # ------------------------------------------------------------------
    # Other
    # ------------------------------------------------------------------

    def _check_stay(self):
        stay = self.env["collection.stay"]
        stay._check_moves(
            stay._filter_items(self.item_ids).move_id,
            "promise",
            self.display_name,
            self.case_id,
        )

    @api.model
    def _find_running(self, items):
        """:return: the settlements that take one of the collection.item records; a
        discount that nobody has paid yet takes none"""
        found = self.search(
            [("item_ids", "in", items.ids), ("state", "in", RUNNING_STATES)]
        )
        return found.filtered(lambda one: one.kind == "offer" or one.state != "offered")

    def _match_rest(self):
        """Match what was drafted and is posted now with the covered items."""
        for settlement in self:
            lines = settlement.item_ids.move_line_id
            for move in settlement.rest_move_ids.filtered(
                lambda move: move.state == "posted"
            ):
                if move.move_type == "entry":
                    self.env["collection.writeoff"]._match(
                        move,
                        lambda lines=lines: lines.filtered(
                            lambda line: not line.reconciled
                        ),
                    )
                else:
                    self.env["collection.credit.note"]._match(
                        move,
                        lines.filtered(
                            lambda line, move=move: (
                                line.move_id == move.reversed_entry_id
                            )
                        ),
                    )

    def action_view_case(self):
        """Open the case."""
        self.ensure_one()
        return self.case_id._get_records_action()

    def action_view_promise(self):
        """Open the promise by which the ledger judges it."""
        self.ensure_one()
        return self.promise_id._get_records_action()

    def action_view_rest(self):
        """Open the credit notes or the write-off of the rest."""
        self.ensure_one()
        return self.rest_move_ids._get_records_action(
            name=self.env._("Entries over the rest")
        )

    def _get_collection_moves(self):
        return self.item_ids.move_id
