from odoo import api, models
from odoo.exceptions import UserError


class CollectionPortal(models.AbstractModel):
    """What the portal says of an invoice that a bankruptcy stays."""

    _inherit = "collection.portal"

    @api.model
    def _get_status(self, move):
        status = super()._get_status(move)
        is_stayed = bool(self.env["collection.stay"]._filter_moves(move))
        if is_stayed:
            status["collection_promise_max"] = 0.0
            status["collection_dispute_max"] = 0.0
        return {**status, "collection_is_stayed": is_stayed}

    @api.model
    def _refuse_stayed(self, move, kind):
        """Refuse kindly what is offered about a stayed invoice, and list the attempt.

        :param move: account.move record, as superuser
        :param str kind: promise, dispute or plan
        :raises UserError: when the invoice is stayed
        """
        stay = self.env["collection.stay"]
        if not stay._filter_moves(move):
            return
        [bankruptcy] = stay._get_bankruptcies(stay._get_debtors(move))[:1]
        self.env["collection.blocked.attempt"]._log_refusal(
            bankruptcy,
            move.company_id,
            kind,
            move.name,
            move.collection_case_id,
            "portal",
        )
        raise UserError(
            self.env._(
                "Because of the insolvency proceedings we may not agree on anything"
                " about this invoice. You need not do anything here. Please turn to the"
                " trustee, or to your lawyer."
            )
        )

    @api.model
    def _take_promise(self, move, visitor, form):
        self._refuse_stayed(move, "promise")
        return super()._take_promise(move, visitor, form)

    @api.model
    def _take_dispute(self, move, visitor, form):
        self._refuse_stayed(move, "dispute")
        return super()._take_dispute(move, visitor, form)
