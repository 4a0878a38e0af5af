from odoo import api, fields, models

from .res_partner import READERS


class AccountMove(models.Model):
    """An invoice of a bankrupt customer says what must not be done."""

    _inherit = "account.move"

    collection_stay_text = fields.Char(
        "Bankruptcy", compute="_compute_collection_stay_text", groups=READERS
    )

    @api.depends("state", "commercial_partner_id", "invoice_date", "payment_state")
    @api.depends_context("lang")
    def _compute_collection_stay_text(self):
        stay = self.env["collection.stay"]
        open_moves = self._origin.filtered(
            lambda move: (
                move.state == "posted"
                and move.is_sale_document(include_receipts=True)
                and move.payment_state not in ("paid", "reversed")
            )
        )
        stayed = stay._filter_moves(open_moves)
        for move in self:
            bankruptcies = (
                stay._get_bankruptcies(stay._get_debtors(move))
                if move._origin in stayed
                else self.env["collection.bankruptcy"]
            )
            move.collection_stay_text = bankruptcies[:1].banner

    def action_take_collection_promise(self):
        """Take a promise to pay for this invoice, unless it is stayed."""
        self.ensure_one()
        self.env["collection.stay"]._check_moves(
            self, "promise", self.name, self.collection_case_id
        )
        return super().action_take_collection_promise()
