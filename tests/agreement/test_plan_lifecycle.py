import hashlib

from odoo.tests import tagged

from ..common.plan import PlanCommon


@tagged("post_install", "-at_install")
class TestPlanLifecycle(PlanCommon):
    """Plans from offer to end over simulated days, on the ledger."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.make_invoice(cls.customer, 900)
        cls.plan()
        cls.case = cls.get_case(cls.customer)

    def test_from_the_offer_to_completion(self):
        """Three installments, paid one by one: nothing is chased meanwhile."""
        self.execute()
        self.assertEqual(self.case.stage_id.name, "Stage 1")
        plan = self.make_plan(self.invoice, (10, 300), (40, 300), (70, 300))
        self.assertEqual(plan.state, "draft")
        self.offer(plan)
        self.assertEqual(plan.state, "offered")
        self.assert_exposure(self.invoice, amount_planned=0, status="open")
        self.as_of(plan).action_send_offer()
        self.assertFalse(self.sign(plan, self.day(1)))
        self.assertEqual(plan.state, "active")
        self.assert_exposure(
            self.invoice, amount_planned=900, amount_due=0, status="planned"
        )
        self.assertEqual(self.case.reason, "planned")
        self.assertEqual(self.case.amount_planned, 900)
        self.assertEqual(self.case.amount_collectable, 0)
        self.assertRegex(self.case.explanation, "covered by an installment plan")

        self.assertEqual(self.live(2, 9, self.customer), {})
        self.pay(self.invoice, 300, self.day(9))
        self.nights(10, 39)
        self.assertEqual((plan.state, plan.amount_paid), ("active", 300))
        self.assertAlmostEqual(plan.percent_paid, 33.33, 2)
        self.assert_exposure(self.invoice, amount_planned=600, amount_due=0)
        self.pay(self.invoice, 350, self.day(39))
        self.nights(40, 45)
        lines = self.as_of(plan, self.day(45)).line_ids
        self.assertEqual(lines.mapped("amount_paid"), [300, 300, 50])
        self.assertEqual(lines.mapped("state"), ["paid", "paid", "partial"])
        self.pay(self.invoice, 250, self.day(60))
        self.night(60)
        self.assertEqual((plan.state, plan.percent_paid), ("completed", 100))
        self.assertEqual(plan.date_completed, self.day(60))
        self.assertEqual(self.case.state, "closed")
        self.assertEqual(
            [subject.split(":")[0] for subject in self.get_letters()],
            [
                f"Your installment agreement with {self.company.name}",
                f"Your signed installment agreement with {self.company.name}",
                "Thank you",
            ],
        )

    def test_notice_default_and_renegotiation(self):
        """A missed installment: notice, time to cure, default; then a new version."""
        self.execute()
        plan = self.start(self.invoice, (5, 300), (35, 300), (65, 300))
        self.nights(1, 7)
        self.assertEqual(plan.state, "active")
        self.night(8)
        self.assertEqual((plan.state, plan.breach), ("notice", "installment"))
        self.assertEqual(plan.date_notice, self.day(8))
        self.assertEqual(plan.date_cure, self.day(13))
        self.assert_exposure(self.invoice, status="planned")
        self.assertIn("Installment plan in notice", self.get_summaries(plan))
        self.assertRegex(self.get_letters()[-1], "^Notice")
        self.nights(9, 13)
        self.assertEqual(plan.state, "notice")
        self.night(14)
        self.assertEqual(plan.state, "defaulted")
        self.assertEqual((plan.date_default, plan.amount_default), (self.day(14), 900))
        self.assertRegex(self.get_letters()[-1], "^Default")
        self.assertEqual(len(self.get_letters()), 3)
        self.assert_exposure(self.invoice, amount_planned=0, status="open")
        # It goes on where it stood, and not on the very day.
        self.assertEqual(self.get_items(self.invoice).stage_id.name, "Stage 1")
        self.assertEqual(self.get_items(self.invoice).date_resumed, self.day(14))
        self.pay(self.invoice, 100, self.day(15))

        action = self.as_of(plan, self.day(16)).action_renegotiate()
        self.assertEqual(action["context"]["default_replaces_id"], plan.id)
        new = self.make_plan(
            self.invoice, (20, 400), (50, 400), day=self.day(16), replaces_id=plan.id
        )
        self.assertEqual((new.version, new.amount_covered), (2, 800))
        self.assertEqual(new.lineage_ids, plan | new)
        self.offer(new, self.day(16))
        # The customer defaulted before.
        self.assertEqual(new.state, "approve")
        self.as_of(new, self.day(16)).action_approve()
        self.assertFalse(self.sign(new, self.day(16)))
        self.assertEqual((plan.state, new.state), ("renegotiated", "active"))
        self.pay(self.invoice, 400, self.day(20))
        self.night(21)
        self.assertEqual((plan.amount_paid, new.amount_paid), (100, 400))

    def test_cured(self):
        plan = self.start(self.invoice, (5, 450), (35, 450))
        self.nights(7, 9)
        self.assertEqual(plan.state, "notice")
        self.pay(self.invoice, 450, self.day(10))
        self.night(10)
        self.assertEqual(plan.state, "active")
        self.assertFalse(plan.breach)
        self.assertEqual((plan.notice_count, plan.cured_count), (1, 1))
        self.assertEqual(plan.cured_percent, 100)
        self.assertNotIn("Installment plan in notice", self.get_summaries(plan))
        self.nights(11, 37)
        self.assertEqual(plan.state, "active")

    def test_written_off(self):
        """One dollar of 900 was paid: the plan was not kept, and nobody is thanked."""
        plan = self.start(self.invoice, (5, 450), (35, 450))
        letters = self.get_letters()
        self.pay_and_write_off(self.invoice, 1, self.day(2))
        self.night(3)
        self.assertEqual((plan.state, plan.amount_paid), ("cancelled", 1))
        self.assertIn("written off", plan.end_reason)
        self.assertEqual(self.get_letters(), letters)

    def test_a_small_difference_is_forgiven(self):
        plan = self.start(self.invoice, (5, 450), (35, 450))
        self.pay(self.invoice, 800, self.day(2))
        plan.sudo().tolerance_amount = 0.5
        self.pay_and_write_off(self.invoice, 99.6, self.day(3))
        self.night(3)
        self.assertEqual((plan.state, plan.amount_paid), ("completed", 899.6))

    def test_credited_in_full(self):
        """The plan is over, and no thank-you for payments that never came."""
        plan = self.start(self.invoice, (5, 450), (35, 450))
        letters = self.get_letters()
        credit = self.make_credit(self.customer, 900, self.day(2))
        self.receivable(self.invoice | credit).reconcile()
        self.night(3)
        self.assertEqual((plan.state, plan.amount_paid), ("completed", 0))
        self.assertEqual(self.get_letters(), letters)

    def test_cancelled_invoices(self):
        """One that is cancelled is not owed any more; one that is corrected may be."""
        second = self.make_invoice(self.customer, 100)
        self.plan()
        plan = self.start(self.invoice | second, (5, 600), (35, 400))
        second.button_draft()
        self.night(3)
        self.assertEqual((plan.state, plan.amount_remaining), ("active", 900))
        second.button_cancel()
        self.pay(self.invoice, 600, self.day(4))
        self.night(5)
        self.assertEqual((plan.state, plan.amount_remaining), ("active", 300))
        self.pay(self.invoice, 300, self.day(6))
        self.night(6)
        self.assertEqual(plan.state, "completed")
        self.assertRegex(self.get_letters()[-1], "are complete")

    def test_reversed_payment_is_felt_at_once(self):
        """Taken off the invoice it is a credit, which counts; bounced it is missing."""
        plan = self.start(self.invoice, (5, 450), (35, 450))
        payment = self.pay(self.invoice, 900, self.day(4))
        self.night(20)
        self.assertEqual(plan.state, "completed")
        self.unpay(self.invoice)
        self.review_changes(self.day(20))
        self.assertEqual((plan.state, plan.amount_paid), ("active", 0))
        payment.action_draft()
        payment.action_cancel()
        self.root["collection.review.request"]._request(self.receivable(self.invoice))
        self.review_changes(self.day(20))
        self.assertEqual(plan.state, "notice")
        self.assertEqual(self.as_of(plan, self.day(20)).amount_late, 450)

    def test_bounced_payment(self):
        """The bank takes the money back: completed becomes late within moments."""
        plan = self.start(self.invoice, (5, 450), (35, 450))
        payment = self.pay(self.invoice, 900, self.day(4))
        self.night(20)
        payment.move_id._reverse_moves([{"date": self.day(20)}], cancel=True)
        self.review_changes(self.day(20))
        self.assertEqual((plan.state, plan.amount_paid), ("notice", 0))

    def review_changes(self, day):
        """Do what the scheduled review of changes does, as of a day."""
        requests = self.root["collection.review.request"]
        changed = requests._take(100)
        self.assertIn(self.customer.id, changed[self.company.id])
        scheduler = self.as_of(self.root["collection.scheduler"], day)
        self.root.flush_all()
        company = self.company.with_env(scheduler.env)
        scheduler._run(company, day, list(changed[company.id]), kind="changes")
        reminder = self.as_of(self.root["collection.installment.reminder"], day)
        reminder._notify_changes(company)
        self.root.flush_all()
        self.env.invalidate_all()

    def test_second_run_of_a_day_changes_nothing(self):
        plan = self.start(self.invoice, (5, 450), (35, 450))
        for offset in (8, 14):
            self.night(offset)
            first = plan.read(load=None)[0], len(self.get_letters())
            self.night(offset)
            self.assertEqual((plan.read(load=None)[0], len(self.get_letters())), first)
        self.assertEqual(plan.state, "defaulted")

    def test_one_stage_higher_if_the_policy_says_so(self):
        self.execute()
        self.policy.plan_raise_stage = True
        self.start(self.invoice, (5, 900))
        self.nights(6, 14)
        item = self.get_items(self.invoice)
        self.assertEqual(item.stage_id.name, "Stage 2")
        self.assertEqual(item.date_stage, self.day(14))

    def test_waiting_time_is_given_back(self):
        """Nothing leaves on the day of the default, and the time left is waited."""
        self.execute()
        plan = self.start(self.invoice, (5, 900))
        self.nights(6, 13)
        steps = self.live(14, 40, self.customer)
        self.assertEqual(plan.state, "defaulted")
        # Stage 2 comes 20 days after the due date; 10 had passed before the plan.
        self.assertEqual(steps, {24: "Stage 2", 30: "Stage 3"})

    def test_document_and_signature(self):
        """What was shown is what is kept, and what its fingerprint says."""
        plan = self.start(self.invoice, (5, 450), (35, 450))
        content = plan.document_id.raw
        self.assertTrue(content.startswith(b"%PDF"))
        self.assertEqual(plan.document_sha256, hashlib.sha256(content).hexdigest())
        self.assertTrue(plan.signed_document_id.raw.startswith(b"%PDF"))
        self.assertNotEqual(plan.signed_document_id.raw, content)
        self.assertEqual(
            (plan.signed_by, plan.signed_ip, plan.signed_agent, plan.is_paper),
            ("Paula Payer", "192.0.2.7", "Browser of a test", False),
        )
        self.assertEqual(plan.date_signed, self.today)
        self.assertTrue(plan.signature)
        letter = self.env["collection.letter"].search(
            [("customer_id", "=", self.customer.id)], order="id desc", limit=1
        )
        self.assertEqual(letter.mail_id.attachment_ids, plan.signed_document_id)
        with self.assert_refused("evidence"):
            plan.signed_document_id.sudo().unlink()
        with self.assert_refused("evidence"):
            plan.document_id.sudo().write({"raw": b"Other"})
