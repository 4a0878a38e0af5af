from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..common.bankruptcy import BankruptcyCommon
from ..common.plan import PlanCommon
from ..common.settlement import SettlementCommon


@tagged("post_install", "-at_install")
class TestSettlementDiscount(SettlementCommon, BankruptcyCommon):
    """A discount for prompt payment: offered by a reminder, accepted by paying."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.stage_ids[0].write({"discount_percent": 3, "discount_days": 7})
        cls.invoice = cls.make_invoice(cls.customer, 1000, cls.day(-1))

    def remind(self, day=0):
        """Send the message that is due; answer the discounts on record."""
        self.live(day, day)
        return self.find()

    def find(self):
        self.env.invalidate_all()
        return self.env["collection.settlement"].search(
            [("kind", "=", "discount"), ("company_id", "=", self.company.id)]
        )

    def due(self, invoice=None):
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.env["collection.exposure"].search(
            [("move_id", "=", (invoice or self.invoice).id)]
        )
        return sum(rows.mapped("amount_due"))

    def get_letter(self):
        return self.env["collection.letter"].search(
            [("customer_id", "=", self.customer.id)], order="id desc", limit=1
        )

    def test_offered_with_the_message_and_granted(self):
        discount = self.remind()
        self.assertEqual(
            (discount.state, discount.amount, discount.amount_waived),
            ("offered", 970, 30),
        )
        self.assertEqual(discount.date_last, self.day(7))
        body = " ".join(str(self.get_letter().body).split()).replace("\xa0", " ")
        self.assertIn("Discount for prompt payment", body)
        self.assertRegex(body, "Pay .*970.00 instead of")
        self.assertIn(self.invoice.name, body)
        # Until it is paid the full debt is due, and reminders go on.
        self.assertEqual(self.due(), 1000)
        self.night(3)
        self.assertEqual(discount.state, "offered")
        self.pay(self.invoice, 970, self.day(7))
        self.night(7)
        self.assertEqual(discount.state, "settled")
        self.assertEqual(self.due(), 0)
        note = discount.rest_move_ids
        self.assertEqual(
            (note.move_type, note.state, note.amount_total), ("out_refund", "draft", 30)
        )
        note.invoice_date = self.day(8)
        note.action_post()
        self.assertEqual(self.invoice.amount_residual, 0)
        self.night(30)
        self.assertEqual(discount.state, "settled")

    def test_granted_once_when_the_payment_is_looked_at_by_itself(self):
        """A promise has its case reviewed, and so the discount that it is of."""
        other = self.make_invoice(
            self.customer, 50, self.day(-1), currency=self.setup_other_currency("EUR")
        )
        discounts = self.remind()
        self.assertEqual(len(discounts), 2)
        self.pay(self.invoice, 970, self.day(2))
        self.pay(other, 48.5, self.day(2), currency_id=other.currency_id.id)
        case = self.as_of(self.get_case(self.customer).with_env(self.root), self.day(2))
        case._review_now()
        self.env.invalidate_all()
        self.assertEqual(discounts.mapped("state"), ["settled"] * 2)
        promises = self.env["collection.promise"].search([("case_id", "=", case.id)])
        self.assertEqual(promises, discounts.promise_id)
        self.assertEqual(len(promises), 2)

    def test_late_or_short_it_lapses_silently(self):
        discount = self.remind()
        self.pay(self.invoice, 969.99, self.day(7))
        self.night(7)
        self.assertEqual(discount.state, "offered")
        self.pay(self.invoice, 0.01, self.day(8))
        tasks = discount.case_id.activity_ids
        self.night(8)
        self.assertEqual(discount.state, "lapsed")
        self.assertEqual(self.due(), 30)
        self.assertFalse(discount.activity_ids)
        self.assertFalse(discount.promise_id)
        self.assertEqual(discount.case_id.activity_ids, tasks)

    def test_money_of_the_day_that_is_booked_later(self):
        discount = self.remind()
        self.night(8)
        self.assertEqual(discount.state, "lapsed")
        self.pay(self.invoice, 970, self.day(7))
        self.night(9)
        self.assertEqual(discount.state, "settled")
        self.assertEqual(discount.rest_move_ids.amount_total, 30)

    def test_reversed_and_paid_again(self):
        discount = self.remind()
        payment = self.pay(self.invoice, 970, self.day(2))
        self.night(2)
        note = discount.rest_move_ids
        self.assertEqual(note.amount_total, 30)
        self.cancel_payments(payment)
        self.night(8)
        self.assertEqual(discount.state, "lapsed")
        self.assertFalse(note.exists())
        self.assertEqual(self.due(), 1000)
        self.pay(self.invoice, 970, self.day(9))
        self.night(9)
        self.assertEqual((discount.state, self.due()), ("lapsed", 30))

    def test_paid_in_full_gives_nothing_up(self):
        discount = self.remind()
        self.pay(self.invoice, 1000, self.day(2))
        self.night(2)
        self.assertEqual(discount.state, "settled")
        self.assertFalse(discount.rest_move_ids)

    def test_a_credit_note_in_between(self):
        """What is credited was not owed; the share is of the rest."""
        discount = self.remind()
        credit = self.make_credit(self.customer, 400, self.day(1))
        (self.receivable(credit) | self.receivable(self.invoice)).reconcile()
        self.pay(self.invoice, 581.99, self.day(2))
        self.night(2)
        self.assertEqual(discount.state, "offered")
        self.pay(self.invoice, 0.01, self.day(3))
        self.night(3)
        self.assertEqual(discount.state, "settled")
        self.assertEqual(discount.rest_move_ids.amount_total, 18)

    def test_never_twice_on_the_same_item(self):
        self.policy.stage_ids.write({"discount_percent": 3, "discount_days": 7})
        first = self.remind()
        newer = self.make_invoice(self.customer, 500, self.day(1))
        self.live(1, 30)
        second = self.find() - first
        self.assertEqual(second.item_ids.move_id, newer)

    def test_disputed_stayed_planned_and_charges_get_none(self):
        disputed = self.make_invoice(self.customer, 200, self.day(-1))
        self.plan()
        self.make_dispute(disputed, 50)
        discount = self.remind()
        self.assertEqual(discount.item_ids.move_id, self.invoice)
        other = self.make_customer("In a settlement")
        taken = self.make_invoice(other, 300, self.day(-1))
        self.plan()
        self.as_of(self.make_settlement(taken, 250)).action_offer()
        self.live(0, 1)
        self.assertNotIn(other, self.find().partner_id)

    def test_dispute_and_plan_afterwards(self):
        """Nothing is taken off what is disputed, or paid in installments."""
        discount = self.remind()
        self.make_dispute(self.invoice, 200)
        self.pay(self.invoice, 970, self.day(1))
        self.night(1)
        self.assertEqual(discount.state, "void")
        self.assertIn("is disputed", discount.end_reason)
        self.assertFalse(discount.rest_move_ids)

        other = self.make_customer("On a plan")
        planned = self.make_invoice(other, 300, self.day(-1))
        self.remind()
        own = self.find() - discount
        plan = PlanCommon.make_plan.__func__(type(self), planned)
        PlanCommon.accept.__func__(type(self), plan)
        self.night(1)
        self.assertEqual(own.state, "void")

    def test_a_promise_and_a_settlement_afterwards(self):
        discount = self.remind()
        promise = self.make_promise(self.invoice, (5, 1000))
        self.pay(self.invoice, 970, self.day(5))
        self.night(5)
        self.assertEqual((discount.state, promise.state), ("settled", "replaced"))

        newer = self.make_invoice(self.customer, 500, self.day(5))
        self.live(6, 12)
        own = self.find() - discount
        self.assertEqual(own.item_ids.move_id, newer)
        settlement = self.make_settlement(
            newer,
            400,
            day=self.day(12),
            date_first=self.day(20),
            date_offer_end=self.day(20),
        )
        self.as_of(settlement, self.day(12)).action_offer()
        self.night(12)
        self.assertEqual((own.state, settlement.state), ("void", "offered"))

    def test_petition_in_between(self):
        discount = self.remind()
        self.make_bankruptcy()
        self.pay(self.invoice, 970, self.day(1))
        self.night(1)
        self.assertEqual(discount.state, "void")
        self.assertFalse(discount.rest_move_ids)

    def test_two_currencies(self):
        """One offer for each; each is judged by its own money. A yen has no cents."""
        yen = self.setup_other_currency("JPY", rate=150)
        foreign = self.make_invoice(self.customer, 100001, self.day(-1), currency=yen)
        both = self.remind()
        self.assertEqual(len(both), 2)
        other = both.filtered(lambda one: one.currency_id == yen)
        self.assertEqual((other.amount, other.amount_waived), (97001, 3000))
        self.pay(foreign, 97001, self.day(1))
        self.night(1)
        self.assertEqual(other.state, "settled")
        self.assertEqual((both - other).state, "offered")
        self.assertEqual(other.rest_move_ids.amount_total, 3000)
        self.assertEqual(other.rest_move_ids.currency_id, yen)

    def test_rights_and_limits(self):
        with self.assertRaisesRegex(ValidationError, "at most 40 %"):
            self.policy.stage_ids[0].discount_percent = 41
        discount = self.remind()
        own = self.as_user("collector", discount)
        with self.assert_refused("Only a draft"):
            own.amount = 1
        with self.assert_refused("can be cancelled"):
            own.action_to_draft()
        with self.assert_refused("Only an offer"):
            own.action_send_offer()
        self.assertRegex(self.sign(discount), "Nothing has to be signed")
        with self.assert_refused("cannot be changed by hand"):
            own.kind = "offer"
        own.action_cancel()
        self.pay(self.invoice, 970, self.day(1))
        self.night(1)
        self.assertEqual((discount.state, self.due()), ("cancelled", 30))

    def test_a_text_message_offers_nothing(self):
        self.policy.stage_ids[0].channel = "sms"
        self.customer.phone = "+32 470 00 00 00"
        self.assertFalse(self.remind())
        self.assertEqual(self.get_letter().channel, "sms")
