from odoo.tests import tagged

from .test_delivery import DeliveryCommon


@tagged("post_install", "-at_install")
class TestNeverLeft(DeliveryCommon):
    """A message that never left was no step: the customer gets it first, later, and
    never starts with the second."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stage.copy({"name": "Second", "days": 21, "sequence": 20})
        cls.first, cls.second = cls.policy.stage_ids.sorted()

    def get_standing(self, invoice):
        """:return: what tells how far a customer is: stage and day of the item, stages
        of case and invoice, last step"""
        self.env.flush_all()
        self.env.invalidate_all()
        case, items = self.get_case(self.customer), self.get_items(invoice)
        return (
            items.stage_id,
            items.date_stage,
            case.stage_id,
            invoice.collection_stage_id,
            case.date_last_step,
        )

    def send_first(self, count=1):
        invoices = [self.make_invoice(self.customer) for _number in range(count)]
        self.plan()
        self.untouched = self.get_standing(invoices[0])
        letter = self.send(leave=False)
        raised = (self.first, self.today, self.first, self.first, self.today)
        self.assertEqual(self.get_standing(invoices[0]), raised)
        return letter, *invoices

    def assert_given_back(self, letter, invoice):
        self.assertEqual(letter.delivery_state, "cancelled")
        self.assertEqual(self.get_standing(invoice), self.untouched)
        [entry] = letter.case_id.contact_ids.filtered("letter_id")
        self.assertTrue(entry.is_void)
        self.assertFalse(letter.raised)

    def test_a_hold(self):
        letter, invoice = self.send_first()
        hold = self.make_hold(letter.case_id)
        self.assert_given_back(letter, invoice)
        self.lift(hold, self.day(4))
        self.assertEqual(list(self.live(5, 40).values()), ["Reminder", "Second"])

    def test_a_hold_of_one_item(self):
        """The other item was not reminded of either, and is on its own."""
        letter, held, other = self.send_first(2)
        self.make_hold(letter.case_id, scope="items", item_ids=self.get_items(held).ids)
        self.assert_given_back(letter, other)
        self.assertEqual(self.live(1, 3), {1: "Reminder"})
        self.assertEqual(self.get_items(other).stage_id, self.first)
        self.assertFalse(self.get_items(held).stage_id)

    def test_money_that_comes_and_goes_back(self):
        letter, invoice = self.send_first()
        payment = self.pay(invoice)
        self.run_queue()
        self.assertEqual(letter.delivery_state, "cancelled")
        self.assertFalse(self.get_items(invoice).stage_id)
        self.plan(self.day(1))
        payment.action_draft()
        payment.action_cancel()
        self.assertEqual(list(self.live(2, 4).values()), ["Reminder"])

    def test_the_second_keeps_the_first(self):
        """Days on hold count for the stage that they were in."""
        invoice = self.make_invoice(self.customer)
        self.send()
        self.run_queue()
        hold = self.make_hold(self.get_case(self.customer))
        self.lift(hold, self.day(3))
        self.assertEqual(self.live(4, 13), {})
        self.plan(self.day(14))
        self.execute(self.day(14), leave=False)
        item = self.get_items(invoice)
        letter = self.env["collection.letter"].search([], limit=1)
        self.assertEqual((item.stage_id, item.days_frozen), (self.second, 0))
        letter.sudo()._cancel_queued()
        self.assertEqual(letter.delivery_state, "cancelled")
        self.assertEqual(
            self.get_standing(invoice),
            (self.first, self.today, self.first, self.first, self.today),
        )
        self.assertEqual(item.days_frozen, 3)
        self.assertEqual(self.live(15, 16), {15: "Second"})

    def test_what_has_left_stays_a_step(self):
        letter, invoice = self.send_first()
        self.assertTrue(letter.raised)
        self.run_queue()
        self.assertFalse(letter.raised)
        self.make_hold(letter.case_id)
        self.assertEqual(self.get_items(invoice).stage_id, self.first)
        self.assertFalse(letter.case_id.contact_ids.filtered("is_void"))

    def test_paper_whose_mail_has_left(self):
        self.stage.write({"channel": "letter", "with_email": True})
        letter, invoice = self.send_first()
        self.run_queue()
        self.assertEqual(letter.delivery_state, "to_print")
        letter._set_paper_state("cancelled")
        self.assertEqual(self.get_items(invoice).stage_id, self.first)

    def test_paper_that_is_pulled(self):
        self.stage.channel = "letter"
        letter, invoice = self.send_first()
        letter.action_print()
        letter._stop_for_stay()
        self.assert_given_back(letter, invoice)

    def test_a_text_message(self):
        self.stage.channel = "sms"
        letter, invoice = self.send_first()
        self.make_hold(letter.case_id)
        self.assert_given_back(letter, invoice)

    def test_what_was_raised_further_stays(self):
        letter, invoice = self.send_first()
        self.get_items(invoice).sudo().write(
            {"stage_id": self.second.id, "date_stage": self.day(3)}
        )
        letter.sudo()._cancel_queued()
        self.assertEqual(letter.delivery_state, "cancelled")
        self.assertEqual(self.get_items(invoice).stage_id, self.second)

    def test_the_customer_may_be_written_to_again_on_the_same_day(self):
        """Nobody was contacted, so no limit counts it."""
        letter, invoice = self.send_first()
        letter.sudo()._cancel_queued()
        self.assert_given_back(letter, invoice)
        self.plan()
        self.assertEqual(self.get_case(self.customer).reason, "due")
