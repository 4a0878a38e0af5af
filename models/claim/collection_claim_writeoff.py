from odoo import api, models
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
        self.env["collection.writeoff"]._check_account(claim.company_id)
        if claim.company_currency_id.compare_amounts(claim.amount_left, 0) <= 0:
            raise UserError(self.env._("Nothing is left to write off."))

    @api.model
    def _prepare_move_vals(self, claim):
        return self.env["collection.writeoff"]._prepare_move_vals(
            claim.company_id,
            claim._get_open_items(),
            self.env._("Write-off: %s", claim.name),
        )

    @api.model
    def _match(self, claim):
        """Match the entry, now that somebody posted it, with the items it is about."""
        self.env["collection.writeoff"]._match(
            claim.writeoff_move_id, claim._get_open_items
        )
