from odoo import api, models

# What is compared, apart from the lines.
COMPARED_FIELDS = (
    "date_petition",
    "amount_total",
    "amount_principal",
    "amount_interest",
    "amount_charges",
    "amount_secured",
    "amount_priority",
    "amount_goods",
    "amount_unsecured",
    "basis",
)


class CollectionClaimComparison(models.AbstractModel):
    """How an amendment differs from the version that it amends."""

    _name = "collection.claim.comparison"
    _description = "Comparison of Versions of a Claim"

    @api.model
    def _get_rows(self, claim):
        """:return: list of dicts of texts: label, before, after"""
        rows = []
        for name in COMPARED_FIELDS:
            before, after = (
                self._get_text(version, name) for version in (claim.previous_id, claim)
            )
            if before != after:
                label = claim._fields[name]._description_string(self.env)
                rows.append({"label": label, "before": before, "after": after})
        return rows + self._get_line_rows(claim)

    @api.model
    def _get_line_rows(self, claim):
        """:return: list of dicts of texts: the lines that are new, gone, or of another
        amount"""
        before, after = (
            {
                (line.move_line_id.id or line.name): (line.name, line.amount)
                for line in version.line_ids
            }
            for version in (claim.previous_id, claim)
        )
        rows = []
        for key in dict.fromkeys([*before, *after]):
            pair = (before.get(key), after.get(key))
            if pair[0] == pair[1]:
                continue
            old, new = (
                claim.currency_id.format(each[1]) if each else "-" for each in pair
            )
            name = (pair[0] or pair[1])[0]
            rows.append({"label": name, "before": old, "after": new})
        return rows

    @api.model
    def _get_text(self, claim, name):
        """:return: the value of a field as people read it"""
        field, value = claim._fields[name], claim[name]
        if field.type == "monetary":
            return claim[field.get_currency_field(claim)].format(value)
        if field.type == "date":
            return claim._format_date(value)
        return value or "-"
