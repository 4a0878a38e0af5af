from odoo import api, models
from odoo.exceptions import ValidationError

from .collection_dispute import OPEN_STATES

DISPUTABLE = ("out_invoice", "out_receipt")


class CollectionDispute(models.Model):
    """What of an invoice can be disputed."""

    _inherit = "collection.dispute"

    def _get_free_amount(self):
        """:return: what is open on the invoice and not disputed by another one"""
        self.ensure_one()
        others = self.search(
            [
                ("move_id", "=", self.move_id._origin.id),
                ("is_active", "=", True),
                ("id", "!=", self._origin.id),
            ]
        )
        return self.move_id.amount_residual - sum(others.mapped("amount_apart"))

    # Not when the state changes: what was paid since then must not hold a dispute up.
    @api.constrains("amount", "move_id")
    def _check_amount(self):
        for dispute in self.filtered(lambda dispute: dispute.state in OPEN_STATES):
            free = dispute._get_free_amount()
            if dispute.currency_id.compare_amounts(dispute.amount, free) > 0:
                raise ValidationError(
                    self.env._(
                        "%(amount)s cannot be disputed: only %(free)s of %(invoice)s is"
                        " open and not disputed yet.",
                        amount=dispute.currency_id.format(dispute.amount),
                        free=dispute.currency_id.format(max(free, 0.0)),
                        invoice=dispute.move_id.name,
                    )
                )

    @api.constrains("move_id", "line_ids")
    def _check_move(self):
        for dispute in self:
            move = dispute.move_id
            if move.state != "posted" or move.move_type not in DISPUTABLE:
                raise ValidationError(
                    self.env._("Only a posted customer invoice can be disputed.")
                )
            if dispute.line_ids.move_id - move:
                raise ValidationError(
                    self.env._("The disputed lines belong to another invoice.")
                )

    @api.constrains("date_answer_due")
    def _check_answer_due(self):
        dated = self.filtered("date_answer_due")
        if any(dispute.date_answer_due < dispute.date_opened for dispute in dated):
            raise ValidationError(
                self.env._("The answer cannot be due before the dispute was opened.")
            )
