from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.claim_states import (
    REGISTERED_STATES,
    STATES,
    TRANSITIONS,
    UNFILED_STATES,
)

# What can still be written once the claim is no draft any more.
EDITABLE_FIELDS = {
    "user_id",
    "register_number",
    "note",
    "percent_expected",
    "distribution_ids",
    "date_distribution_due",
}
# What the packet does not show.
FIELDS_OUTSIDE_PACKET = {
    "user_id",
    "note",
    "packet_id",
    "packet_sha256",
    "packet_pages",
    "is_packet_final",
    "redaction_ids",
    "exhibit_ids",
    "percent_expected",
    "state",
    "writeoff_move_id",
}


class CollectionClaim(models.Model):
    """What one company claims in the insolvency of a customer, and what became of it.

    Prepared from the ledger as of the petition date, with every difference to today's
    ledger explained; completed by the answers that the form asks for; filed with its
    exhibits. From then on its amounts are evidence and frozen: a change is a new
    version, and the old one counts until the new one is filed.

    Collectors prepare. Managers mark as ready and as filed, and propose the write-off.
    """

    _name = "collection.claim"
    _description = "Proof of Claim"
    _inherit = [
        "collection.claim.form.mixin",
        "collection.claim.amount.mixin",
        "collection.correspondence.mixin",
        "collection.protected.mixin",
        "collection.evidence.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_petition desc, id desc"
    _check_company_auto = True
    _evidence_fields = ("packet_id", "receipt_id")

    name = fields.Char(compute="_compute_name", store=True)
    bankruptcy_id = fields.Many2one(
        "collection.bankruptcy",
        required=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company",
        "Creditor",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Currency of the company"
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        help="The currency of the proceedings. Everything is converted to it at the"
        " rates of the petition date.",
    )
    partner_id = fields.Many2one(
        related="bankruptcy_id.partner_id",
        string="Debtor",
        store=True,
        index=True,
        precompute=True,
    )
    date_petition = fields.Date(
        "Petition date",
        compute="_compute_date_petition",
        store=True,
        precompute=True,
        help="The claim is what was open at the end of this day.",
    )
    court_id = fields.Many2one(
        related="bankruptcy_id.court_id", store=True, precompute=True
    )
    case_number = fields.Char(related="bankruptcy_id.case_number")
    chapter = fields.Selection(related="bankruptcy_id.chapter")
    procedure = fields.Selection(related="bankruptcy_id.procedure")
    user_id = fields.Many2one(
        "res.users",
        "Prepared by",
        default=lambda self: self.env.user,
        tracking=True,
        domain="[('share', '=', False)]",
    )
    note = fields.Text("Internal note")
    state = fields.Selection(
        STATES,
        "Status",
        required=True,
        readonly=True,
        default="draft",
        index=True,
        tracking=True,
    )
    version = fields.Integer(readonly=True, copy=False, default=1)
    previous_id = fields.Many2one(
        "collection.claim",
        "Amends",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    next_ids = fields.One2many("collection.claim", "previous_id", "Amendments")
    amendment_reason = fields.Text("Why it is amended", readonly=True, copy=False)
    date_filed = fields.Date("Filed on", readonly=True, copy=False, tracking=True)
    register_number = fields.Char(
        "Claim number",
        copy=False,
        tracking=True,
        help="The number in the claims register, with its version: 22-1.",
    )
    method = fields.Selection(
        [
            ("electronic", "Electronically"),
            ("mail", "By mail"),
            ("hand", "By hand"),
            ("agent", "With the claims agent"),
            ("trustee", "With the office-holder"),
        ],
        "How it was filed",
        readonly=True,
        copy=False,
    )
    receipt_id = fields.Many2one(
        "ir.attachment", readonly=True, copy=False, ondelete="restrict"
    )
    date_answer_due = fields.Date(
        "Answer due", readonly=True, copy=False, tracking=True
    )
    objection = fields.Text(readonly=True, copy=False)
    date_decided = fields.Date("Decided on", readonly=True, copy=False)
    decision = fields.Text("Reasons of the decision", readonly=True, copy=False)
    transferee = fields.Char("Transferred to", readonly=True, copy=False)
    date_transferred = fields.Date("Transferred on", readonly=True, copy=False)
    amount_price = fields.Monetary("Price of the transfer", readonly=True, copy=False)
    withdrawal_reason = fields.Text("Why it was withdrawn", readonly=True, copy=False)
    date_closed = fields.Date("Closed on", readonly=True, copy=False)
    date_bar = fields.Date(
        "Deadline", compute="_compute_date_bar", help="For filing, from the case file."
    )
    is_late = fields.Boolean("Late", compute="_compute_date_bar")
    late_text = fields.Char(compute="_compute_date_bar")
    changes_html = fields.Html(
        "What changed", compute="_compute_changes_html", sanitize=False
    )
    # What is claimed
    line_ids = fields.One2many("collection.claim.line", "claim_id", "Items")
    priority_ids = fields.One2many(
        "collection.claim.priority", "claim_id", "Priority amounts"
    )
    goods_ids = fields.One2many("collection.claim.goods", "claim_id", "Goods received")
    date_prepared = fields.Date("Ledger read on", readonly=True, copy=False)
    reconciliation = fields.Json(readonly=True, copy=False)
    reconciliation_html = fields.Html(
        "From today's ledger to the claim",
        compute="_compute_reconciliation_html",
        sanitize=False,
    )
    payments_html = fields.Html(
        "Payments of the 90 days before",
        compute="_compute_payments_html",
        sanitize=False,
    )
    # The packet
    exhibit_ids = fields.One2many("collection.claim.exhibit", "claim_id", "Exhibits")
    missing_exhibit_count = fields.Integer(
        "Missing exhibits", compute="_compute_missing_exhibit_count"
    )
    redaction_ids = fields.One2many(
        "collection.claim.redaction", "claim_id", "Redactions"
    )
    unchecked_count = fields.Integer(compute="_compute_unchecked_count")
    packet_id = fields.Many2one(
        "ir.attachment", readonly=True, copy=False, ondelete="restrict"
    )
    packet_sha256 = fields.Char("Fingerprint of the packet", readonly=True, copy=False)
    packet_pages = fields.Integer("Pages", readonly=True, copy=False)
    is_packet_final = fields.Boolean("Packet is final", readonly=True, copy=False)
    # What is paid
    distribution_ids = fields.One2many(
        "collection.claim.distribution", "claim_id", "Distributions"
    )
    distribution_count = fields.Integer(compute="_compute_distribution_count")
    writeoff_move_id = fields.Many2one(
        "account.move",
        "Proposed write-off",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    writeoff_state = fields.Selection(
        related="writeoff_move_id.state", string="Status of the write-off"
    )

    _single = models.UniqueIndex(
        "(bankruptcy_id, company_id)"
        " WHERE previous_id IS NULL AND state NOT IN ('withdrawn', 'amended')",
        "This company already has a claim in this bankruptcy. Amend it instead.",
    )

    @api.depends("register_number", "version", "partner_id.name")
    def _compute_name(self):
        for claim in self:
            number = claim.register_number or self.env._("version %s", claim.version)
            claim.name = self.env._(
                "Claim %(number)s: %(debtor)s",
                number=number,
                debtor=claim.partner_id.name or "",
            )

    @api.depends("bankruptcy_id", "company_id")
    def _compute_currency_id(self):
        for claim in self:
            country = claim.bankruptcy_id.court_id.country_id
            local = claim._get_legal_currency() or country.currency_id
            local = local.filtered("active")
            claim.currency_id = local or claim.company_id.currency_id

    @api.depends("bankruptcy_id.date_petition")
    def _compute_date_petition(self):
        for claim in self:
            # A filed claim keeps its date, whatever is found out later.
            if claim.state in (False, *UNFILED_STATES):
                claim.date_petition = claim.bankruptcy_id.date_petition

    @api.depends(
        "bankruptcy_id.date_bar",
        "chapter",
        "date_amended",
        "date_filed",
        "is_amending",
        "previous_id.date_amended",
        "previous_id.date_filed",
        "previous_id.is_amending",
    )
    @api.depends_context("lang", "collection_as_of")
    def _compute_date_bar(self):
        for claim in self:
            claim.date_bar = claim.bankruptcy_id.date_bar
            today = claim.company_id._get_collection_today()
            filed = claim._get_first_filed() or claim.date_filed or today
            claim.is_late = bool(claim.date_bar and filed > claim.date_bar)
            claim.late_text = claim.is_late and claim._get_late_text()

    @api.depends("reconciliation", "amount_interest", "amount_charges", "amount_total")
    @api.depends_context("lang")
    def _compute_reconciliation_html(self):
        service = self.env["collection.claim.reconciliation"]
        for claim in self:
            claim.reconciliation_html = claim._render_table(
                "collection_claim_reconciliation", service._get_rows(claim)
            )

    @api.depends("date_petition", "partner_id")
    @api.depends_context("lang")
    def _compute_payments_html(self):
        for claim in self:
            claim.payments_html = claim._render_table(
                "collection_claim_payments", claim._get_payments()
            )

    @api.depends("exhibit_ids.is_missing")
    def _compute_missing_exhibit_count(self):
        for claim in self:
            claim.missing_exhibit_count = len(claim.exhibit_ids.filtered("is_missing"))

    @api.depends("redaction_ids.is_checked")
    def _compute_unchecked_count(self):
        for claim in self:
            unchecked = claim.redaction_ids.filtered(lambda row: not row.is_checked)
            claim.unchecked_count = len(unchecked)

    @api.depends("distribution_ids")
    def _compute_distribution_count(self):
        for claim in self:
            claim.distribution_count = len(claim.distribution_ids)

    @api.depends("previous_id", "amount_total", "line_ids.amount")
    @api.depends_context("lang")
    def _compute_changes_html(self):
        service = self.env["collection.claim.comparison"]
        for claim in self:
            claim.changes_html = claim.previous_id and claim._render_table(
                "collection_claim_changes", service._get_rows(claim)
            )

    # ------------------------------------------------------------------
    # Records
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # A claim withdrawn in this transaction does not block a new one.
        self.flush_model(["state"])
        claims = super().create(vals_list)
        for claim in claims:
            if claim.chapter == "15":
                raise UserError(claim._get_ancillary_text())
            if not claim.previous_id:
                claim._check_single()
                claim._set_version()
        claims._read_ledger()
        # What an amendment copies may not add up any more: its checklist says so.
        claims.filtered(lambda claim: not claim.previous_id)._check_ranks()
        return claims

    def write(self, vals):
        if not self.env.su and vals.keys() - EDITABLE_FIELDS - self._get_mail_fields():
            self._check_draft()
        if "register_number" in vals and not self.env.su:
            self._check_registered()
        if {"company_id", "bankruptcy_id"} & vals.keys() and not self.env.su:
            raise UserError(
                self.env._("A claim cannot be moved to another bankruptcy or creditor.")
            )
        result = super().write(vals)
        if "currency_id" in vals:
            self._read_ledger()
        if vals.keys() - FIELDS_OUTSIDE_PACKET - self._get_mail_fields():
            self._reopen_packet()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_always(self):
        raise UserError(
            self.env._("A claim stays on record. Withdraw it instead of deleting it.")
        )

    @api.model
    def _get_evidence_domain(self):
        return [("state", "not in", UNFILED_STATES)]

    def copy_data(self, default=None):
        """Copy the answers, the lines made by hand, and the documents."""
        result = super().copy_data(default)
        for claim, vals in zip(self, result, strict=True):
            for name, records in claim._get_records_to_copy().items():
                vals[name] = [
                    Command.create(record_vals) for record_vals in records.copy_data()
                ]
        return result

    def _get_records_to_copy(self):
        """:return: dict of records per one2many that a new version takes along; what is
        read from the ledger is read again"""
        return {
            "line_ids": self.line_ids.filtered(lambda line: not line.move_line_id),
            "priority_ids": self.priority_ids,
            "goods_ids": self.goods_ids,
            "exhibit_ids": self.exhibit_ids.filtered(lambda row: not row.is_generated),
        }

    def _set_version(self):
        """Continue the numbers of what this company has claimed, and withdrawn."""
        others = self._find_others()
        if others:
            self._write_protected({"version": max(others.mapped("version")) + 1})

    def _find_others(self):
        return self.search(
            [
                ("bankruptcy_id", "=", self.bankruptcy_id.id),
                ("company_id", "=", self.company_id.id),
                ("id", "!=", self.id),
            ]
        )

    def _check_single(self):
        """:raises UserError: when the company claims already; that is amended"""
        others = self._find_others().filtered(
            lambda claim: claim.state not in ("withdrawn", "amended")
        )
        if others:
            raise UserError(
                self.env._(
                    "%(company)s has a claim in this bankruptcy: %(claim)s. Amend it"
                    " instead.",
                    company=self.company_id.name,
                    claim=others[0].name,
                )
            )

    @api.model
    def _get_mail_fields(self):
        return {
            name
            for name in self._fields
            if name.startswith(("message_", "activity_", "website_message"))
        }

    def _check_draft(self):
        """:raises UserError: when something is no draft; its amounts are evidence"""
        frozen = self.filtered(lambda claim: claim.state != "draft")
        if frozen and not self.env.su:
            raise UserError(
                self.env._(
                    "“%(claim)s” is “%(state)s” and can no longer be changed. Set it "
                    "back to draft, or amend it.",
                    claim=frozen[0].name,
                    state=frozen[0]._label("state"),
                )
            )

    def _get_interest_end(self):
        """:return: the last day on which interest counts: that of the petition, in
        Germany the one before it (InsO 39(1) no. 1)"""
        days = -1 if self.procedure == "de" else 0
        return fields.Date.add(self.date_petition, days=days)

    def _check_registered(self):
        """:raises UserError: when the court does not have a claim"""
        if any(claim.state not in REGISTERED_STATES for claim in self):
            raise UserError(
                self.env._("Only a filed claim has a number in the register.")
            )

    def _change_draft(self):
        """Prepare the claims for a change to something that belongs to them.

        :raises UserError: when one is no draft
        """
        self._check_draft()
        self._reopen_packet()

    def _reopen_packet(self):
        """Take back that the packet is final: it does not show what was changed."""
        self.filtered(
            lambda claim: claim.is_packet_final and claim.state == "draft"
        )._write_protected({"is_packet_final": False})

    # ------------------------------------------------------------------
    # The packet
    # ------------------------------------------------------------------

    def action_make_packet(self):
        """Bind form, statements and exhibits into one PDF, and look for what is
        private."""
        self.ensure_one()
        self.check_access("write")
        self._check_draft()
        self.env["collection.claim.packet"]._make(self)

    def action_finish_packet(self):
        """Mark the packet as final: it was looked through and will be filed as it is.

        :raises UserError: while something found has not been looked at
        """
        self.check_access("write")
        self._check_draft()
        for claim in self:
            claim._check_packet()
            if missing := claim._get_missing():
                raise UserError(
                    self.env._(
                        "The form is not complete yet:\n%s",
                        "\n".join(f"- {text}" for text in missing),
                    )
                )
            claim._write_protected({"is_packet_final": True})

    def _check_packet(self):
        """:raises UserError: when there is none, or something in it is left to see"""
        if not self.packet_id:
            raise UserError(self.env._("Make the packet first."))
        if self.unchecked_count:
            raise UserError(
                self.env._(
                    "Passages of the packet that may need redaction: %s. Check each "
                    "of them and tick it.",
                    self.unchecked_count,
                )
            )

    def action_view_packet(self):
        """Open the packet."""
        self.ensure_one()
        if not self.packet_id:
            raise UserError(self.env._("Make the packet first."))
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.packet_id.id}",
            "target": "new",
        }

    # ------------------------------------------------------------------
    # Progress
    # ------------------------------------------------------------------

    def _check_decider(self):
        """:raises AccessError: for everybody but managers of collections"""
        self._check_manager(
            self.env._("Only a collections manager can take this step.")
        )

    def _check_current(self):
        """:raises UserError: when the claim says another thing than the ledger"""
        if self.is_outdated:
            raise UserError(
                self.env._(
                    "The ledger as of the petition date has changed. Read it again."
                )
            )

    def _check_complete(self):
        """:raises UserError: when something has to be said or done before filing"""
        self.ensure_one()
        if missing := self._get_missing():
            raise UserError(
                self.env._(
                    "The claim is not complete yet:\n%s",
                    "\n".join(f"- {text}" for text in missing),
                )
            )
        self._check_current()
        if not self.is_packet_final:
            raise UserError(self.env._("Make the packet, check it, and make it final."))

    def _set_state(self, state, **vals):
        """Change the state along ``TRANSITIONS``.

        :raises UserError: when a claim cannot go there from where it is
        """
        self.check_access("write")
        for claim in self:
            if state not in TRANSITIONS[claim.state]:
                raise UserError(
                    self.env._(
                        "The claim is “%(old)s” and cannot become “%(new)s”.",
                        old=claim._label("state"),
                        new=claim._label("state", state),
                    )
                )
        self._write_protected({"state": state, **vals})

    def action_ready(self):
        """Mark the claim as complete and ready to file."""
        self._check_decider()
        for claim in self:
            claim._check_complete()
        self._set_state("ready")

    def action_draft(self):
        """Set it back to draft."""
        self._set_state("draft")

    def action_close(self):
        """Close it: the proceedings pay nothing more."""
        self._check_decider()
        for claim in self:
            today = claim.company_id._get_collection_today()
            claim._set_state("closed", date_closed=today)

    def _file(self, date, register_number, method, receipt=None):
        """Record that the claim was filed; it replaces the version that it amends.

        :param date: the day it was filed
        :param str register_number: number and version in the claims register
        :param str method: how
        :param receipt: ir.attachment record
        :raises UserError: before the petition, or without its packet
        """
        self.ensure_one()
        self._check_decider()
        # The petition or the ledger may have changed since it was ready.
        self._check_current()
        if date < self.date_petition:
            raise UserError(
                self.env._("A claim is filed after the petition, not before.")
            )
        self._set_state(
            "filed",
            date_filed=date,
            register_number=register_number,
            method=method,
            receipt_id=receipt.id if receipt else False,
        )
        self.previous_id.filtered(
            lambda claim: "amended" in TRANSITIONS[claim.state]
        )._set_state("amended")
        self.previous_id.distribution_ids._move_to(self)

    def _object(self, date_answer_due, reason):
        """Record an objection, and put its answer on somebody's to-do list.

        :param date date_answer_due: by when to answer
        :param str reason: what is objected
        """
        self.ensure_one()
        self._set_state("objected", date_answer_due=date_answer_due, objection=reason)
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            date_answer_due,
            self.env._("Answer the objection to the claim"),
            note=reason,
            user_id=self.company_id._get_collection_responsible(
                self.user_id, self.env.user
            ).id,
        )

    def _decide(self, date, amount, reason):
        """Record what the court decided.

        :param float amount: what is allowed, in the claim's currency
        :raises UserError: when more is allowed than was claimed
        """
        self.ensure_one()
        compare = self.currency_id.compare_amounts
        if compare(amount, self.amount_total) > 0 or compare(amount, 0) < 0:
            raise UserError(
                self.env._(
                    "The allowed amount must be between zero and %s, the amount "
                    "claimed.",
                    self.currency_id.format(self.amount_total),
                )
            )
        if self.currency_id.is_zero(amount):
            state = "disallowed"
        else:
            state = "reduced" if compare(amount, self.amount_total) else "allowed"
        vals = {"amount_allowed": amount, "date_decided": date, "decision": reason}
        if state == self.state:
            # The court changed the amount, not the kind of its decision.
            self.check_access("write")
            self._write_protected(vals)
        else:
            self._set_state(state, **vals)

    def _amend(self, reason):
        """Draft the next version; this one counts until that one is filed.

        :return: the new collection.claim
        """
        self.ensure_one()
        if "amended" not in TRANSITIONS[self.state]:
            self._set_state("amended")
        if self.next_ids.filtered(lambda claim: claim.state != "withdrawn"):
            raise UserError(self.env._("An amendment of this claim is under way."))
        self.check_access("write")
        versions = [self.version, *self._find_others().mapped("version")]
        # Sudo: nobody writes by hand which version a claim amends.
        return (
            self.sudo()
            .copy(
                {
                    "previous_id": self.id,
                    "version": max(versions) + 1,
                    "amendment_reason": reason,
                    "percent_expected": self.percent_expected,
                    "user_id": self.env.uid,
                }
            )
            .with_env(self.env)
        )

    # ------------------------------------------------------------------
    # Write-off
    # ------------------------------------------------------------------

    def action_propose_writeoff(self):
        """Draft the entry that writes off what is left; a person posts it.

        :raises UserError: when nothing is left, or no account is set
        """
        self.ensure_one()
        self._check_decider()
        self.check_access("write")
        if self.writeoff_state not in ("draft", "posted"):
            move = self.env["collection.claim.writeoff"]._draft(self)
            self._write_protected({"writeoff_move_id": move.id})
            self.message_post(
                body=self.env._("The write-off of what is left was drafted for review.")
            )
        return self.action_view_writeoff()

    def _match_writeoff(self):
        """Match the entries, now that somebody posted them, with the items claimed."""
        for claim in self:
            self.env["collection.claim.writeoff"]._match(claim)

    def action_view_writeoff(self):
        """Open the proposed entry."""
        self.ensure_one()
        return self.writeoff_move_id._get_records_action()

    # ------------------------------------------------------------------
    # Screen
    # ------------------------------------------------------------------

    def _get_first_version(self):
        """:return: the version that was filed first"""
        first = self
        while first.previous_id:
            first = first.previous_id
        return first

    def _get_first_filed(self):
        """:return: the day from which the claim, an amendment too, counts as filed:
        that of its first version, or of the claim that this one declares to amend"""
        first = self._get_first_version()
        declared = first.is_amending == "yes" and first.date_amended
        return declared or first.date_filed

    def _get_late_text(self):
        """:return: translated sentence on what it means to file late"""
        deadlines = self.env["collection.bankruptcy.deadline"]
        return deadlines._get_late_meaning(self.chapter)

    def _render_table(self, template, rows):
        """:return: HTML of a table; empty when there is nothing to show"""
        return self.env["ir.qweb"]._render(
            f"account_collections.{template}",
            {"claim": self, "rows": rows, "format_date": self._format_date},
            minimal_qcontext=True,
        )

    def _format_date(self, day):
        """:return: a date, or its ISO text, in the format of the language"""
        return format_date(self.env, day) if day else ""

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    @api.model
    def _get_window(self, domain, **context):
        """:return: action that lists claims"""
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "account_collections.collection_claim_action"
            ),
            "domain": domain,
            "context": context,
        }

    def _open_step(self, step, title):
        """:return: action that asks what a step needs to know"""
        self.ensure_one()
        return self._open_wizard(
            "collection.claim.step", title, claim_id=self.id, step=step
        )

    def action_open_file(self):
        """Ask when, how and under which number it was filed."""
        return self._open_step("file", self.env._("Filed"))

    def action_open_object(self):
        """Ask what was objected, and by when to answer."""
        return self._open_step("object", self.env._("Objected to"))

    def action_open_decide(self):
        """Ask what the court allowed."""
        return self._open_step("decide", self.env._("Decided"))

    def action_open_amend(self):
        """Ask why it is amended."""
        return self._open_step("amend", self.env._("Amend"))

    def action_open_transfer(self):
        """Ask to whom it was transferred."""
        return self._open_step("transfer", self.env._("Transferred"))

    def action_open_withdraw(self):
        """Ask why it is withdrawn."""
        return self._open_step("withdraw", self.env._("Withdraw"))

    def action_view_bankruptcy(self):
        """Open the case file."""
        self.ensure_one()
        return self.bankruptcy_id._get_records_action()

    def action_view_previous(self):
        """Open the version that this one amends."""
        self.ensure_one()
        return self.previous_id._get_records_action()

    def action_view_next(self):
        """Open the amendment of this version."""
        self.ensure_one()
        return self.next_ids._get_records_action()

    def action_view_distributions(self):
        """Open the distributions of this claim."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "account_collections.collection_claim_distribution_action"
            ),
            "domain": [("claim_id", "=", self.id)],
            "context": {"default_claim_id": self.id},
        }

    # ------------------------------------------------------------------
    # Correspondence
    # ------------------------------------------------------------------

    # pylint: disable-next=unused-argument
    def _get_collection_case(self, message=None, purpose="log"):
        return self.env["collection.case"]._find_open(self.partner_id, self.company_id)

    # pylint: disable-next=unused-argument
    def _is_collection_stayed(self, message=None):
        return self.bankruptcy_id.stops_collection
