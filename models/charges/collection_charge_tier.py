from odoo import api, fields, models


class CollectionChargeTier(models.Model):
    """How high a lump sum is from some size of the debt on."""

    _name = "collection.charge.tier"
    _description = "Tier of a Lump Sum"
    _order = "rule_id, amount_from"
    _rec_names_search = ["rule_id"]

    rule_id = fields.Many2one(
        "collection.charge.rule", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="rule_id.company_id", store=True)
    currency_id = fields.Many2one(related="rule_id.currency_id")
    amount_from = fields.Monetary(
        "Debts from",
        currency_field="debt_currency_id",
        help="In the currency of the country, or of the lump sum.",
    )
    debt_currency_id = fields.Many2one(related="rule_id.debt_currency_id")
    amount = fields.Monetary("Lump sum")
    percent = fields.Float("Of what is above it (%)", digits=(6, 3))

    _values_valid = models.Constraint(
        "CHECK (amount_from >= 0 AND amount >= 0 AND percent >= 0 AND percent <= 100)",
        "Amounts are not negative, and a share is at most 100 %.",
    )
    _from_unique = models.Constraint(
        "UNIQUE (rule_id, amount_from)", "There is already a tier from this amount on."
    )

    @api.constrains("amount")
    def _check_caps(self):
        # Whoever changes a tier by itself changes the rule.
        self.rule_id._check_caps()
