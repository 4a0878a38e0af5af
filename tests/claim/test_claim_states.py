from odoo import fields
from odoo.addons.account_collections.tools.claim_states import (
    STATES,
    TRANSITIONS,
)
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common.claim import ClaimCommon

# How a claim gets to each state.
WAYS = {
    "draft": (),
    "ready": ("ready",),
    "filed": ("ready", "filed"),
    "objected": ("ready", "filed", "objected"),
    "allowed": ("ready", "filed", "allowed"),
    "reduced": ("ready", "filed", "reduced"),
    "disallowed": ("ready", "filed", "disallowed"),
    "amended": ("ready", "filed", "amended"),
    "transferred": ("ready", "filed", "transferred"),
    "withdrawn": ("withdrawn",),
    "closed": ("ready", "filed", "closed"),
}
LEGAL = {
    ("draft", "ready"),
    ("draft", "withdrawn"),
    ("ready", "draft"),
    ("ready", "filed"),
    ("ready", "withdrawn"),
    *(
        (before, after)
        for before in ("filed", "allowed", "reduced")
        for after in ("objected", "amended", "transferred", "withdrawn", "closed")
    ),
    *(
        (before, after)
        for before in ("filed", "objected")
        for after in ("allowed", "reduced", "disallowed")
    ),
    *(("objected", after) for after in ("amended", "transferred", "withdrawn")),
    ("allowed", "reduced"),
    ("allowed", "disallowed"),
    ("reduced", "allowed"),
    ("reduced", "disallowed"),
    ("disallowed", "allowed"),
    ("disallowed", "reduced"),
    ("disallowed", "amended"),
    ("disallowed", "closed"),
}


@tagged("post_install", "-at_install")
class TestClaimStates(ClaimCommon):
    """The way of a claim: every transition, legal or not, and who takes it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls.make_users()
        cls.invoice = cls.make_invoice(cls.customer, 1000, cls.day(-20))
        cls.bankruptcy = cls.make_bankruptcy()
        cls.claim = cls.make_claim(cls.bankruptcy)

    def as_user(self, kind, record=None):
        record = record or self.claim
        return record.with_user(self.users[kind]).with_context(
            allowed_company_ids=None, collection_as_of=self.today
        )

    def step(self, step, record=None, kind="manager", **vals):
        """Take a step through its window."""
        record = self.as_user(kind, record)
        wizard = record.env["collection.claim.step"].with_context(
            default_claim_id=record.id, default_step=step
        )
        return wizard.create(vals).action_apply()

    def test_every_transition(self):
        for before, _label in STATES:
            for after, _label in STATES:
                with (
                    self.subTest(before=before, after=after),
                    self.env.cr.savepoint() as savepoint,
                ):
                    for state in WAYS[before]:
                        self.claim._set_state(state)
                    if (before, after) in LEGAL:
                        self.claim._set_state(after)
                        self.assertEqual(self.claim.state, after)
                    else:
                        with self.assert_refused("cannot become"):
                            self.claim._set_state(after)
                        self.assertEqual(self.claim.state, before)
                    savepoint.rollback()
                    self.env.invalidate_all()

    def test_the_table_is_the_whole_truth(self):
        table = {
            (before, after) for before in TRANSITIONS for after in TRANSITIONS[before]
        }
        self.assertEqual(table, LEGAL)

    def test_nobody_writes_the_state_by_hand(self):
        for kind in ("collector", "manager"):
            for vals in (
                {"state": "filed"},
                {"date_filed": self.today},
                {"amount_allowed": 5},
                {"version": 3},
                {"packet_sha256": "0"},
                {"is_packet_final": True},
            ):
                with (
                    self.subTest(kind=kind, vals=vals),
                    self.assert_refused("cannot be changed by hand"),
                ):
                    self.as_user(kind).write(vals)

    def test_ready_needs_everything(self):
        with self.assert_refused("(?s)not complete yet.*Secured"):
            self.claim.action_ready()
        self.answer_all(self.claim)
        with self.assert_refused("Make the packet"):
            self.claim.action_ready()
        self.claim.sudo().is_packet_final = True
        self.make_invoice(self.customer, 5, self.day(-15), issued=self.day(-16))
        with self.assert_refused("has changed. Read it again"):
            self.claim.action_ready()
        self.claim.action_prepare()
        self.claim.sudo().is_packet_final = True
        self.claim.action_ready()
        self.assertEqual(self.claim.state, "ready")

    def test_only_managers_mark_ready_file_close_and_write_off(self):
        self.answer_all(self.claim)
        self.claim.sudo().is_packet_final = True
        with self.assertRaises(AccessError):
            self.as_user("collector").action_ready()
        self.as_user("manager").action_ready()
        with self.assertRaises(AccessError):
            self.step("file", kind="collector", method="mail")
        self.step("file", method="mail", register_number="22-1")
        self.assertEqual(
            (self.claim.state, self.claim.date_filed, self.claim.register_number),
            ("filed", self.today, "22-1"),
        )
        for button in ("action_close", "action_propose_writeoff"):
            with self.subTest(button), self.assertRaises(AccessError):
                getattr(self.as_user("collector"), button)()
        self.as_user("manager").action_close()
        self.assertEqual(self.claim.date_closed, self.today)

    def test_readers_take_no_step(self):
        self.claim._set_state("ready")
        for kind in ("invoicing", "readonly"):
            for button in ("action_draft", "action_prepare", "action_make_packet"):
                with (
                    self.subTest(kind=kind, button=button),
                    self.assertRaises(AccessError),
                ):
                    getattr(self.as_user(kind), button)()

    def test_filing_keeps_the_receipt_and_meets_the_deadline(self):
        self.assertFalse(self.bankruptcy.has_filed_claim)
        deadline = self.bankruptcy.deadline_ids.filtered(
            lambda row: row.kind == "claim"
        )
        self.assertIn(deadline.state, ("open", "late"))
        self.claim._set_state("ready")
        with self.assert_refused("Enter: How"):
            self.step("file")
        with self.assert_refused("after the petition"):
            self.step("file", method="mail", date=self.day(-15))
        self.step("file", method="electronic", receipt="UERG", receipt_name="r.pdf")
        self.assertEqual(self.claim.receipt_id.name, "r.pdf")
        self.assertTrue(self.bankruptcy.has_filed_claim)
        self.assertEqual(deadline.state, "done")
        self.assertNotIn(deadline, deadline.search([("is_met", "=", False)]))
        with self.assert_refused("is evidence"):
            self.claim.receipt_id.raw = b"other"

    def test_a_declared_earlier_claim_makes_an_amendment_timely(self):
        """It was filed by another program, or on paper, before the deadline."""
        claim, bar = self.claim, self.claim.date_bar
        after = fields.Date.add(bar, days=40)
        for day, is_late in ((bar, False), (fields.Date.add(bar, days=1), True)):
            claim.write({"is_amending": "yes", "date_amended": day})
            wizard = self.env["collection.claim.step"].create(
                {"claim_id": claim.id, "step": "file", "date": after, "method": "mail"}
            )
            with self.subTest(day):
                self.assertEqual(wizard.is_late, is_late)
                self.assertEqual(claim.is_late, is_late)
        claim.write({"is_amending": "yes", "date_amended": bar})
        claim._set_state("ready")
        wizard.action_apply()
        self.assertEqual((claim.date_filed, claim.is_late), (after, False))

    def test_the_number_of_the_register_may_come_later(self):
        claim = self.as_user("collector")
        with self.assert_refused("Only a filed claim"):
            claim.register_number = "22-1"
        self.make_filed(self.claim, number=False)
        claim.register_number = "22-1"
        self.assertIn("22-1", claim.name)

    def test_filed_late_is_possible_and_says_what_it_means(self):
        late = self.claim.date_bar.replace(year=self.claim.date_bar.year + 1)
        self.claim._set_state("ready")
        wizard = self.env["collection.claim.step"].create(
            {"claim_id": self.claim.id, "step": "file", "date": late, "method": "mail"}
        )
        self.assertTrue(wizard.is_late)
        self.assertIn("paid after those filed in time", wizard.late_text)
        wizard.action_apply()
        self.assertTrue(self.claim.is_late)
        self.bankruptcy.chapter = "13"
        self.assertIn("disallowed if somebody objects", self.claim.late_text)

    def test_objection_is_on_a_list_and_then_decided(self):
        self.make_filed(self.claim)
        self.step(
            "object", kind="collector", date_answer_due=self.day(20), reason="Paid."
        )
        self.assertEqual(self.claim.state, "objected")
        todo = self.claim.activity_ids
        self.assertEqual(todo.date_deadline, self.day(20))
        self.step("decide", kind="collector", amount=400, reason="In part.")
        self.assertEqual(
            (self.claim.state, self.claim.amount_allowed), ("reduced", 400)
        )
        self.step("decide", amount=300)
        self.assertEqual(
            (self.claim.state, self.claim.amount_allowed), ("reduced", 300)
        )
        self.step("decide", amount=1000)
        self.assertEqual(self.claim.state, "allowed")
        self.step("decide", amount=0)
        self.assertEqual(self.claim.state, "disallowed")
        with self.assert_refused("must be between zero and"):
            self.step("decide", amount=1001)

    def test_amendment_is_a_new_version_and_the_old_one_stands_until_then(self):
        self.claim.line_ids = [
            (0, 0, {"kind": "charge", "name": "Legal fees", "amount": 50})
        ]
        self.claim.basis = "Goods sold"
        self.claim.line_ids.filtered("move_line_id").kind = "interest"
        self.make_filed(self.claim)
        self.make_invoice(self.customer, 200, self.day(-15), issued=self.day(-16))
        self.claim.invalidate_recordset(["is_outdated"])
        self.assertTrue(self.claim.is_outdated)
        self.step("amend", kind="collector", reason="An invoice was missing.")
        new = self.claim.next_ids
        self.assertEqual(
            (new.version, new.state, new.basis, new.amount_total, new.user_id),
            (2, "draft", "Goods sold", 1250, self.users["collector"]),
        )
        self.assertEqual(new.amount_interest, 1000)
        self.assertEqual((self.claim.state, self.claim.amount_total), ("filed", 1050))
        self.assertIn("1,250.00", new.changes_html)
        self.assertIn("1,050.00", new.changes_html)
        with self.assert_refused("is under way"):
            self.step("amend", reason="Again.")
        self.make_filed(new, number="22-2")
        self.assertEqual((self.claim.state, new.state), ("amended", "filed"))
        self.assertEqual(new._get_first_version(), self.claim)

    def test_an_amendment_takes_its_ranks_along(self):
        """What does not fit any more is on its checklist, and hinders nobody."""
        goods = {
            "move_id": self.invoice.id,
            "date_received": self.day(-17),
            "amount": 500,
        }
        self.claim.write(
            {
                "goods_ids": [(0, 0, goods)],
                "priority_ids": [(0, 0, {"kind": "taxes", "amount_claimed": 400})],
                "amount_secured": 100,
            }
        )
        self.make_filed(self.claim)
        self.pay(self.invoice, 700, self.day(-15))
        new = self.claim._amend("A payment was overlooked.")
        self.assertEqual(
            (new.amount_total, new.amount_goods, new.amount_priority), (300, 500, 400)
        )
        missing = str(new.missing)
        self.assertIn("More is secured", missing)
        self.assertIn(f"The goods are worth more than {self.invoice.name}", missing)
        with self.assert_refused("The goods are worth more than"):
            new.goods_ids.amount = 301
        new.priority_ids.unlink()
        new.goods_ids.amount = 200
        self.assertNotIn("More ", str(new.missing))

    def test_an_amendment_that_is_dropped_leaves_the_claim(self):
        self.make_filed(self.claim)
        new = self.claim._amend("Perhaps.")
        self.step("withdraw", record=new, reason="No.")
        self.assertEqual((self.claim.state, new.state), ("filed", "withdrawn"))
        again = self.claim._amend("After all.")
        self.assertEqual(again.version, 3)

    def test_transfer_and_withdrawal_say_to_whom_and_why(self):
        self.make_filed(self.claim)
        with self.env.cr.savepoint() as savepoint:
            self.step("transfer", transferee="Claims Fund LP", amount_price=300)
            self.assertEqual(self.claim.state, "transferred")
            self.assertEqual(self.claim.transferee, "Claims Fund LP")
            savepoint.rollback()
        self.env.invalidate_all()
        with self.assert_refused("Enter: Reason"):
            self.step("withdraw")
        self.step("withdraw", reason="Settled.")
        self.assertEqual(self.claim.withdrawal_reason, "Settled.")
        self.assertFalse(self.bankruptcy.has_filed_claim)
        self.assertEqual(self.make_claim(self.bankruptcy).version, 2)

    def test_one_claim_per_company(self):
        with self.assert_refused("Amend it instead"):
            self.make_claim(self.bankruptcy)
        other = self.setup_other_company()["company"]
        claim = self.make_claim(self.bankruptcy, company_id=other.id)
        self.assertEqual(claim.amount_total, 0)
        self.assertEqual(self.bankruptcy.claim_ids, self.claim | claim)

    def test_companies_are_isolated(self):
        """A collector of one company neither sees nor claims for another."""
        other = self.setup_other_company()["company"]
        theirs = self.make_claim(self.bankruptcy, company_id=other.id)
        own = self.as_user("collector", self.bankruptcy)
        self.assertEqual(own.claim_ids.ids, self.claim.ids)
        with self.assertRaises(AccessError):
            self.as_user("collector", theirs).read(["amount_total"])
        with self.assertRaises(AccessError):
            self.as_user("collector", theirs).action_prepare()

    def make_other_draft(self, claim):
        """Answer a draft of the same company, in another bankruptcy."""
        bankruptcy = self.make_bankruptcy(self.make_customer("Other debtor"))
        return self.make_claim(bankruptcy).with_env(claim.env)

    def test_what_is_filed_is_frozen(self):
        line = self.claim.line_ids
        self.make_filed(self.claim)
        frozen = "can no longer be changed"
        claim = self.as_user("manager")
        for vals in ({"basis": "Other"}, {"amount_secured": 1}, {"currency_id": 1}):
            with self.subTest(vals), self.assert_refused(frozen):
                claim.write(vals)
        for act in (
            lambda: line.with_env(claim.env).write({"kind": "interest"}),
            lambda: line.with_env(claim.env).unlink(),
            lambda: claim.write(
                {"line_ids": [(0, 0, {"kind": "charge", "name": "x", "amount": 1})]}
            ),
            lambda: claim.env["collection.claim.priority"].create(
                {"claim_id": claim.id, "kind": "taxes", "amount_claimed": 1}
            ),
            lambda: claim.exhibit_ids[:1].write({"name": "Other"}),
            lambda: (
                self.make_other_draft(claim)
                .exhibit_ids[:1]
                .write({"claim_id": claim.id})
            ),
            claim.action_prepare,
            claim.action_make_packet,
        ):
            with self.assert_refused(frozen):
                act()
        claim.write({"note": "Mine", "percent_expected": 10})
        self.pay(self.invoice, 400, self.today)
        self.assertEqual(self.claim.amount_total, 1000)
        with self.assert_refused("stays on record"):
            claim.sudo().unlink()
