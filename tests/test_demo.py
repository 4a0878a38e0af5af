from datetime import timedelta

from odoo.tests import TransactionCase, tagged
from odoo.tools import convert_file, mute_logger


class Enough(Exception):
    """Leaves what a demo has made."""


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The demo lives through the months up to today: its weekends fall elsewhere each
    day, and it is to work on each of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.env.ref("base.main_company")
        if not company.chart_template:
            cls.env["account.chart.template"].try_loading(
                "generic_coa", company=company, install_demo=False
            )
        # Beside the people of Odoo's own demo.
        for module, path in (
            ("base", "data/res_users_demo.xml"),
            ("account_collections", "demo/res_users_demo.xml"),
            ("account_collections", "demo/res_partner_demo.xml"),
        ):
            convert_file(cls.env, module, path, {}, "init", True)

    @mute_logger("odoo.models.unlink", "odoo.addons.mail.models.mail_thread")
    def test_every_day_of_the_week(self):
        today = self.env.ref("base.main_company")._get_collection_today()
        days = [today - timedelta(days=back) for back in range(7)]
        # A weekend is like the Friday before it.
        for day in [day for day in days if day.weekday() < 5]:
            with self.subTest(day=day.strftime("%A")):
                self._live_through(day)

    def _live_through(self, day):
        demo = self.env["collection.demo"].with_context(collection_as_of=day)
        with self.assertRaises(Enough), self.env.cr.savepoint():
            demo._live_through()
            states = set(self.env["collection.case"].search([]).mapped("state"))
            self.assertLessEqual({"active", "hold", "stayed", "closed"}, states)
            raise Enough
        self.env.invalidate_all(flush=False)
