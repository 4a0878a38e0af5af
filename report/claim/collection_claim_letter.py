from odoo import api, models
from odoo.tools import format_amount, format_date

# What each procedure asks for beside the creditor, the debtor and the signature.
SECTIONS = {
    "uk": ("amount", "interest", "origin", "security", "vat", "bank", "documents"),
    "de": (
        "principal",
        "interest",
        "charges",
        "origin",
        "tort",
        "separate",
        "bank",
        "documents",
    ),
    "fr": (
        "due",
        "not_due",
        "interest",
        "security",
        "origin",
        "setoff",
        "litigation",
        "bank",
        "documents",
        "sincerity",
    ),
    "eu": (
        "principal",
        "interest",
        "charges",
        "dates",
        "origin",
        "security",
        "setoff",
        "bank",
        "documents",
    ),
    "ca": (
        "amount",
        "set_off_net",
        "security",
        "origin",
        "related",
        "payments",
        "documents",
        "sincerity",
    ),
    "au": ("amount", "origin", "satisfaction", "security", "related", "documents"),
    "other": ("principal", "interest", "charges", "origin", "security", "documents"),
}


class CollectionClaimLetter(models.AbstractModel):
    """The claim outside the United States: one letter, with what each procedure asks.

    United Kingdom: Insolvency Rules 2016, 14.4. Germany: InsO 174. France: Code de
    commerce L622-25 and R622-23. European Union: Regulation 2015/848, article 55.
    Canada and Australia prescribe Form 31 and Form 535: the letter has their
    particulars.
    """

    _name = "collection.claim.letter"
    _description = "Claim Letters"

    @api.model
    def _get_sections(self, claim):
        """:return: list of pairs of texts: what is asked, and the answer"""
        keys = SECTIONS.get(claim.procedure, SECTIONS["other"])
        service = self.with_env(claim.env)
        return [getattr(service, f"_get_{key}")(claim) for key in keys]

    @api.model
    def _money(self, claim, amount):
        return format_amount(self.env, amount, claim.currency_id)

    @api.model
    def _get_amount(self, claim):
        label = self.env._(
            "Total of the claim on %s, after all payments and credits",
            format_date(self.env, claim.date_petition),
        )
        return label, self._money(claim, claim.amount_total)

    @api.model
    def _get_principal(self, claim):
        return self.env._("Principal"), self._money(claim, claim.amount_principal)

    @api.model
    def _get_interest(self, claim):
        lines = claim.line_ids.filtered(lambda line: line.kind == "interest")
        text = self._money(claim, claim.amount_interest)
        if percents := sorted(set(lines.mapped("percent")) - {0.0}):
            rates = ", ".join(f"{percent:g} %" for percent in percents)
            text = self.env._(
                "%(amount)s, at %(rates)s per year, up to %(day)s",
                amount=text,
                rates=rates,
                day=format_date(self.env, claim._get_interest_end()),
            )
        label = self.env._("Interest up to the opening, included")
        if claim.procedure == "de":
            label = self.env._("Interest up to the day before the opening, included")
        return label, text

    @api.model
    def _get_charges(self, claim):
        label = self.env._("Costs up to the opening, included")
        return label, self._money(claim, claim.amount_charges)

    @api.model
    def _sum_due(self, claim, is_due):
        return sum(
            line.amount
            for line in claim.line_ids
            if ((line.date_due or line.date) <= claim.date_petition) == is_due
        )

    @api.model
    def _get_due(self, claim):
        label = self.env._("Due on the day of the opening")
        return label, self._money(claim, self._sum_due(claim, True))

    @api.model
    def _get_not_due(self, claim):
        lines = claim.line_ids.filtered(
            lambda line: line.date_due and line.date_due > claim.date_petition
        )
        text = self._money(claim, self._sum_due(claim, False))
        if days := sorted(set(lines.mapped("date_due"))):
            dates = ", ".join(format_date(self.env, day) for day in days)
            text = self.env._("%(amount)s, on %(dates)s", amount=text, dates=dates)
        return self.env._("Not yet due, and when it will be"), text

    @api.model
    def _get_dates(self, claim):
        items = claim.line_ids.filtered("move_line_id")
        days = [day for day in items.mapped("date") if day]
        text = self.env._("see the itemized statement")
        if days:
            text = self.env._(
                "from %(first)s to %(last)s; each with its due date in the itemized"
                " statement",
                first=format_date(self.env, min(days)),
                last=format_date(self.env, max(days)),
            )
        return self.env._("When it arose and fell due"), text

    @api.model
    def _get_origin(self, claim):
        return self.env._("How and when the debt was incurred"), self.env._(
            "%s. Each item is listed in the itemized statement.", claim.basis or "-"
        )

    @api.model
    def _get_tort(self, claim):
        label = self.env._("From an intentional tort, unpaid support or a tax crime")
        if claim.is_tort != "yes":
            return label, self._answer(claim.is_tort)
        return label, self.env._("Yes. Facts: %s", claim.tort_facts or "-")

    @api.model
    def _get_litigation(self, claim):
        label = self.env._("Court seised, where the claim is in litigation")
        if claim.is_litigated != "yes":
            return label, self.env._("Not in litigation")
        return label, claim.litigation_court or "-"

    @api.model
    def _answer(self, value):
        return {"yes": self.env._("Yes"), "no": self.env._("No")}.get(value, "-")

    @api.model
    def _get_security(self, claim):
        label = self.env._("Security, retention of title or preference")
        if claim.is_secured != "yes":
            return label, self.env._("None")
        return label, self.env._(
            "%(property)s; %(basis)s; value %(value)s; secured %(amount)s",
            property=claim.security_description or "-",
            basis=claim.perfection or "-",
            value=self._money(claim, claim.security_value),
            amount=self._money(claim, claim.amount_secured),
        )

    @api.model
    def _get_separate(self, claim):
        label = self.env._("Rights to separate satisfaction (Absonderung)")
        _label, text = self._get_security(claim)
        if claim.is_secured == "yes":
            text = self.env._("%s. Claimed for the amount of the shortfall.", text)
        return label, text

    @api.model
    def _get_setoff(self, claim):
        label = self.env._("Set-off")
        if claim.has_setoff != "yes":
            return label, self.env._("None is claimed")
        return label, claim.setoff_description or "-"

    @api.model
    def _get_set_off_net(self, claim):
        label = self.env._("Counterclaims deducted")
        _label, text = self._get_setoff(claim)
        return label, text

    @api.model
    def _get_vat(self, claim):  # pylint: disable=unused-argument
        return (
            self.env._("Value added tax"),
            self.env._("The amounts include value added tax as invoiced."),
        )

    @api.model
    def _get_related(self, claim):
        label = self.env._("Related to the debtor, or not at arm's length")
        return label, self._answer(claim.is_related)

    @api.model
    def _get_payments(self, claim):
        label = self.env._("Payments received in the 3 months before")
        rows = claim._get_payments()
        if not rows:
            return label, self.env._("None")
        return label, "; ".join(
            f"{format_date(self.env, row['date'])}: {row['text']}" for row in rows
        )

    @api.model
    def _get_satisfaction(self, claim):  # pylint: disable=unused-argument
        return (
            self.env._("Satisfaction or security for the debt"),
            self.env._("None has been received, except as stated here."),
        )

    @api.model
    def _get_bank(self, claim):
        bank = claim.company_id._get_collection_bank()
        parts = (bank.acc_number, bank.bank_bic, bank.bank_name)
        return self.env._("Pay dividends to"), ", ".join(filter(None, parts)) or "-"

    @api.model
    def _get_documents(self, claim):
        names = [
            f"{exhibit.number}. {exhibit.name}"
            for exhibit in claim.exhibit_ids
            if not exhibit.is_missing
        ]
        return self.env._("Supporting documents"), "; ".join(names) or "-"

    @api.model
    def _get_sincerity(self, claim):  # pylint: disable=unused-argument
        return (
            self.env._("Declaration"),
            self.env._("The claim is certified to be sincere and true."),
        )
