from odoo.tests import tagged

from ..common.base import CollectionCommon

NAME = "account_collections.ir_cron_execute_steps"


@tagged("post_install", "-at_install")
class TestLanes(CollectionCommon):
    """How many executors work side by side is a setting."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lanes = cls.root["collection.lane"]

    def set_lanes(self, count):
        settings = self.root["res.config.settings"].create({"collection_lanes": count})
        settings.execute()
        return self.lanes._get_active()

    def test_copies_are_made_archived_and_used_again(self):
        [first] = self.lanes._get_active()
        lanes = self.set_lanes(3)
        self.assertEqual(len(lanes), 3)
        self.assertIn(first, lanes)
        self.assertEqual(set(lanes.mapped("code")), {"model._cron_execute()"})
        self.assertEqual(set(lanes.mapped("interval_number")), {10})
        self.assertEqual(self.set_lanes(1), first)
        self.assertFalse(self.root.ref(f"{NAME}_3").active)
        self.assertEqual(self.set_lanes(3), lanes)

    def test_the_setting_shows_what_is_at_work(self):
        self.set_lanes(2)
        values = self.root["res.config.settings"].get_values()
        self.assertEqual(values["collection_lanes"], 2)
        self.root.ref(NAME).active = False
        values = self.root["res.config.settings"].get_values()
        self.assertEqual(values["collection_lanes"], 1)

    def test_none_and_too_many_are_refused(self):
        for count in (0, -1, 17):
            with self.subTest(count), self.assert_refused("Between 1 and 16"):
                self.set_lanes(count)

    def test_all_of_them_start(self):
        lanes = self.set_lanes(3)
        triggers = self.root["ir.cron.trigger"]
        triggers.search([("cron_id", "in", lanes.ids)]).unlink()
        self.env["collection.step"]._trigger_execution()
        woken = triggers.search([("cron_id", "in", lanes.ids)])
        self.assertEqual(woken.cron_id, lanes)

    def test_they_belong_to_the_addon(self):
        """Its updates keep them, and whoever removes it removes them."""
        self.set_lanes(2)
        lane = self.root.ref(f"{NAME}_2")
        for record in (lane, lane.ir_actions_server_id):
            data = self.root["ir.model.data"].search(
                [("model", "=", record._name), ("res_id", "=", record.id)]
            )
            self.assertEqual(data.module, "account_collections")
            self.assertTrue(data.noupdate)
