from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext


class CollectionLetter(models.Model):
    """Letters by Odoo's postal service, in databases that have it.

    ``snailmail`` is no dependency, so its model cannot be extended here: a letter keeps
    the number of its order, and a job follows the order.
    """

    _inherit = "collection.letter"

    post_order = fields.Integer(
        "Order of the postal service", readonly=True, index="btree_not_null"
    )
    has_post = fields.Boolean(compute="_compute_has_post")

    @api.depends("delivery_state")
    def _compute_has_post(self):
        is_there = "snailmail.letter" in self.env
        for letter in self:
            letter.has_post = (
                is_there
                and letter.channel == "letter"
                and letter.delivery_state == "to_print"
                and bool(letter.attachment_id)
            )

    def action_send_by_post(self):
        """Hand letters over to Odoo's postal service, which prints and posts them."""
        self.check_access("write")
        letters = self.filtered("has_post")
        if not letters:
            raise UserError(
                self.env._(
                    "Odoo's postal service takes ordinary letters that are not printed"
                    " yet, in a database where it is installed."
                )
            )
        for letter in letters:
            order = self._make_order(letter)
            letter._set_post_state("queued", post_order=order.id, failure_reason=False)

    def _set_post_state(self, state, **vals):
        # The service's own way, apart from that of paper in the house: no button leads
        # along it, and delivery is a readonly field for everybody.
        self.sudo().write({"delivery_state": state, **vals})

    @api.model
    def _make_order(self, letter):
        # Collectors need no right on technical records; the document is the letter's.
        return (
            self.env["snailmail.letter"]
            .sudo()
            .create(
                {
                    "model": "collection.case",
                    "res_id": letter.case_id.id,
                    "partner_id": letter.partner_id.id,
                    "company_id": letter.company_id.id,
                    "attachment_id": letter.attachment_id.id,
                    "user_id": self.env.uid,
                }
            )
        )

    @api.model
    def _cron_follow_post(self):
        """Take over what the postal service says of the letters it was given."""
        if "snailmail.letter" not in self.env:
            return
        letters = self.search(
            [("post_order", "!=", 0), ("delivery_state", "=", "queued")]
        )
        orders = self.env["snailmail.letter"].browse(letters.mapped("post_order"))
        by_id = {order.id: order for order in orders.exists()}
        for letter in letters:
            letter._follow_order(by_id.get(letter.post_order))

    def _follow_order(self, order):
        """:param order: snailmail.letter record, or None when it was deleted"""
        state = order.state if order else "canceled"
        if state == "sent":
            self._set_post_state("posted", date_sent=fields.Datetime.now())
        elif state != "pending":
            reason = html2plaintext((order and order.info_msg) or "").strip()
            self._take_back(
                reason or self.env._("The postal service did not take the letter.")
            )

    def _take_back(self, reason):
        """The letter was not posted: it is to be printed here."""
        self._set_post_state("to_print", failure_reason=reason, post_order=False)
        for letter in self:
            letter.case_id._add_task(self.env._("Print and post the letter"), reason)

    def _cancel_post(self):
        """Recall what the postal service has not printed yet."""
        letters = self.filtered("post_order")
        if not letters or "snailmail.letter" not in self.env:
            return
        orders = (
            self.env["snailmail.letter"].sudo().browse(letters.mapped("post_order"))
        )
        pending = orders.exists().filtered(lambda order: order.state == "pending")
        pending.cancel()
        stopped = letters.filtered(lambda letter: letter.post_order in pending.ids)
        stopped._set_post_state("cancelled", post_order=False)


class CollectionStayPost(models.AbstractModel):
    """Letters that Odoo's postal service prints for invoices that are stayed.

    ``snailmail`` is no dependency, so its model cannot be inherited from: where it is
    installed, the last look before printing is put into its one way out when the
    registry is ready.
    """

    _name = "collection.stay.post"
    _description = "Stay of Odoo's Postal Service"

    def _register_hook(self):
        super()._register_hook()
        if "snailmail.letter" not in self.env:
            return
        model = self.env.registry["snailmail.letter"]
        # A class is built anew with its registry, and called here once or more.
        ask = model._snailmail_print_valid_address
        if hasattr(ask, "collection_origin"):
            return

        def look_and_ask(self):
            going = self - self.env["collection.stay.post"]._stop(self)
            return ask(going) if going else None

        look_and_ask.collection_origin = ask
        model._snailmail_print_valid_address = look_and_ask

    def _recall(self, moves):
        """Cancel what waits to be printed for these account.move records."""
        if "snailmail.letter" not in self.env:
            return
        # The queue belongs to the administrator; only these invoices' own is touched.
        orders = self.env["snailmail.letter"].sudo()
        self._stop(
            orders.search(
                [
                    ("model", "=", "account.move"),
                    ("res_id", "in", moves.ids),
                    ("state", "in", ("pending", "error")),
                ]
            )
        )

    def _stop(self, orders):
        """Cancel the orders that a stay forbids, and list them.

        :param orders: snailmail.letter records about to be printed
        :return: those that must not be printed, cancelled ones among them
        """
        orders.invalidate_recordset(["state"])
        stopped = orders.filtered(lambda order: order.state == "canceled")
        stay = self.env["collection.stay"]
        if not stay._is_any():
            return stopped
        for order in orders - stopped:
            moves, case = self._get_subject(order)
            stayed = stay._filter_moves(moves)
            bankruptcies = stay._get_bankruptcies(stay._get_debtors(stayed))
            if not stayed or stay._is_ally(order.partner_id, bankruptcies):
                continue
            order.cancel()
            order.info_msg = bankruptcies[:1]._get_refusal_text()
            self.env["collection.blocked.attempt"].sudo()._log_scheduler(
                bankruptcies[:1], order.company_id, "post", order.display_name, case
            )
            stopped |= order
        return stopped

    def _get_subject(self, order):
        """:return: the account.move records the order is about, and their case"""
        # Who prints the queue may not read what the letters are about.
        letters, moves = self.env["collection.letter"], self.env["account.move"]
        if order.model == "account.move":
            moves = moves.sudo().browse(order.res_id).exists()
            return moves, moves.collection_case_id
        letter = letters.sudo().search([("post_order", "=", order.id)], limit=1)
        return letter.move_ids, letter.case_id
