from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date

from ...tools.late_interest import get_half_year_end

REFERENCES = [
    ("ecb", "European Central Bank, main refinancing"),
    ("de", "Germany, base rate (Basiszinssatz)"),
    ("uk", "Bank of England, Bank Rate"),
    ("at", "Austria, base rate of the OeNB"),
    ("pl", "Poland, reference rate of the NBP"),
    ("own", "Another rate"),
]
# When the law looks at the rate of the next half-year.
FIXING_MONTHS = (6, 12)


class CollectionReferenceRate(models.Model):
    """A rate that interest on arrears is reckoned from, and the days it is known for.

    A day without a rate bears no interest: what a central bank will decide is not
    guessed. A company may have rates of its own, which then come first.
    """

    _name = "collection.reference.rate"
    _description = "Reference Rate"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "kind, date_from desc, company_id"

    kind = fields.Selection(REFERENCES, "Rate", required=True, default="ecb")
    company_id = fields.Many2one(
        "res.company", index=True, ondelete="cascade", help="Empty: every company."
    )
    date_from = fields.Date("In force from", required=True)
    date_to = fields.Date(
        "Known until",
        compute="_compute_date_to",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="The last day it counts for: as a rule the end of the half-year.",
    )
    percent = fields.Float("Rate (% a year)", required=True, digits=(7, 3))
    source = fields.Char(required=True, help="Who publishes it.")
    source_url = fields.Char("Web page")
    date_checked = fields.Date(
        "Checked on", help="When somebody last looked it up. Empty: not checked."
    )

    _values_valid = models.Constraint(
        "CHECK (percent > -100 AND percent <= 1000 AND date_from <= date_to)",
        "A rate is between -100 % and 1000 %, and ends after it begins.",
    )
    _day_unique = models.Constraint(
        "UNIQUE NULLS NOT DISTINCT (kind, date_from, company_id)",
        "There is already such a rate from this day on.",
    )

    @api.depends("date_from")
    def _compute_date_to(self):
        for rate in self:
            rate.date_to = rate.date_from and get_half_year_end(rate.date_from)

    @api.depends("kind", "date_from", "percent")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for rate in self:
            day = format_date(self.env, rate.date_from)
            rate.display_name = f"{labels.get(rate.kind)}, {day}: {rate.percent:g} %"

    @api.model
    def _get_rates(self, kind, company):
        """List what is known of a rate.

        :param str kind: a key of ``REFERENCES``
        :param company: res.company record, whose own rates come first
        :return: list of (first day, last day, per cent)
        """
        # Sudo: whoever may see an invoice may know what it costs to pay it late.
        companies = company.sudo().parent_ids
        rates = self.sudo().search(
            [("kind", "=", kind), ("company_id", "in", [False, *companies.ids])]
        )
        found = rates.browse()
        # Of a branch its own, then those of the companies above it, then the general.
        for owner in [*reversed(companies), companies.browse()]:
            found |= rates.filtered(
                lambda rate, owner=owner, known=found: (
                    rate.company_id == owner
                    and not any(
                        one.date_from <= rate.date_from <= one.date_to for one in known
                    )
                )
            )
        return [
            (rate.date_from, rate.date_to, str(round(rate.percent, 3)))
            for rate in found
        ]

    @api.model
    def _ask_for_next(self, company, today):
        """Remind a manager once, in June and December, of the rates of the half-year
        that comes.

        :param company: res.company record, whose rules are looked at
        :param date today: the day, in the company's time zone
        """
        if today.month not in FIXING_MONTHS:
            return
        start = get_half_year_end(today) + timedelta(days=1)
        rules = self.env["collection.charge.rule"]._find_of_company(company)
        kinds = set(rules.filtered("has_reference").mapped("reference"))
        for kind in sorted(kinds):
            rates = self.search(
                [
                    ("kind", "=", kind),
                    ("company_id", "in", [False, *company.parent_ids.ids]),
                ],
                order="date_to desc",
                limit=1,
            )
            if rates and rates.date_to < start and not rates.activity_ids:
                rates._ask_for_rate(company, start)

    def _ask_for_rate(self, company, start):
        self.ensure_one()
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=start,
            summary=self.env._(
                "Enter the rate from %s on; until then nothing is charged for these"
                " days",
                format_date(self.env, start),
            ),
            user_id=company._get_collection_responsible().id,
        )
