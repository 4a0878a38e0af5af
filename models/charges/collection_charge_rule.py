from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.late_interest import Basis, get_rate, get_scale_sum, get_tier_sum
from .collection_reference_rate import REFERENCES

DEBTORS = [
    ("commercial", "Businesses and public bodies"),
    ("business", "Businesses"),
    ("public", "Public bodies"),
    ("consumer", "Consumers"),
]
KINDS_OF_DEBTORS = {"commercial": ("business", "public")}
BASES = [
    ("reference", "Reference rate and points"),
    ("fixed", "Fixed rate"),
    ("agreed", "Only what was agreed"),
    ("none", "No interest"),
]
# To which kind of limit of interest a debtor belongs.
PERSONS = {"consumer": "person"}
# More than any limit of the law.
NO_LIMIT = float("inf")


class CollectionChargeRule(models.Model):
    """What late payment costs by the law of some countries, or by contract.

    The first rule, a company's own before the general ones, that is for the country and
    the kind of the customer counts. Without a rule nothing is charged. What was agreed
    and signed with a customer goes before the rate and the lump sum of the rule.
    """

    _name = "collection.charge.rule"
    _description = "Rule of Late Charges"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, ondelete="cascade", help="Empty: every company."
    )
    country_ids = fields.Many2many(
        "res.country", string="Countries of customers", required=True
    )
    debtors = fields.Selection(DEBTORS, required=True, default="commercial")
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        help="Of the lump sum, the fees and the smallest interest.",
    )
    debt_currency_id = fields.Many2one(
        "res.currency",
        "Currency of the tiers",
        compute="_compute_debt_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        help="The law may set a lump sum in euros by the size of a debt in the money of"
        " the country.",
    )
    basis = fields.Selection(BASES, "Interest", required=True, default="reference")
    has_reference = fields.Boolean(compute="_compute_has_reference")
    reference = fields.Selection(REFERENCES, default="ecb")
    points = fields.Float("Points over it", digits=(6, 3))
    rate = fields.Float("Rate (% a year)", digits=(6, 3))
    round_up = fields.Float(
        "Rounded up to (%)", digits=(6, 3), help="As 0.5 in Belgium. Zero: not rounded."
    )
    fixing = fields.Selection(
        [("half", "Anew for each half-year"), ("start", "When interest starts")],
        "The rate is fixed",
        required=True,
        default="half",
    )
    year_days = fields.Selection(
        [("365", "365 days"), ("360", "360 days"), ("actual", "As the year has")],
        "A year counts",
        required=True,
        default="365",
    )
    is_compound = fields.Boolean(
        "Interest on interest", help="The interest of each full year is added."
    )
    start = fields.Selection(
        [
            ("due", "The day after the due date"),
            ("term", "30 days after due date and invoice"),
            ("notice", "The day after the first reminder"),
        ],
        "Interest from",
        required=True,
        default="due",
    )
    grace_days = fields.Integer(
        "Days of grace",
        help="Paid within so many days after the due date, nothing is charged; later,"
        " from the due date on.",
    )
    interest_min = fields.Monetary(
        "Smallest interest", help="Less interest on an item than this is not charged."
    )
    lump_kind = fields.Selection(
        [
            ("none", "None"),
            ("one", "One amount"),
            ("tiers", "By the size of the debt"),
            ("scale", "A share of the debt"),
        ],
        "Lump sum",
        required=True,
        default="none",
    )
    lump_amount = fields.Monetary("Amount of the lump sum")
    lump_min = fields.Monetary("At least")
    lump_max = fields.Monetary("At most", help="Zero: no limit.")
    lump_once = fields.Boolean(
        "Once per invoice",
        help="Else for each late payment, as where an invoice is paid in parts.",
    )
    tier_ids = fields.One2many("collection.charge.tier", "rule_id", "Tiers", copy=True)
    fee = fields.Monetary(
        "Fee of a reminder", help="For each message of a stage that charges."
    )
    fee_count = fields.Integer("Number of fees", help="Zero: no limit.")
    account_id = fields.Many2one(
        "account.account",
        company_dependent=True,
        ondelete="restrict",
        domain="[('account_type', 'in', ('income', 'income_other'))]",
        help="What charges are booked on. Empty: the account of the sales journal.",
    )
    forbidden = fields.Text("Not allowed", translate=True, help="What the law forbids.")
    source = fields.Char(
        required=True,
        translate=True,
        help="The law or the contract that says so; messages name it.",
    )
    source_url = fields.Char("Web page")
    date_checked = fields.Date(
        "Checked on", help="When somebody last looked it up. Empty: not checked."
    )

    _values_valid = models.Constraint(
        "CHECK (points >= 0 AND rate >= 0 AND rate <= 1000 AND round_up >= 0"
        " AND grace_days >= 0 AND interest_min >= 0 AND lump_amount >= 0"
        " AND lump_min >= 0 AND lump_max >= 0 AND fee >= 0 AND fee_count >= 0"
        " AND points <= 1000 AND grace_days <= 3650)",
        "Rates, amounts and days of a rule are not negative.",
    )

    @api.depends("basis")
    def _compute_has_reference(self):
        for rule in self:
            rule.has_reference = rule.basis == "reference"

    @api.depends("currency_id")
    def _compute_debt_currency_id(self):
        for rule in self:
            rule.debt_currency_id = rule.debt_currency_id or rule.currency_id

    # ------------------------------------------------------------------
    # Legal limits
    # ------------------------------------------------------------------

    @api.constrains(
        "country_ids",
        "debtors",
        "basis",
        "points",
        "rate",
        "lump_kind",
        "lump_amount",
        "lump_max",
        "tier_ids",
        "fee",
        "fee_count",
        "currency_id",
    )
    def _check_caps(self):
        today = self.env.company._get_collection_today()
        for rule in self:
            caps = self.env["collection.charge.cap"]._find(
                rule.country_ids, rule._get_kinds(), today
            )
            for cap in caps:
                value = rule._get_value(cap, today)
                if value > cap.value:
                    rule._raise_above(cap.display_name, cap.source)
            rule._check_interest_caps(today)

    def _check_interest_caps(self, today):
        """Hold the limits of agreed interest, which count whatever the debt is."""
        self.ensure_one()
        if self.basis != "fixed":
            return
        kinds = {PERSONS.get(kind, "company") for kind in self._get_kinds()}
        caps = self.env["collection.interest.cap"].search(
            [
                ("country_id", "in", self.country_ids.ids),
                ("state_id", "=", False),
                ("kind", "in", ["all", *kinds]),
                ("rate", "<", self.rate),
                ("date_from", "<=", today),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", today),
            ],
            order="rate",
            limit=1,
        )
        if caps:
            self._raise_above(caps.display_name, caps.source)

    def _raise_above(self, cap, law):
        raise ValidationError(
            self.env._(
                "“%(rule)s” is above what the law allows: %(cap)s (%(law)s). What is"
                " agreed with a customer belongs into signed terms.",
                rule=self.name,
                cap=cap,
                law=law,
            )
        )

    def _get_value(self, cap, day):
        """:return: what the rule charges of the subject of a limit, in its currency"""
        self.ensure_one()
        subject = cap.subject
        if subject == "points":
            return self._get_points(cap.reference, day)
        if subject == "rate":
            return self.rate if self.basis == "fixed" else 0.0
        if subject == "fee_count":
            return (self.fee_count or NO_LIMIT) if self.fee else 0.0
        amount = self.fee if subject == "fee" else self._get_highest_lump()
        if amount == NO_LIMIT:
            return amount
        return self.currency_id._convert(amount, cap.currency_id, self.env.company, day)

    def _get_points(self, reference, day):
        """:return: by how much its rate is above a reference; of a fixed rate above
        that of the day, 0 where that is not known"""
        if self.basis == "reference":
            return self.points
        rates = self.env["collection.reference.rate"]._get_rates(
            reference, self.company_id or self.env.company
        )
        known = get_rate(Basis(0, has_reference=True), rates, day)
        if self.basis != "fixed" or known is None:
            return 0.0
        return float(self._to_decimal(self.rate) - known)

    def _get_highest_lump(self):
        self.ensure_one()
        if self.lump_kind == "one":
            return self.lump_amount
        if self.lump_kind == "tiers":
            return max(self.tier_ids.mapped("amount"), default=0.0)
        if self.lump_kind == "scale":
            return self.lump_max or NO_LIMIT
        return 0.0

    # ------------------------------------------------------------------
    # Which rule, and what it says
    # ------------------------------------------------------------------

    @api.model
    def _find_of_company(self, company):
        """:return: the rules that a company has, its own ones first, then those of the
        companies that it is a branch of, as superuser"""
        # Sudo: whoever may see an invoice may know what it costs to pay it late.
        companies = company.sudo().parent_ids
        rules = self.sudo().search([("company_id", "in", [False, *companies.ids])])
        # The ids of the path lead from the root to the branch.
        nearest = {one: -place for place, one in enumerate(companies)}
        return rules.sorted(lambda rule: nearest.get(rule.company_id, 1))

    @api.model
    def _find(self, company, partner, rules=None):
        """Find the rule for a customer.

        :param company: res.company record
        :param partner: res.partner record
        :param rules: those of the company, if they were looked up before
        :return: collection.charge.rule record, empty when nothing may be charged
        """
        customer = partner.commercial_partner_id
        country, kind = customer.country_id, customer._get_debtor_kind()
        rules = self._find_of_company(company) if rules is None else rules
        return rules.filtered(
            lambda rule: country in rule.country_ids and kind in rule._get_kinds()
        )[:1]

    def _get_kinds(self):
        """:return: tuple of the kinds of debtors that a rule is for"""
        self.ensure_one()
        return KINDS_OF_DEBTORS.get(self.debtors, (self.debtors,))

    def _get_basis(self):
        """:return: the ``Basis`` of its interest; None when there is none"""
        self.ensure_one()
        if self.basis not in ("reference", "fixed"):
            return None
        percent = self.points if self.has_reference else self.rate
        return Basis(
            self._to_decimal(percent),
            self.has_reference,
            self._to_decimal(self.round_up),
            self.fixing == "half",
            self.year_days,
            self.is_compound,
        )

    def _get_lump(self, amount, currency, company, day):
        """Work out the lump sum for one item.

        :param float amount: what was late of it, in ``currency``
        :param currency: res.currency record of the item
        :param company: res.company record, for the rates of exchange
        :param date day: whose rates of exchange count
        :return: float in ``currency``; 0 without a rate of exchange
        """
        self.ensure_one()
        others = (self.currency_id | self.debt_currency_id) - currency
        if others.filtered(lambda other: not other.active):
            return 0.0
        debt = currency._convert(amount, self.debt_currency_id, company, day)
        tiers = self.tier_ids
        if self.lump_kind == "one":
            lump = self.lump_amount if debt > 0 else 0.0
        elif self.lump_kind == "tiers":
            rows = [(tier.amount_from, tier.amount) for tier in tiers]
            lump = float(get_tier_sum(debt, rows))
        elif self.lump_kind == "scale":
            rows = [(tier.amount_from, tier.percent) for tier in tiers]
            step = self.currency_id.rounding
            limits = (self.lump_min, self.lump_max)
            lump = float(get_scale_sum(debt, rows, *limits, step)) if rows else 0.0
        else:
            lump = 0.0
        return self.currency_id._convert(lump, currency, company, day)

    def _get_account(self, company):
        """:return: account.account record that charges of a company are booked on"""
        self.ensure_one()
        return self.with_company(company).account_id

    @staticmethod
    def _to_decimal(value):
        return Decimal(str(round(value, 3)))
