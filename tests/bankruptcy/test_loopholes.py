from odoo.tests import tagged

from ...tools.automatic_mail import is_automatic
from ..common.bankruptcy import BankruptcyCommon
from ..common.plan import PlanCommon


@tagged("post_install", "-at_install")
class TestLoopholes(BankruptcyCommon, PlanCommon):
    """Ways around the rules that somebody found; each of them is closed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.make_invoice(cls.customer, 1000)
        cls.plan()
        cls.case = cls.get_case(cls.customer)

    def log(self, env=None, **vals):
        contacts = (env or self.env)["collection.contact"]
        return contacts.create({"case_id": self.case.id, "channel": "phone", **vals})

    def test_outcome_from_a_context(self):
        contacts = self.collector_env()["collection.contact"]
        for outcome in ("override", "sent", "bounced"):
            with self.assert_refused("logged by the program"):
                contacts.with_context(default_outcome=outcome).create(
                    {"case_id": self.case.id, "channel": "phone"}
                )

    def test_voiding_what_others_wrote(self):
        entry = self.log(outcome="reached")
        with self.assert_refused("void entries written by others"):
            entry.with_env(self.collector_env()).action_void("It was in the way.")
        own = self.log(self.collector_env(), outcome="no_answer")
        own.action_void("Wrong customer.")
        self.assertTrue(own.is_void)

    def test_calling_who_must_not_be_called(self):
        self.customer.collection_do_not_contact = True
        case = self.case.with_env(self.collector_env())
        with self.assert_refused("asked not to be contacted"):
            case.action_call_queue()

    def test_mail_that_a_list_passed_on(self):
        self.assertFalse(is_automatic({"Precedence": "list"}))
        self.assertFalse(is_automatic({"Auto-Submitted": "no (human)"}))
        self.assertFalse(is_automatic({"X-Autoreply": "no"}))
        self.assertTrue(is_automatic({"Auto-Submitted": "auto-replied; x=1"}))

    def test_reply_to_an_older_case(self):
        payment = self.pay(self.invoice)
        self.plan()
        self.assertTrue(payment)
        self.assertEqual(self.case.state, "closed")
        self.make_invoice(self.customer, 500)
        self.plan()
        running = self.get_case(self.customer)
        self.case._receive_mail({"subject": "Re: reminder"}, self.customer)
        self.assertTrue(running.date_paused)

    def test_schedule_of_a_signed_plan(self):
        plan = self.offer(self.make_plan(self.invoice, (7, 1000)))
        self.sign(plan)
        other = self.make_invoice(self.customer, 300)
        self.plan()
        draft = self.make_plan(other, (7, 300))
        line = draft.line_ids.with_env(self.collector_env())
        with self.assert_refused("An offer cannot be changed"):
            line.plan_id = plan.id
        self.assertEqual(plan.amount_total, 1000)

    def test_disputing_is_not_paying(self):
        plan = self.offer(self.make_plan(self.invoice, (7, 1000)))
        self.sign(plan)
        self.make_dispute(self.invoice, 1000)
        self.night(1)
        self.env.invalidate_all()
        self.assertEqual(plan.state, "active")

    def test_two_promises_open_again_count_once(self):
        first = self.make_promise(self.invoice, (7, 100))
        payment = self.pay(self.invoice, 100)
        self.night(0)
        self.assert_state(first, "kept")
        self.make_promise(self.invoice, (9, 200))
        self.cancel_payments(payment)
        self.night(1)
        self.assert_exposure(self.invoice, amount_promised=300, amount_due=700)

    def test_plan_rests_until_the_last_bankruptcy_ends(self):
        plan = self.offer(self.make_plan(self.invoice, (7, 1000)))
        self.sign(plan)
        self.make_bankruptcy()
        second = self.make_bankruptcy(court_id=self.other_court.id)
        self.assertEqual(plan.state, "suspended")
        self.happen(second, "mistake", self.day(2))
        self.assertEqual(plan.state, "suspended")

    def test_days_that_do_not_exist_yet(self):
        bankruptcy = self.make_bankruptcy(chapter="7")
        for name in ("date_relief", "date_asset_notice", "date_notice"):
            with self.assert_refused("too far in the future"):
                self.as_of(bankruptcy).write({name: "2199-12-31"})

    def test_assets_after_all(self):
        """The clerk's notice of assets begins the period, also after the discharge."""
        bankruptcy = self.make_bankruptcy(chapter="7", assets="none")
        self.happen(bankruptcy, "discharged", self.day(60))
        later = self.as_of(bankruptcy, self.day(70))
        later.write({"assets": "expected", "date_asset_notice": self.day(70)})
        # Ninety days at least: the notice names the day, so no Sunday is passed over.
        self.assertEqual(bankruptcy.date_bar, self.day(160))

    def test_contact_that_moved_away(self):
        contact = self.make_customer("Person", parent_id=self.customer.id)
        contact.is_company = False
        invoice = self.make_invoice(contact, 50)
        self.plan()
        self.make_bankruptcy()
        other = self.make_customer("New employer")
        contact.parent_id = other
        stayed = self.env["collection.stay"]._filter_moves(invoice)
        self.assertEqual(stayed, invoice)

    def test_text_about_a_stayed_case(self):
        self.make_bankruptcy()
        message = self.case.sudo()._message_sms(
            "Pay!", partner_ids=self.customer.ids, put_in_queue=True
        )
        text = self.root["sms.sms"].search([("mail_message_id", "=", message.id)])
        self.assertTrue(text)
        text._stop_for_stay()
        self.assertEqual(text.state, "canceled")
