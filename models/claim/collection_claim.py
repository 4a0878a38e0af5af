from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

STATES = [
    ("draft", "Draft"),
    ("ready", "Ready to file"),
    ("filed", "Filed"),
    ("objected", "Objected to"),
    ("allowed", "Allowed"),
    ("reduced", "Allowed in part"),
    ("disallowed", "Disallowed"),
    ("amended", "Amended"),
    ("transferred", "Transferred"),
    ("withdrawn", "Withdrawn"),
    ("closed", "Closed"),
]
# The court does not have it yet.
UNFILED_STATES = ("draft", "ready")
# The court has it, and it counts.
STANDING_STATES = ("filed", "objected", "allowed", "reduced", "disallowed")
PAYING_STATES = ("filed", "allowed", "reduced")
# What can still be written once the claim is no draft any more.
FREE_FIELDS = {
    "user_id",
    "register_number",
    "note",
    "percent_expected",
    "distribution_ids",
    "date_distribution_due",
}
# Which states a claim may go to from each one. What was decided can be reconsidered.
TRANSITIONS = {
    "draft": {"ready", "withdrawn"},
    "ready": {"draft", "filed", "withdrawn"},
    "filed": {
        "objected",
        "allowed",
        "reduced",
        "disallowed",
        "amended",
        "transferred",
        "withdrawn",
        "closed",
    },
    "objected": {
        "allowed",
        "reduced",
        "disallowed",
        "amended",
        "transferred",
        "withdrawn",
    },
    "allowed": {
        "objected",
        "reduced",
        "disallowed",
        "amended",
        "transferred",
        "withdrawn",
        "closed",
    },
    "reduced": {
        "objected",
        "allowed",
        "disallowed",
        "amended",
        "transferred",
        "withdrawn",
        "closed",
    },
    "disallowed": {"allowed", "reduced", "amended", "closed"},
    "amended": set(),
    "transferred": set(),
    "withdrawn": set(),
    "closed": set(),
}


class CollectionClaim(models.Model):
    """What one company claims in the insolvency of a customer, and what became of it.

    Prepared from the ledger as of the petition date, with every difference to today's
    ledger explained; completed by the answers that the form asks for; filed with its
    exhibits. From then on its amounts are evidence and frozen: a change is a new
    version, and the old one stands until the new one is filed.

    Collectors prepare. Managers mark as ready and as filed, and propose the write-off.
    """

    _name = "collection.claim"
    _description = "Proof of Claim"
    _inherit = [
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
    distribution_count = fields.Integer(compute="_compute_distribution_count")

    _single = models.UniqueIndex(
        "(bankruptcy_id, company_id)"
        " WHERE previous_id IS NULL AND state NOT IN ('withdrawn', 'amended')",
        "This company has a claim in this bankruptcy already. Amend it instead.",
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
            local = country.currency_id.filtered("active")
            claim.currency_id = local or claim.company_id.currency_id

    @api.depends("bankruptcy_id.date_petition")
    def _compute_date_petition(self):
        for claim in self:
            # What was filed says what it said, whatever is found out later.
            if claim.state in (False, *UNFILED_STATES):
                claim.date_petition = claim.bankruptcy_id.date_petition

    @api.depends("bankruptcy_id.date_claim", "date_filed", "chapter")
    @api.depends_context("lang", "collection_as_of")
    def _compute_date_bar(self):
        for claim in self:
            claim.date_bar = claim.bankruptcy_id.date_claim
            today = claim.company_id._get_collection_today()
            # An amendment counts from the day its first version was filed.
            filed = claim._get_first().date_filed or claim.date_filed or today
            claim.is_late = bool(claim.date_bar and filed > claim.date_bar)
            claim.late_text = claim.is_late and claim._get_late_text()

    def _compute_distribution_count(self):
        for claim in self:
            claim.distribution_count = len(claim.distribution_ids)

    @api.depends("previous_id", "amount_total", "line_ids.amount")
    @api.depends_context("lang")
    def _compute_changes_html(self):
        for claim in self:
            claim.changes_html = claim.previous_id and claim._render_claim_table(
                "collection_claim_changes", claim._get_changes()
            )

    # ------------------------------------------------------------------
    # Records
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # What was withdrawn a moment ago is out of the way of a new claim.
        self.flush_model(["state"])
        claims = super().create(vals_list)
        for claim in claims:
            if not claim.previous_id:
                claim._check_single()
                claim._number()
        claims._prepare_from_ledger()
        # What an amendment takes along may not fit any more: its checklist says so.
        claims.filtered(lambda claim: not claim.previous_id)._check_ranks()
        return claims

    def write(self, vals):
        if not self.env.su and vals.keys() - FREE_FIELDS - self._get_mail_fields():
            self._check_draft()
        if "register_number" in vals and not self.env.su:
            self._check_standing()
        if {"company_id", "bankruptcy_id"} & vals.keys() and not self.env.su:
            raise UserError(
                self.env._("A claim stays with its bankruptcy and its creditor.")
            )
        result = super().write(vals)
        if vals.keys() & {"currency_id"}:
            self._prepare_from_ledger()
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
        """Take the answers, the hand-made lines and the documents along."""
        result = super().copy_data(default)
        for claim, vals in zip(self, result, strict=True):
            for name, records in claim._get_kept_by_amendment().items():
                vals[name] = [
                    Command.create(record_vals) for record_vals in records.copy_data()
                ]
        return result

    def _number(self):
        """Count on from what this company has claimed, and withdrawn, before."""
        others = self._find_others()
        if others:
            self.sudo().version = max(others.mapped("version")) + 1

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
                    "“%(claim)s” is “%(state)s”: what it says is frozen. Set it back"
                    " to draft, or amend it.",
                    claim=frozen[0].name,
                    state=frozen[0]._get_state_label(frozen[0].state),
                )
            )

    def _check_standing(self):
        """:raises UserError: when the court does not have a claim"""
        if any(claim.state not in STANDING_STATES for claim in self):
            raise UserError(
                self.env._("The register gives a number to a claim that was filed.")
            )

    # ------------------------------------------------------------------
    # Progress
    # ------------------------------------------------------------------

    def _get_state_label(self, state):
        return dict(self._fields["state"]._description_selection(self.env))[state]

    def _check_manager(self):
        """:raises AccessError: for everybody but managers of collections"""
        group = "account_collections.group_collection_manager"
        if not (self.env.su or self.env.user.has_group(group)):
            raise AccessError(
                self.env._("Only a manager of collections takes this step of a claim.")
            )

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
                        old=self._get_state_label(claim.state),
                        new=self._get_state_label(state),
                    )
                )
        # Readonly fields are written by nobody by hand; the right was checked above.
        self.sudo().write({"state": state, **vals})

    def action_ready(self):
        """Everything was looked at: the claim can be filed."""
        self._check_manager()
        for claim in self:
            claim._check_complete()
        self._set_state("ready")

    def action_draft(self):
        """Work on it again."""
        self._set_state("draft")

    def action_close(self):
        """The proceedings pay nothing any more."""
        self._check_manager()
        for claim in self:
            today = claim.company_id._get_collection_today()
            claim._set_state("closed", date_closed=today)

    def _file(self, date, register_number, method, receipt=None):
        """Note that the claim was filed; what it amends does not stand any more.

        :param date: the day it was filed
        :param str register_number: number and version in the claims register
        :param str method: how
        :param receipt: ir.attachment record
        :raises UserError: before the petition, or without its packet
        """
        self.ensure_one()
        self._check_manager()
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
        self._take_over_distributions()

    def _object(self, date_answer_due, reason):
        """Note an objection, and put its answer on somebody's list.

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
            user_id=(self.user_id or self.env.user).id,
        )

    def _decide(self, date, amount, reason):
        """Note what the court decided.

        :param float amount: what is allowed, in the claim's currency
        :raises UserError: when more is allowed than was claimed
        """
        self.ensure_one()
        compare = self.currency_id.compare_amounts
        if compare(amount, self.amount_total) > 0 or compare(amount, 0) < 0:
            raise UserError(
                self.env._(
                    "Between nothing and %s can be allowed: that was claimed.",
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
            self.sudo().write(vals)
        else:
            self._set_state(state, **vals)

    def _amend(self, reason):
        """Draft the next version; this one stands until that one is filed.

        :return: the new collection.claim
        """
        self.ensure_one()
        if "amended" not in TRANSITIONS[self.state]:
            self._set_state("amended")
        if self.next_ids.filtered(lambda claim: claim.state != "withdrawn"):
            raise UserError(self.env._("An amendment of this claim is under way."))
        self.check_access("write")
        versions = [self.version, *self._find_others().mapped("version")]
        # A copy, its lineage written by the program.
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
    # Screen
    # ------------------------------------------------------------------

    def _get_first(self):
        """:return: the version that was filed first"""
        first = self
        while first.previous_id:
            first = first.previous_id
        return first

    def _get_late_text(self):
        """:return: what it means to file late (11 U.S.C. 502(b)(9), 726(a))"""
        if self.chapter == "7":
            return self.env._(
                "Filed after the deadline, a claim in chapter 7 is paid after those"
                " filed in time, unless the delay is excused."
            )
        if self._is_american():
            return self.env._(
                "Filed after the deadline, a claim is disallowed if somebody objects,"
                " unless the court extends the time. Ask counsel; filing it is still"
                " possible."
            )
        return self.env._(
            "Filed after the deadline, a claim may cost a fee, rank behind, or miss"
            " distributions already made. Ask the office-holder; filing it is still"
            " possible."
        )

    def _get_changes(self):
        """Compare with the version that this one amends.

        :return: list of dicts: label, before, after
        """
        before, rows = self.previous_id, []
        for name in (
            "date_petition",
            "amount_total",
            "amount_principal",
            "amount_interest",
            "amount_charges",
            "amount_secured",
            "amount_priority",
            "amount_goods",
            "amount_unsecured",
            "basis",
        ):
            texts = [claim._get_text(name) for claim in (before, self)]
            if texts[0] != texts[1]:
                label = self._fields[name]._description_string(self.env)
                rows.append({"label": label, "before": texts[0], "after": texts[1]})
        return rows + self._get_changed_lines()

    def _get_changed_lines(self):
        amounts = [
            {
                (line.move_line_id.id or line.name): (line.name, line.amount)
                for line in claim.line_ids
            }
            for claim in (self.previous_id, self)
        ]
        rows = []
        for key in dict.fromkeys([*amounts[0], *amounts[1]]):
            pair = [own.get(key) for own in amounts]
            if pair[0] == pair[1]:
                continue
            name = (pair[0] or pair[1])[0]
            texts = [
                (each and self.currency_id.format(each[1])) or "-" for each in pair
            ]
            rows.append({"label": name, "before": texts[0], "after": texts[1]})
        return rows

    def _get_text(self, name):
        """:return: the value of a field as people read it"""
        field, value = self._fields[name], self[name]
        if field.type == "monetary":
            return self[field.get_currency_field(self)].format(value)
        if field.type == "date":
            return self._format_date(value)
        return value or "-"

    def _format_date(self, day):
        """:return: a date, or its ISO text, in the format of the language"""
        return format_date(self.env, day) if day else ""

    def _get_reconciliation_rows(self):
        """:return: list of dicts of texts: way from today's ledger to the claim"""
        labels = self._get_reconciliation_labels()
        rows = []
        for row in self.reconciliation or []:
            currency = self.env["res.currency"].browse(row["currency"])
            rows.append(
                {
                    "label": labels[row["kind"]],
                    "amount": currency.format(row["amount"]),
                    "is_total": row["kind"].startswith("total"),
                    "entries": [
                        {
                            "name": entry["name"],
                            "date": self._format_date(entry["date"]),
                            "amount": currency.format(entry["amount"]),
                        }
                        for entry in row.get("entries", [])
                    ],
                }
            )
        return rows + self._get_claim_rows()

    def _get_claim_rows(self):
        """:return: last rows of that table: what was added by hand, and the claim"""
        added = self.line_ids.filtered(lambda line: not line.move_line_id)
        return [
            *(
                {
                    "label": self.env._("+ %s, in no invoice", line.name),
                    "amount": self.currency_id.format(line.amount),
                    "is_total": False,
                    "entries": [],
                }
                for line in added
            ),
            {
                "label": self.env._("Claim"),
                "amount": self.currency_id.format(self.amount_total),
                "is_total": True,
                "entries": [],
            },
        ]

    @api.model
    def _get_reconciliation_labels(self):
        return {
            "today": self.env._("Open in the ledger on the day it was read"),
            "settled_payment": self.env._("+ Paid after the petition date"),
            "settled_refund": self.env._("+ Credited after the petition date"),
            "settled_exchange": self.env._("+ Exchange differences booked after it"),
            "settled_invoice": self.env._("+ Credits matched with later invoices"),
            "settled_other": self.env._("+ Settled by other entries after it"),
            "posted_payment": self.env._("- Payments received after it, not matched"),
            "posted_refund": self.env._("- Credit notes of after it, still open"),
            "posted_exchange": self.env._(
                "- Exchange differences of after it, still open"
            ),
            "posted_invoice": self.env._(
                "- Invoiced after the petition date, still open"
            ),
            "posted_other": self.env._("- Other entries of after it, still open"),
            "total_booked": self.env._("= Open in the books on the petition date"),
            "rate": self.env._("± From the booked rates to those of the petition date"),
            "total_petition": self.env._("= Open on the petition date, at its rates"),
            "total_converted": self.env._(
                "= The same in the currency of the proceedings"
            ),
        }

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

    def _open_step(self, step):
        """:return: action that asks what a step needs to know"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": dict(
                self.env["collection.claim.step"]
                ._fields["step"]
                ._description_selection(self.env)
            )[step],
            "res_model": "collection.claim.step",
            "view_mode": "form",
            "target": "new",
            "context": {"default_claim_id": self.id, "default_step": step},
        }

    def action_open_file(self):
        """Ask when, how and under which number it was filed."""
        return self._open_step("file")

    def action_open_object(self):
        """Ask what was objected, and by when to answer."""
        return self._open_step("object")

    def action_open_decide(self):
        """Ask what the court allowed."""
        return self._open_step("decide")

    def action_open_amend(self):
        """Ask why it is amended."""
        return self._open_step("amend")

    def action_open_transfer(self):
        """Ask to whom it was transferred."""
        return self._open_step("transfer")

    def action_open_withdraw(self):
        """Ask why it is withdrawn."""
        return self._open_step("withdraw")

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

    def _get_collection_case(self, message=None, purpose="log"):
        return self.env["collection.case"]._find_open(self.partner_id, self.company_id)

    def _is_collection_stayed(self, message=None):
        return self.bankruptcy_id.stops_collection
