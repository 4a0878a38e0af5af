from odoo import Command, fields, models
from odoo.exceptions import UserError

from .collection_dispute import ANSWER_DAYS


class CollectionDispute(models.Model):
    """The credit note that settles a dispute."""

    _inherit = "collection.dispute"

    def _draft_credit_note(self, amount):
        """Draft a credit note over the accepted amount, for the disputed lines if some
        were chosen, else for all, in proportion.

        Each line keeps its account and taxes, so that the tax is corrected too; what
        rounding leaves is a line of its own, so that the total is exact.
        """
        lines = self._get_lines_to_credit()
        share = amount / sum(lines.mapped("price_total"))
        # Collectors who may not invoice still settle disputes; it stays a draft.
        note = (
            self.env["account.move"]
            .sudo()
            .create(
                {
                    **self._prepare_credit_note_vals(),
                    "invoice_line_ids": [
                        Command.create(self._prepare_credit_line_vals(line, share))
                        for line in lines
                    ],
                }
            )
        )
        self._add_rounding(note, self.currency_id.round(amount - note.amount_total))
        return note

    def _get_lines_to_credit(self):
        move, chosen = self.move_id, self.line_ids
        if move.state != "posted":
            raise UserError(
                self.env._("The invoice is not posted any more; nothing is credited.")
            )
        total = sum(chosen.mapped("price_total"))
        if self.currency_id.compare_amounts(total, 0) > 0:
            return chosen
        return move.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )

    def _add_rounding(self, note, rest):
        if rest:
            note.invoice_line_ids = [
                Command.create(
                    {
                        "name": self.env._("Rounding"),
                        "account_id": note.invoice_line_ids[-1:].account_id.id,
                        "quantity": 1,
                        "price_unit": rest,
                        "tax_ids": [Command.clear()],
                    }
                )
            ]

    def _prepare_credit_note_vals(self):
        move = self.move_id
        return {
            "move_type": "out_refund",
            "company_id": move.company_id.id,
            "journal_id": move.journal_id.id,
            "partner_id": move.partner_id.id,
            "currency_id": move.currency_id.id,
            "fiscal_position_id": move.fiscal_position_id.id,
            "invoice_user_id": move.invoice_user_id.id,
            "invoice_payment_term_id": False,
            "reversed_entry_id": move.id,
            "ref": self.env._(
                "Dispute of %(invoice)s: %(reason)s",
                invoice=move.name,
                reason=self.reason_id.name,
            ),
        }

    def _prepare_credit_line_vals(self, line, share):
        net = line.price_unit * line.quantity * (1 - line.discount / 100)
        return {
            "name": line.name,
            "product_id": line.product_id.id,
            "account_id": line.account_id.id,
            "quantity": 1,
            "price_unit": net * share,
            "tax_ids": [Command.set(line.tax_ids.ids)],
        }

    def _reopen_without_credit_note(self):
        """Open disputes again whose credit note was cancelled or deleted.

        The amount was granted and is not credited: chasing it would be wrong, and so
        would be forgetting it. Somebody has to decide again, so the owner is told.
        """
        for dispute in self:
            today = dispute.company_id._get_collection_today()
            dispute.write(
                {
                    "state": "review",
                    "amount_accepted": 0.0,
                    "credit_note_id": False,
                    "date_closed": False,
                    "date_answer_due": fields.Date.add(today, days=ANSWER_DAYS),
                }
            )
            text = dispute.env._(
                "The credit note was cancelled before it was posted. The dispute is"
                " open again: decide anew."
            )
            dispute.message_post(body=text)
            dispute.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=text,
                user_id=(dispute.user_id or dispute.env.user).id,
            )
        self._review_customers()
