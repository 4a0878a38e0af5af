from odoo.fields import Command
from odoo.tests import tagged

from ..common.settlement import SettlementCommon
from ..letter.test_letters import DocumentCommon


@tagged("post_install", "-at_install")
class TestSettlement(SettlementCommon):
    """Less is accepted if it comes in time; the ledger alone says whether it did."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.make_invoice(cls.customer, 1000)
        cls.plan()
        cls.case = cls.get_case(cls.customer)

    def get_row(self, invoice=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["collection.exposure"].search(
            [("move_id", "=", (invoice or self.invoice).id)]
        )

    def test_kept_drafts_the_credit_note_that_settles_it(self):
        settlement = self.start(self.invoice, 700)
        self.assertEqual(self.get_row().status, "promised")
        self.assertEqual(self.get_row().amount_due, 0)
        self.pay(self.invoice, 700, self.day(5))
        self.night(5)
        self.assertEqual(settlement.state, "settled")
        note = settlement.rest_move_ids
        self.assertEqual((note.move_type, note.state), ("out_refund", "draft"))
        self.assertEqual(note.amount_total, 300)
        # Until it is posted, the rest is not asked for either.
        self.night(30)
        self.assertEqual(settlement.rest_move_ids, note)
        self.assertEqual(self.get_row().amount_due, 0)
        note.invoice_date = self.day(6)
        note.action_post()
        self.assertEqual(self.invoice.amount_residual, 0)
        self.night(31)
        self.assertEqual(settlement.state, "settled")

    def test_the_tax_falls_with_the_price(self):
        invoice = self.make_invoice(self.customer, 1000, post=False)
        invoice.invoice_line_ids.tax_ids = self.tax_sale_a
        invoice.action_post()
        self.plan()
        total = invoice.amount_total
        self.assertGreater(invoice.amount_tax, 0)
        settlement = self.start(invoice, 0.8 * total)
        self.pay(invoice, 0.8 * total, self.day(1))
        self.night(1)
        note = settlement.rest_move_ids
        self.assertAlmostEqual(note.amount_total, 0.2 * total)
        self.assertAlmostEqual(note.amount_tax, 0.2 * invoice.amount_tax)

    def test_late_or_short_it_lapses_and_the_full_debt_is_back(self):
        self.live(0, 0)
        stage = self.get_row().stage_id
        settlement = self.start(self.invoice, 700)
        self.pay(self.invoice, 699.99, self.day(14))
        self.night(14)
        self.assertEqual(settlement.state, "accepted")
        self.night(15)
        self.assertEqual(settlement.state, "lapsed")
        self.assertFalse(settlement.rest_move_ids)
        row = self.get_row()
        self.assertEqual((row.status, row.stage_id), ("open", stage))
        self.assertAlmostEqual(row.amount_due, 300.01)
        self.assertIn("Settlement lapsed", self.case.activity_ids.mapped("summary"))
        self.pay(self.invoice, 0.01, self.day(16))
        self.night(16)
        self.assertEqual(settlement.state, "lapsed")

    def test_two_parts_reversed_and_paid_again(self):
        settlement = self.start(self.invoice, 700, (5, 300), (10, 400))
        first = self.pay(self.invoice, 300, self.day(5))
        self.night(6)
        self.assertEqual(settlement.state, "accepted")
        second = self.pay(self.invoice, 400, self.day(9))
        self.night(9)
        self.assertEqual(settlement.state, "settled")
        note = settlement.rest_move_ids
        self.cancel_payments(second)
        self.night(10)
        self.assertEqual(settlement.state, "accepted")
        self.assertFalse(note.exists())
        self.assertEqual(self.get_row().amount_due, 0)
        self.pay(self.invoice, 400, self.day(10))
        self.night(10)
        self.assertEqual(settlement.state, "settled")
        self.assertEqual(settlement.rest_move_ids.amount_total, 300)
        self.cancel_payments(first)
        self.night(20)
        self.assertEqual(settlement.state, "lapsed")
        self.assertEqual(self.get_row().amount_due, 600)

    def test_undone_after_the_credit_note_was_posted(self):
        """What a person has posted, a person reverses: the draft of it is there, until
        the money comes after all."""
        settlement = self.start(self.invoice, 700)
        payment = self.pay(self.invoice, 700, self.day(1))
        self.night(1)
        note = settlement.rest_move_ids
        note.invoice_date = self.day(1)
        note.action_post()
        self.cancel_payments(payment)
        self.night(20)
        self.assertEqual(settlement.state, "lapsed")
        self.assertEqual(note.state, "posted")
        self.assertIn(
            "No longer settled: reverse the entry over the rest",
            settlement.activity_ids.mapped("summary"),
        )
        reversal = note.reversal_move_ids
        self.assertEqual(
            (reversal.move_type, reversal.state, reversal.amount_total),
            ("out_invoice", "draft", 300),
        )
        self.night(21)
        self.assertEqual(note.reversal_move_ids, reversal)
        self.pay(self.invoice, 700, self.day(13))
        self.night(22)
        self.assertEqual(settlement.state, "settled")
        self.assertFalse(reversal.exists())
        self.assertEqual(settlement.rest_move_ids, note)

    def test_undone_after_the_credit_note_was_posted_and_reset(self):
        """What has a number is not deleted."""
        settlement = self.start(self.invoice, 700)
        payment = self.pay(self.invoice, 700, self.day(1))
        self.night(1)
        note = settlement.rest_move_ids
        note.invoice_date = self.day(1)
        note.action_post()
        note.button_draft()
        self.cancel_payments(payment)
        self.night(20)
        self.assertEqual(note.state, "cancel")
        self.assertFalse(settlement.rest_move_ids)

    def test_money_that_is_not_matched_yet(self):
        """It counts as everywhere, but nothing is drafted over the whole debt."""
        settlement = self.start(self.invoice, 700)
        payment = self.receive(self.customer, 700, self.day(3))
        self.night(3)
        self.assertEqual(settlement.state, "settled")
        self.assertFalse(settlement.rest_move_ids)
        lines = self.receivable(payment.move_id) | self.receivable(self.invoice)
        lines.reconcile()
        self.night(4)
        self.assertEqual(settlement.rest_move_ids.amount_total, 300)

    def test_write_off(self):
        settlement = self.start(self.invoice, 700, rest_kind="writeoff")
        self.pay(self.invoice, 700, self.day(1))
        self.company.collection_writeoff_account_id = False
        self.night(1)
        self.assertEqual(settlement.state, "settled")
        self.assertFalse(settlement.rest_move_ids)
        self.assertIn("Set the account", settlement.activity_ids.note)
        self.company.collection_writeoff_account_id = self.company_data[
            "default_account_expense"
        ]
        self.night(2)
        move = settlement.rest_move_ids
        self.assertEqual((move.move_type, move.state), ("entry", "draft"))
        move.action_post()
        self.assertEqual(self.invoice.amount_residual, 0)

    def test_paid_money_stays_on_the_oldest_items(self):
        newer = self.make_invoice(self.customer, 500, self.day(-5))
        self.plan()
        settlement = self.start(self.invoice | newer, 1050)
        self.pay(self.invoice, 1000, self.day(2))
        self.pay(newer, 50, self.day(2))
        self.night(2)
        note = settlement.rest_move_ids
        self.assertEqual(note.reversed_entry_id, newer)
        self.assertEqual(note.amount_total, 450)

    def test_who_may_offer_what(self):
        own = self.as_user("collector", self.env["collection.settlement"]).env
        small = self.make_settlement(self.invoice, None, env=own, percent=5)
        self.assertEqual(small.amount, 950)
        small.action_offer()
        self.assertEqual(small.state, "offered")
        small.action_cancel()
        large = self.make_settlement(self.invoice, 700, env=own)
        self.assertEqual(large.percent, 30)
        large.action_offer()
        self.assertEqual(large.state, "approve")
        self.assertRegex(large.approval_reason, "above the 5 %")
        with self.assert_refused("manager has to approve"):
            large.action_approve()
        self.as_user("manager", large).action_approve()
        self.assertEqual(large.state, "offered")
        self.as_user("manager", large).action_to_draft()
        large.amount = 500
        with self.assert_refused("at most 40 %"):
            self.as_user("manager", large).action_offer()
        for kind in ("invoicing", "readonly"):
            reader = self.as_user(kind, large)
            self.assertEqual(reader.amount, 500)
            with self.assert_refused("not allowed"):
                reader.action_cancel()
        with self.assert_refused("not allowed"):
            self.as_user("internal", large).read(["name"])

    def test_refused(self):
        later = self.make_invoice(self.customer, 100, self.day(-2))
        franc = self.setup_other_currency("CHF")
        foreign = self.make_invoice(self.customer, 100, currency=franc)
        other = self.make_invoice(self.make_customer("Other"), 100)
        self.plan()
        for sentence, args, vals in (
            ("less than the", (self.invoice, 1000), {}),
            ("above zero", (self.invoice, -5), {}),
            ("in its currency", (self.invoice | foreign, 700), {}),
            ("its own customer", (self.invoice | other, 700), {}),
            ("in the past", (self.invoice, 700, (-1, 700)), {}),
            ("add up to", (self.invoice, 700, (1, 300)), {}),
            ("valid until", (self.invoice, 700), {"date_offer_end": self.day(-1)}),
        ):
            with self.subTest(sentence), self.assert_refused(sentence):
                self.as_of(self.make_settlement(*args, **vals)).action_offer()
        settlement = self.make_settlement(self.invoice, 700)
        self.as_of(settlement).action_offer()
        with self.assert_refused("another settlement"):
            self.as_of(self.make_settlement(self.invoice, 800)).action_offer()
        with self.assert_refused("Only a draft"):
            settlement.amount = 1
        with self.assert_refused("Only a draft"):
            settlement.line_ids.amount = 1
        with self.assert_refused("cannot be changed by hand"):
            settlement.state = "settled"
        with self.assert_refused("stays on record"):
            settlement.sudo().unlink()
        self.assertTrue(later)

    def test_nothing_is_slipped_in(self):
        """Dates come with a draft only; what is offered and signed is not entered as a
        promise; and zero is zero."""
        own = self.as_user("collector", self.env["collection.settlement"]).env
        offered = self.make_settlement(self.invoice, 950, env=own)
        offered.action_offer()
        line = {"date": self.day(300), "amount": 1}
        lines = own["collection.settlement.line"]
        with self.assert_refused("Only a draft"):
            lines.create({**line, "settlement_id": offered.id})
        offered.action_to_draft()
        lines.create({**line, "settlement_id": offered.id})
        promise = {
            "kind": "settlement",
            "case_id": self.case.id,
            "item_ids": [Command.set(self.get_items(self.invoice).ids)],
            "line_ids": [Command.create({"date": self.day(300), "amount": 1000})],
        }
        with self.assert_refused("none of the choices"):
            own["collection.promise"].create(promise)
        self.policy.settlement_manager_max = 0
        with self.assert_refused("at most 0 %"):
            self.as_user(
                "manager", self.make_settlement(self.invoice, 900)
            ).action_offer()

    def test_yen(self):
        yen = self.setup_other_currency("JPY", rate=150)
        invoice = self.make_invoice(self.customer, 100001, currency=yen)
        self.plan()
        settlement = self.make_settlement(invoice, None, percent=33.33, payment_count=3)
        self.assertEqual(settlement.amount, 66671)
        self.assertEqual(sum(settlement.line_ids.mapped("amount")), 66671)
        self.assertEqual(settlement.line_ids[:1].amount, 22224)
        self.as_of(settlement).action_offer()
        self.assertFalse(self.sign(settlement))
        self.pay(invoice, 66671, self.day(1))
        self.night(1)
        self.assertEqual(settlement.rest_move_ids.amount_total, 33330)
        self.assertEqual(settlement.rest_move_ids.currency_id, yen)

    def test_open_offers_go_on_or_pause(self):
        """By policy; and an offer ends by itself."""
        settlement = self.make_settlement(self.invoice, 700)
        self.as_of(settlement).action_offer()
        self.assertEqual(self.get_row().status, "open")
        self.night(10)
        self.assertEqual(settlement.state, "offered")
        self.night(11)
        self.assertEqual(settlement.state, "expired")
        self.assertRegex(self.sign(settlement, self.day(10)), "no longer be signed")
        self.policy.settlement_pause = True
        second = self.make_settlement(self.invoice, 700)
        self.as_of(second).action_offer()
        self.assertEqual(self.get_row().status, "held")
        self.as_of(second.sudo())._decline("No")
        self.assertEqual(self.get_row().status, "open")
        self.assertEqual(second.hold_id.state, "ended")
        self.assertIn("Settlement declined", self.case.activity_ids.mapped("summary"))

    def test_on_paper_and_ended_by_people(self):
        settlement = self.make_settlement(self.invoice, 700)
        self.as_of(settlement).action_offer()
        self.env["collection.signature"]._sign_on_paper(
            self.as_user("collector", settlement),
            "Mr. Paper",
            self.today,
            "s.pdf",
            b"x",
        )
        self.assertEqual((settlement.state, settlement.is_paper), ("accepted", True))
        with self.assert_refused("was accepted already"):
            settlement.action_cancel()
        self.as_of(settlement.promise_id)._end("withdrawn", "They changed their mind.")
        self.night(1)
        self.assertEqual(settlement.state, "cancelled")
        self.assertEqual(settlement.end_reason, "They changed their mind.")
        self.assertEqual(self.get_row().amount_due, 1000)

    def test_two_companies(self):
        settlement = self.start(self.invoice, 700)
        other = self.env["res.company"].create({"name": "Other company"})
        user = self.users["collector"]
        stranger = self.make_user("stranger", "base.group_user")
        stranger.write(
            {
                "company_ids": [(6, 0, other.ids)],
                "company_id": other.id,
                "group_ids": [(6, 0, user.group_ids.ids)],
            }
        )
        self.assertFalse(
            self.env["collection.settlement"].with_user(stranger).search([])
        )
        with self.assert_refused("."):
            settlement.with_user(stranger).read(["name"])


@tagged("post_install", "-at_install")
class TestSettlementLetter(SettlementCommon, DocumentCommon):
    """The offer as it is read, sent and signed."""

    def test_letter_and_mail(self):
        invoice = self.make_invoice(self.customer, 1000)
        self.plan()
        settlement = self.make_settlement(invoice, 700, (5, 300), (10, 400))
        own = self.as_user("collector", settlement)
        self.as_of(settlement).action_offer()
        text = " ".join(self.read_pages(settlement.sudo().document_id.raw))
        for part in (
            "Without prejudice",
            "in full and final settlement",
            "700.00",
            "300.00",
            "March 12, 2026",
            "lapses without further notice",
            "until March 7, 2026",
            invoice.name,
            "For Promiser",
        ):
            self.assertIn(part, text)
        self.assertIn("you receive a credit note about it", text)
        own.action_send_offer()
        letter = self.env["collection.letter"].search(
            [("customer_id", "=", self.customer.id)], order="id desc", limit=1
        )
        self.assertIn("Without prejudice", letter.subject)
        self.assertFalse(self.sign(settlement))
        signed = " ".join(self.read_pages(settlement.sudo().signed_document_id.raw))
        self.assertIn("Paula Payer", signed)
        self.assertIn(settlement.document_sha256, signed)
