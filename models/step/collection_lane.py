from odoo import api, models
from odoo.exceptions import UserError

EXECUTION = "ir_cron_execute_steps"
MAX_LANES = 16


class CollectionLane(models.AbstractModel):
    """How many executors work side by side: copies of one scheduled action, which
    Odoo's workers run at the same time."""

    _name = "collection.lane"
    _description = "Executors Side by Side"

    @api.model
    def _get_active(self):
        """:return: ir.cron records"""
        return self.env["ir.cron"].search(
            [
                ("active", "=", True),
                ("model_id.model", "=", "collection.scheduler"),
                ("code", "=", "model._cron_execute()"),
            ]
        )

    @api.model
    def _get_lane(self, number):
        """:return: the ir.cron of a lane, counted from 1; None if there is none"""
        name = EXECUTION if number == 1 else f"{EXECUTION}_{number}"
        return self.env.ref(f"account_collections.{name}", raise_if_not_found=False)

    @api.model
    def _set_count(self, count):
        """Have so many executors work side by side.

        :param int count: at least 1
        :raises UserError: when that is none, or too many
        """
        if not 1 <= count <= MAX_LANES:
            raise UserError(
                self.env._(
                    "Between 1 and %s executors can work side by side.", MAX_LANES
                )
            )
        for number in range(1, MAX_LANES + 1):
            lane, is_wanted = self._get_lane(number), number <= count
            if not lane and is_wanted:
                self._make(number)
            elif lane and lane.active != is_wanted:
                lane.active = is_wanted

    @api.model
    def _make(self, number):
        first = self._get_lane(1)
        lane = first.copy({"name": f"{first.name} ({number})", "active": True})
        # So that they are removed with the addon, which takes the last name first, and
        # kept by its updates.
        name = f"account_collections.{EXECUTION}_{number}"
        self.env["ir.model.data"]._update_xmlids(
            [
                {
                    "xml_id": f"{name}_ir_actions_server",
                    "record": lane.ir_actions_server_id,
                    "noupdate": True,
                },
                {"xml_id": name, "record": lane, "noupdate": True},
            ]
        )
