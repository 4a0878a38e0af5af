from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools.claim_states import DIVIDEND_STATES


class CollectionClaimDistribution(models.Model):
    """A dividend on a claim: announced, and received once its payment is in the ledger.

    Undoing the payment undoes the receipt.
    """

    _name = "collection.claim.distribution"
    _description = "Distribution on a Claim"
    _order = "date, id"
    _rec_names_search = ["reference", "claim_id"]
    _check_company_auto = True

    claim_id = fields.Many2one(
        "collection.claim", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="claim_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="claim_id.currency_id", store=True)
    partner_id = fields.Many2one(
        related="claim_id.partner_id", string="Debtor", store=True, precompute=True
    )
    date = fields.Date(
        required=True, default=lambda self: self.env.company._get_collection_today()
    )
    reference = fields.Char(help="As the office-holder calls it.")
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    payment_id = fields.Many2one(
        "account.payment",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        domain="[('payment_type', '=', 'inbound')]",
        help="Without it the distribution is announced, not received.",
    )
    is_received = fields.Boolean("Received", compute="_compute_is_received", store=True)
    is_final = fields.Boolean("Final distribution")

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "A distribution must be above zero."
    )

    @api.depends("payment_id")
    def _compute_amount(self):
        for row in self:
            if row.payment_id and not row.amount:
                row.amount = row._get_payment_amount()

    def _get_payment_amount(self):
        """:return: amount of the payment in the claim's currency"""
        payment = self.payment_id
        return payment.currency_id._convert(
            payment.amount, self.claim_id.currency_id, self.company_id, payment.date
        )

    # Payments and entries tell when they are undone, see ``compute_again``.
    @api.depends("payment_id")
    def _compute_is_received(self):
        for row in self:
            # A payment that was undone, or reversed, has not come in after all.
            move = row.payment_id.move_id
            is_reversed = "posted" in move.reversal_move_ids.mapped("state")
            row.is_received = (
                row.payment_id.state in ("in_process", "paid") and not is_reversed
            )

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows._check_claim()
        return rows

    def write(self, vals):
        is_moved = "claim_id" in vals
        # The program moves them to the version that counts now.
        if vals.keys() - {"is_received"} and not (is_moved and self.env.su):
            self._check_claim()
        result = super().write(vals)
        if is_moved:
            self._check_claim()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_received(self):
        self._check_claim()
        if self.filtered("is_received"):
            raise UserError(
                self.env._("The money came in. Undo its payment, not the distribution.")
            )

    def _check_claim(self):
        """:raises UserError: when the claim does not stand, or is closed"""
        if any(row.claim_id.state not in DIVIDEND_STATES for row in self):
            raise UserError(
                self.env._("Only a filed or allowed claim receives distributions.")
            )

    @api.constrains("amount", "payment_id")
    def _check_payment(self):
        for row in self.filtered("payment_id"):
            # Sudo: rows of other claims count, also of companies the user can't see.
            shared = self.sudo().search([("payment_id", "=", row.payment_id.id)])
            if (
                row.currency_id.compare_amounts(
                    sum(shared.mapped("amount")), row._get_payment_amount()
                )
                > 0
            ):
                raise ValidationError(
                    self.env._(
                        "%s is less than what was distributed with it.",
                        row.payment_id.display_name,
                    )
                )

    @api.constrains("date")
    def _check_date(self):
        for row in self:
            # An amendment is filed later, and keeps what was paid on the first version.
            filed = row.claim_id._get_first_version().date_filed
            if filed and row.date and row.date < filed:
                raise ValidationError(
                    self.env._("A distribution cannot come before the claim was filed.")
                )

    def _move_to(self, claim):
        """Count dividends, paid or announced, on the version of a claim that replaces
        the one they were paid on.

        :param claim: collection.claim record that was filed just now
        """
        # Sudo: nobody changes by hand what was paid on a replaced version.
        for row in self.sudo():
            amount = row.currency_id._convert(
                row.amount, claim.currency_id, row.company_id, row.date
            )
            row.write({"claim_id": claim.id, "amount": amount})
