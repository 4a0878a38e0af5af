from odoo import api, models

STAYED = ("stayed", "stayed_credit")


class CollectionPortalAccount(models.AbstractModel):
    """The account of a bankrupt customer lists what a stay covers, and asks for none
    of it. Paying is not hindered."""

    _inherit = "collection.portal.account"

    @api.model
    def _get_values(self, customer, company, visitor):
        values = super()._get_values(customer, company, visitor)
        rows = self._get_rows(customer, company)
        stayed = rows.filtered(lambda row: row.status in STAYED)
        if stayed and stayed == rows:
            values.update(bank=False, pay_reference=False)
        return {**values, "is_stayed": bool(stayed)}

    @api.model
    def _get_groups(self, rows, visitor, case):
        groups = super()._get_groups(rows, visitor, case)
        for group in groups:
            group["is_stayed"] = all(item["is_stayed"] for item in group["items"])
        return groups

    @api.model
    def _get_item(self, row, positions):
        item = super()._get_item(row, positions)
        item["is_stayed"] = row.status in STAYED
        if item["is_stayed"]:
            item["late"] = ""
        return item

    @api.model
    def _get_badges(self, row):
        if row.status in STAYED:
            return [(self.env._("Not asked for"), "light")]
        return super()._get_badges(row)
