from datetime import timedelta
from unittest.mock import patch

from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL, convert_file, mute_logger

from ...demo import (
    history,
    history_agreements,
    history_charges,
    history_claims,
    history_insolvencies,
    history_portal,
)
from ...demo.collection_demo import CollectionDemo
from ...hooks import post_init_hook


class Enough(Exception):
    """Leaves what a demo has made."""


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The demo simulates the months up to today: its weekends fall elsewhere each
    day, and it is to work on each of them."""

    expected_seconds = 375

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
        today = company._get_collection_today()
        days = [today - timedelta(days=back) for back in range(7)]
        # A weekend is like the Friday before it.
        cls.days = [day for day in days if day.weekday() < 5]
        # The invoices of the years before are paid, whatever day it is.
        CollectionDemo(cls.env)._begin(company, cls.days[-1])._prepare()

    @mute_logger("odoo.models.unlink", "odoo.addons.mail.models.mail_thread")
    def test_every_day_of_the_week(self):
        for day in self.days:
            with self.subTest(day=day.strftime("%A")):
                self._simulate(day)

    def _simulate(self, day):
        # Of so few rows, they are read sooner than it is planned how to read them.
        self.env.cr.execute(SQL("SET LOCAL join_collapse_limit = 4"))
        self.env.cr.execute(SQL("SET LOCAL from_collapse_limit = 4"))
        demo = CollectionDemo(self.env).with_context(collection_as_of=day)
        with (
            self.assertRaises(Enough),
            self.env.cr.savepoint(),
            patch.object(CollectionDemo, "_prepare"),
        ):
            demo._simulate_past()
            states = set(self.env["collection.case"].search([]).mapped("state"))
            self.assertLessEqual({"active", "hold", "stayed", "closed"}, states)
            self.assertEqual(self._count_events(), self._expected_events())
            self._read_the_guide(day)
            lumps = self.env["collection.charge"].search([("kind", "=", "lump")])
            self.assertEqual(len(lumps), len(history_charges.CHARGES))
            raise Enough
        self.env.invalidate_all(flush=False)

    def _expected_events(self):
        return {
            "collection.bankruptcy": len(
                history_insolvencies.BANKRUPTCIES
                + history_insolvencies.RUMORS
                + history_claims.BANKRUPTCIES
            ),
            "collection.hold": len(history.HOLDS),
            "collection.promise": len(history_agreements.PROMISES),
            "collection.dispute": len(
                history_agreements.DISPUTES + history_portal.DISPUTES
            ),
            "collection.installment.plan": len(history_agreements.PLANS),
            "collection.settlement": len(history_agreements.SETTLEMENTS),
            "collection.terms": len(history_agreements.TERMS),
        }

    def _read_the_guide(self, day):
        """Each sentence of ``devtools/demo_guide.txt`` is true on that day."""
        self.env["collection.executor"]._execute_batch(
            self.env.ref("base.main_company"),
            day,
            dict.fromkeys(("done_count", "failed_count", "cancelled_count"), 0),
        )
        steps = self.env["collection.step"]
        ladder = self.env["collection.case"].search([("state", "=", "active")]).stage_id
        self.assertGreater(len(ladder), 4)
        self.assertTrue(self._find(steps, "fairview", "todo", channel="phone"))
        demand = self._find(steps, "stonewall", "approve")
        self.assertTrue(demand.stage_id.is_final_demand)
        self.assertGreater(len(demand.case_id.contact_ids), 3)
        self.assertIn("e-mail", self._find(steps, "hidden_lane", "failed").error)
        riddle = self._get_case("riddle")
        self.assertTrue(riddle.amount_credit and riddle.amount_net)
        self.assertLess(riddle.amount_net, riddle.amount_open)
        self._read_the_guide_on_insolvency()
        states = self.env["collection.letter"].search([]).mapped("delivery_state")
        self.assertLessEqual({"sent", "bounced", "delivered", "to_print"}, set(states))
        self.assertTrue(self._get_portal_case().letter_ids)

    def _read_the_guide_on_insolvency(self):
        ridgeline = self._get_case("ridgeline")
        self.assertTrue(ridgeline.amount_stayed)
        self.assertIn("open", ridgeline.exposure_ids.mapped("status"))
        [bankruptcy] = self.env["collection.bankruptcy"].search(
            [("partner_id", "=", ridgeline.partner_id.id)]
        )
        self.assertFalse(bankruptcy.is_rumor)
        lastcall = self._get_case("lastcall").partner_id
        [rumor] = self.env["collection.bankruptcy"].search(
            [("partner_id", "=", lastcall.id)]
        )
        self.assertTrue(rumor.is_rumor)

    def _get_case(self, name):
        return self.env.ref(f"account_collections.partner_{name}").collection_case_id

    def _get_portal_case(self):
        user = self.env["res.users"].search([("login", "=", "portal")])
        return user.partner_id.commercial_partner_id.collection_case_id

    def _find(self, model, name, state, **vals):
        conditions = {"case_id": self._get_case(name).id, "state": state, **vals}
        return model.search([(key, "=", value) for key, value in conditions.items()])

    def _count_events(self):
        """What people did, also at the weekend before the last day."""
        return {
            name: self.env[name].search_count([]) for name in self._expected_events()
        }


@tagged("post_install", "-at_install")
class TestFailedDemo(TransactionCase):
    """When demo data fail, Odoo takes back what they wrote and goes on without them."""

    def fail_after(self, act):
        """Fail as Odoo does: the rows are taken back, what it remembers is not."""
        with self.assertRaises(Enough), self.env.cr.savepoint(flush=False):
            act()
            self.env.flush_all()
            raise Enough

    def test_failed_demo_leaves_nothing_to_the_commit(self):
        """Odoo counts the invoices of customers then, who are gone."""
        demo = CollectionDemo(self.env)

        def fail(demo, *_days):
            demo.env["res.partner"].search([], limit=1)._increase_rank("customer_rank")
            raise Enough

        with patch.object(CollectionDemo, "_live_until", fail):
            self.fail_after(demo._simulate_past)
        self.assertFalse(self.env.cr.postcommit)

    def test_failed_demo_takes_no_data_along(self):
        """What the data files left to be computed when the demo began."""
        template = self.env["mail.template"].search(
            [("model", "=", "collection.step")], limit=1
        )
        self.env.cr.execute(
            SQL("UPDATE mail_template SET model = NULL WHERE id = %s", template.id)
        )
        self.env.add_to_compute(template._fields["model"], template)
        self.fail_after(lambda: None)
        post_init_hook(self.env)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(template.model, "collection.step")

    def test_no_model_of_the_demo_is_left_in_the_registry(self):
        names = [name for name in self.env if name.startswith("collection.demo")]
        self.assertFalse(names)

    def test_companies_get_policies_without_the_demo(self):
        shipped = self.env.ref("base.main_company")
        policies = self.env["collection.policy"].search(
            [("company_id", "=", shipped.id)]
        )
        company = self.env["res.company"].create({"name": "Without policies"})
        own = [("company_id", "=", company.id)]
        self.env["collection.policy"].search(own).unlink()
        names = policies.mapped("name")
        self.fail_after(lambda: policies.write({"name": "Demo"}))
        post_init_hook(self.env)
        copies = self.env["collection.policy"].search(own)
        self.assertEqual(copies.mapped("name"), names)
        self.assertTrue(copies.stage_ids)
