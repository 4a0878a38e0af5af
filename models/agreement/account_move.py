from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.access import READERS
from ..common.fields import compute_again


class AccountMove(models.Model):
    """Promises, disputes and installments for an invoice."""

    _inherit = "account.move"

    collection_dispute_ids = fields.One2many(
        "collection.dispute", "move_id", "Disputes", groups=READERS
    )
    collection_dispute_count = fields.Integer(
        compute="_compute_collection_dispute_count", groups=READERS
    )

    @api.depends("collection_dispute_ids")
    def _compute_collection_dispute_count(self):
        for move in self:
            move.collection_dispute_count = len(move.collection_dispute_ids)

    def button_cancel(self):
        result = super().button_cancel()
        if disputes := self._get_credited_disputes():
            disputes._reopen_without_credit_note()
        return result

    def unlink(self):
        disputes = self._get_credited_disputes()
        result = super().unlink()
        if disputes:
            disputes._reopen_without_credit_note()
        return result

    def action_take_collection_promise(self):
        """Take a promise to pay for this invoice.

        :raises UserError: when a bankruptcy stays it, or nothing of it can be promised
        """
        self.ensure_one()
        case = self.collection_case_id
        stay = self.env["collection.stay"]
        stay._check_moves(self, "promise", self.name, case)
        items = case._get_promisable_items(self)
        if not items:
            raise UserError(
                self.env._(
                    "Nothing on this invoice can be promised: an open promise "
                    "already covers it, or it has not been reviewed yet."
                )
            )
        return case._open_promise(items)

    def action_open_collection_dispute(self):
        """Open a dispute about this invoice."""
        self.ensure_one()
        return self.collection_case_id._open_dispute(move_id=self.id)

    def action_view_collection_disputes(self):
        """Open the disputes about this invoice."""
        self.ensure_one()
        return self.collection_dispute_ids._get_records_action(
            name=self.env._("Disputes")
        )

    def action_propose_collection_plan(self):
        """Propose installments for this invoice."""
        self.ensure_one()
        case = self.collection_case_id
        return case._propose_plan(case._get_plannable_items(self))

    def _refresh_collection_disputes(self):
        """Have the disputes about these invoices take over what was changed there."""
        invoices = self.filtered(lambda move: move.is_sale_document(True))
        if not invoices:
            return
        # Whoever changes an invoice need not see its disputes.
        disputes = self.env["collection.dispute"].sudo()
        compute_again(
            disputes.search([("move_id", "in", invoices.ids)]),
            "name",
            "company_id",
            "partner_id",
            "currency_id",
            "salesperson_id",
            "product_id",
        )

    def _get_credited_disputes(self):
        """:return: the disputes that these moves credit"""
        # Invoicing needs no rights on disputes.
        disputes = self.env["collection.dispute"].sudo()
        notes = self.filtered(lambda move: move.move_type == "out_refund")
        # Every invoice and payment comes by here: even a search for nothing takes time.
        return (
            disputes.search([("credit_note_id", "in", notes.ids)])
            if notes
            else disputes
        )

    def _settle_collection_disputes(self):
        """Match the credit notes of disputes with their invoices, and say so there.
        Called when these moves were posted."""
        disputes = self._get_credited_disputes()
        for dispute in disputes:
            self.env["collection.credit.note"]._match(
                dispute.credit_note_id, dispute.move_id._collection_receivables
            )
        disputes._log_credit_note()

    def _settle_collection_settlements(self):
        """Match what these moves give up with the items of their settlements. Called
        when these moves were posted."""
        # Every payment comes by here, too: even a search for nothing takes time.
        moves = self.filtered(
            lambda move: (
                move.move_type == "out_refund"
                or (
                    move.move_type == "entry"
                    and not (move.origin_payment_id or move.statement_line_id)
                )
            )
        )
        if moves:
            # Whoever posts entries need not be one who sees settlements.
            settlements = self.env["collection.settlement"].sudo()
            settlements.search([("rest_move_ids", "in", moves.ids)])._match_rest()
