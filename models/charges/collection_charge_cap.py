from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_amount

from .collection_reference_rate import REFERENCES
from .res_partner import KINDS

SUBJECTS = [
    ("points", "Points over the reference rate"),
    ("rate", "Interest (% a year)"),
    ("lump", "Lump sum"),
    ("fee", "Fee of a reminder"),
    ("fee_count", "Number of fees"),
]
MONEY = ("lump", "fee")


class CollectionChargeCap(models.Model):
    """The most that the law of a country lets a creditor charge, by the day.

    Laws change: a manager ends the row that was in force, and adds the next one.
    """

    _name = "collection.charge.cap"
    _description = "Legal Limit of Charges"
    _order = "country_id, debtor_kind, subject, date_from desc"

    country_id = fields.Many2one("res.country", required=True, ondelete="cascade")
    debtor_kind = fields.Selection(
        KINDS, "Debtors", help="Empty: businesses, public bodies and consumers."
    )
    subject = fields.Selection(SUBJECTS, "Limit of", required=True, default="lump")
    value = fields.Float(
        "At most", digits=(16, 3), help="Zero: the law allows none at all."
    )
    reference = fields.Selection(
        REFERENCES,
        default="ecb",
        help="What the points are counted from; so that a fixed rate is held, too.",
    )
    currency_id = fields.Many2one("res.currency", help="Of an amount.")
    date_from = fields.Date("In force from", required=True)
    date_to = fields.Date("In force until", help="Empty: still in force.")
    source = fields.Char(required=True, help="The law that says so.")
    date_checked = fields.Date(
        "Checked on", help="When somebody last looked it up. Empty: not checked."
    )

    _values_valid = models.Constraint(
        "CHECK (value >= 0 AND (date_to IS NULL OR date_from <= date_to))",
        "A limit is not negative, and ends after it begins.",
    )
    _has_currency = models.Constraint(
        "CHECK (subject NOT IN ('lump', 'fee') OR currency_id IS NOT NULL)",
        "Choose the currency of the amount.",
    )

    @api.depends("country_id", "subject", "value")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["subject"]._description_selection(self.env))
        for cap in self:
            name, subject = cap.country_id.name, labels.get(cap.subject)
            cap.display_name = f"{name}: {subject} {cap._get_value_text()}"

    @api.model
    def _find(self, countries, debtor_kinds, day):
        """Find the limits for what a rule is for.

        :param countries: res.country records
        :param debtor_kinds: keys of ``KINDS``
        :param date day: when they are to be in force
        :return: collection.charge.cap records
        """
        is_of_kind = Domain("debtor_kind", "=", False)
        is_of_kind |= Domain("debtor_kind", "in", list(debtor_kinds))
        is_in_force = Domain("date_to", "=", False) | Domain("date_to", ">=", day)
        return self.search(
            Domain("country_id", "in", countries.ids)
            & Domain("date_from", "<=", day)
            & is_of_kind
            & is_in_force
        )

    def _get_value_text(self):
        """:return: text of the limit with its unit"""
        self.ensure_one()
        if self.subject in MONEY and self.currency_id:
            return format_amount(self.env, self.value, self.currency_id)
        if self.subject == "rate":
            return f"{self.value:g} %"
        return f"{self.value:g}"
