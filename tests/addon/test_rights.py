from pathlib import Path

from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError
from odoo.service.model import get_public_method
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common.base import CollectionCommon

# What invoicing and readonly users, collectors and managers may do: the table for
# people is the one that is tested. Portal and plain internal users may do nothing.
TABLE = Path(__file__).parents[2] / "docs" / "rights.md"
OPERATIONS = {"read": "see", "write": "change", "create": "add", "unlink": "delete"}


def read_table():
    """:return: dict of (invoicing, collector, manager) per model, each a set of the
    words of what they may do"""
    rows = {}
    for line in TABLE.read_text().splitlines():
        if line.startswith("| `"):
            model, _description, *roles = line.strip("|").split("|")
            rows[model.strip(" `")] = tuple(
                set(filter(None, map(str.strip, role.split(",")))) for role in roles
            )
    return rows


@tagged("post_install", "-at_install")
class TestRights(CollectionCommon):
    """Who may do what, as the table of the design has it, over every way in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls.make_users()
        cls.customer = cls.make_customer("Rights")
        cls.make_policy({"days": 1}, {"days": 2, "is_automatic": False}, quiet_days=1)
        cls.invoice = cls.make_invoice(cls.customer)
        cls.plan()
        cls.execute()
        cls.case = cls.get_case(cls.customer)
        cls.plan(cls.day(1))
        cls.step = cls.open_steps(cls.customer)
        cls.letter = cls.case.letter_ids
        cls.hold = cls.make_hold(cls.case, cls.day(1))
        cls.contact = cls.case.contact_ids

    def as_user(self, kind, records):
        return records.with_user(self.users[kind]).with_context(
            allowed_company_ids=None
        )

    def test_every_model_has_its_row(self):
        """A model that somebody adds is added here too."""
        known = {
            name
            for name, model in self.registry.items()
            if model._original_module == "account_collections" and not model._abstract
        }
        self.assertEqual(known, read_table().keys())

    def test_matrix(self):
        for model, (reader, collector, manager) in read_table().items():
            expected = {
                "portal": set(),
                "internal": set(),
                "invoicing": reader,
                "readonly": reader,
                "collector": collector,
                "manager": manager,
            }
            for kind, rights in expected.items():
                Model = self.env[model].with_user(self.users[kind])
                found = {
                    word
                    for operation, word in OPERATIONS.items()
                    if Model.has_access(operation)
                }
                with self.subTest(f"{kind} on {model}"):
                    self.assertEqual(found, rights)

    def test_fields_that_nobody_writes_by_hand(self):
        """``readonly`` on a screen is no protection; these hold over the API."""
        vals = {
            self.step: {
                "state": "done",
                "date_planned": self.day(50),
                "approved_user_id": self.users["collector"].id,
                "stage_id": self.policy_default.stage_ids[0].id,
                "letter_id": False,
                "case_id": self.case.id,
                "error": "none",
                "attempts": 0,
            },
            self.case: {
                "state": "closed",
                "amount_overdue": 0,
                "stage_id": False,
                "policy_id": self.policy_key.id,
                "partner_id": self.partner.id,
                "date_last_step": self.day(5),
                "priority": 0,
                "reason": "covered",
                "company_id": self.company.id,
            },
            self.letter: {
                "delivery_state": "delivered",
                "date_sent": "2020-01-01",
                "body": "<p>Other words</p>",
                "subject": "Other",
                "address": "elsewhere",
                "sha256": "0",
                "move_ids": False,
                "mail_id": False,
            },
            self.hold: {
                "state": "ended",
                "date_start": self.day(-50),
                "date_end": self.day(1),
                "is_reviewed": True,
            },
        }
        for kind in ("collector", "manager"):
            for record, wrong in vals.items():
                for name, value in wrong.items():
                    with (
                        self.subTest(f"{kind}: {record._name}.{name}"),
                        self.assert_refused("cannot be changed by hand"),
                    ):
                        self.as_user(kind, record).write({name: value})

    def test_nor_through_a_parent_an_import_or_the_screen(self):
        case = self.as_user("collector", self.case)
        step = self.as_user("collector", self.step)
        by_hand = "cannot be changed by hand"
        with self.assert_refused(by_hand):
            case.write({"step_ids": [(1, step.id, {"state": "done"})]})
        with self.assert_refused(by_hand):
            step.web_save({"state": "done"}, {"state": {}})
        external = self.step.with_user(SUPERUSER_ID).export_data(["id"])["datas"][0][0]
        messages = step.load(["id", "state"], [[external, "Done"]])["messages"]
        self.assertRegex(messages[0]["message"], by_hand)
        with self.assert_refused(by_hand):
            self.as_user("collector", self.hold).create(
                {
                    "case_id": case.id,
                    "reason_id": self.reason_hold.id,
                    "date_review": self.day(90),
                    "date_start": self.day(-90),
                }
            )
        self.assertEqual(self.step.state, "cancelled")  # by the hold

    def test_what_a_hold_covers_does_not_change(self):
        hold = self.as_user("collector", self.hold)
        item = self.case.item_ids
        for vals in ({"scope": "items"}, {"item_ids": [(6, 0, item.ids)]}):
            with (
                self.subTest(vals),
                self.assert_refused("Lift it and create a new one"),
            ):
                hold.write(vals)
        hold.write({"date_review": self.day(30), "note": "Later", "on_review": "ask"})
        self.assertFalse(self.hold.is_reviewed)

    def test_what_collectors_do(self):
        """The same people can do their work, through the buttons."""
        self.lift(self.hold, self.day(1))
        self.plan(self.day(2))
        step = self.as_user("collector", self.open_steps(self.customer))
        step.action_edit()
        step.write({"subject": "My words"})
        step.action_approve()
        self.assertEqual(step.state, "planned")
        self.assertEqual(step.approved_user_id, self.users["collector"])
        case = step.case_id
        case.write({"user_id": self.users["manager"].id})
        case.action_review()
        step.env["collection.step.skip"].create(
            {"step_ids": step.ids, "reason_id": self.reason_skip.id}
        ).action_skip()
        self.assertEqual(step.state, "skipped")
        hold = step.env["collection.hold"].create(
            {"case_id": case.id, "reason_id": self.reason_hold.id}
        )
        self.assertEqual(case.state, "hold")
        hold.action_lift()
        self.assertEqual(hold.state, "ended")

    def test_readers_do_not_work(self):
        wrong = {
            "approve": lambda env: self.step.with_env(env).action_approve(),
            "retry": lambda env: self.step.with_env(env).action_retry(),
            "edit": lambda env: self.step.with_env(env).action_edit(),
            "lift": lambda env: self.hold.with_env(env).action_lift(),
            "post": lambda env: self.letter.with_env(env).action_post(),
            "void": lambda env: self.contact.with_env(env).action_void("Wrong"),
            "review": lambda env: self.case.with_env(env).action_review(),
            "read": lambda env: self.case.with_env(env).action_mark_reply_read(),
            "skip": lambda env: env["collection.step.skip"].create({}),
        }
        for kind in ("internal", "invoicing", "readonly"):
            env = self.env(user=self.users[kind])
            for name, button in wrong.items():
                with self.subTest(f"{kind}: {name}"), self.assertRaises(AccessError):
                    button(env)

    def test_private_methods_stay_private(self):
        """What acts without asking for rights cannot be called from outside."""
        for model, method in (
            ("collection.step", "_set_state"),
            ("collection.hold", "_lift"),
            ("collection.scheduler", "_run"),
            ("collection.scheduler", "_cron_execute"),
            ("collection.review.request", "_take"),
        ):
            with self.subTest(method), self.assertRaises(AccessError):
                get_public_method(self.env[model], method)

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.models")
    def test_invoice_and_customer_stay_readable(self):
        """Who has none of these rights reads invoices and customers all the same, but
        not what collections know of them."""
        secret = {
            record: [name for name in record._fields if name.startswith("collection_")]
            for record in (self.invoice, self.customer)
        }
        self.users["portal"].partner_id.parent_id = self.customer
        self.invoice.message_subscribe(self.users["portal"].partner_id.ids)
        for record, names in secret.items():
            for kind in ("portal", "internal"):
                mine = self.as_user(kind, record)
                if not mine.has_access("read"):
                    continue
                self.assertTrue(mine.read(["display_name"]))
                for name in names:
                    with (
                        self.subTest(f"{kind}: {record._name}.{name}"),
                        self.assertRaises(AccessError),
                    ):
                        mine.read([name])
            for kind in ("invoicing", "readonly", "collector"):
                with self.subTest(f"{kind}: {record._name}"):
                    self.assertTrue(self.as_user(kind, record).read(names))
