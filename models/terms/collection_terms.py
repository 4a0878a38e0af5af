from datetime import timedelta

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import email_normalize, format_date, formatLang, get_lang

from ..common.collection_signed_mixin import SIGNED_DOCUMENTS

STATES = [
    ("draft", "Draft"),
    ("offered", "To sign"),
    ("signed", "Signed"),
    ("declined", "Declined"),
    ("ended", "Ended"),
]
# What may follow what; an older agreement on paper is filed without an offer.
TRANSITIONS = {
    "draft": {"offered", "signed", "ended"},
    "offered": {"draft", "signed", "declined", "ended"},
    "signed": {"ended"},
    "declined": set(),
    "ended": set(),
}
INTEREST_KINDS = [
    ("law", "As the law says"),
    ("rate", "Fixed rate"),
    ("points", "Points over the reference rate"),
]
STANDINGS = [
    ("unsigned", "Not signed"),
    ("upcoming", "Not valid yet"),
    ("valid", "Valid"),
    ("expired", "Expired"),
    ("changed", "Document was changed"),
]
# What changes in a draft only.
TERM_FIELDS = {
    "clauses",
    "company_id",
    "costs",
    "credit_limit",
    "date_from",
    "date_to",
    "interest_kind",
    "interest_points",
    "interest_rate",
    "jurisdiction",
    "lump_sum",
    "partner_id",
    "payment_term_id",
    "policy_id",
}


class CollectionTerms(models.Model):
    """The terms that a customer has signed: when to pay, up to which limit, and what
    late payment costs.

    Lifecycle: see ``TRANSITIONS``. A draft is sent for signature as a document, and
    signed in the portal or on paper; what was signed never changes. A new version takes
    over on the day from which it is valid and signed. Only what is valid and signed on
    a day counts on it: without, interest is what the law says.

    Collectors and managers work them; invoicing users read.
    """

    _name = "collection.terms"
    _description = "Terms Agreed with a Customer"
    _inherit = [
        "collection.signed.mixin",
        "collection.evidence.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_from desc, id desc"
    _check_company_auto = True
    _evidence_fields = SIGNED_DOCUMENTS
    _document_reports = ("account_collections.action_report_terms",)
    _signature_report = "account_collections.action_report_terms_signature"
    _transitions = TRANSITIONS

    name = fields.Char("Number", readonly=True, copy=False)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id", store=True)
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="['|', ('is_company', '=', True), ('parent_id', '=', False)]",
        tracking=True,
    )
    contact_id = fields.Many2one(
        "res.partner",
        "Sent to",
        check_company=True,
        domain="[('id', 'child_of', partner_id)]",
        help="Who reads and signs for the customer. Empty: the customer's own address.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        domain="[('share', '=', False)]",
        default=lambda self: self.env.user,
    )
    # The terms.
    payment_term_id = fields.Many2one(
        "account.payment.term", "Payment terms", check_company=True
    )
    credit_limit = fields.Monetary(help="Zero: no limit is agreed.")
    interest_kind = fields.Selection(
        INTEREST_KINDS, "Interest on late payment", required=True, default="law"
    )
    interest_rate = fields.Float("Interest (% a year)", digits=(16, 4))
    interest_points = fields.Float(
        "Points over the reference rate",
        digits=(16, 4),
        help="Percentage points a year above the reference rate of the law that applies"
        " to the customer.",
    )
    lump_sum = fields.Monetary(
        "Lump sum per late invoice", help="Zero: what the law gives."
    )
    costs = fields.Text(
        "Costs agreed", help="Who bears which costs of collection, in words."
    )
    jurisdiction = fields.Char("Law and courts")
    clauses = fields.Html("More clauses")
    policy_id = fields.Many2one(
        "collection.policy",
        "Policy accepted with them",
        check_company=True,
        help="The policy in writing becomes an annex: both are accepted with one"
        " signature.",
    )
    date_from = fields.Date(
        "Valid from",
        required=True,
        tracking=True,
        default=lambda self: self.env.company._get_collection_today(),
    )
    date_to = fields.Date("Valid until", tracking=True, help="Empty: until ended.")
    note = fields.Text("Internal note")
    # Their life.
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
    standing = fields.Selection(STANDINGS, compute="_compute_standing")
    date_offered = fields.Date("Sent for signature on", readonly=True, copy=False)
    is_sent = fields.Boolean("Sent by e-mail", readonly=True, copy=False)
    date_end = fields.Date(
        "Ended on",
        readonly=True,
        copy=False,
        help="The last day on which they are valid: a new version has taken over, or"
        " somebody has ended them.",
    )
    end_reason = fields.Char("Reason", readonly=True, tracking=True, copy=False)
    version = fields.Integer(readonly=True, default=1, copy=False)
    replaces_id = fields.Many2one(
        "collection.terms", "New version of", readonly=True, index="btree_not_null"
    )

    _costs_positive = models.Constraint(
        "CHECK (interest_rate >= 0 AND interest_points >= 0 AND lump_sum >= 0"
        " AND credit_limit >= 0)",
        "A rate, a lump sum or a limit cannot be negative.",
    )
    _dates_in_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "The terms cannot end before they begin.",
    )

    @api.depends("name", "partner_id")
    def _compute_display_name(self):
        for terms in self:
            customer = terms.partner_id.display_name or ""
            terms.display_name = (
                f"{terms.name} ({customer})" if terms.name else customer
            )

    @api.depends("state", "date_from", "date_to", "date_end", "document_sha256")
    @api.depends_context("collection_as_of")
    def _compute_standing(self):
        for terms in self:
            terms.standing = terms._get_standing(
                (terms.company_id or self.env.company)._get_collection_today()
            )

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for terms in self:
            terms.access_url = f"/my/terms/{terms.id}"
        return result

    @api.constrains("partner_id")
    def _check_partner(self):
        for terms in self:
            if terms.partner_id.commercial_partner_id != terms.partner_id:
                raise ValidationError(
                    self.env._(
                        "Terms are agreed with the company: choose %s.",
                        terms.partner_id.commercial_partner_id.display_name,
                    )
                )

    @api.constrains("clauses")
    def _check_clauses(self):
        for terms in self:
            self.env["ir.actions.report"]._check_collection_words(terms.clauses)

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        for terms in records:
            version = (terms.replaces_id.version or 0) + 1
            terms._write_protected({"name": f"CT{terms.id:06d}", "version": version})
        return records

    def write(self, vals):
        is_fixed = any(terms.state != "draft" for terms in self)
        if TERM_FIELDS & vals.keys() and is_fixed and not self.env.su:
            raise UserError(
                self.env._(
                    "What was sent or signed cannot be changed. Set it back to draft, "
                    "or create a new version."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_always(self):
        raise UserError(
            self.env._("Terms stay on record. End them instead of deleting them.")
        )

    @api.model
    def _get_protected_fields(self):
        # Set once, with a new version.
        return super()._get_protected_fields() - {"replaces_id"}

    # ------------------------------------------------------------------
    # What counts on a day
    # ------------------------------------------------------------------

    @api.model
    def _get_valid(self, partner, company, day):
        """Find the terms that count.

        :param partner: res.partner record, the customer or one of its contacts
        :param company: res.company record
        :param date day: the day on which they have to be valid, and signed already
        :return: collection.terms record, as superuser, or an empty one
        """
        return self._get_valid_on(partner, company, [day])

    @api.model
    def _get_valid_on(self, partner, company, days):
        """Find the terms that count on one of several days, as ``_get_valid``.

        :param days: iterable of dates
        """
        # Whoever charges or claims reads what was agreed; the arguments say whose.
        signed = self.sudo().search(
            [
                *self._get_customer_domain(partner, company),
                ("date_signed", "!=", False),
            ],
            order="date_from desc, id desc",
        )
        found = signed.browse()
        for day in days:
            here = (terms for terms in signed if terms._get_standing(day) == "valid")
            found |= next(here, signed.browse())
        return found

    @api.model
    def _get_customer_domain(self, partner, company):
        return [
            ("partner_id", "=", partner.commercial_partner_id.id),
            ("company_id", "=", company.id),
        ]

    def _get_standing(self, day):
        """:return: key of ``STANDINGS`` on a day"""
        self.ensure_one()
        if not self.date_signed or self.date_signed > day:
            return "unsigned"
        if not self.env["collection.signature"]._is_intact(self):
            return "changed"
        if self.date_from and self.date_from > day:
            return "upcoming"
        last = min(filter(None, (self.date_to, self.date_end)), default=day)
        return "expired" if last < day else "valid"

    @api.model
    def _describe(self, partner, company, day):
        """Say what counts for a customer on a day.

        :return: translated sentence: what was agreed, or why only the law counts
        """
        if terms := self._get_valid(partner, company, day):
            return self.env._(
                "%(terms)s, signed on %(day)s: %(costs)s.",
                terms=terms.name,
                day=format_date(self.env, terms.date_signed),
                costs=terms.with_env(self.env).sudo()._get_costs_text(),
            )
        # Only number and dates are shown, to whoever works with the customer.
        latest = self.sudo().search(
            [
                *self._get_customer_domain(partner, company),
                ("state", "!=", "declined"),
            ],
            order="signed_on desc NULLS LAST, id desc",
            limit=1,
        )
        if not latest:
            return self.env._("No signed terms: interest by law only.")
        number, standing = latest.name, latest._get_standing(day)
        if standing == "unsigned":
            return self.env._("%s is not signed: interest by law only.", number)
        if standing == "upcoming":
            return self.env._("%s is not valid yet: interest by law only.", number)
        if standing == "changed":
            return self.env._(
                "The document of %s was changed: interest by law only.", number
            )
        return self.env._("%s is not valid any more: interest by law only.", number)

    def _get_costs_text(self):
        """:return: what late payment costs, in a few translated words"""
        self.ensure_one()
        parts = [self._get_interest_text()]
        if self.lump_sum:
            amount = formatLang(self.env, self.lump_sum, currency_obj=self.currency_id)
            parts.append(self.env._("%s per late invoice", amount))
        return ", ".join(parts)

    def _get_interest_text(self):
        number = formatLang(self.env, self._get_interest_percent(), digits=2)
        if self.interest_kind == "rate":
            return self.env._("interest of %s %% a year", number)
        if self.interest_kind == "points":
            return self.env._("interest of %s points over the reference rate", number)
        return self.env._("interest by law")

    def _get_interest_percent(self):
        self.ensure_one()
        kind = self.interest_kind
        return self.interest_rate if kind == "rate" else self.interest_points

    # ------------------------------------------------------------------
    # Signature
    # ------------------------------------------------------------------

    def action_offer(self):
        """Make the document that will be signed; nothing changes from now on."""
        self.check_access("write")
        for terms in self:
            terms._check_rates()
            terms._set_state(
                "offered",
                date_offered=terms.company_id._get_collection_today(),
                lang=get_lang(self.env, terms._get_addressee().lang).code,
            )
            terms._portal_ensure_token()
            self.env["collection.signature"]._write_document(terms)

    def _check_rates(self):
        self.ensure_one()
        if self.interest_kind != "law" and not self._get_interest_percent():
            raise UserError(self.env._("Enter the interest that is agreed."))
        today = self.company_id._get_collection_today()
        if self.date_to and self.date_to < today:
            raise UserError(self.env._("These terms would have expired already."))

    def _get_addressee(self):
        return self.contact_id or self.partner_id

    def action_to_draft(self):
        """Take back what was sent, to change it."""
        self.check_access("write")
        self._set_state(
            "draft",
            date_offered=False,
            is_sent=False,
            document_id=False,
            document_sha256=False,
        )

    def action_send(self):
        """Send the document by e-mail, with the link to sign it."""
        self.check_access("write")
        for terms in self:
            if terms.state != "offered":
                raise UserError(self.env._("Only what waits for a signature is sent."))
            terms._send("mail_template_terms_offer", terms.document_id)
            terms._write_protected({"is_sent": True})

    def _send(self, template, document):
        """Write to the customer, in the customer's language.

        :param str template: name of a mail.template of this addon
        :param document: ir.attachment record that goes with it
        :raises UserError: without an e-mail address
        """
        self.ensure_one()
        addressee = self._get_addressee()
        if not email_normalize(addressee.email):
            raise UserError(
                self.env._("%s has no valid e-mail address.", addressee.display_name)
            )
        # The words are the addon's own; who sends may not read all templates.
        words = self.env.ref(f"account_collections.{template}").sudo()
        subject, body = (
            words._render_field(field, self.ids, set_lang=self.lang)[self.id]
            for field in ("subject", "body_html")
        )
        # Who signs in the portal writes to nobody, and may be who gets it.
        author = self.env.user.partner_id
        if self.env.user.share:
            author = self.user_id.partner_id or self.company_id.partner_id
        # A copy: the document stays with the terms.
        self.with_context(lang=self.lang).message_post(
            author_id=author.id,
            notify_author_mention=True,
            subject=subject,
            body=Markup(body),
            partner_ids=addressee.ids,
            attachment_ids=document.sudo().copy().ids,
            subtype_xmlid="mail.mt_comment",
        )

    def _get_document_reports(self):
        reports = super()._get_document_reports()
        if self.policy_id:
            report = "account_collections.action_report_policy"
            reports.append((report, self.policy_id))
        return reports

    def _get_document_title(self):
        return self.env._("Terms %s", self.name)

    def _lock_for_signature(self):
        # The signer's rights do not matter to the lock; nothing is written.
        is_free = bool(self.sudo().try_lock_for_update())
        self.invalidate_recordset()
        return is_free

    def _find_reason_against_signing(self, sha256=None):
        if self.state != "offered" and not (sha256 is None and self.state == "draft"):
            return self.env._("These terms can no longer be signed.")
        if self.date_to and self.date_to < self.company_id._get_collection_today():
            return self.env._("These terms have expired. Please ask us for new ones.")
        return self.env["collection.signature"]._get_changed_reason(self, sha256)

    def _take_signature(self, vals):
        self._set_state("signed", **vals)
        signature = self.env["collection.signature"]
        own = self.sudo()
        if not self.document_id:
            # Signed on paper before there was a document here: the scan is it.
            content = own.signed_document_id.raw or b""
            own.document_sha256 = signature._get_fingerprint(content)
        elif not self.is_paper:
            signature._write_signed_document(self)
        own._replace_earlier()
        own.message_post(
            body=self.env._("Signed by %s.", self.signed_by),
            attachment_ids=own.signed_document_id.copy().ids,
        )
        if not self.is_paper and email_normalize(self._get_addressee().email):
            own._send("mail_template_terms_signed", own.signed_document_id)

    def _replace_earlier(self):
        """End what was signed before, on the day before these terms take over. Who
        files an older agreement has it end where the next one begins."""
        others = self.search(
            [
                *self._get_customer_domain(self.partner_id, self.company_id),
                ("state", "=", "signed"),
                ("id", "!=", self.id),
            ]
        )
        first = self._get_first_day()
        later = others.filtered(lambda terms: terms._get_first_day() > first)
        for earlier in others - later:
            earlier._end_before(self)
        if later:
            self._end_before(later.sorted(lambda terms: terms._get_first_day())[0])

    def _get_first_day(self):
        """:return: the day from which signed terms count"""
        return max(self.date_from, self.date_signed)

    def _end_before(self, other):
        """End signed terms on the day before others take over."""
        first = other._get_first_day()
        last = min(filter(None, (self.date_end, first - timedelta(days=1))))
        vals = {
            "date_end": last,
            "end_reason": self.env._("Replaced by %s.", other.name),
        }
        if first <= self.company_id._get_collection_today():
            self._set_state("ended", **vals)
        else:
            self._write_protected(vals)

    def _decline(self, reason):
        """Note that the customer does not sign, and tell who is responsible."""
        self.ensure_one()
        self._set_state("declined", end_reason=reason)
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            self.company_id._get_collection_today(),
            summary=self.env._("Terms declined"),
            note=reason,
            user_id=self.company_id._get_collection_responsible(self.user_id).id,
        )

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    def action_end(self):
        """End terms: what was signed is valid until today, what was not is dropped."""
        self.check_access("write")
        for terms in self:
            today = terms.company_id._get_collection_today()
            terms._set_state(
                "ended",
                date_end=min(filter(None, (terms.date_end, today))),
                end_reason=self.env._("Ended by %s.", self.env.user.name),
            )

    def action_new_version(self):
        """Open a draft of the same terms, which will replace these once signed."""
        self.ensure_one()
        today = self.company_id._get_collection_today()
        draft = self.copy(
            {
                "replaces_id": self.id,
                "date_from": max(self.date_from, today),
                "date_to": False,
            }
        )
        return draft._get_records_action()

    def action_apply(self):
        """Put payment terms and credit limit on the customer, for new invoices."""
        self.ensure_one()
        if self.standing != "valid":
            raise UserError(self.env._("Only what is signed and valid is applied."))
        customer = self.partner_id.with_company(self.company_id)
        if self.payment_term_id:
            customer.property_payment_term_id = self.payment_term_id
        if self.credit_limit:
            customer.credit_limit = self.credit_limit
        return self._notify("success", self.env._("The customer has these terms now."))
