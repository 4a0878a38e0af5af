from datetime import timedelta

from lxml import etree
from odoo.tests import Form, tagged

from ..common.base import CollectionCommon

OWN = "collection_"


@tagged("post_install", "-at_install")
class TestViews(CollectionCommon):
    """Every screen opens for those who see it, and hides what is not theirs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls.make_users()
        cls.customer = cls.make_customer("Debtor")
        cls.policy = cls.make_policy(
            {"days": 1}, {"days": 20, "channel": "phone", "template_id": False}
        )
        cls.invoice = cls.make_invoice(cls.customer, due=cls.day(-5))
        cls.make_credit(cls.customer, 100, cls.day(-3))
        cls.plan()
        cls.execute()
        cls.case = cls.get_case(cls.customer)

    def get_spec(self, model, node):
        """Answer what the web client reads for a view.

        :param model: the model of the view
        :param node: its root
        """
        spec = {}
        for field in node.iterfind(".//field"):
            owner = next(field.iterancestors("field"), None)
            if (owner is not None and owner is not node) or not field.get("name"):
                continue
            name = field.get("name")
            comodel = model._fields[name].comodel_name
            spec[name] = {"fields": {"display_name": {}}} if comodel else {}
            for subview in field:
                rows = self.get_spec(self.env[comodel], subview)
                spec[name] = {"fields": rows}
        return spec

    def open_view(self, user, model, view_type, view_id=False, records=None):
        """Open a view as a user and read what it shows; answer its fields."""
        Model = self.env[model].with_user(user).with_company(self.company)
        views = Model.get_views([(view_id, view_type)])["views"]
        arch = etree.fromstring(views[view_type]["arch"])
        if view_type in ("list", "kanban", "form", "calendar"):
            spec = self.get_spec(self.env[model], arch)
            shown = Model.browse(records.ids) if records else Model.search([], limit=5)
            shown.web_read(spec)
        return {field.get("name") for field in arch.iter("field")}

    def get_actions(self, user):
        """Answer the actions of the menus of collections that a user sees."""
        Menu = self.env["ir.ui.menu"].with_user(user)
        root = self.env.ref("account_collections.menu_collections")
        menus = Menu.search([("id", "child_of", root.id)])
        visible = Menu._visible_menu_ids()
        return [
            menu.sudo().action
            for menu in menus.sudo()
            # A menu under one that is hidden is not shown either.
            if all(int(id_) in visible for id_ in menu.parent_path.split("/") if id_)
            and menu.action
        ]

    def test_every_screen_opens(self):
        """What a menu leads to opens, in every view, for everybody who sees it."""
        for kind in ("readonly", "invoicing", "collector", "manager"):
            user = self.users[kind]
            actions = self.get_actions(user)
            self.assertTrue(actions, kind)
            for action in actions:
                own_view = {view.type: view.id for view in action.view_id}
                for view_type in action.view_mode.split(","):
                    with self.subTest(user=kind, action=action.name, view=view_type):
                        self.open_view(
                            user,
                            action.res_model,
                            view_type,
                            own_view.get(view_type, False),
                        )

    def test_menus_follow_the_rights(self):
        """Configuration is for managers, simulation for collectors."""
        models = {
            kind: {action.res_model for action in self.get_actions(self.users[kind])}
            for kind in ("internal", "invoicing", "collector", "manager")
        }
        self.assertFalse(models["internal"])
        self.assertIn("collection.case", models["invoicing"])
        self.assertNotIn("collection.simulation", models["invoicing"])
        self.assertIn("collection.simulation", models["collector"])
        self.assertNotIn("collection.policy", models["collector"])
        self.assertIn("collection.policy", models["manager"])

    def test_actions_have_a_path_and_an_empty_state(self):
        """Windows have an address, and lists say what belongs in them."""
        actions = self.env["ir.actions.act_window"].search(
            [("res_model", "=like", "collection.%")]
        )
        self.assertTrue(actions)
        self.assertFalse(actions.filtered(lambda action: not action.path))
        lists = actions.filtered(lambda action: "list" in action.view_mode)
        self.assertFalse(lists.filtered(lambda action: not action.help))

    def test_customer_form_by_right(self):
        """The customer's form opens without any right to collections, and shows the
        standing to those in Invoicing."""
        plain = self.open_view(
            self.users["internal"], "res.partner", "form", records=self.customer
        )
        self.assertTrue(plain)
        self.assertFalse([name for name in plain if name.startswith(OWN)])
        for kind in ("invoicing", "readonly"):
            shown = self.open_view(
                self.users[kind], "res.partner", "form", records=self.customer
            )
            self.assertLessEqual(
                {"collection_ageing", "collection_policy_id", "collection_stage_id"},
                shown,
            )

    def test_customer_is_saved_without_rights(self):
        """Somebody who keeps the address book goes on doing so."""
        with Form(self.customer.with_user(self.make_seller())) as form:
            form.street = "Side Street 2"
        self.assertEqual(self.customer.street, "Side Street 2")

    def test_invoice_form_by_right(self):
        """An invoice opens for somebody who may read it, but nothing of accounting."""
        group = self.env["res.groups"].create({"name": "Reads invoices"})
        for model in ("account.move", "account.move.line"):
            self.env["ir.model.access"].create(
                {
                    "name": f"{model} for the test",
                    "model_id": self.env["ir.model"]._get_id(model),
                    "group_id": group.id,
                    "perm_read": True,
                }
            )
        reader = self.users["internal"]
        reader.group_ids += group
        Move = self.env["account.move"].with_user(reader)
        views = Move.get_views([(False, "form"), (False, "list")])["views"]
        for view in views.values():
            names = {node.get("name") for node in etree.fromstring(view["arch"]).iter()}
            self.assertFalse(
                [name for name in names if name and name.startswith(OWN)], names
            )
        invoice = self.invoice.with_user(reader)
        self.assertEqual(invoice.web_read({"name": {}})[0]["name"], self.invoice.name)
        for kind in ("invoicing", "readonly"):
            shown = self.open_view(
                self.users[kind], "account.move", "form", records=self.invoice
            )
            self.assertLessEqual(
                {"collection_stage_id", "collection_explanation"}, shown
            )

    def test_invoices_by_stage(self):
        """The list of invoices filters and groups by the stage they reached."""
        Move = self.env["account.move"].with_user(self.users["invoicing"])
        arch = etree.fromstring(
            Move.get_views(
                [(self.env.ref("account.view_account_invoice_filter").id, "search")]
            )["views"]["search"]["arch"]
        )
        names = {node.get("name") for node in arch.iter("filter")}
        self.assertLessEqual({"collections", "group_collection_stage"}, names)
        groups = Move.formatted_read_group(
            [("collection_stage_id", "!=", False)],
            ["collection_stage_id"],
            ["__count"],
        )
        self.assertEqual(len(groups), 1)
        stage = self.policy.stage_ids[0]
        self.assertEqual(groups[0]["collection_stage_id"][0], stage.id)

    def test_board_opens_the_column_of_the_new(self):
        """Customers who have not been reminded yet are not folded away."""
        other = self.make_customer("Not reminded")
        self.make_invoice(other, due=self.day(0))
        self.plan()
        result = self.env["collection.case"].web_read_group(
            [("partner_id", "in", (other + self.customer).ids)],
            ["stage_id"],
            [],
            auto_unfold=True,
            unfold_read_specification={"partner_id": {}},
        )
        by_stage = {group["stage_id"]: group for group in result["groups"]}
        self.assertEqual(
            [row["partner_id"] for row in by_stage[False]["__records"]], other.ids
        )

    def test_board_shows_one_whole_ladder(self):
        """Of the only policy in use, or of the one for everybody else."""
        expand = self.env["collection.case"]._group_expand_stages
        key, general = self.policy_key.stage_ids, self.policy_default.stage_ids
        self.assertEqual(expand(key[1], []), key)
        self.assertEqual(expand(key.browse(), []), general)
        shown = expand(key[1] | general[0], [])
        self.assertEqual(shown, key[1] | general)

    def test_hold_proposes_its_review(self):
        """The reason of a hold proposes when it is reviewed; a person may differ."""
        collector = self.users["collector"]
        Hold = self.env["collection.hold"].with_user(collector)
        with Form(Hold.with_context(default_case_id=self.case.id)) as form:
            form.reason_id = self.reason_hold
            days = (form.date_review - form.date_start).days
            self.assertEqual(days, self.reason_hold.review_days)
            form.date_review = form.date_start + timedelta(days=3)
        hold = self.case.hold_ids
        self.assertEqual((hold.date_review - hold.date_start).days, 3)
        other = self.env.ref("account_collections.reason_hold_hardship")
        hold.with_user(collector).reason_id = other
        self.assertEqual((hold.date_review - hold.date_start).days, 3)

    def test_broken_message_does_not_break_its_screen(self):
        """A message that cannot be written says so where it would be shown."""
        self.policy.stage_ids[0].is_automatic = False
        # It breaks for one customer only, or the template could not be saved.
        self.template.body_html = (
            "<p>Words.<t t-if=\"object.partner_id.name == 'Unlucky'\""
            ' t-out="object.there_is_no_such_field"/></p>'
        )
        debtors = [self.make_customer(name) for name in ("Lucky", "Unlucky")]
        for debtor in debtors:
            self.make_invoice(debtor, due=self.day(-5))
        self.plan()
        lucky, step = (self.open_steps(debtor) for debtor in debtors)
        self.assertIn("Words.", lucky.preview)
        self.assertIn("The message cannot be written", step.preview)
        self.open_view(self.users["collector"], "collection.step", "form", records=step)

    def test_match_opens_the_oldest_invoice(self):
        """From a credit to the invoice where Odoo's own widget offers it."""
        older = self.make_invoice(self.customer, due=self.day(-9))
        self.plan()
        self.case.invalidate_recordset()
        credit = self.case.credit_ids
        self.assertEqual(len(credit), 1)
        action = credit.with_user(self.users["invoicing"]).action_match()
        self.assertEqual(action["res_id"], older.id)

    def test_counts_of_the_buttons(self):
        """The numbers on the smart buttons of the case."""
        self.assertEqual(self.case.invoice_count, 1)
        self.assertEqual(self.case.letter_count, 1)
        self.assertEqual(self.case.contact_count, 1)
        self.assertEqual(self.case.hold_count, 0)
        self.make_hold(self.case)
        self.case.invalidate_recordset()
        self.assertEqual(self.case.hold_count, 1)

    def test_simulation_of_one_case(self):
        """Simulating one case answers for that customer only."""
        other = self.make_customer("Other")
        self.make_invoice(other, due=self.day(-5))
        self.plan()
        wizard = self.env["collection.simulation"].with_user(self.users["collector"])
        one = wizard.create({"date": self.today, "case_id": self.case.id})
        action = one.action_simulate()
        lines = self.env["collection.simulation.line"].search(action["domain"])
        self.assertEqual(lines.partner_id, self.customer)
        self.assertEqual(lines.action_open_case()["res_id"], self.case.id)
