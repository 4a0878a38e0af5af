from odoo import api, fields, models

YES_NO = [("no", "No"), ("yes", "Yes")]
CAPACITIES = [
    ("creditor", "I am the creditor."),
    ("agent", "I am the creditor's attorney or authorized agent."),
    ("trustee", "I am the trustee, or the debtor, or their authorized agent."),
    ("guarantor", "I am a guarantor, surety, endorser, or other codebtor."),
]
# In an ancillary case of chapter 15 nothing is claimed.
US_CHAPTERS = ("7", "9", "11", "12", "13")
# The language of the document, by procedure; where it is not installed, the company's.
LANGS = {
    "uk": "en_GB",
    "de": "de_DE",
    "fr": "fr_FR",
    "eu": "en_GB",
    "au": "en_AU",
    "ca": "en_CA",
}
# What a procedure asks for beside the rest.
PROCEDURE_FIELDS = {
    "ca": ("is_related", "has_setoff"),
    "au": ("is_related",),
    "de": ("is_tort",),
    "fr": ("has_setoff", "is_litigated"),
    "eu": ("has_setoff",),
}
# InsO 45 and Code de commerce L622-25.
PROCEDURE_CURRENCIES = {"de": "base.EUR", "fr": "base.EUR"}


class CollectionClaimFormMixin(models.AbstractModel):
    """The questions of the form of a claim, and those that are still open.

    Silence answers nothing: each question is open until somebody answers it, and a
    claim with open questions is not ready. The parts are those of Official Form 410;
    the other procedures ask for less, and the letters for them take it from here.
    """

    _name = "collection.claim.form.mixin"
    _description = "Form of a Claim"

    company_id = fields.Many2one("res.company")
    currency_id = fields.Many2one("res.currency")

    # Part 1: the creditor
    other_names = fields.Char(
        "Other names used", help="Names the creditor used with the debtor."
    )
    is_acquired = fields.Selection(YES_NO, "Acquired from someone else?")
    acquired_from = fields.Char("Acquired from")
    notice_partner_id = fields.Many2one(
        "res.partner",
        "Notices to",
        default=lambda self: self.env.company.partner_id,
        help="Where notices to the creditor are sent.",
    )
    payment_partner_id = fields.Many2one(
        "res.partner", "Payments to", help="If different."
    )
    uniform_identifier = fields.Char(
        "Uniform claim identifier", size=24, help="If you use one; 24 characters."
    )
    is_amending = fields.Selection(
        YES_NO,
        "Amends a claim already filed?",
        help="One that was filed before this program knew of it.",
    )
    amended_number = fields.Char("Number of that claim", help="If known.")
    date_amended = fields.Date("That claim was filed on")
    known_filer = fields.Selection(
        YES_NO, "Filed by anyone else?", help="Somebody filed a claim for this claim."
    )
    other_filer = fields.Char("Earlier filing by")

    # Part 2: the claim
    has_account = fields.Selection(
        YES_NO,
        "Number for the debtor?",
        help="You use some number to identify the debtor.",
    )
    account_digits = fields.Char(
        "Last 4 digits of the account",
        size=4,
        help="Of the number you know the debtor by.",
    )
    basis = fields.Char(
        "Basis of the claim", help="Goods sold, services performed, lease, ..."
    )
    is_secured = fields.Selection(YES_NO, "Secured?")
    security_kind = fields.Selection(
        [
            ("real_estate", "Real estate"),
            ("vehicle", "Motor vehicle"),
            ("other", "Other"),
        ],
        "Nature of the property",
    )
    security_description = fields.Char("Property")
    perfection = fields.Char(
        "Basis for perfection",
        help="Mortgage, lien, certificate of title, financing statement, ...",
    )
    security_value = fields.Monetary("Value of the property")
    security_cure = fields.Monetary(
        "To cure any default", help="As of the date of the petition."
    )
    security_percent = fields.Float("Annual interest rate (%)", digits=(6, 3))
    security_rate_kind = fields.Selection(
        [("fixed", "Fixed"), ("variable", "Variable")], "Rate is"
    )
    is_lease = fields.Selection(YES_NO, "Based on a lease?")
    lease_cure = fields.Monetary("To cure the lease")
    has_setoff = fields.Selection(YES_NO, "Subject to setoff?")
    setoff_description = fields.Char("Setoff against")
    has_priority = fields.Selection(YES_NO, "Entitled to priority?")
    has_goods = fields.Selection(
        YES_NO,
        "Goods in the last 20 days?",
        help="Goods the debtor received in the 20 days before the petition.",
    )
    is_related = fields.Selection(
        YES_NO, "Related to the debtor?", help="Asked in Canada and Australia."
    )
    is_tort = fields.Selection(
        YES_NO,
        "From an intentional tort?",
        help="Asked in Germany: vorsätzlich begangene unerlaubte Handlung, unpaid"
        " maintenance, or a tax crime.",
    )
    tort_facts = fields.Char(
        "Facts of the tort", help="From which it follows in your view, § 174(2) InsO."
    )
    is_litigated = fields.Selection(
        YES_NO, "In litigation?", help="Asked in France: the claim is before a court."
    )
    litigation_court = fields.Char("Court seised", help="Of the claim in litigation.")

    # Part 3: the signature
    signer_capacity = fields.Selection(CAPACITIES, "Signed as")
    signer_id = fields.Many2one("res.users", domain="[('share', '=', False)]")
    signer_name = fields.Char(
        "Name of the signer", compute="_compute_signer", store=True, readonly=False
    )
    signer_title = fields.Char(
        "Title of the signer", compute="_compute_signer", store=True, readonly=False
    )
    signer_company = fields.Char(
        "Company of the signer", compute="_compute_signer", store=True, readonly=False
    )
    signer_address = fields.Char(
        "Address of the signer", compute="_compute_signer", store=True, readonly=False
    )
    signer_phone = fields.Char(
        "Phone of the signer", compute="_compute_signer", store=True, readonly=False
    )
    signer_email = fields.Char(
        "E-mail of the signer", compute="_compute_signer", store=True, readonly=False
    )
    date_signed = fields.Date("Executed on")

    missing = fields.Json(compute="_compute_missing")
    missing_count = fields.Integer("Still missing", compute="_compute_missing")
    missing_html = fields.Html(compute="_compute_missing", sanitize=False)
    lang = fields.Char(compute="_compute_lang")

    @api.depends("signer_id", "company_id")
    def _compute_signer(self):
        for claim in self:
            person, company = claim.signer_id.partner_id, claim.company_id
            if not person:
                # Counsel may sign, who is no user: what was typed stays.
                continue
            claim.signer_name = person.name
            claim.signer_title = person.function
            claim.signer_company = company.name
            claim.signer_address = claim._get_address_line(company.partner_id)
            claim.signer_phone = person.phone or company.phone
            claim.signer_email = person.email or company.email

    @api.model
    def _get_address_line(self, partner):
        return ", ".join(self.env["collection.recipient"]._get_address(partner)[1:])

    @api.depends("procedure", "chapter", "company_id")
    def _compute_lang(self):
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        for claim in self:
            wanted = LANGS.get(claim.procedure, "en_US")
            own = claim.company_id.partner_id.lang
            # The first one that is installed.
            choice = [
                lang for lang in (wanted, own, "en_US", *installed) if lang in installed
            ]
            claim.lang = choice[0]

    @api.depends_context("lang")
    @api.depends(lambda self: self._get_form_fields())
    def _compute_missing(self):
        for claim in self:
            missing = claim._get_missing()
            claim.missing = missing
            claim.missing_count = len(missing)
            claim.missing_html = claim._render_table(
                "collection_claim_missing", missing
            )

    def _get_form_fields(self):
        """:return: names of the fields that the form asks for"""
        return (
            *self._get_required_fields(),
            *self._get_dependent_fields(),
            *self._get_american_fields(),
            "chapter",
            "procedure",
            "amount_total",
            "amount_unsecured",
            "amount_secured",
            "amount_goods",
            "goods_ids.amount",
            "goods_ids.is_to_confirm",
            "line_ids.amount",
            "priority_ids",
            "exhibit_ids.kind",
            "exhibit_ids.is_missing",
            "exhibit_ids.missing_reason",
            "notice_partner_id",
            "currency_id",
            *(name for names in PROCEDURE_FIELDS.values() for name in names),
        )

    @api.model
    def _get_required_fields(self):
        """:return: names of the fields every form asks for"""
        return (
            "case_number",
            "basis",
            "is_secured",
            "signer_name",
            "signer_title",
            "signer_address",
            "signer_phone",
            "signer_email",
            "date_signed",
        )

    @api.model
    def _get_american_fields(self):
        """:return: names of the fields Official Form 410 asks for, too"""
        return (
            "is_acquired",
            "is_amending",
            "known_filer",
            "has_account",
            "is_lease",
            "has_setoff",
            "has_priority",
            "has_goods",
            "signer_capacity",
        )

    @api.model
    def _get_dependent_fields(self):
        """:return: dict of what has to be said as well, per question with “yes”"""
        return {
            "acquired_from": "is_acquired",
            "date_amended": "is_amending",
            "other_filer": "known_filer",
            "account_digits": "has_account",
            "security_description": "is_secured",
            "perfection": "is_secured",
            "security_value": "is_secured",
            "amount_secured": "is_secured",
            "lease_cure": "is_lease",
            "setoff_description": "has_setoff",
            "tort_facts": "is_tort",
            "litigation_court": "is_litigated",
            "priority_ids": "has_priority",
            "amount_goods": "has_goods",
        }

    def _get_missing(self):
        """:return: list of translated texts: what the form asks for and nobody said"""
        self.ensure_one()
        names = [*self._get_required_fields()]
        if self._is_american():
            names += [*self._get_american_fields()]
        names += PROCEDURE_FIELDS.get(self.procedure, ())
        if self.previous_id.date_filed:
            names = [name for name in names if name != "is_amending"]
        names += [
            name
            for name, question in self._get_dependent_fields().items()
            if self[question] == "yes"
        ]
        labels = self.fields_get(names, ["string"])
        missing = [labels[name]["string"] for name in names if not self[name]]
        return missing + self._get_contradictions()

    def _get_contradictions(self):
        """:return: list of translated texts: what does not fit together"""
        found = self._get_venue_texts()
        if self.amount_total <= 0:
            found.append(self.env._("Nothing to claim: the ledger shows no debt."))
        if self.currency_id.compare_amounts(self.amount_unsecured, 0) < 0:
            found.append(
                self.env._(
                    "More is secured, has priority or is for goods than is claimed."
                )
            )
        found += self.goods_ids._get_open_texts()
        found += self.goods_ids._get_excess_texts()
        if not (self.notice_partner_id.street and self.notice_partner_id.city):
            found.append(self.env._("Street and city of the address for notices"))
        for question, amount in (
            ("is_secured", self.amount_secured),
            ("has_priority", self.amount_priority),
            ("has_goods", self.amount_goods),
        ):
            if self[question] == "no" and amount:
                label = self._fields[question]._description_string(self.env)
                found.append(
                    self.env._("“%s” is answered “No”, with an amount.", label)
                )
        return found

    def _get_venue_texts(self):
        """:return: list of translated texts: what the law of the place forbids"""
        found, wanted = [], self._get_legal_currency()
        if self.chapter == "15":
            found.append(self._get_ancillary_text())
        if wanted and self.currency_id != wanted:
            found.append(
                self.env._(
                    "Claimed in %(own)s, where the law asks for %(wanted)s. Activate"
                    " that currency with its rate of the petition date, and choose it.",
                    own=self.currency_id.name,
                    wanted=wanted.name,
                )
            )
        secured = self.exhibit_ids.filtered(lambda row: row.kind == "security")
        if (
            self._is_american()
            and self.is_secured == "yes"
            and not any(not row.is_missing or row.missing_reason for row in secured)
        ):
            found.append(self.env._("Exhibit: security and its perfection"))
        return found

    @api.model
    def _get_ancillary_text(self):
        return self.env._(
            "In chapter 15 nothing is claimed here: file in the foreign proceeding, and"
            " record that one as a bankruptcy outside the United States."
        )

    def _get_legal_currency(self):
        """:return: the res.currency that the law of the place asks for (11 U.S.C.
        502(b); InsO 45; Code de commerce L622-25), empty where none is known"""
        if self._is_american():
            return self.env.ref("base.USD")
        name = PROCEDURE_CURRENCIES.get(self.procedure)
        return self.env.ref(name) if name else self.env["res.currency"]

    def _get_amended(self):
        """:return: tuple: the answer whether it amends a claim that the court has, the
        number of that claim, and the day it was filed"""
        previous = self.previous_id
        if previous.date_filed:
            return "yes", previous.register_number, previous.date_filed
        return self.is_amending, self.amended_number, self.date_amended

    def _is_american(self):
        """:return: whether it is filed in a United States bankruptcy court"""
        return self.chapter in US_CHAPTERS

    def _get_form_title(self):
        """:return: how the document is called where it is filed"""
        if self._is_american():
            return self.env._("Proof of claim (Official Form 410)")
        titles = {
            "uk": self.env._("Proof of debt"),
            "de": self.env._("Forderungsanmeldung (§ 174 InsO)"),
            "fr": self.env._("Déclaration de créance"),
            "eu": self.env._("Lodgement of claims (Regulation (EU) 2015/848, art. 55)"),
            # Both forms are prescribed, and this letter is neither.
            "ca": self.env._("Particulars for Form 31 (proof of claim)"),
            "au": self.env._("Particulars for Form 535 (formal proof of debt)"),
        }
        return titles.get(self.procedure, self.env._("Proof of claim"))
