from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class CollectionClaim(models.Model):
    """What a claim pays, and what is left of it for the write-off."""

    _inherit = "collection.claim"

    distribution_ids = fields.One2many(
        "collection.claim.distribution", "claim_id", "Distributions"
    )
    amount_allowed = fields.Monetary(
        "Allowed", readonly=True, copy=False, tracking=True
    )
    percent_expected = fields.Float(
        "Dividend expected (%)",
        digits=(6, 3),
        tracking=True,
        copy=False,
        help="Of the allowed amount, as the office-holder expects or the plan says.",
    )
    amount_expected = fields.Monetary(
        "Expected", compute="_compute_amount_received", store=True
    )
    amount_received = fields.Monetary(
        "Received", compute="_compute_amount_received", store=True
    )
    amount_announced = fields.Monetary(
        "Announced",
        compute="_compute_amount_received",
        store=True,
        help="Distributions whose payment is not in the ledger.",
    )
    percent_received = fields.Float(
        "Dividend received (%)",
        digits=(6, 2),
        compute="_compute_amount_received",
        store=True,
        aggregator="avg",
    )
    is_final = fields.Boolean(
        "Final distribution made", compute="_compute_amount_received", store=True
    )
    amount_left = fields.Monetary(
        "Still open in the ledger",
        compute="_compute_amount_left",
        currency_field="company_currency_id",
        help="Of the items claimed, today.",
    )
    writeoff_move_id = fields.Many2one(
        "account.move",
        "Proposed write-off",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    writeoff_state = fields.Selection(
        related="writeoff_move_id.state", string="Status of the write-off"
    )

    @api.depends(
        "distribution_ids.amount",
        "distribution_ids.is_received",
        "distribution_ids.is_final",
        "amount_allowed",
        "amount_total",
        "percent_expected",
        "state",
    )
    def _compute_amount_received(self):
        for claim in self:
            rows = claim.distribution_ids
            received = sum(rows.filtered("is_received").mapped("amount"))
            base = claim._get_base()
            claim.amount_received = received
            claim.amount_announced = sum(rows.mapped("amount")) - received
            claim.amount_expected = claim._round(base * claim.percent_expected / 100)
            claim.percent_received = received / base * 100 if base else 0.0
            claim.is_final = any(row.is_final and row.is_received for row in rows)

    def _take_over_distributions(self):
        """What was paid on the version before was paid on the claim: the one that
        stands now counts it, and goes on with what was announced."""
        # Dividends on a version that stands no more are written by nobody by hand.
        for row in self.sudo().previous_id.distribution_ids:
            amount = row.currency_id._convert(
                row.amount, self.currency_id, row.company_id, row.date
            )
            row.write({"claim_id": self.id, "amount": amount})

    def _get_base(self):
        """:return: what the dividend is counted from: the allowed amount, else all"""
        if self.state == "disallowed":
            return 0.0
        return self.amount_allowed or self.amount_total

    @api.depends("line_ids.move_line_id.amount_residual")
    def _compute_amount_left(self):
        for claim in self:
            items = claim._get_items_left()
            claim.amount_left = sum(items.mapped("amount_residual"))

    def _get_items_left(self):
        """:return: the journal items of the claim that are still open, credits too"""
        return self.line_ids.move_line_id.filtered(
            lambda line: not line.reconciled and line.parent_state == "posted"
        )

    def action_propose_writeoff(self):
        """Draft the entry that writes off what is left; a person posts it.

        :raises UserError: when nothing is left, or no account is set
        """
        self.ensure_one()
        self._check_manager()
        self.check_access("write")
        if self.writeoff_state in ("draft", "posted"):
            return self.action_view_writeoff()
        self._check_writeoff()
        # Managers of collections are invoicing users: they draft the entry themselves.
        move = self.env["account.move"].create(self._prepare_writeoff_vals())
        self.sudo().writeoff_move_id = move
        self.message_post(
            body=self.env._("The write-off of what is left was drafted for review.")
        )
        return self.action_view_writeoff()

    def _check_writeoff(self):
        if self.state not in ("closed", "disallowed", "allowed", "reduced", "filed"):
            raise UserError(
                self.env._("What is left is written off when the claim is settled.")
            )
        if not self.company_id.collection_writeoff_account_id:
            raise UserError(
                self.env._(
                    "Set the account for write-offs first (Settings > Invoicing >"
                    " Collections)."
                )
            )
        if self.company_id.currency_id.compare_amounts(self.amount_left, 0) <= 0:
            raise UserError(self.env._("Nothing is left to write off."))

    def _prepare_writeoff_vals(self):
        company = self.company_id
        account = company.collection_writeoff_account_id
        journal = self.env["account.journal"].search(
            [("type", "=", "general"), ("company_id", "parent_of", company.id)], limit=1
        )
        items = self._get_items_left()
        return {
            "move_type": "entry",
            "company_id": company.id,
            "journal_id": journal.id,
            "date": company._get_collection_today(),
            "ref": self.env._("Write-off: %s", self.name),
            "line_ids": [
                *(Command.create(self._prepare_writeoff_line(item)) for item in items),
                Command.create(
                    {
                        "name": self.env._("Write-off: %s", self.name),
                        "account_id": account.id,
                        "balance": sum(items.mapped("amount_residual")),
                        "currency_id": company.currency_id.id,
                    }
                ),
            ],
        }

    def _prepare_writeoff_line(self, item):
        return {
            "name": self.env._("Write-off of %s", item.move_id.name),
            "account_id": item.account_id.id,
            "partner_id": item.partner_id.id,
            "currency_id": item.currency_id.id,
            "amount_currency": -item.amount_residual_currency,
            "balance": -item.amount_residual,
        }

    def action_view_writeoff(self):
        """Open the proposed entry."""
        self.ensure_one()
        return self.writeoff_move_id._get_records_action()

    def _match_writeoff(self):
        """Match the entry, now that somebody posted it, with the items it is about."""
        for claim in self:
            for line in claim.writeoff_move_id.line_ids:
                items = claim._get_items_left().filtered(
                    lambda item, own=line: (
                        item.account_id == own.account_id
                        and item.currency_id == own.currency_id
                        and item.amount_residual_currency == -own.amount_currency
                        and item.amount_residual == -own.balance
                    )
                )
                if items:
                    (items[0] | line).reconcile()
