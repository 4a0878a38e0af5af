from odoo import models


class CollectionContact(models.Model):
    """What the summary of a conversation says of an entry."""

    _inherit = "collection.contact"

    def _get_summary_name(self):
        """:return: how the summary addresses whoever was spoken with"""
        self.ensure_one()
        if self.partner_id and not self.partner_id.is_company:
            return self.partner_id.name
        return self.person or self.env._("Sir or Madam")

    def _get_summary_dates(self):
        """:return: the collection.promise.line records that were promised in it"""
        promises = self.env["collection.promise"].search([("contact_id", "=", self.id)])
        return promises.line_ids.sorted("date")
