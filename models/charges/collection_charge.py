from dateutil.relativedelta import relativedelta
from odoo import SUPERUSER_ID, Command, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_amount

CHARGE_KINDS = [
    ("interest", "Interest"),
    ("lump", "Lump sum"),
    ("fee", "Fee"),
]
CHARGE_STATES = [
    ("draft", "Draft"),
    ("posted", "Charged"),
    ("paid", "Paid"),
    ("waived", "Waived"),
    ("cancelled", "Cancelled"),
]


class CollectionCharge(models.Model):
    """What was charged for the late payment of one item: a line of an invoice.

    Up to when interest was charged follows from the charges that are not cancelled,
    drafts included; a line that is deleted, or an invoice that is cancelled, frees what
    it charged. A waived charge is not charged again.
    """

    _name = "collection.charge"
    _description = "Late Charge"
    _inherit = ["collection.protected.mixin"]
    _order = "id desc"
    _rec_names_search = ["partner_id", "description"]
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, index=True
    )
    user_id = fields.Many2one("res.users", "Collector", readonly=True)
    line_id = fields.Many2one(
        "account.move.line",
        "Late item",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    late_move_id = fields.Many2one(related="line_id.move_id", string="Late invoice")
    rule_id = fields.Many2one(
        "collection.charge.rule", readonly=True, ondelete="restrict"
    )
    stage_id = fields.Many2one("collection.stage", readonly=True, ondelete="set null")
    kind = fields.Selection(CHARGE_KINDS, required=True, readonly=True)
    date_to = fields.Date("Charged until", readonly=True)
    date_offer = fields.Date(
        "Waived if paid by", readonly=True, help="What the letter has offered."
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(readonly=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency"
    )
    amount_company = fields.Monetary(
        "Amount in company currency",
        currency_field="company_currency_id",
        readonly=True,
    )
    description = fields.Char(readonly=True)
    charge_line_id = fields.Many2one(
        "account.move.line",
        "Line of the invoice",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    move_id = fields.Many2one(
        related="charge_line_id.move_id",
        string="Invoice",
        store=True,
        index="btree_not_null",
    )
    last_allocation = fields.Integer(
        readonly=True,
        help="Of a correction: the last allocation to the late item that it knows of.",
    )
    is_carried = fields.Boolean("Not asked for at present", readonly=True)
    waive_date = fields.Date("Waived on", readonly=True)
    waive_user_id = fields.Many2one("res.users", "Waived by", readonly=True)
    waive_reason_id = fields.Many2one(
        "collection.reason",
        "Reason",
        readonly=True,
        ondelete="restrict",
        domain="[('kind', '=', 'waiver')]",
    )
    waive_note = fields.Char("Note", readonly=True)
    waive_move_id = fields.Many2one(
        "account.move",
        "Credit note",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    state = fields.Selection(CHARGE_STATES, compute="_compute_state")

    @api.depends(
        "charge_line_id",
        "move_id.state",
        "move_id.payment_state",
        "waive_date",
        "waive_move_id.state",
    )
    def _compute_state(self):
        for charge in self:
            charge.state = charge._get_state()

    @api.depends("kind", "amount", "late_move_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for charge in self:
            amount = format_amount(self.env, charge.amount, charge.currency_id)
            name = charge.late_move_id.name or ""
            charge.display_name = f"{charge._label('kind')} {amount} ({name})"

    def _get_state(self):
        self.ensure_one()
        move, note = self.move_id, self.waive_move_id
        is_waived = not move or (note and note.state != "cancel")
        if self.waive_date and is_waived:
            return "waived"
        if not move or move.state == "cancel":
            return "cancelled"
        if move.state == "draft":
            return "draft"
        if move.payment_state == "reversed":
            return "waived"
        return "paid" if move.payment_state in ("paid", "in_payment") else "posted"

    @api.model
    def _find_of_lines(self, lines):
        """:return: dict of the charges that count, per account.move.line record; read
        as superuser, since what was charged does not depend on who looks"""
        charges = self.sudo().search([("line_id", "in", lines.ids)])
        charges = charges.filtered(lambda charge: charge.state != "cancelled")
        return charges.grouped("line_id")

    @api.model
    def _find_fees(self, oldest, lines):
        """Find the fees of the messages that have asked for some items: also those that
        stand on an older item, which is paid by now.

        :param oldest: collection.exposure record, the oldest of the items
        :param lines: account.move.line records of all of them
        :return: collection.charge records that count
        """
        is_since = Domain("partner_id", "=", oldest.partner_id.id)
        is_since &= Domain("company_id", "=", oldest.company_id.id)
        is_since &= Domain("date_to", ">", oldest.date_maturity)
        # Sudo: what was charged does not depend on who looks.
        fees = self.sudo().search(
            Domain("kind", "=", "fee") & (is_since | Domain("line_id", "in", lines.ids))
        )
        return fees.filtered(lambda charge: charge.state != "cancelled")

    def action_open_invoice(self):
        """Open the invoice over this charge, or the late one if there is none."""
        self.ensure_one()
        return (self.move_id or self.late_move_id)._get_records_action()

    # ------------------------------------------------------------------
    # To waive
    # ------------------------------------------------------------------

    def action_waive(self):
        """Open the form that asks for the reason."""
        return self._open_wizard(
            "collection.charge.waive",
            self.env._("Waive late charges"),
            charge_ids=self.filtered(
                lambda charge: charge.state in ("draft", "posted")
            ).ids,
        )

    def _get_rests(self):
        """:return: dict per charge of what corrections have left of it; of several for
        the same item they take off the latest first"""
        rests = {charge: charge.amount for charge in self.sudo()}
        for own in self._find_of_lines(self.sudo().line_id).values():
            for same in own.grouped("kind").values():
                excess = -sum(one.amount for one in same if one.amount < 0)
                for charge in same.filtered(
                    lambda one: one.amount > 0 and one.state != "waived"
                ):
                    taken = min(excess, charge.amount)
                    rests[charge] = charge.currency_id.round(charge.amount - taken)
                    excess -= taken
        return rests

    def _check_may_waive(self, policy):
        """Hold the limit of collectors, which is for a customer and a year: nobody gets
        around it in small steps.

        :param policy: collection.policy record of the customer
        :raises AccessError: when a manager has to
        """
        group = "account_collections.group_collection_user"
        if not (self.env.su or self.env.user.has_group(group)):
            raise AccessError(self.env._("Only collectors waive late charges."))
        limit, company = policy.charge_waive_max, self.company_id[:1]
        if not limit:
            return
        total = sum(self.mapped("amount_company")) + self._get_waived_before()
        if company.currency_id.compare_amounts(total, limit) > 0:
            self._check_manager(
                self.env._(
                    "Above %s for a customer in a year a collections manager waives"
                    " late charges.",
                    format_amount(self.env, limit, company.currency_id),
                )
            )

    def _get_waived_before(self):
        """:return: what collectors have waived of the customer's charges in a year, in
        company currency; not what managers have, nor the program by itself"""
        company = self.company_id[:1]
        since = company._get_collection_today() - relativedelta(years=1)
        # Sudo: the limit counts for all collectors together.
        waived = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", self.partner_id.ids),
                ("waive_date", ">", since),
                ("waive_user_id", "!=", SUPERUSER_ID),
            ]
        )
        group = "account_collections.group_collection_manager"
        counted = (waived - self.sudo()).filtered(
            lambda charge: (
                charge.state == "waived" and not charge.waive_user_id.has_group(group)
            )
        )
        return sum(counted.mapped("amount_company"))

    def _waive(self, reason, note=""):
        """Waive charges: drafts are taken out of their invoice, for posted ones a draft
        credit note is made, which a person posts.

        :param reason: collection.reason record
        :param str note: why, in words
        :return: account.move records: the credit notes
        :raises UserError: when one of them is no longer charged
        """
        # Sudo: the right was checked; the lines of a draft are the program's own.
        charges, rests = self.sudo(), self._get_rests()
        if charges.filtered(
            lambda charge: charge.state not in ("draft", "posted") or rests[charge] <= 0
        ):
            raise UserError(
                self.env._("Only what is charged and not yet paid can be waived.")
            )
        drafts = charges.filtered(lambda charge: charge.state == "draft")
        notes = (charges - drafts)._make_credit_notes(rests)
        for charge in charges:
            charge.write(
                {
                    "waive_date": charge.company_id._get_collection_today(),
                    "waive_user_id": self.env.user.id,
                    "waive_reason_id": reason.id,
                    "waive_note": note,
                    "waive_move_id": notes.get(charge.move_id),
                }
            )
        drafts._drop_lines()
        return self.env["account.move"].browse(notes.values())

    def _make_credit_notes(self, rests):
        """:param dict rests: what is left of each charge
        :return: dict of the id of a draft credit note per invoice"""
        notes = {}
        for move, charges in self.grouped("move_id").items():
            # The reason is for us; the customer reads which invoice it is about.
            speaker = self.with_context(lang=move.partner_id.lang)
            vals = {
                "move_type": "out_refund",
                "reversed_entry_id": move.id,
                "ref": speaker.env._("Waived: %s", move.name),
                "invoice_line_ids": [
                    Command.create(charge._prepare_credit_line(rests[charge]))
                    for charge in charges
                ],
                **move._get_collection_charge_vals(),
            }
            notes[move] = move.create(vals).id
        return notes

    def _prepare_credit_line(self, rest):
        line = self.charge_line_id
        return {
            "name": line.name,
            "account_id": line.account_id.id,
            "price_unit": line.price_unit - (self.amount - rest),
            "quantity": line.quantity,
            "tax_ids": [Command.set(line.tax_ids.ids)],
        }

    def _drop_lines(self):
        """Take drafts out of their invoices; what is empty then is cancelled."""
        moves = self.move_id
        self.charge_line_id.unlink()
        moves.filtered(lambda move: not move.invoice_line_ids).button_cancel()

    def _lower(self, amount, description):
        """Ask for less in a draft."""
        line, company = self.charge_line_id, self.company_id
        line.write({"name": description, "price_unit": min(line.price_unit, amount)})
        vals = {"amount": amount, "description": description}
        vals["amount_company"] = self.currency_id._convert(
            amount, company.currency_id, company, company._get_collection_today()
        )
        self.write(vals)

    def _carry(self, is_carried):
        """Stop asking for the invoices of charges, or ask for them again."""
        for charge in self.filtered(lambda one: one.is_carried != is_carried):
            lines = charge.move_id.line_ids.filtered(
                lambda line: line.account_type == "asset_receivable"
            )
            lines.no_followup = is_carried
            charge.is_carried = is_carried
