from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..common.access import READERS


class ResPartner(models.Model):
    _inherit = "res.partner"

    collection_policy_id = fields.Many2one(
        "collection.policy",
        "Collection policy",
        company_dependent=True,
        groups=READERS,
        domain="[('company_id', '=', current_company_id)]",
        help="Always use this policy. Empty: the first whose criteria are met.",
    )
    collection_user_id = fields.Many2one(
        "res.users",
        "Collector",
        company_dependent=True,
        groups=READERS,
        domain="[('share', '=', False), ('company_ids', 'in', [current_company_id])]",
    )
    collection_contact_id = fields.Many2one(
        "res.partner",
        "Collections contact",
        groups=READERS,
        domain="['|', ('id', 'child_of', id), ('parent_id', '=', id)]",
        help="Who reminders and letters are addressed to. Empty: the invoice "
        "contact, else the addressee of the invoices.",
    )
    collection_case_id = fields.Many2one(
        "collection.case",
        "Collection case",
        compute="_compute_collection_case_id",
        search="_search_collection_case_id",
        groups=READERS,
    )
    collection_stage_id = fields.Many2one(
        related="collection_case_id.stage_id", string="Collection stage", groups=READERS
    )
    collection_explanation = fields.Char(
        related="collection_case_id.explanation",
        string="Collection standing",
        groups=READERS,
    )
    collection_date_next = fields.Date(
        related="collection_case_id.date_next",
        string="Next collection step on",
        groups=READERS,
    )
    collection_next_stage_id = fields.Many2one(
        related="collection_case_id.next_stage_id",
        string="Next collection step",
        groups=READERS,
    )
    collection_ageing = fields.Json(related="collection_case_id.ageing", groups=READERS)
    collection_amount_overdue = fields.Monetary(
        related="collection_case_id.amount_overdue",
        currency_field="collection_currency_id",
        groups=READERS,
    )
    collection_currency_id = fields.Many2one(
        related="collection_case_id.currency_id",
        string="Collection currency",
        groups=READERS,
    )

    @api.constrains("collection_user_id")
    def _check_collection_user(self):
        company = self.env.company
        # Sudo: it leads to a yes or no, whatever of the users may be read.
        for user in self.sudo().collection_user_id:
            if user.share or not user.active or company not in user.company_ids:
                raise ValidationError(
                    self.env._(
                        "%(user)s cannot be collector: choose an active internal user"
                        " of %(company)s.",
                        user=user.name,
                        company=company.name,
                    )
                )

    @api.depends_context("company")
    @api.depends("commercial_partner_id")
    def _compute_collection_case_id(self):
        cases = self.env["collection.case"]._find_open(
            self.commercial_partner_id, self.env.company
        )
        by_partner = {case.partner_id: case for case in cases}
        for partner in self:
            partner.collection_case_id = by_partner.get(partner.commercial_partner_id)

    def _search_collection_case_id(self, operator, value):
        return self.env["collection.case"]._search_by_customer(
            operator, value, company=self.env.company
        )

    def action_open_collection_case(self):
        """Open the customer's collection case in the current company."""
        self.ensure_one()
        return self.collection_case_id._get_records_action()
