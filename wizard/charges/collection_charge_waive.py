from odoo import api, fields, models
from odoo.exceptions import UserError


class CollectionChargeWaive(models.TransientModel):
    """Waive late charges, with the reason that stays on record."""

    _name = "collection.charge.waive"
    _description = "Waive Late Charges"

    charge_ids = fields.Many2many(
        "collection.charge", string="Late charges", required=True
    )
    company_id = fields.Many2one("res.company", compute="_compute_amount")
    currency_id = fields.Many2one("res.currency", compute="_compute_amount")
    amount = fields.Monetary("In all", compute="_compute_amount")
    reason_id = fields.Many2one(
        "collection.reason", required=True, domain="[('kind', '=', 'waiver')]"
    )
    note = fields.Char(help="What was agreed, and with whom.")

    @api.depends("charge_ids")
    def _compute_amount(self):
        for wizard in self:
            wizard.company_id = wizard.charge_ids.company_id[:1]
            wizard.currency_id = wizard.company_id.currency_id
            wizard.amount = sum(wizard.charge_ids.mapped("amount_company"))

    def action_waive(self):
        """Waive the charges.

        :return: action that opens the draft credit notes, if there are any
        :raises UserError: when nothing can be waived
        """
        self.ensure_one()
        if not self.charge_ids:
            raise UserError(self.env._("There is nothing to waive."))
        for partner, charges in self.charge_ids.grouped("partner_id").items():
            for company, own in charges.grouped("company_id").items():
                case = self.env["collection.case"]._find_open(partner, company)
                policy = case.policy_id or own.stage_id.policy_id[:1]
                own._check_may_waive(policy)
        notes = self.charge_ids._waive(self.reason_id, self.note or "")
        if not notes:
            return {"type": "ir.actions.act_window_close"}
        return notes._get_records_action(name=self.env._("Credit notes to post"))
