from odoo import api, models


class CollectionPlan(models.Model):
    """No installments are agreed on for what a bankruptcy stays, and those that were
    agreed on rest."""

    _inherit = "collection.plan"

    @api.model_create_multi
    def create(self, vals_list):
        plans = super().create(vals_list)
        for plan in plans:
            plan._check_stay()
        return plans

    def _find_stayed_items(self):
        return self.env["collection.stay"]._filter_items(self.item_ids)

    def _check_stay(self):
        self.env["collection.stay"]._check_moves(
            self._find_stayed_items().move_id, "plan", self.display_name, self.case_id
        )

    def _get_cannot_offer_reason(self):
        return self._get_stay_reason() or super()._get_cannot_offer_reason()

    def _get_cannot_sign_reason(self, sha256=None):
        return self._get_stay_reason() or super()._get_cannot_sign_reason(sha256)

    def _get_stay_reason(self):
        # The stay binds the signer too, who sees nothing of bankruptcies.
        if not self.sudo()._find_stayed_items():
            return False
        return self.env._(
            "Because of insolvency proceedings no installments can be agreed on."
        )

    def _rest(self, reason):
        """Let the plans on stayed items rest: those in force are suspended, offers and
        proposals end. Nobody is written to about it.

        :param str reason: why; it stays on record
        """
        stayed = self.filtered(lambda plan: plan._find_stayed_items())
        for plan in stayed:
            if plan.state == "offered":
                plan._move_to("void", end_reason=reason, told_state="void")
            elif plan.state in ("draft", "approve"):
                plan._move_to("cancelled", end_reason=reason, told_state="cancelled")
        stayed._suspend(reason)
