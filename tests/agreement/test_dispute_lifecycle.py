import re
from itertools import product

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common.promise import PromiseCommon

OPEN = ("new", "review", "wait_customer", "wait_us")
CLOSED = ("accepted", "partial", "rejected", "withdrawn", "settled")
# Where a dispute may go, as the credit department would draw it on a wall: while it is
# open anywhere but back to new, after a refusal or a withdrawal into review again, and
# what was granted stays granted.
LEGAL = {(old, new) for old, new in product(OPEN, OPEN[1:] + CLOSED) if old != new} | {
    ("rejected", "review"),
    ("withdrawn", "review"),
    ("settled", "review"),
}
OVERDUE = "The answer to the dispute is overdue"


@tagged("post_install", "-at_install")
class TestDisputeLifecycle(PromiseCommon):
    """The way of a dispute, what can be disputed, and who hears of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.make_invoice(cls.customer, 1000)
        cls.plan()
        cls.case = cls.get_case(cls.customer)
        cls.users = cls.make_users()
        cls.collector = cls.env(user=cls.users["collector"])

    # ------------------------------------------------------------------
    # Granted without an answer
    # ------------------------------------------------------------------

    def assert_settled(self, dispute, offset):
        self.night(offset)
        self.assertEqual(dispute.state, "settled")
        self.assertFalse(dispute.sudo().activity_ids)
        self.assertFalse(dispute.is_active)

    def test_the_invoice_is_cancelled(self):
        """Also when the answer was overdue already."""
        dispute = self.make_dispute(self.invoice, 300)
        self.night(11)
        self.assertIn(OVERDUE, self.get_summaries(dispute))
        self.invoice.button_draft()
        self.invoice.button_cancel()
        self.assert_settled(dispute, 12)

    def credit(self, amount):
        credit = self.make_credit(self.customer, amount, self.day(1))
        (self.receivable(credit) | self.receivable(self.invoice)).reconcile()
        return credit

    def test_the_invoice_is_credited(self):
        """For as much as is disputed, and nothing is open any more."""
        dispute = self.make_dispute(self.invoice, 300)
        self.credit(299)
        self.pay(self.invoice, 700)
        self.pay(self.invoice, 1)
        self.night(2)
        self.assertEqual(dispute.state, "new")
        self.unpay(self.invoice)
        self.credit(1000)
        self.assert_settled(dispute, 3)
        self.unpay(self.invoice)
        self.night(4)
        self.assertEqual(dispute.state, "review")

    def test_who_pays_all_of_it_still_gets_an_answer(self):
        """They may have paid under protest."""
        dispute = self.make_dispute(self.invoice, 300)
        self.pay(self.invoice)
        self.night(11)
        self.assertEqual(dispute.state, "new")
        self.assertIn(OVERDUE, self.get_summaries(dispute))

    # ------------------------------------------------------------------
    # Transitions
    # ------------------------------------------------------------------

    def go(self, dispute, state):
        """Do what a person does to get a dispute into a state."""
        {
            "review": dispute.action_review,
            "wait_customer": dispute.action_wait_customer,
            "wait_us": dispute.action_wait_us,
            "accepted": lambda: dispute._accept(dispute.amount),
            "partial": lambda: dispute._accept(dispute.amount / 2),
            "rejected": lambda: dispute._reject("<p>It is due.</p>"),
            "withdrawn": dispute.action_withdraw,
            "settled": lambda: dispute._set_state("settled"),
            "new": lambda: dispute._set_state("new"),
        }[state]()

    def test_every_pair_of_states(self):
        dispute = self.make_dispute(self.invoice, 300, env=self.collector)
        for old, new in product(OPEN + CLOSED, repeat=2):
            with self.subTest(old=old, new=new):
                dispute.sudo().write({"state": old, "date_closed": False})
                if (old, new) in LEGAL:
                    self.go(dispute, new)
                    self.assertEqual(dispute.state, new)
                    self.assertEqual(bool(dispute.date_closed), new in CLOSED)
                else:
                    with self.assert_refused("The dispute is “.*” and cannot become"):
                        self.go(dispute, new)
                    self.assertEqual(dispute.state, old)

    def test_opened_again_the_answer_is_due_anew(self):
        dispute = self.make_dispute(self.invoice, 300)
        self.assertEqual(dispute.date_answer_due, self.day(10))
        self.as_of(dispute, self.day(30))._reject("<p>No.</p>")
        self.assertEqual((dispute.date_closed, dispute.days_open), (self.day(30), 30))
        self.as_of(dispute, self.day(40)).action_review()
        self.assertEqual(dispute.date_answer_due, self.day(50))
        self.assertFalse(dispute.date_closed)

    def test_opened_again_only_for_what_is_open(self):
        dispute = self.make_dispute(self.invoice, 300)
        dispute.action_withdraw()
        self.pay(self.invoice, 800)
        with self.assert_refused("only .*200.00 of"):
            dispute.action_review()

    def test_payment_does_not_hold_a_dispute_up(self):
        """The customer pays a part of what they dispute; the dispute goes its way."""
        dispute = self.make_dispute(self.invoice, 800)
        self.pay(self.invoice, 500)
        self.assert_exposure(
            self.invoice, amount_disputed=500, amount_due=0, status="disputed"
        )
        for state in ("review", "wait_customer", "wait_us", "review"):
            self.go(dispute, state)
        dispute.words = "He sent photographs."
        self.go(dispute, "partial")
        self.assertEqual(dispute.credit_note_id.amount_total, 400)

    def test_closed_with_its_root_cause(self):
        dispute = self.make_dispute(self.invoice, 300, cause_id=False)
        for close in (
            lambda: dispute._accept(dispute.amount),
            dispute.action_withdraw,
            lambda: dispute._reject("<p>It is due.</p>"),
        ):
            with self.assert_refused("Choose the root cause"):
                close()
        self.resolve(dispute, decision="withdraw", answer=False)
        self.assertEqual(
            (dispute.state, dispute.cause_id), ("withdrawn", self.reason_cause)
        )
        self.assertFalse(self.case.letter_ids)

    def test_goes_on_the_day_after(self):
        """What was clarified today is not followed by a letter on the same day."""
        for way in (
            lambda dispute: dispute._reject("<p>It is due.</p>"),
            lambda dispute: dispute._accept(1),
            lambda dispute: dispute.action_withdraw(),
        ):
            customer = self.make_customer("Clarified")
            invoice = self.make_invoice(customer, 1000)
            self.plan()
            case = self.get_case(customer)
            self.assertEqual(case.reason, "due")
            dispute = self.make_dispute(invoice, 1000)
            self.assertEqual(case.reason, "disputed")
            way(dispute)
            self.assertEqual((case.reason, case.date_next), ("waiting", self.day(1)))
            self.plan(self.day(1))
            self.assertEqual(case.reason, "due")

    def test_never_deleted(self):
        dispute = self.make_dispute(self.invoice, 300)
        with self.assert_refused("stays on record"):
            dispute.sudo().unlink()
        with self.assertRaises(AccessError):
            dispute.with_env(self.collector).unlink()

    # ------------------------------------------------------------------
    # What can be disputed
    # ------------------------------------------------------------------

    def test_amounts(self):
        for amount, sentence in (
            (1000.01, "only .*1,000.00 of"),
            (0, "above zero"),
            (-5, "above zero"),
        ):
            with self.subTest(amount), self.assert_refused(sentence):
                self.make_dispute(self.invoice, amount or -0.004)
        self.assertEqual(self.make_dispute(self.invoice, 1000).amount, 1000)

    def test_two_disputes_share_what_is_open(self):
        first = self.make_dispute(self.invoice, 600)
        with self.assert_refused("only .*400.00 of"):
            self.make_dispute(self.invoice, 400.01)
        # What is proposed is what is left.
        second = self.make_dispute(self.invoice)
        self.assertEqual(second.amount, 400)
        self.assert_exposure(self.invoice, amount_disputed=1000, amount_due=0)
        with self.assert_refused("only .*600.00 of"):
            first.amount = 601
        second.action_withdraw()
        self.assert_exposure(self.invoice, amount_disputed=600, amount_due=400)
        first._accept(250)
        # The 350 that were not granted can be disputed by nobody else than anybody.
        self.assert_exposure(self.invoice, amount_disputed=250, amount_due=750)
        with self.assert_refused("only .*750.00 of"):
            self.make_dispute(self.invoice, 751)

    def test_what_is_no_open_invoice(self):
        draft = self.make_invoice(self.customer, post=False)
        credit = self.make_credit(self.customer, 100, self.today)
        for move in (draft, credit):
            with self.assert_refused("Only a posted customer invoice"):
                self.make_dispute(move, 10)
        self.pay(self.invoice)
        with self.assert_refused("above zero|only .*0.00 of"):
            self.make_dispute(self.invoice)

    def make_lines(self, **prices):
        """Post an invoice with a line, and 15 percent of tax, for each price."""
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": self.day(-30),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": name,
                            "product_id": self.product_a.id,
                            "price_unit": price,
                            "tax_ids": [Command.set(self.tax_sale_a.ids)],
                        }
                    )
                    for name, price in prices.items()
                ],
            }
        )
        invoice.action_post()
        return invoice

    def test_lines(self):
        invoice = self.make_lines(Pump=100, Hose=40, Valve=7)
        lines = invoice.invoice_line_ids[:2]
        dispute = self.make_dispute(invoice, line_ids=[Command.set(lines.ids)])
        self.assertEqual(dispute.amount, 161)
        self.assertEqual(dispute.product_id, self.product_a)
        dispute._accept(161)
        self.assertEqual(
            dispute.credit_note_id.invoice_line_ids.mapped("name"), ["Pump", "Hose"]
        )
        with self.assert_refused("belong to another invoice"):
            self.make_dispute(self.invoice, 10, line_ids=[Command.set(lines.ids)])

    def test_closed_ones_do_not_change(self):
        dispute = self.make_dispute(self.invoice, 300)
        dispute.action_withdraw()
        with self.assert_refused("The dispute is closed"):
            dispute.amount = 200
        with self.assert_refused("moved to another invoice"):
            dispute.sudo().move_id = self.make_invoice(self.customer)

    def test_answer_before_the_question(self):
        with self.assert_refused("cannot be due before"):
            self.make_dispute(self.invoice, 10, date_answer_due=self.day(-1))
        dispute = self.make_dispute(self.invoice, 10)
        with self.assert_refused("Missing required value"):
            dispute.date_answer_due = False

    # ------------------------------------------------------------------
    # Collection waits, and goes on
    # ------------------------------------------------------------------

    def test_rejected_goes_on_at_the_same_stage(self):
        for ending in ("rejected", "withdrawn"):
            with self.subTest(ending):
                customer = self.make_customer(f"Ending {ending}")
                invoice = self.make_invoice(customer, 1000)
                self.assertEqual(self.live(0, 0, customer), {0: "Stage 1"})
                dispute = self.make_dispute(invoice, day=self.day(1))
                self.assertEqual(self.live(1, 24, customer), {})
                case = self.get_case(customer)
                self.assertEqual((case.reason, case.amount_net), ("disputed", 0))
                self.go(self.as_of(dispute, self.day(24)), ending)
                self.assertEqual(case.stage_id.name, "Stage 1")
                self.assertEqual(self.live(25, 25, customer), {25: "Stage 2"})

    def test_installments_oldest_first(self):
        terms = self.env["account.payment.term"].create(
            {
                "name": "Halves",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 50, "nb_days": days}
                    )
                    for days in (10, 40)
                ],
            }
        )
        invoice = self.make_invoice(
            self.customer, 1000, terms=terms, issued=self.day(-20)
        )
        self.make_dispute(invoice, 700)
        rows = self.get_rows(invoice)
        self.assertEqual(rows.mapped("amount_disputed"), [500, 200])
        self.assertEqual(rows.mapped("amount_due"), [0, 300])

    # ------------------------------------------------------------------
    # Messages
    # ------------------------------------------------------------------

    def get_text(self, html):
        text = re.sub(r"<[^>]+>", " ", str(html))
        return re.sub(r"\s+", " ", text.replace("\xa0", " "))

    def test_disputed_part_never_stands_as_due(self):
        whole = self.make_invoice(self.customer, 777, self.day(-9))
        self.make_dispute(self.invoice, 300)
        self.make_dispute(whole, 777)
        self.plan()
        step = self.open_steps(self.customer)
        self.assertEqual(step.amount_text.replace("\xa0", " "), "$ 700.00")
        self.execute()
        letter = self.case.letter_ids
        self.assertEqual(letter.move_ids, self.invoice)
        text = self.get_text(letter.body)
        self.assertIn("700.00", text)
        self.assertIn("$ 300.00 disputed, not being collected", text)
        self.assertNotIn("1,000.00", text)
        self.assertNotIn("777", text)
        self.assertNotIn(whole.name, text)

    def test_statement_shows_it_apart(self):
        self.make_dispute(self.invoice, 300)
        self.plan()
        [group] = self.env["collection.statement"]._prepare_cases(self.case)[self.case][
            "statements"
        ]
        sections = {
            section["key"]: section["total"].replace("\xa0", " ")
            for section in group["sections"]
        }
        self.assertEqual(sections, {"overdue": "$ 700.00", "review": "$ 300.00"})

    def test_queued_mail_is_cancelled(self):
        other = self.make_customer("Other")
        self.make_invoice(other)
        self.plan()
        self.execute()
        mails = {
            customer: self.get_case(customer).letter_ids.sudo().mail_id
            for customer in (self.customer, other)
        }
        self.make_dispute(self.invoice, 300, env=self.collector)
        self.assertEqual(mails[self.customer].state, "cancel")
        self.assertEqual(mails[other].state, "outgoing")
        self.assertNotIn(self.case.letter_ids.delivery_state, ("queued", "sent"))

    # ------------------------------------------------------------------
    # The answer
    # ------------------------------------------------------------------

    def test_rejecting_sends_the_reasoned_answer(self):
        dispute = self.make_dispute(self.invoice, 300)
        self.resolve(dispute, decision="reject", answer="<p>You signed for it.</p>")
        self.assertEqual(
            (dispute.state, dispute.cause_id), ("rejected", self.reason_cause)
        )
        letter = self.case.letter_ids
        self.assertEqual(letter.subject, f"Your question about {self.invoice.name}")
        text = self.get_text(letter.body)
        self.assertIn("You signed for it.", text)
        self.assertIn("$ 300.00 to be due", text)
        self.assertEqual(letter.sudo().mail_id.recipient_ids, self.customer)
        contact = self.case.contact_ids
        self.assertEqual((contact.letter_id, contact.move_ids), (letter, self.invoice))

    def test_rejecting_needs_a_reason(self):
        dispute = self.make_dispute(self.invoice, 300)
        for answer in (False, "", "<p><br></p>"):
            with self.assert_refused("Explain why the dispute is rejected"):
                self.resolve(dispute, decision="reject", answer=answer)
        self.assertEqual(dispute.state, "new")

    def test_answer_needs_an_address(self):
        self.customer.email = False
        dispute = self.make_dispute(self.invoice, 300)
        with self.assert_refused("no valid e-mail address"):
            self.resolve(dispute, decision="reject")
        self.assertEqual(dispute.state, "new")
        self.resolve(dispute, decision="reject", send_answer=False)
        self.assertEqual(dispute.state, "rejected")

    def get_reminded(self, dispute):
        return dispute.sudo().activity_ids.mapped("user_id")

    def test_overdue_answer(self):
        owner = self.users["collector"]
        dispute = self.make_dispute(self.invoice, 300, user_id=owner.id)
        for offset in (9, 10):
            self.night(offset)
            self.assertFalse(dispute.sudo().activity_ids)
        for offset in (11, 11, 12, 15):
            self.night(offset)
            self.assertEqual(self.get_summaries(dispute), [OVERDUE])
            self.assertEqual(self.get_reminded(dispute), owner)
        for offset in (16, 17, 30):
            self.night(offset)
            reminded = self.get_reminded(dispute)
            self.assertIn(self.users["manager"], reminded)
            self.assertEqual(len(dispute.sudo().activity_ids), len(reminded))
        dispute.date_answer_due = self.day(40)
        self.assertEqual(dispute.escalation, 0)

    def test_overdue_after_missed_nights(self):
        dispute = self.make_dispute(
            self.invoice, 300, user_id=self.users["collector"].id
        )
        self.night(30)
        reminded = self.get_reminded(dispute)
        self.assertIn(self.users["collector"], reminded)
        self.assertIn(self.users["manager"], reminded)

    def test_answered_is_not_overdue(self):
        dispute = self.make_dispute(self.invoice, 300)
        dispute._reject("<p>No.</p>")
        self.night(30)
        self.assertFalse(dispute.sudo().activity_ids)

    def test_owner_without_rights_stops_nobody(self):
        second = self.make_dispute(self.invoice, 100)
        first = self.make_dispute(self.invoice, 300, user_id=self.users["internal"].id)
        self.as_of(first).date_answer_due = self.day(1)
        with mute_logger(
            "odoo.addons.account_collections.models.letter.collection_customer_notice"
        ):
            self.night(11)
        self.assertEqual(self.get_summaries(second), [OVERDUE])
