from odoo.fields import Command

from . import history_charges as history
from .part import Demo


class DemoCharges(Demo):
    """Demo data: what late payment has cost customers in Europe, and what of it was
    waived."""

    def _charge_late(self):
        """Charge the customers of the story, as their collector does."""
        demo = self.with_user(self._user("collector"))
        for name, is_posted, is_waived in history.CHARGES:
            case = self._customer(name).collection_case_id
            moves = demo._charge_demo(case)
            if is_posted:
                moves.action_post()
            if is_waived:
                demo._waive_demo(moves)

    def _charge_demo(self, case):
        booking = self.env["collection.charge.booking"]
        rows = case.with_env(self.env).exposure_ids
        moves = booking._charge(rows, with_fees=False)
        return self.env["account.move"].browse(moves.ids)

    def _waive_demo(self, moves):
        charges = moves.sudo().collection_charge_ids
        lumps = charges.filtered(lambda charge: charge.kind == "lump")
        if lumps:
            self.env["collection.charge.waive"].create(
                {
                    "charge_ids": [Command.set(lumps.ids)],
                    "reason_id": self.env.ref(
                        "account_collections.reason_waiver_goodwill"
                    ).id,
                    "note": "Mr. Krüger has called; a customer for many years.",
                }
            ).action_waive()
