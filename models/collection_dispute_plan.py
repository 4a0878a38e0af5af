from odoo import models
from odoo.exceptions import UserError

from .collection_dispute import OPEN_STATES


class CollectionDispute(models.Model):
    """“Unable to pay” is not a dispute: it leads to a plan."""

    _inherit = "collection.dispute"

    def action_propose_plan(self):
        """Propose installments to a customer who cannot pay at once: the dispute is
        withdrawn, so that the invoice can be covered."""
        self.ensure_one()
        self.check_access("write")
        case = self.case_id
        if not case:
            raise UserError(
                self.env._("The customer owes nothing any more; there is no case.")
            )
        if self.state in OPEN_STATES:
            # Nothing was wrong with the invoice.
            self.cause_id = self.cause_id or self.env.ref(
                "account_collections.reason_cause_none"
            )
            self.action_withdraw()
        items = case._get_plannable_items(self.move_id)
        return case._propose_plan(items, dispute_id=self.id, note=self.words)
