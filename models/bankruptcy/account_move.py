from odoo import api, fields, models

from ..common.access import READERS


class AccountMove(models.Model):
    """An invoice of a bankrupt customer says what must not be done."""

    _inherit = "account.move"

    collection_stay_text = fields.Char(
        "Bankruptcy", compute="_compute_collection_stay_text", groups=READERS
    )

    # A screen shows it: payments, which would look for it, need not tell it anything.
    @api.depends("state", "commercial_partner_id", "invoice_date")
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

    def js_assign_outstanding_line(self, line_id):
        """Match what Odoo proposes on an invoice, unless that is a set-off."""
        self._check_set_off(self.env["account.move.line"].browse(line_id))
        return super().js_assign_outstanding_line(line_id)

    def _check_set_off(self, line):
        """Refuse to set off what we owed the debtor before the petition, against old
        invoices and new ones. Applying a payment to old ones is bookkeeping, and so is
        a dividend that came later.

        :param line: account.move.line to match with this invoice
        :raises UserError: when a stay forbids it
        """
        stay, credit = self.env["collection.stay"], line.move_id
        if not stay._filter_moves(credit):
            return
        is_payment = credit.origin_payment_id or credit.statement_line_id
        if not is_payment or not stay._filter_moves(self):
            stay._check_moves(credit, "match", credit.name, self.collection_case_id)
