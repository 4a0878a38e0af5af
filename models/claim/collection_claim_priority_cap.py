from odoo import api, fields, models
from odoo.exceptions import ValidationError

PRIORITIES = [
    ("support", "Domestic support obligations, § 507(a)(1)"),
    ("wages", "Wages, salaries or commissions, § 507(a)(4)"),
    ("benefit", "Contributions to an employee benefit plan, § 507(a)(5)"),
    ("deposit", "Deposits of consumers, § 507(a)(7)"),
    ("taxes", "Taxes or penalties owed to governmental units, § 507(a)(8)"),
    ("other", "Other"),
]


class CollectionClaimPriorityCap(models.Model):
    """How much of a kind of claim has priority, by the day of the petition.

    Adjusted every three years (11 U.S.C. 104); an administrator adds the next row.
    """

    _name = "collection.claim.priority.cap"
    _description = "Cap of a Priority"
    _order = "kind, date_from desc"

    kind = fields.Selection(PRIORITIES, required=True)
    date_from = fields.Date("Petitions from", required=True)
    date_to = fields.Date("Petitions to", required=True)
    amount = fields.Monetary(required=True)
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.ref("base.USD")
    )
    source = fields.Char()

    _period_valid = models.Constraint(
        "CHECK (date_from <= date_to)", "The period ends before it starts."
    )

    @api.depends("kind", "date_from")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for cap in self:
            cap.display_name = f"{labels.get(cap.kind, '')} {cap.date_from or ''}"

    @api.constrains("kind", "date_from", "date_to")
    def _check_overlap(self):
        # The day of the petition must lead to one amount only.
        for cap in self:
            domain = [
                ("id", "!=", cap.id),
                ("kind", "=", cap.kind),
                ("date_from", "<=", cap.date_to),
                ("date_to", ">=", cap.date_from),
            ]
            if self.search_count(domain, limit=1):
                raise ValidationError(
                    self.env._("There is already a cap of this kind for this period.")
                )

    @api.model
    def _find(self, kind, day):
        """:return: the cap for petitions of a day, possibly empty"""
        return self.search(
            [("kind", "=", kind), ("date_from", "<=", day), ("date_to", ">=", day)],
            limit=1,
        )

    @api.model
    def _is_capped(self, kind):
        """:return: whether this kind of priority has caps at all"""
        return bool(self.search_count([("kind", "=", kind)], limit=1))
