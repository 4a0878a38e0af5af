from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Date
from odoo.models import MAGIC_COLUMNS as MAGIC
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..common.bankruptcy import BankruptcyCommon
from ..common.plan import PlanCommon


@tagged("post_install", "-at_install")
class TestBoundaries(PlanCommon, BankruptcyCommon):
    """What only Odoo's screens hold back is refused over the external API, too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls.make_users()
        cls.customer = cls.make_customer("Boundary")
        cls.invoice = cls.make_invoice(cls.customer, 300)
        cls.plan()
        cls.case = cls.get_case(cls.customer)
        cls.collector = cls.users["collector"]
        cls.mine = cls.env(
            user=cls.collector,
            context={**cls.env.context, "collection_as_of": cls.today},
        )

    def make_hold(self, **vals):
        return self.mine["collection.hold"].create(
            {
                "case_id": self.case.id,
                "reason_id": self.env.ref("account_collections.reason_hold_clarify").id,
                **vals,
            }
        )

    # ------------------------------------------------------------------
    # Reasons
    # ------------------------------------------------------------------

    def test_reasons_are_of_the_right_kind(self):
        reasons = {
            reason.kind: reason for reason in self.env["collection.reason"].search([])
        }
        with self.assert_refused("none of the choices"):
            self.make_hold(reason_id=reasons["skip"].id)
        with self.assert_refused("none of the choices"):
            self.mine["collection.dispute"].create(
                {
                    "move_id": self.invoice.id,
                    "amount": 10,
                    "reason_id": reasons["hold"].id,
                }
            )
        before = self.case.contact_ids
        with self.assert_refused("none of the choices"):
            self.mine["collection.contact"].create(
                {
                    "case_id": self.case.id,
                    "channel": "phone",
                    "direction": "out",
                    "outcome": "hardship",
                    "partner_id": self.customer.id,
                    "reason_id": reasons["cause"].id,
                }
            )
        self.assertEqual(self.case.contact_ids, before)
        hold = self.make_hold()
        with self.assert_refused("none of the choices"):
            hold.reason_id = reasons["nonpayment"]

    def test_every_field_of_reasons_names_a_kind(self):
        """Else nothing would hold it to one."""
        for model in self.env.values():
            if model._abstract or not model._name.startswith("collection."):
                continue
            for name, field in model._fields.items():
                if field.comodel_name == "collection.reason" and field.store:
                    with self.subTest(f"{model._name}.{name}"):
                        self.assertIn("kind", field.domain)

    def test_skipping_takes_a_reason_to_skip(self):
        step = self.open_steps(self.customer)
        wizard = self.mine["collection.step.skip"].create(
            {
                "step_ids": [Command.set(step.ids)],
                "reason_id": self.env.ref("account_collections.reason_hold_clarify").id,
            }
        )
        with self.assert_refused("none of the choices"):
            wizard.action_skip()

    # ------------------------------------------------------------------
    # Collectors
    # ------------------------------------------------------------------

    def make_strangers(self):
        """:return: users who cannot work the cases of the company"""
        gone = new_test_user(self.root, "gone", groups="base.group_user")
        gone.active = False
        portal = new_test_user(self.root, "outside", groups="base.group_portal")
        elsewhere = self.root["res.company"].create({"name": "Elsewhere"})
        other = new_test_user(
            self.root,
            "other",
            groups="base.group_user",
            company_id=elsewhere.id,
            company_ids=[Command.set(elsewhere.ids)],
        )
        return {"gone": gone, "portal": portal, "other company": other}

    def test_who_can_be_collector(self):
        manager = self.env(user=self.users["manager"])
        for kind, user in self.make_strangers().items():
            for record, name in (
                (self.case.with_env(manager), "user_id"),
                (self.case.policy_id.with_env(manager), "user_id"),
                (self.customer, "collection_user_id"),
            ):
                with (
                    self.subTest(kind, model=record._name),
                    self.assertRaises(UserError),
                    self.env.cr.savepoint(),
                ):
                    record[name] = user
        self.case.user_id = self.collector
        self.customer.collection_user_id = self.collector
        self.assertEqual(self.case.user_id, self.collector)

    # ------------------------------------------------------------------
    # Days
    # ------------------------------------------------------------------

    def test_nothing_is_put_off_for_ever(self):
        last = Date.add(self.today, days=self.company.collection_horizon)
        for day in (Date.add(last, days=1), Date.to_date("2199-12-31")):
            with self.subTest(day):
                with self.assert_refused("nothing is put off"):
                    self.make_hold(date_review=day)
                with self.assert_refused("nothing is put off"):
                    self.mine["collection.contact"].create(
                        {
                            "case_id": self.case.id,
                            "channel": "phone",
                            "direction": "out",
                            "outcome": "no_answer",
                            "partner_id": self.customer.id,
                            "date_follow_up": day,
                        }
                    )
        hold = self.make_hold(date_review=last)
        with self.assert_refused("nothing is put off"):
            hold.date_review = Date.add(last, days=1)
        self.company.sudo().collection_horizon = 400
        hold.date_review = Date.add(last, days=1)
        self.assertEqual(hold.date_review, Date.add(last, days=1))

    def test_answers_to_disputes_have_a_horizon(self):
        dispute = self.make_dispute(self.invoice, 50).with_env(self.mine)
        with self.assert_refused("nothing is put off"):
            dispute.date_answer_due = "2199-12-31"

    # ------------------------------------------------------------------
    # Numbers
    # ------------------------------------------------------------------

    def test_numbers_and_dates_that_nobody_can_mean(self):
        """Of any field that people write, in any model of the addon."""
        wild = {
            "float": (1e307, float("inf"), float("nan"), -1e15),
            "monetary": (1e307, float("inf"), float("nan"), 1e15),
            "date": ("9999-12-31", "0001-01-01"),
            "datetime": ("9999-12-31 23:59:59",),
        }
        mixin = "collection.protected.mixin"
        tried = 0
        for name in self.env.registry.descendants([mixin], "_inherit"):
            model = self.env[name]
            for field in model._fields.values():
                is_own = field.store and not field.readonly and field.name not in MAGIC
                for value in wild.get(field.type, ()) if is_own else ():
                    tried += 1
                    with self.subTest(f"{name}.{field.name}", value=value):
                        with self.assert_refused("cannot be"):
                            model.create({field.name: value})
                        with self.assert_refused("cannot be"):
                            model.browse().write({field.name: value})
        self.assertGreater(tried, 100)

    def test_numbers_that_are_large(self):
        policy = self.case.policy_id
        policy.tolerance = 5e12
        self.assertEqual(policy.tolerance, 5e12)
        names = [
            name
            for name, field in policy._fields.items()
            if field.type == "integer"
            and name.endswith(("days", "tolerance", "months"))
        ]
        self.assertGreater(len(names), 6)
        for name in names:
            with (
                self.subTest(name),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                policy[name] = 2147483647
                policy.flush_recordset()

    # ------------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------------

    def test_deadlines_stay(self):
        bankruptcy = self.make_bankruptcy()
        deadline = self.env["collection.bankruptcy.deadline"].create(
            {
                "bankruptcy_id": bankruptcy.id,
                "kind": "claim",
                "date": self.day(60),
                "source": "notice",
            }
        )
        with self.assertRaisesRegex(AccessError, "manager archives deadlines"):
            deadline.with_user(self.collector).action_archive()
        self.assertTrue(deadline.active)
        deadline.with_user(self.users["manager"]).action_archive()
        self.assertFalse(deadline.active)

    def test_what_replaces_a_suggestion_may_come_from_a_collector(self):
        bankruptcy = self.make_bankruptcy()
        Deadline = self.env["collection.bankruptcy.deadline"]
        computed = Deadline.sudo().create(
            {
                "bankruptcy_id": bankruptcy.id,
                "kind": "meeting",
                "date": self.day(60),
                "source": "computed",
            }
        )
        Deadline.with_user(self.collector).create(
            {
                "bankruptcy_id": bankruptcy.id,
                "kind": "meeting",
                "date": self.day(50),
                "source": "notice",
            }
        )
        self.assertFalse(computed.active)

    def test_rehearsals_are_for_managers(self):
        for model in (
            "collection.policy.backtest.wizard",
            "collection.policy.backtest.line",
        ):
            with self.subTest(model), self.assertRaises(AccessError):
                self.mine[model].create({})

    def test_the_secret_of_a_plan_is_nobodys(self):
        plan = self.make_plan(self.invoice, (10, 100), (40, 200))
        plan.sudo()._portal_ensure_token()
        for user in (*self.users.values(), self.env.ref("base.user_admin")):
            own = plan.with_user(user)
            with self.subTest(user.login):
                with self.assertRaises(AccessError):
                    own.read(["access_token"])
                with self.assertRaises(AccessError):
                    own.write({"access_token": "known"})
                with self.assertRaises(AccessError):
                    own.search([("access_token", "!=", False)])
        token = plan.sudo().access_token
        mine = plan.with_user(self.collector)
        self.assertNotIn(token, mine.action_open_portal()["url"])
        self.assertIn(token, mine.get_portal_url())

    def test_what_is_stayed_is_not_paid_online(self):
        """Odoo's list and page of invoices ask this for *Pay Now*."""
        self.assertTrue(self.invoice._has_to_be_paid())
        bankruptcy = self.make_bankruptcy()
        self.assertFalse(self.invoice._has_to_be_paid())
        self.assertIn("bankruptcy", self.invoice._get_online_payment_error())
        bankruptcy.sudo()._change_state("dismissed", self.today)
        self.assertTrue(self.invoice._has_to_be_paid())

    def test_evidence_is_ones_own(self):
        theirs = self.env["ir.attachment"].create({"name": "x.txt", "raw": b"theirs"})
        mine = self.mine["ir.attachment"].create({"name": "y.txt", "raw": b"mine"})
        vals = {
            "case_id": self.case.id,
            "channel": "phone",
            "direction": "out",
            "outcome": "no_answer",
            "partner_id": self.customer.id,
        }
        with self.assertRaises(AccessError):
            self.mine["collection.contact"].create(
                {**vals, "attachment_ids": [Command.set((theirs | mine).ids)]}
            )
        entry = self.mine["collection.contact"].create(
            {**vals, "attachment_ids": [Command.set(mine.ids)]}
        )
        with self.assertRaises(AccessError):
            entry.action_complete({"attachment_ids": [Command.link(theirs.id)]})
        theirs.unlink()
        self.assertEqual(entry.attachment_ids, mine)
