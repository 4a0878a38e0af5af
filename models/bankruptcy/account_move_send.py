from odoo import api, models

# The way of sending that makes a copy for ourselves; all others reach the debtor.
DOWNLOAD_METHOD = "manual"


class AccountMoveSend(models.AbstractModel):
    """Odoo's own sending of invoices reaches no bankrupt debtor.

    Copies for ourselves, for the trustee and for the debtor's counsel are made and sent
    as before. A single stayed invoice is refused, so that the sender knows; in a batch,
    the stayed ones are left out and the others sent.
    """

    _inherit = "account.move.send"

    @api.model
    def _get_alerts(self, moves, moves_data):
        alerts = super()._get_alerts(moves, moves_data)
        stayed = moves.browse(
            move.id
            for move in self.env["collection.stay"]._filter_moves(moves)
            if self._get_stayed_methods(move, moves_data[move])
        )
        if stayed:
            alerts["collection_stay"] = {
                "level": "warning",
                "message": self.env._(
                    "Because of a bankruptcy, these cannot be sent to the debtor: "
                    "%s. Download them, or send them to the trustee or to the "
                    "debtor's counsel.",
                    ", ".join(stayed.mapped("name")),
                ),
            }
        return alerts

    @api.model
    def _generate_and_send_invoices(
        self,
        moves,
        from_cron=False,
        allow_raising=True,
        allow_fallback_pdf=False,
        **custom_settings,
    ):
        if len(moves) == 1 and not from_cron:
            self._refuse_stayed(moves, custom_settings)
        return super()._generate_and_send_invoices(
            moves,
            from_cron=from_cron,
            allow_raising=allow_raising,
            allow_fallback_pdf=allow_fallback_pdf,
            **custom_settings,
        )

    @api.model
    def _refuse_stayed(self, move, settings):
        """:raises UserError: when it would be sent to the debtor, and is stayed"""
        stay = self.env["collection.stay"]
        if not stay._filter_moves(move):
            return
        # Whoever may send the invoice may read how; the case is only named.
        sending = self._get_default_sending_settings(move, **settings)
        for method in self._get_stayed_methods(move, sending):
            kind = "post" if method == "snailmail" else "message"
            case = move.sudo().collection_case_id
            stay._check_moves(move, kind, move.name, case)

    @api.model
    def _generate_invoice_documents(self, invoices_data, allow_fallback_pdf=False):
        # Before any way of sending starts: other modules add theirs to what follows.
        self._leave_out_stayed(invoices_data)
        return super()._generate_invoice_documents(
            invoices_data, allow_fallback_pdf=allow_fallback_pdf
        )

    @api.model
    def _leave_out_stayed(self, moves_data):
        """Remove the ways of sending that reach the debtor, for stayed invoices."""
        stay = self.env["collection.stay"]
        moves = self.env["account.move"].browse(move.id for move in moves_data)
        stayed = stay._filter_moves(moves)
        for move, data in moves_data.items():
            forbidden = move in stayed and self._get_stayed_methods(move, data)
            if not forbidden:
                continue
            data["sending_methods"] = set(data["sending_methods"]) - forbidden
            bankruptcies = stay._get_bankruptcies(stay._get_debtors(move))
            # Sudo: the program lists what it left out, whoever sends the batch.
            self.env["collection.blocked.attempt"].sudo()._log_scheduler(
                bankruptcies[:1],
                move.company_id,
                "message",
                move.name,
                move.sudo().collection_case_id,
            )

    @api.model
    def _get_stayed_methods(self, move, data):
        """:return: the set of ways of sending, of those asked for, that would bring a
        stayed invoice to the debtor"""
        methods = set(data.get("sending_methods") or ()) - {DOWNLOAD_METHOD}
        people = data.get("mail_partner_ids") or self.env["res.partner"]
        if not isinstance(people, models.BaseModel):
            people = self.env["res.partner"].browse(people)
        stay = self.env["collection.stay"]
        debtors = stay._get_debtors(move)
        bankruptcies = stay._get_bankruptcies(debtors)
        customers = debtors.commercial_partner_id
        if people and not any(
            person.commercial_partner_id in customers
            and not bankruptcies._is_representative(person)
            for person in people
        ):
            methods.discard("email")
        return methods
