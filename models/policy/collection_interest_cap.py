from odoo import api, fields, models

KINDS = [
    ("all", "Everybody"),
    ("person", "Natural persons"),
    ("company", "Companies"),
]


class CollectionInterestCap(models.Model):
    """How much interest the law of a place lets people agree on, by the day.

    Laws change; an administrator ends the row that was in force, and adds the next one.
    """

    _name = "collection.interest.cap"
    _description = "Legal Limit of Interest"
    _order = "country_id, state_id, kind, amount_min, date_from desc"

    country_id = fields.Many2one("res.country", required=True, ondelete="cascade")
    state_id = fields.Many2one(
        "res.country.state",
        domain="[('country_id', '=', country_id)]",
        ondelete="cascade",
        help="Empty: the whole country.",
    )
    kind = fields.Selection(KINDS, "Debtors", required=True, default="all")
    amount_min = fields.Monetary("Debts above", help="Zero: from the first cent on.")
    amount_max = fields.Monetary("Debts up to", help="Zero: without limit.")
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    date_from = fields.Date("Agreed from", required=True)
    date_to = fields.Date("Agreed until", help="Empty: still in force.")
    rate = fields.Float("Limit (% a year)", required=True)
    source = fields.Char(required=True, help="The law that says so.")
    date_checked = fields.Date(
        "Checked on", required=True, help="When somebody last looked it up."
    )

    _values_valid = models.Constraint(
        "CHECK (rate > 0 AND rate <= 1000 AND amount_min >= 0 AND amount_max >= 0"
        " AND (amount_max = 0 OR amount_min < amount_max)"
        " AND (date_to IS NULL OR date_from <= date_to))",
        "The limit is above zero and at most 1000 %; a range ends after it starts.",
    )

    @api.depends("country_id", "state_id", "rate")
    def _compute_display_name(self):
        for cap in self:
            place = cap.state_id.name or cap.country_id.name or ""
            cap.display_name = f"{place} {cap.rate:g} %"

    @api.model
    def _find(self, debtor, amount, currency, company, day):
        """Find the limit for an agreement with a customer.

        :param debtor: res.partner record
        :param float amount: what the agreement is about, in ``currency``
        :param company: res.company record, for the rates of exchange
        :param date day: when it is agreed
        :return: the strictest cap that applies, possibly empty
        """
        kind = "company" if debtor.is_company else "person"
        caps = self.search(
            [
                ("country_id", "=", debtor.country_id.id),
                ("state_id", "in", [False, debtor.state_id.id]),
                ("kind", "in", ["all", kind]),
                ("date_from", "<=", day),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", day),
            ]
        )
        return caps.filtered(
            lambda cap: cap._is_within(
                currency._convert(amount, cap.currency_id, company, day)
            )
        ).sorted("rate")[:1]

    def _is_within(self, amount):
        """:return: whether a debt is of the size that the cap is for

        :param float amount: in the currency of the cap
        """
        self.ensure_one()
        is_above = not self.amount_min or amount > self.amount_min
        return is_above and (not self.amount_max or amount <= self.amount_max)

    def _describe(self):
        """:return: translated text of limit and source"""
        self.ensure_one()
        return self.env._(
            "%(rate)g %% a year (%(law)s)", rate=self.rate, law=self.source
        )
