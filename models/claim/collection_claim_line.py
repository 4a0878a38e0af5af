from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ...tools.interest import get_interest

LINE_KINDS = [
    ("principal", "Principal"),
    ("credit", "Credit"),
    ("interest", "Interest"),
    ("charge", "Charge"),
]
# What people may write on an item of the ledger.
EDITABLE_FIELDS = {"kind", "sequence"}


class CollectionClaimLine(models.Model):
    """An item of a claim: what was open of a due item, or interest or a charge.

    Items of the ledger are written by the program. Interest and charges that are in no
    invoice are added by hand, each with its basis.
    """

    _name = "collection.claim.line"
    _description = "Item of a Claim"
    _inherit = ["collection.claim.part.mixin"]
    _order = "sequence, date, id"
    _check_company_auto = True

    claim_id = fields.Many2one(
        "collection.claim", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="claim_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="claim_id.currency_id", string="Claimed in")
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        LINE_KINDS,
        required=True,
        default="charge",
        help="An invoice over interest or costs is interest or a charge, too.",
    )
    name = fields.Char("Description", required=True)
    basis = fields.Char(help="The clause or the law that entitles to it.")
    move_line_id = fields.Many2one(
        "account.move.line",
        "Journal item",
        check_company=True,
        index=True,
        ondelete="restrict",
    )
    move_id = fields.Many2one(related="move_line_id.move_id", string="Entry")
    date = fields.Date()
    date_due = fields.Date()
    item_currency_id = fields.Many2one("res.currency", "Currency of the item")
    amount_original = fields.Monetary(
        "Original amount", currency_field="item_currency_id"
    )
    amount_open = fields.Monetary(
        "Open on the petition date", currency_field="item_currency_id"
    )
    rate = fields.Float(digits=0, help="In the claim's currency, on the petition date.")
    amount = fields.Monetary("Claimed")
    date_from = fields.Date("From")
    date_to = fields.Date("To")
    percent = fields.Float("Rate (%)", digits=(6, 3))
    is_computed = fields.Boolean("Computed from the rate agreed")

    _amount_positive = models.Constraint(
        "CHECK (move_line_id IS NOT NULL OR amount > 0)",
        "Interest and charges must be above zero.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        # A claim is signed under penalty of perjury: its items are those of the ledger,
        # which is corrected there and read again.
        for vals in vals_list:
            if not self.env.su and vals.get("move_line_id"):
                self._raise_from_ledger()
        return super().create(vals_list)

    def write(self, vals):
        if (
            not self.env.su
            and vals.keys() - EDITABLE_FIELDS
            and (self.move_line_id or vals.get("move_line_id"))
        ):
            self._raise_from_ledger()
        return super().write(vals)

    def _raise_from_ledger(self):
        raise UserError(
            self.env._(
                "These items are read from the ledger. Here you can only mark one as "
                "interest or a charge; correct the rest in the ledger and read it "
                "again."
            )
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_by_hand(self):
        if not self.env.su and self.move_line_id:
            self._raise_from_ledger()

    @api.constrains("kind", "move_line_id")
    def _check_kind(self):
        for line in self:
            if not line.move_line_id and line.kind in ("principal", "credit"):
                raise ValidationError(
                    self.env._("Principal and credits come from the ledger only.")
                )
            if line.move_line_id and (line.kind == "credit") != (line.amount_open < 0):
                raise ValidationError(
                    self.env._("A credit must stay a credit, and a debt a debt.")
                )

    @api.constrains("date_from", "date_to")
    def _check_period(self):
        """Let nothing accrue after the petition (11 U.S.C. 502(b)(2))."""
        for line in self:
            end = line.claim_id._get_interest_end()
            if line.date_to and line.date_to > end:
                raise ValidationError(
                    self.env._(
                        "Interest and charges stop with %s.", format_date(self.env, end)
                    )
                )
            if line.date_from and line.date_to and line.date_from > line.date_to:
                raise ValidationError(
                    self.env._("The interest period ends before it starts.")
                )

    @api.model
    def _prepare_ledger_vals(self, claim, row, kinds):
        """Prepare the line of an item of the ledger.

        :param dict row: the item, as ``_get_ledger_items`` of the claim answers it
        :param dict kinds: what people said of items: a kind per id of the item
        """
        item = self.env["account.move.line"].browse(row["line_id"])
        default = "credit" if row["open"] < 0 else "principal"
        kinds_charged = set(item.move_id.sudo().collection_charge_ids.mapped("kind"))
        if kinds_charged and default == "principal":
            default = "interest" if kinds_charged == {"interest"} else "charge"
        return {
            "move_line_id": item.id,
            "kind": kinds.get(item.id, default),
            "name": item.move_id.name,
            "date": item.date,
            "date_due": item.date_maturity,
            "item_currency_id": item.currency_id.id,
            "amount_original": item.amount_currency,
            "amount_open": row["open"],
            # Claims in foreign currency are converted as of the petition (11 U.S.C.
            # 502(b)), whatever the rate of the invoice was.
            "rate": item.currency_id._get_conversion_rate(
                item.currency_id,
                claim.currency_id,
                claim.company_id,
                claim.date_petition,
            ),
            "amount": row["amount"],
        }

    def _prepare_interest(self):
        """:return: list of the values of the lines of interest on these items"""
        claim = self.claim_id
        if claim.interest_percent:
            return [vals for line in self if (vals := line._prepare_interest_vals())]
        end = claim._get_interest_end()
        # Sudo: whoever draws up the claim reads the entries that it is about.
        items = self.sudo().move_line_id
        figures = self.env["collection.charge.calculation"]._get_figures(
            items, dict.fromkeys(items, end)
        )
        by_item = {item.id: figure for item, figure in figures.items()}
        return [
            vals
            for line in self
            if (figure := by_item.get(line.move_line_id.id))
            and (vals := line._prepare_rule_vals(figure))
        ]

    def _prepare_rule_vals(self, figure):
        """:return: dict of the line of interest by rule or terms, False if there is
        none; what is posted of it is claimed with its own invoice"""
        claim, item = self.claim_id, self.move_line_id.sudo()
        rest = figure.interest - figure.charged + figure.drafted
        amount = claim.currency_id.round(rest * (self.rate or 1.0))
        if claim.currency_id.compare_amounts(amount, 0) <= 0:
            return False
        rates = {part.rate for part in figure.segments if part.rate is not None}
        table = self.env["collection.charge.table"]
        return {
            "claim_id": claim.id,
            "sequence": 20,
            "kind": "interest",
            "name": table._describe(
                replace(figure, charged=figure.charged - figure.drafted), item
            ),
            "date": figure.until,
            "date_from": figure.start,
            "date_to": figure.until,
            "percent": float(rates.pop()) if len(rates) == 1 else 0.0,
            "amount": amount,
            "is_computed": True,
        }

    def _prepare_interest_vals(self):
        """:return: dict of the line of interest on this item, False if there is none"""
        claim, end = self.claim_id, self.claim_id._get_interest_end()
        amount = get_interest(
            [(end, self.amount)],
            claim.interest_percent,
            self.date_due,
            claim.currency_id.rounding,
        )
        if not amount:
            return False
        days = (end - self.date_due).days
        return {
            "claim_id": claim.id,
            "sequence": 20,
            "kind": "interest",
            "name": self.env._(
                "Interest on %(invoice)s, %(days)s days", invoice=self.name, days=days
            ),
            "date": end,
            "date_from": fields.Date.add(self.date_due, days=1),
            "date_to": end,
            "percent": claim.interest_percent,
            "amount": float(amount),
            "is_computed": True,
        }
