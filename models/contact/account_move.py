from odoo import api, fields, models

from ..common.access import READERS


class AccountMove(models.Model):
    """The contacts that an invoice was talked or written about."""

    _inherit = "account.move"

    collection_contact_count = fields.Integer(
        "Number of collection contacts",
        compute="_compute_collection_contact_count",
        groups=READERS,
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_collection_contact_count(self):
        counts = dict(
            self.env["collection.contact"]._read_group(
                [("move_ids", "in", self.ids)], ["move_ids"], ["__count"]
            )
        )
        for move in self:
            move.collection_contact_count = counts.get(move._origin, 0)

    def action_view_collection_contacts(self):
        """Open the contacts that concern this invoice."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collections.collection_contact_action"
        )
        return {**action, "domain": [("move_ids", "in", self.ids)], "context": {}}
