from odoo import api, fields, models


class CollectionCase(models.Model):
    """The bankruptcies of a case's customer, and what they stay."""

    _inherit = "collection.case"

    bankruptcy_ids = fields.Many2many(
        "collection.bankruptcy",
        compute="_compute_bankruptcy_ids",
        string="Bankruptcies",
    )
    bankruptcy_count = fields.Integer(
        "Bankruptcies on file", compute="_compute_bankruptcy_ids"
    )
    stay_text = fields.Char("Bankruptcy", compute="_compute_bankruptcy_ids")
    rumor_text = fields.Char("Rumor", compute="_compute_bankruptcy_ids")
    is_bankrupt = fields.Boolean(compute="_compute_bankruptcy_ids")

    @api.depends("partner_id")
    @api.depends_context("lang")
    def _compute_bankruptcy_ids(self):
        Bankruptcy = self.env["collection.bankruptcy"]
        found = Bankruptcy.search([("partner_id", "in", self.partner_id.ids)])
        by_customer = found.grouped("partner_id")
        for case in self:
            own = by_customer.get(case.partner_id, Bankruptcy)
            stops = own.filtered("stops_collection")
            rumors = own.filtered(lambda row: row.state == "rumor")
            case.bankruptcy_ids = own
            case.bankruptcy_count = len(own)
            case.is_bankrupt = bool(stops)
            case.stay_text = stops[:1].banner
            case.rumor_text = not stops and rumors[:1].banner

    def action_record_bankruptcy(self):
        """Record that this customer is bankrupt."""
        self.ensure_one()
        return self._record_bankruptcy()

    def _record_bankruptcy(self, **defaults):
        """:return: the action that records a bankruptcy of this customer"""
        return self.partner_id._record_collection_bankruptcy(**defaults)

    def action_view_bankruptcies(self):
        """Open the bankruptcies of this customer."""
        self.ensure_one()
        return self.bankruptcy_ids._get_records_action(name=self.env._("Bankruptcies"))
