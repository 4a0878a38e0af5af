import base64

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..common.plan import PNG, PlanCommon


@tagged("post_install", "-at_install")
class TestPlanOffer(PlanCommon):
    """The offer: limits, approval, and the ways in which it ends."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls.make_users()
        cls.invoice = cls.make_invoice(cls.customer, 1000)
        cls.plan()
        cls.case = cls.get_case(cls.customer)

    def as_user(self, kind, record):
        env = self.env(user=self.users[kind], context={"collection_as_of": self.today})
        return record.with_env(env)

    def test_limits(self):
        """Each limit of the policy, at and above it."""
        other = self.setup_other_currency("JPY")
        self.assertTrue(other)
        for limit, fine, wrong, sentence in (
            (
                {"plan_months_max": 3},
                {"installment_count": 3},
                {"installment_count": 4},
                "longer than 3 months",
            ),
            (
                {"plan_installment_min": 250},
                {"installment_count": 4},
                {"installment_count": 5},
                "below the minimum",
            ),
            (
                {"plan_down_min": 20},
                {"amount_down": 200},
                {"amount_down": 199.99},
                "down payment is below 20",
            ),
            (
                {"plan_amount_max": 1000},
                {},
                {"charge_kind": "charge", "charge": 0.01},
                "above the limit",
            ),
        ):
            self.policy.write(
                {
                    "plan_months_max": 0,
                    "plan_installment_min": 0,
                    "plan_down_min": 0,
                    "plan_amount_max": 0,
                    **limit,
                }
            )
            with self.subTest(sentence):
                plan = self.as_user("collector", self.make_plan(self.invoice, **fine))
                self.assertFalse(self.get_limit(plan))
                plan = self.as_user("collector", self.make_plan(self.invoice, **wrong))
                self.assertRegex(self.get_limit(plan), sentence)
                plan.action_offer()
                self.assertEqual(plan.state, "approve")
                self.assertRegex(plan.approval_reason, sentence)
                self.assertFalse(plan.document_id)

    def get_limit(self, plan):
        """Answer which limit of the policy a plan exceeds, as its user is told."""
        return plan.env["collection.installment.agreement"]._get_limit_exceeded(plan)

    def test_smallest_installment_leaves_the_last_one_out(self):
        self.policy.plan_installment_min = 300
        plan = self.make_plan(self.invoice, mode="amount", installment_amount=300)
        self.assertEqual(plan.line_ids[-1].amount, 100)
        self.assertFalse(self.get_limit(plan))

    def test_a_manager_approves(self):
        self.policy.plan_amount_max = 500
        plan = self.as_user("collector", self.make_plan(self.invoice))
        plan.action_offer()
        with self.assert_refused("manager has to approve"):
            plan.action_approve()
        self.as_user("manager", plan).action_approve()
        self.assertEqual(plan.state, "offered")
        self.assertTrue(plan.document_id)
        with self.assert_refused("is not waiting"):
            self.as_user("manager", plan).action_approve()
        plan.action_to_draft()
        self.assertFalse(plan.is_approved)
        self.assertFalse(plan.document_id)
        plan.action_offer()
        self.assertEqual(plan.state, "approve")

    def test_stale_schedule_is_not_offered(self):
        plan = self.make_plan(self.invoice)
        self.pay(self.invoice, 100)
        with self.assert_refused("have changed since"):
            self.offer(plan)
        self.as_of(plan).action_refresh()
        self.assertEqual(plan.amount, 900)
        self.offer(plan)
        self.assertEqual(plan.state, "offered")
        with self.assert_refused("Only a draft"):
            plan.action_refresh()

    def test_past_dates_are_not_offered(self):
        plan = self.make_plan(self.invoice, (-1, 500), (10, 500))
        with self.assert_refused("due in the past"):
            self.offer(plan)

    def test_offer_is_fixed(self):
        plan = self.offer(self.make_plan(self.invoice))
        line = plan.line_ids[0]
        for kind in ("collector", "manager"):
            own = self.as_user(kind, plan)
            for change in (
                lambda own=own: own.write({"amount_down": 100}),
                lambda own=own: own.write({"line_ids": [Command.clear()]}),
                lambda own=own: own.line_ids[0].write({"amount": 1}),
                lambda own=own: own.line_ids[0].unlink(),
            ):
                with self.assert_refused("An offer cannot be changed"):
                    change()
            with self.assert_refused("An offer cannot be changed"):
                own.env["collection.installment"].create(
                    {"plan_id": plan.id, "date": self.day(3), "amount": 5}
                )
            with self.assert_refused("moved to another customer"):
                own.write({"case_id": self.case.id})
            own.write({"note": "Called on Monday."})
        self.assertTrue(line.exists())
        with self.assert_refused("stays on record"):
            plan.sudo().unlink()

    def test_fields_that_nobody_writes_by_hand(self):
        plan = self.offer(self.make_plan(self.invoice))
        for name, value in {
            "state": "active",
            "signed_by": "Me",
            "signature": base64.b64encode(PNG),
            "document_sha256": "0",
            "document_id": False,
            "date_offer_end": self.day(90),
            "amount_covered": 1,
            "date_active": self.today,
            "tolerance_days": 90,
            "last_allocation": 0,
            "is_approved": True,
        }.items():
            for kind in ("collector", "manager"):
                with (
                    self.subTest(name),
                    self.assert_refused("cannot be changed by hand"),
                ):
                    self.as_user(kind, plan).write({name: value})

    def test_readers_do_not_work(self):
        plan = self.offer(self.make_plan(self.invoice))
        for kind in ("internal", "invoicing", "readonly", "portal"):
            own = self.as_user(kind, plan)
            for method in (
                "action_offer",
                "action_to_draft",
                "action_send_offer",
                "action_refresh",
            ):
                with self.subTest(f"{kind}: {method}"), self.assertRaises(AccessError):
                    getattr(own, method)()
            with self.assertRaises(AccessError):
                own._end("cancelled", "No")
        self.assertEqual(plan.state, "offered")

    def test_expires(self):
        plan = self.offer(self.make_plan(self.invoice))
        self.assertEqual(plan.date_offer_end, self.day(14))
        self.night(14)
        self.assertEqual(plan.state, "offered")
        self.assertRegex(self.sign(plan, self.day(15)), "has expired")
        self.night(15)
        self.assertEqual(plan.state, "expired")
        self.assertIn("Offer of installments has expired", self.get_summaries(plan))
        self.assertRegex(self.sign(plan, self.day(14)), "can no longer be signed")

    def test_never_valid_beyond_its_first_date(self):
        """What is late already cannot be signed; not on paper either."""
        plan = self.offer(self.make_plan(self.invoice, (6, 400), (4, 600)))
        self.assertEqual(plan.date_offer_end, self.day(4))
        self.assertRegex(self.sign(plan, self.day(5)), "has expired")
        with self.assert_refused("has expired"):
            self.env["collection.signature"]._sign_on_paper(
                self.as_of(plan, self.day(5)),
                "Mr. Paper",
                self.day(5),
                "scan.pdf",
                b"%PDF-1.4",
            )
        self.assertFalse(self.sign(plan, self.day(4)))
        self.night(4)
        self.assertEqual(plan.state, "active")
        down = self.make_plan(self.make_late(), amount_down=100)
        self.assertEqual(self.offer(down).date_offer_end, self.day(7))

    def make_late(self):
        invoice = self.make_invoice(self.customer, 700)
        self.plan()
        return invoice

    def test_void_by_a_payment(self):
        """Found by the night; both sides are told, once."""
        plan = self.offer(self.make_plan(self.invoice))
        self.pay(self.invoice, 1, self.day(1))
        self.night(1)
        self.night(1)
        self.assertEqual(plan.state, "void")
        self.assertRegex(plan.end_reason, "999.* is open instead of .*1,000")
        self.assertEqual(len(self.get_letters()), 1)
        self.assertRegex(self.get_letters()[0], "has changed")
        self.assertEqual(self.get_summaries(plan), ["Offer of installments is void"])

    def test_void_at_the_signature(self):
        """Found by the signers themselves, before any review."""
        for change in (
            lambda: self.pay(self.invoice, 1),
            lambda: self.make_dispute(self.invoice, 10),
        ):
            plan = self.offer(self.make_plan(self.invoice))
            change()
            with self.subTest(plan.name):
                self.env.cr.execute(
                    "UPDATE collection_installment_plan SET state = 'offered'"
                    " WHERE id = %s",
                    [plan.id],
                )
                self.env.invalidate_all()
                self.assertRegex(self.sign(plan), "have changed")
                self.assertEqual(plan.state, "void")
                self.assertFalse(plan.signed_by)

    def test_bad_signatures(self):
        plan = self.offer(self.make_plan(self.invoice))
        for wrong, sentence in (
            ({"name": " "}, "enter your name"),
            ({"name": "x" * 101}, "enter your name"),
            ({"signature": ""}, "sign in the box"),
            ({"signature": None}, "sign in the box"),
            ({"signature": "bm8="}, "sign in the box"),
            ({"signature": "?"}, "sign in the box"),
            ({"sha256": ""}, "changed after you opened it"),
            ({"sha256": "0" * 64}, "changed after you opened it"),
        ):
            with self.subTest(wrong):
                self.assertRegex(self.sign(plan, **wrong), sentence)
        self.assertEqual(plan.state, "offered")
        self.assertFalse(self.sign(plan))
        self.assertRegex(self.sign(plan), "can no longer be signed")

    def test_document_of_an_earlier_offer(self):
        """What was taken back and changed cannot be signed by who read the old one."""
        plan = self.offer(self.make_plan(self.invoice))
        old = plan.document_sha256
        self.as_of(plan).action_to_draft()
        self.as_of(plan).write({"installment_count": 2})
        self.offer(plan)
        self.assertNotEqual(plan.document_sha256, old)
        self.assertRegex(self.sign(plan, sha256=old), "read it again")

    def test_signed_on_paper(self):
        plan = self.offer(self.make_plan(self.invoice))
        wizard = self.as_user(
            "collector", self.env["collection.signature.paper"]
        ).create(
            {
                "res_model": plan._name,
                "res_id": plan.id,
                "signed_by": "Mr. Paper",
                "date_signed": self.today,
                "scan": base64.b64encode(b"%PDF-1.4 scan"),
                "scan_name": "scan.pdf",
            }
        )
        with self.assert_refused("in the future"):
            wizard.date_signed = self.day(1)
            wizard.action_file()
        wizard.date_signed = self.today
        wizard.action_file()
        self.assertEqual((plan.state, plan.is_paper), ("active", True))
        self.assertEqual(plan.signed_document_id.raw, b"%PDF-1.4 scan")
        self.assertEqual(plan.signed_document_id.name, "scan.pdf")
        self.assertFalse(plan.signed_ip)

    def test_declined_and_cancelled(self):
        plan = self.offer(self.make_plan(self.invoice))
        with self.assert_refused("Give a reason"):
            plan._end("declined", " ")
        end = self.as_user("collector", self.env["collection.installment.plan.end"])
        end.create(
            {"plan_ids": plan.ids, "outcome": "declined", "reason": "Too much"}
        ).action_end()
        self.assertEqual((plan.state, plan.end_reason), ("declined", "Too much"))
        plan = self.start(self.invoice, (5, 1000))
        end.create({"plan_ids": plan.ids, "reason": "Pays at once"}).action_end()
        self.assertEqual(plan.state, "cancelled")
        self.assert_exposure(self.invoice, status="open", amount_planned=0)
        self.assertEqual(self.get_items(self.invoice).date_resumed, self.today)
