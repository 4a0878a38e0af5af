from odoo import api, models


class SnailmailLetter(models.Model):
    """Letters by Odoo's postal service: those of a case are told how they fare, and
    what a stay forbids is stopped before it is printed."""

    _inherit = "snailmail.letter"

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            self._get_collection_letters()._follow_post()
        return result

    @api.ondelete(at_uninstall=False)
    def _give_collection_letters_back(self):
        self._get_collection_letters()._take_back(
            self.env._("The postal service did not accept the letter.")
        )

    def _get_collection_letters(self):
        """:return: the letters of cases that wait for these, as superuser: who prints
        the queue may not read what they are about"""
        return (
            self.env["collection.letter"]
            .sudo()
            .search([("post_id", "in", self.ids), ("delivery_state", "=", "queued")])
        )

    def _snailmail_print_valid_address(self):
        """Take the last look before a letter is printed."""
        going = self - self._stop_stayed()
        if going:
            return super(SnailmailLetter, going)._snailmail_print_valid_address()
        return None

    @api.model
    def _recall_collection(self, moves):
        """Cancel what waits to be printed for these account.move records."""
        # The queue belongs to the administrator; only these invoices' own is touched.
        self.sudo().search(
            [
                ("model", "=", "account.move"),
                ("res_id", "in", moves.ids),
                ("state", "in", ("pending", "error")),
            ]
        )._stop_stayed()

    def _stop_stayed(self):
        """Cancel the letters that a stay forbids, and list them.

        :return: those that must not be printed, cancelled ones among them
        """
        self.invalidate_recordset(["state"])
        stopped = self.filtered(lambda order: order.state == "canceled")
        stay = self.env["collection.stay"]
        if not stay._is_any():
            return stopped
        for order in self - stopped:
            moves, case = order._get_collection_subject()
            stayed = stay._filter_moves(moves)
            bankruptcies = stay._get_bankruptcies(stay._get_debtors(stayed))
            if not stayed or bankruptcies._is_representative(order.partner_id):
                continue
            # First the reason, which the letter of the case takes over.
            order.info_msg = bankruptcies[:1]._get_refusal_text()
            order.cancel()
            self.env["collection.blocked.attempt"].sudo()._log_scheduler(
                bankruptcies[:1], order.company_id, "post", order.display_name, case
            )
            stopped |= order
        return stopped

    def _get_collection_subject(self):
        """:return: the account.move records this one is about, and their case"""
        if self.model == "account.move":
            moves = self.env["account.move"].sudo().browse(self.res_id).exists()
            return moves, moves.collection_case_id
        letter = self._get_collection_letters()
        return letter.move_ids, letter.case_id
