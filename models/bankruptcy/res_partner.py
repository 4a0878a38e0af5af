from odoo import api, fields, models

from ..common.access import READERS


class ResPartner(models.Model):
    """The bankruptcies of a customer, shown on the customer and all its contacts."""

    _inherit = "res.partner"

    collection_bankruptcy_ids = fields.Many2many(
        "collection.bankruptcy",
        compute="_compute_collection_stay_text",
        string="Bankruptcies",
        groups=READERS,
    )
    collection_stay_text = fields.Char(
        "Bankruptcy", compute="_compute_collection_stay_text", groups=READERS
    )
    collection_rumor_text = fields.Char(
        "Rumor of insolvency", compute="_compute_collection_stay_text", groups=READERS
    )

    @api.depends("commercial_partner_id")
    @api.depends_context("lang")
    def _compute_collection_stay_text(self):
        Bankruptcy = self.env["collection.bankruptcy"]
        found = Bankruptcy.search(
            [("partner_id", "in", (self | self.commercial_partner_id)._origin.ids)]
        )
        by_partner = found.grouped("partner_id")
        for partner in self:
            customer = partner.commercial_partner_id._origin
            own = by_partner.get(customer, Bankruptcy)
            stops = own.filtered("stops_collection")
            rumors = own.filtered(lambda row: row.state == "rumor")
            partner.collection_bankruptcy_ids = own
            partner.collection_stay_text = stops[:1].banner
            partner.collection_rumor_text = not stops and rumors[:1].banner

    def action_record_collection_bankruptcy(self):
        """Record that this customer is bankrupt."""
        self.ensure_one()
        return self._record_collection_bankruptcy()

    def _record_collection_bankruptcy(self, **defaults):
        """:return: the action that records a bankruptcy of this customer"""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collections.collection_bankruptcy_action_new"
        )
        defaults["partner_id"] = self.commercial_partner_id.id
        context = {f"default_{name}": value for name, value in defaults.items()}
        return {**action, "context": context}

    def action_view_collection_bankruptcies(self):
        """Open the bankruptcies of this customer."""
        self.ensure_one()
        return self.collection_bankruptcy_ids._get_records_action(
            name=self.env._("Bankruptcies")
        )
