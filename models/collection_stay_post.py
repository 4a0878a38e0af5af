from odoo import models


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
