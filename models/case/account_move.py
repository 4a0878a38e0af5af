from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.access import READERS


class AccountMove(models.Model):
    _inherit = "account.move"

    # Written set-based by the review; the only column of this addon on a core table.
    collection_stage_id = fields.Many2one(
        "collection.stage",
        "Collection stage",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups=READERS,
        help="The highest collection stage that an open item of the invoice reached.",
    )
    collection_case_id = fields.Many2one(
        "collection.case",
        "Collection case",
        compute="_compute_collection_case_id",
        search="_search_collection_case_id",
        groups=READERS,
    )
    collection_stage_color = fields.Integer(
        related="collection_stage_id.color", groups=READERS
    )
    collection_dispute_ids = fields.One2many(
        "collection.dispute", "move_id", "Disputes", groups=READERS
    )
    collection_dispute_count = fields.Integer(
        compute="_compute_collection_dispute_count", groups=READERS
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
    collection_explanation = fields.Char(
        related="collection_case_id.explanation",
        string="Collection standing",
        groups=READERS,
    )

    @api.depends("state", "commercial_partner_id")
    def _compute_collection_case_id(self):
        cases = self.env["collection.case"]._find_open(
            self.commercial_partner_id, self.company_id
        )
        by_customer = {(case.company_id, case.partner_id): case for case in cases}
        for move in self:
            is_chased = (
                move.state == "posted"
                and move.is_sale_document(include_receipts=True)
                and move.payment_state not in ("paid", "reversed")
            )
            key = (move.company_id, move.commercial_partner_id)
            move.collection_case_id = is_chased and by_customer.get(key)

    @api.depends("collection_dispute_ids")
    def _compute_collection_dispute_count(self):
        for move in self:
            move.collection_dispute_count = len(move.collection_dispute_ids)

    def _search_collection_case_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        items = self.env["collection.item"].search(
            [("is_open", "=", True)]
            + ([("case_id", "in", list(value))] if False not in value else [])
        )
        return [("id", "not in" if False in value else "in", items.move_id.ids)]

    def action_open_collection_case(self):
        """Open the customer's collection case."""
        self.ensure_one()
        return self.collection_case_id._get_records_action()

    @property
    def _collection_receivables(self):
        return self.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and not line.reconciled
        )

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._settle_collection_disputes()
        return posted

    def button_cancel(self):
        result = super().button_cancel()
        self._get_credited_disputes()._reopen_without_credit_note()
        return result

    def unlink(self):
        disputes = self._get_credited_disputes()
        result = super().unlink()
        disputes._reopen_without_credit_note()
        return result

    def _get_credited_disputes(self):
        """:return: the disputes that these moves credit; whoever invoices needs no
        rights on disputes"""
        return (
            self.env["collection.dispute"]
            .sudo()
            .search([("credit_note_id", "in", self.ids)])
        )

    def _settle_collection_disputes(self):
        """Match the credit notes of disputes with their invoices, and say so there."""
        disputes = self._get_credited_disputes()
        for dispute in disputes:
            note, invoice = dispute.credit_note_id, dispute.move_id
            accounts = (
                note._collection_receivables.account_id
                & invoice._collection_receivables.account_id
            )
            for account in accounts:
                (note | invoice)._collection_receivables.filtered(
                    lambda line, account=account: line.account_id == account
                ).reconcile()
        disputes._log_credit_note()

    def action_take_collection_promise(self):
        """Take a promise to pay for this invoice."""
        self.ensure_one()
        case = self.collection_case_id
        items = case._get_promisable_items(self)
        if not items:
            raise UserError(
                self.env._(
                    "Nothing of this invoice can be promised: it is covered by an open"
                    " promise already, or it was not reviewed yet."
                )
            )
        return case._take_promise(items)

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
