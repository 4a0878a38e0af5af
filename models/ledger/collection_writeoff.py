from odoo import Command, api, models
from odoo.exceptions import UserError


class CollectionWriteoff(models.AbstractModel):
    """The entry that writes off what is open of receivables: drafted here, posted by a
    person, then matched with them."""

    _name = "collection.writeoff"
    _description = "Write-offs of Receivables"

    @api.model
    def _check_account(self, company):
        """:raises UserError: when no account for write-offs is set"""
        if not company.collection_writeoff_account_id:
            raise UserError(
                self.env._(
                    "Set the account for write-offs first (Settings > Invoicing >"
                    " Collections)."
                )
            )

    @api.model
    def _prepare_move_vals(self, company, lines, reference):
        """Prepare the entry.

        :param company: res.company record
        :param lines: account.move.line records, written off as far as they are open
        :param str reference: what it is for
        :return: values of an account.move
        """
        journal = self.env["account.journal"].search(
            [("type", "=", "general"), ("company_id", "parent_of", company.id)], limit=1
        )
        return {
            "move_type": "entry",
            "company_id": company.id,
            "journal_id": journal.id,
            "date": company._get_collection_today(),
            "ref": reference,
            "line_ids": [
                *(Command.create(self._prepare_line_vals(line)) for line in lines),
                Command.create(
                    {
                        "name": reference,
                        "account_id": company.collection_writeoff_account_id.id,
                        "balance": sum(lines.mapped("amount_residual")),
                        "currency_id": company.currency_id.id,
                    }
                ),
            ],
        }

    @api.model
    def _prepare_line_vals(self, line):
        return {
            "name": self.env._("Write-off of %s", line.move_id.name),
            "account_id": line.account_id.id,
            "partner_id": line.partner_id.id,
            "currency_id": line.currency_id.id,
            # Both as they are open: no exchange difference is left when they match.
            "amount_currency": -line.amount_residual_currency,
            "balance": -line.amount_residual,
        }

    @api.model
    def _match(self, move, get_open):
        """Match each line of the entry, now that somebody posted it, with the open item
        of the same amount; a line that the person changed is left alone.

        :param move: account.move record
        :param get_open: function that answers the account.move.line records that are
            still open
        """
        for line in move.line_ids:
            lines = get_open().filtered(
                lambda item, own=line: (
                    item.account_id == own.account_id
                    and item.currency_id == own.currency_id
                    and item.amount_residual_currency == -own.amount_currency
                    and item.amount_residual == -own.balance
                )
            )
            if lines:
                (lines[0] | line).reconcile()
