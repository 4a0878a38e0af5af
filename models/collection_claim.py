from odoo import api, fields, models
from odoo.exceptions import UserError

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
    _inherit = ["collection.guarded.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date_petition desc, id desc"
    _check_company_auto = True

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
            if claim.state in (False, "draft", "ready"):
                claim.date_petition = claim.bankruptcy_id.date_petition

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

    @api.ondelete(at_uninstall=False)
    def _unlink_except_always(self):
        raise UserError(
            self.env._("A claim stays on record. Withdraw it instead of deleting it.")
        )
