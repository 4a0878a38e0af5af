from odoo import api, fields, models


class CollectionDisputeResolve(models.TransientModel):
    """Resolve a dispute: grant an amount, reject or withdraw, with cause and answer."""

    _name = "collection.dispute.resolve"
    _description = "Resolve a Dispute"

    dispute_id = fields.Many2one("collection.dispute", required=True)
    currency_id = fields.Many2one(related="dispute_id.currency_id")
    amount_disputed = fields.Monetary(related="dispute_id.amount")
    decision = fields.Selection(
        [
            ("accept", "Accept"),
            ("reject", "Reject"),
            ("withdraw", "The customer drops it"),
        ],
        required=True,
        default="accept",
    )
    amount = fields.Monetary(
        "Accepted amount", compute="_compute_amount", store=True, readonly=False
    )
    cause_id = fields.Many2one(
        "collection.reason",
        "Root cause",
        required=True,
        domain="[('kind', '=', 'cause')]",
    )
    answer = fields.Html("Answer to the customer")
    send_answer = fields.Boolean("Send the answer by e-mail", default=True)

    @api.depends("dispute_id")
    def _compute_amount(self):
        for wizard in self:
            wizard.amount = wizard.dispute_id.amount

    def action_resolve(self):
        """Resolve the dispute; an accepted one shows its draft credit note."""
        self.ensure_one()
        dispute = self.dispute_id
        dispute.check_access("write")
        dispute.write({"cause_id": self.cause_id.id, "answer": self.answer})
        if self.decision == "accept":
            dispute._accept(self.amount)
        elif self.decision == "reject":
            dispute._reject(self.answer)
        else:
            dispute.action_withdraw()
        if self.send_answer and self.decision != "withdraw":
            dispute._send_answer()
        if self.decision == "accept":
            return dispute.action_view_credit_note()
        return {"type": "ir.actions.act_window_close"}
