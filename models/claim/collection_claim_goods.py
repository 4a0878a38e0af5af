from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError

from ...tools.claims import goods_period, shipping_period


class CollectionClaimGoods(models.Model):
    """Goods the debtor received in the 20 days before the petition.

    Their value ranks ahead and is asked for separately (11 U.S.C. 503(b)(9)). Read from
    the deliveries where Odoo's Inventory is installed, else entered by hand.

    A delivery says when goods left us. Received they are when the debtor has them in
    hand: that day is taken from the carrier or the signed slip, by a person, and until
    then the goods are not counted.
    """

    _name = "collection.claim.goods"
    _description = "Goods Received Before a Bankruptcy"
    _inherit = ["collection.claim.part.mixin"]
    _order = "date_received, id"
    _check_company_auto = True

    claim_id = fields.Many2one(
        "collection.claim", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="claim_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="claim_id.currency_id")
    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        required=True,
        check_company=True,
        domain="[('id', 'in', available_move_ids)]",
        ondelete="restrict",
    )
    available_move_ids = fields.Many2many(
        "account.move", compute="_compute_available_move_ids"
    )
    date_shipped = fields.Date("Shipped on", readonly=True)
    date_received = fields.Date(
        "Received by the debtor on",
        help="The day of the carrier's proof of delivery, or of the signed slip.",
    )
    has_no_proof = fields.Boolean(
        "No proof", help="Nothing shows when they were received: not requested."
    )
    is_counted = fields.Boolean(
        "Requested",
        compute="_compute_is_counted",
        store=True,
        help="Received in the 20 days before the petition.",
    )
    is_to_confirm = fields.Boolean(compute="_compute_is_to_confirm")
    name = fields.Char("Goods")
    amount = fields.Monetary("Value", required=True, help="In the claim's currency.")
    is_from_stock = fields.Boolean("From a delivery", readonly=True)
    delivery_key = fields.Integer(
        readonly=True, help="Finds the delivery again: the id of its stock move."
    )

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "The value of goods must be above zero."
    )

    @api.depends("claim_id.line_ids.move_line_id")
    def _compute_available_move_ids(self):
        for row in self:
            row.available_move_ids = row.claim_id.line_ids.move_line_id.move_id

    @api.depends("date_received", "has_no_proof", "claim_id.date_petition")
    def _compute_is_counted(self):
        for row in self:
            petition, day = row.claim_id.date_petition, row.date_received
            first, last = goods_period(petition) if petition else (None, None)
            row.is_counted = bool(
                petition and day and not row.has_no_proof and first <= day <= last
            )

    @api.depends(
        "date_received", "date_shipped", "has_no_proof", "claim_id.date_petition"
    )
    def _compute_is_to_confirm(self):
        for row in self:
            # What was shipped before has usually arrived before the 20 days, too.
            row.is_to_confirm = bool(
                row.date_shipped
                and not row.date_received
                and not row.has_no_proof
                and row.date_shipped >= goods_period(row.claim_id.date_petition)[0]
            )

    @api.constrains("date_received", "claim_id", "is_from_stock")
    def _check_date_received(self):
        for row in self:
            # A delivery may turn out to have arrived on another day.
            if row.is_from_stock or row.is_counted:
                continue
            first, last = goods_period(row.claim_id.date_petition)
            raise ValidationError(
                self.env._(
                    "Goods of the 20 days before the petition were received from"
                    " %(first)s to %(last)s.",
                    first=first,
                    last=last,
                )
            )

    @api.constrains("amount", "move_id", "date_received", "has_no_proof")
    def _check_amount(self):
        for claim in self.claim_id:
            # Nobody knows what is open before the ledger is read.
            if claim.date_prepared and (texts := claim.goods_ids._get_excess_texts()):
                raise ValidationError("\n".join(texts))
            claim._check_rank_total()

    def _get_open_texts(self):
        """:return: list of translated texts: of which goods the day is not known"""
        return [
            self.env._("Day the debtor received: %s", row.name)
            for row in self.filtered("is_to_confirm")
        ]

    def _get_excess_texts(self):
        """:return: list of translated texts: invoices of a claim with more goods than
        is open"""
        texts, claim = [], self.claim_id
        for move, goods in self.filtered("is_counted").grouped("move_id").items():
            lines = claim.line_ids.filtered(lambda line, own=move: line.move_id == own)
            value, limit = (sum(rows.mapped("amount")) for rows in (goods, lines))
            if claim.currency_id.compare_amounts(value, limit) > 0:
                texts.append(
                    self.env._(
                        "The goods are worth more than %s had open on the petition "
                        "date.",
                        move.name,
                    )
                )
        return texts

    # ------------------------------------------------------------------
    # Deliveries
    # ------------------------------------------------------------------

    @api.model
    def _has_deliveries(self):
        """:return: whether invoices know the deliveries they are for"""
        line_fields = self.env["account.move.line"]._fields
        return "stock.picking" in self.env and "sale_line_ids" in line_fields

    @api.model
    def _read_deliveries(self, claim):
        """List the goods that the deliveries behind a claim's invoices may have brought
        in the last 20 days. What people said of them stays, and so do those entered by
        hand."""
        if not (claim._is_american() and self._has_deliveries()):
            return
        old = claim.goods_ids.filtered("is_from_stock")
        claim.goods_ids = [
            *(Command.delete(row.id) for row in old),
            *(
                Command.create(vals)
                for line in claim.line_ids
                if line.amount > 0
                for vals in self._prepare_delivered_vals(
                    line, old.grouped("delivery_key")
                )
            ),
        ]

    @api.model
    def _prepare_delivered_vals(self, line, known):
        """:return: list of dicts: the deliveries of an invoice; no more of those that
        count than is open of the invoice

        :param dict known: what is on file of deliveries, by their key
        """
        claim, result = line.claim_id, []
        left = line.amount - sum(
            row.amount
            for row in claim.goods_ids
            if row.move_id == line.move_id and row.is_counted and not row.is_from_stock
        )
        moves = self._find_deliveries(line)
        for move in moves.sorted(
            lambda move: (not known.get(move.id, self)[:1].is_counted, move.date)
        ):
            row = known.get(move.id, self)[:1]
            amount = min(self._get_delivered_value(claim, move), left)
            if claim.currency_id.compare_amounts(amount, 0) <= 0:
                continue
            left -= amount if row.is_counted else 0
            result.append(
                {
                    "move_id": line.move_id.id,
                    "date_shipped": claim.company_id._get_collection_day(move.date),
                    "date_received": row.date_received,
                    "has_no_proof": row.has_no_proof,
                    "name": f"{move.picking_id.name}: {move.product_id.display_name}",
                    "amount": amount,
                    "is_from_stock": True,
                    "delivery_key": move.id,
                }
            )
        return result

    @api.model
    def _find_deliveries(self, line):
        """:return: stock.move records that may have arrived in the last 20 days"""
        company = line.claim_id.company_id
        first, last = shipping_period(line.claim_id.date_petition)
        return line.move_id.invoice_line_ids.sale_line_ids.move_ids.filtered(
            lambda move: (
                move.state == "done"
                and move.location_dest_id.usage == "customer"
                and first <= company._get_collection_day(move.date) <= last
            )
        )

    @api.model
    def _get_delivered_value(self, claim, move):
        """:return: price of what was delivered, untaxed, in the claim's currency"""
        # The price of the order: what was invoiced may bundle several deliveries.
        order_line = move.sale_line_id
        price = order_line.price_reduce_taxexcl * move.quantity
        return order_line.currency_id._convert(
            price, claim.currency_id, claim.company_id, claim.date_petition
        )
