from odoo import api, fields, models
from odoo.exceptions import UserError

STEPS = [
    ("file", "Filed"),
    ("object", "Objected to"),
    ("decide", "Decided"),
    ("amend", "Amend"),
    ("transfer", "Transferred"),
    ("withdraw", "Withdraw"),
]


class CollectionClaimStep(models.TransientModel):
    """What a step of a claim has to say: dates, numbers, amounts, reasons."""

    _name = "collection.claim.step"
    _description = "Step of a Claim"

    claim_id = fields.Many2one("collection.claim", required=True)
    company_id = fields.Many2one(related="claim_id.company_id")
    currency_id = fields.Many2one(related="claim_id.currency_id")
    step = fields.Selection(STEPS, required=True, readonly=True)
    date = fields.Date(
        "On", compute="_compute_date", store=True, precompute=True, readonly=False
    )
    register_number = fields.Char("Claim number", help="With its version: 22-1.")
    method = fields.Selection(
        lambda self: self.env["collection.claim"]._fields["method"].selection,
        "How",
    )
    receipt = fields.Binary()
    receipt_name = fields.Char()
    is_late = fields.Boolean(compute="_compute_late_text")
    late_text = fields.Char(compute="_compute_late_text")
    date_answer_due = fields.Date("Answer due")
    amount_total = fields.Monetary("Claimed", related="claim_id.amount_total")
    amount = fields.Monetary(
        "Allowed",
        compute="_compute_amount",
        store=True,
        precompute=True,
        readonly=False,
    )
    amount_price = fields.Monetary("Price")
    transferee = fields.Char("To")
    reason = fields.Text()

    @api.depends("claim_id")
    def _compute_date(self):
        for wizard in self:
            company = wizard.claim_id.company_id or self.env.company
            wizard.date = company._get_collection_today()

    @api.depends("claim_id")
    def _compute_amount(self):
        for wizard in self:
            claim = wizard.claim_id
            wizard.amount = claim.amount_allowed or claim.amount_total

    @api.depends("date", "claim_id", "step")
    def _compute_late_text(self):
        for wizard in self:
            claim = wizard.claim_id
            first = claim._get_first_filed() or wizard.date
            bar = claim.date_bar
            wizard.is_late = bool(
                wizard.step == "file" and bar and first and first > bar
            )
            wizard.late_text = wizard.is_late and claim._get_late_text()

    def action_apply(self):
        """Take the step.

        :raises UserError: when something it needs is missing
        """
        self.ensure_one()
        self.claim_id.check_access("write")
        return getattr(self, f"_apply_{self.step}")()

    def _check_filled(self, *names):
        """:raises UserError: when one of these fields is empty"""
        labels = self.fields_get(names, ["string"])
        for name in names:
            if not self[name]:
                raise UserError(self.env._("Enter: %s", labels[name]["string"]))

    def _apply_file(self):
        self._check_filled("date", "method")
        receipt = self.env["ir.attachment"]
        if self.receipt:
            receipt = receipt.create(
                {
                    "name": self.receipt_name or self.env._("Receipt"),
                    "datas": self.receipt,
                    "res_model": self.claim_id._name,
                    "res_id": self.claim_id.id,
                }
            )
        self.claim_id._file(self.date, self.register_number, self.method, receipt)

    def _apply_object(self):
        self._check_filled("date_answer_due", "reason")
        self.claim_id._object(self.date_answer_due, self.reason)

    def _apply_decide(self):
        self._check_filled("date")
        self.claim_id._decide(self.date, self.amount, self.reason)

    def _apply_amend(self):
        self._check_filled("reason")
        return self.claim_id._amend(self.reason)._get_records_action()

    def _apply_transfer(self):
        self.claim_id._check_decider()
        self._check_filled("date", "transferee")
        self.claim_id._set_state(
            "transferred",
            transferee=self.transferee,
            date_transferred=self.date,
            amount_price=self.amount_price,
        )

    def _apply_withdraw(self):
        if self.claim_id.state not in ("draft", "ready"):
            self.claim_id._check_decider()
        self._check_filled("reason")
        self.claim_id._set_state("withdrawn", withdrawal_reason=self.reason)
