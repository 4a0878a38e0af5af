from odoo import Command, api, models
from odoo.exceptions import UserError

WRITEOFF_STATES = ("closed", "disallowed", "allowed", "reduced", "filed")


class CollectionClaimWriteoff(models.AbstractModel):
    """The entry that writes off what is left of a claim.

    It is drafted here and posted by a person; then it is matched with the items it is
    about.
    """

    _name = "collection.claim.writeoff"
    _description = "Write-off of a Claim"

    @api.model
    def _draft(self, claim):
        """Draft the entry.

        :return: account.move record
        :raises UserError: when nothing is left, or no account is set
        """
        self._check_possible(claim)
        # No sudo: managers of collections are invoicing users.
        return self.env["account.move"].create(self._prepare_move_vals(claim))

    @api.model
    def _check_possible(self, claim):
        if claim.state not in WRITEOFF_STATES:
            raise UserError(
                self.env._("The rest is written off when the claim is settled.")
            )
        if not claim.company_id.collection_writeoff_account_id:
            raise UserError(
                self.env._(
                    "Set the account for write-offs first (Settings > Invoicing >"
                    " Collections)."
                )
            )
        if claim.company_currency_id.compare_amounts(claim.amount_left, 0) <= 0:
            raise UserError(self.env._("Nothing is left to write off."))

    @api.model
    def _prepare_move_vals(self, claim):
        company, items = claim.company_id, claim._get_open_items()
        journal = self.env["account.journal"].search(
            [("type", "=", "general"), ("company_id", "parent_of", company.id)], limit=1
        )
        reference = self.env._("Write-off: %s", claim.name)
        return {
            "move_type": "entry",
            "company_id": company.id,
            "journal_id": journal.id,
            "date": company._get_collection_today(),
            "ref": reference,
            "line_ids": [
                *(Command.create(self._prepare_line_vals(item)) for item in items),
                Command.create(
                    {
                        "name": reference,
                        "account_id": company.collection_writeoff_account_id.id,
                        "balance": sum(items.mapped("amount_residual")),
                        "currency_id": company.currency_id.id,
                    }
                ),
            ],
        }

    @api.model
    def _prepare_line_vals(self, item):
        return {
            "name": self.env._("Write-off of %s", item.move_id.name),
            "account_id": item.account_id.id,
            "partner_id": item.partner_id.id,
            "currency_id": item.currency_id.id,
            # Both as they are open: no exchange difference is left when they match.
            "amount_currency": -item.amount_residual_currency,
            "balance": -item.amount_residual,
        }

    @api.model
    def _match(self, claim):
        """Match each line of the entry, now that somebody posted it, with the open item
        of the same amount; a line that the person changed is left alone."""
        for line in claim.writeoff_move_id.line_ids:
            items = claim._get_open_items().filtered(
                lambda item, own=line: (
                    item.account_id == own.account_id
                    and item.currency_id == own.currency_id
                    and item.amount_residual_currency == -own.amount_currency
                    and item.amount_residual == -own.balance
                )
            )
            if items:
                (items[0] | line).reconcile()
