from odoo import api, fields, models
from odoo.fields import Domain

from ..common.access import READERS


class AccountMove(models.Model):
    """The case of an invoice, its stage, and what comes next."""

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
        by_customer = cases._group_by_customer()
        for move in self:
            is_chased = (
                move.state == "posted"
                and move.is_sale_document(include_receipts=True)
                and move.payment_state not in ("paid", "reversed")
            )
            key = (move.company_id, move.commercial_partner_id)
            move.collection_case_id = is_chased and by_customer.get(key)

    def _search_collection_case_id(self, operator, value):
        chased = Domain(
            [
                ("state", "=", "posted"),
                ("move_type", "in", self.get_sale_types(include_receipts=True)),
                ("payment_state", "not in", ("paid", "reversed")),
            ]
        )
        return self.env["collection.case"]._search_by_customer(operator, value, chased)

    def action_open_collection_case(self):
        """Open the customer's collection case."""
        self.ensure_one()
        return self.collection_case_id._get_records_action()

    @property
    def _collection_receivables(self):
        return self.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and not line.reconciled
        )
