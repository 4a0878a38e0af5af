from odoo.tests import tagged

from ..common.bankruptcy import BankruptcyCommon


@tagged("post_install", "-at_install")
class TestStay(BankruptcyCommon):
    """From the moment it is recorded nothing leaves for what was owed before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.make_invoice(cls.customer)
        cls.plan()
        cls.case = cls.get_case(cls.customer)

    def test_three_things_are_enough_and_a_collector_records_them(self):
        step = self.open_steps(self.customer)
        self.assertEqual(step.state, "planned")
        bankruptcy = self.make_bankruptcy(env=self.collector_env())
        self.assertEqual(bankruptcy.state, "open")
        self.assertTrue(bankruptcy.date_recorded)
        self.assertEqual(step.state, "cancelled")
        self.assertEqual(step.reason, "stayed")
        self.assertEqual(self.statuses(self.invoice), ["stayed"])
        self.assertEqual(self.case.state, "stayed")
        self.assertEqual(self.case.amount_stayed, 1000)
        self.assertEqual(
            (self.case.amount_open, self.case.amount_overdue, self.case.days_late),
            (0, 0, 0),
        )
        self.assertIn("bankrupt", self.case.explanation)
        attempt = bankruptcy.attempt_ids
        self.assertEqual(
            (attempt.kind, attempt.source, attempt.description),
            ("step", "scheduler", "Stage 1"),
        )
        self.assertEqual(self.live(0, 60, self.customer), {})
        self.assertFalse(self.case.letter_ids)

    def test_one_of_the_three_is_missing(self):
        for name in ("court_id", "date_petition"):
            with self.subTest(name), self.assert_refused("Record it as a rumor"):
                self.make_bankruptcy(**{name: False})
        with self.assert_refused("is in the future"):
            self.make_bankruptcy(date_petition=self.day(3))

    def test_queued_mail_is_cancelled(self):
        """Approved, executed, in the queue; the mail server has not been called."""
        self.execute()
        letter = self.case.letter_ids
        self.assertEqual(letter.delivery_state, "queued")
        bankruptcy = self.make_bankruptcy()
        self.assertEqual(letter.mail_id.state, "cancel")
        self.assertEqual(letter.delivery_state, "cancelled")
        self.assertEqual(bankruptcy.pulled_letter_ids, letter)
        self.assertFalse(self.case.delivery_problem)

    def test_mail_queued_behind_our_back_is_stopped_at_sending(self):
        """The last look is in the moment of sending; a retry is looked at, too."""
        self.execute()
        mail = self.case.letter_ids.mail_id
        bankruptcy = self.make_bankruptcy()
        for _try in range(2):
            mail.sudo().state = "outgoing"
            mail.sudo().send()
            self.assertEqual(mail.state, "cancel")
        # What the customer has bought since opens no way for it.
        self.make_invoice(self.customer, 70, issued=self.day(1), due=self.day(2))
        self.env.invalidate_all()
        self.assertFalse(self.case._is_stayed())
        mail.sudo().state = "outgoing"
        mail.sudo().send()
        self.assertEqual(mail.state, "cancel")
        attempt = bankruptcy.attempt_ids
        self.assertEqual((attempt.kind, attempt.source), ("queue", "scheduler"))
        self.assertEqual(attempt.case_id, self.case)

    def test_letters_not_yet_posted_are_pulled(self):
        policy = self.make_policy(
            {"days": 1, "channel": "letter"}, sequence=0, quiet_days=1
        )
        other = self.make_customer("Paper")
        self.make_invoice(other)
        self.make_invoice(other, due=self.day(5), issued=self.day(1))
        self.plan()
        self.assertEqual(self.get_case(other).policy_id, policy)
        self.execute()
        letter = self.get_case(other).letter_ids
        letter.action_print()
        self.assertEqual(letter.delivery_state, "printed")
        bankruptcy = self.make_bankruptcy(other)
        self.assertEqual(letter.delivery_state, "cancelled")
        self.assertEqual(bankruptcy.pulled_letter_ids, letter)
        for button in (letter.action_print, letter.action_post):
            with self.assert_refused("cannot become|bankrupt"):
                button()

    def test_promises_are_closed(self):
        promise = self.make_promise(self.invoice, (5, 1000))
        waiting = promise.state
        self.assertEqual(waiting, "open")
        self.make_bankruptcy()
        self.assertEqual(promise.state, "withdrawn")
        self.assertIn("Bankruptcy", promise.end_reason)
        with self.assert_refused("is bankrupt"):
            self.make_promise(self.invoice, (5, 1000))
        with self.assert_refused("is bankrupt"):
            self.case.action_take_promise()
        with self.assert_refused("is bankrupt"):
            self.invoice.action_take_collection_promise()

    def test_tasks_give_way_to_the_claim(self):
        self.case._add_task("Call them")
        bankruptcy = self.make_bankruptcy(chapter="7")
        self.assertEqual(
            self.case.activity_ids.mapped("summary"), ["Prepare the proof of claim"]
        )
        self.assertEqual(self.case.activity_ids.date_deadline, bankruptcy.date_bar)
        self.assertIn("Call them", self.case.message_ids[:3].mapped("body")[0])

    def test_a_matter_that_was_referred_is_recalled(self):
        """Once the referral was decided; what still waits to be decided is dropped."""
        for is_decided in (False, True):
            with self.subTest(is_decided), self.env.cr.savepoint() as savepoint:
                other = self.make_customer("Referred")
                policy = self.make_policy(
                    {"days": 1, "channel": "task", "template_id": False}, sequence=0
                )
                self.make_invoice(other)
                self.plan()
                self.assertEqual(self.get_case(other).policy_id, policy)
                self.execute()
                step = self.open_steps(other)
                self.assertEqual((step.channel, step.state), ("task", "todo"))
                if is_decided:
                    step._set_state("done")
                self.make_bankruptcy(other)
                tasks = self.get_case(other).activity_ids.mapped("summary")
                recall = "Recall the matter if it was referred"
                self.assertEqual(recall in tasks, is_decided)
                self.assertIn("Prepare the proof of claim", tasks)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_new_business_goes_on_alone(self):
        """What is posted after the petition has its own way up the ladder."""
        self.live(0, 30, self.customer)
        stage_before = self.case.stage_id
        self.make_bankruptcy(date_petition=self.day(30), day=self.day(30))
        fresh = self.make_invoice(
            self.customer, 400, due=self.day(40), issued=self.day(31)
        )
        self.plan(self.day(42))
        self.assertEqual(self.statuses(self.invoice, fresh), ["stayed", "open"])
        self.assertEqual(
            (self.case.state, self.case.amount_overdue, self.case.amount_stayed),
            ("active", 400, 1000),
        )
        self.assertEqual(self.case.stage_id, stage_before.browse())
        self.execute(self.day(42))
        self.case.invalidate_recordset()
        letter = self.case.letter_ids[:1]
        self.assertEqual(letter.move_ids, fresh)
        self.assertNotIn(self.invoice.name, letter.body)
        self.assertEqual(self.case.stage_id.name, "Stage 1")
        self.assertEqual(self.get_items(self.invoice).stage_id, stage_before)
        self.assertEqual(self.case.stayed_ids.move_id, self.invoice)
        self.assertEqual(self.case.exposure_ids.move_id, fresh)

    def test_no_set_off_across_the_petition(self):
        """An old credit covers no new invoice, and a new payment no old one."""
        credit = self.make_credit(self.customer, 600, self.day(-5))
        self.make_bankruptcy()
        fresh = self.make_invoice(
            self.customer, 400, due=self.day(10), issued=self.day(2)
        )
        self.plan(self.day(12))
        self.assertEqual(self.statuses(credit, fresh), ["stayed_credit", "open"])
        self.assertEqual((self.case.amount_credit, self.case.amount_net), (0, 400))
        self.assertFalse(self.case.credit_ids)
        row = self.case.stayed_ids.filtered(lambda row: row.move_id == credit)
        with self.assert_refused("no set-off"):
            row.action_match()
        self.receive(self.customer, 50, self.day(11))
        self.plan(self.day(12))
        self.assertEqual(self.case.amount_net, 350)
        target = self.case.credit_ids.action_match()
        self.assertEqual(target["res_id"], fresh.id)

    def test_day_of_the_petition_counts_as_before(self):
        same_day = self.make_invoice(self.customer, issued=self.today, due=self.today)
        next_day = self.make_invoice(self.customer, issued=self.day(1), due=self.day(1))
        self.make_bankruptcy()
        self.assertEqual(self.statuses(same_day, next_day), ["stayed", "open"])

    def test_contacts_of_the_group_are_covered_sisters_are_not(self):
        holding = self.make_customer("Holding")
        self.customer.parent_id = holding
        sister = self.make_customer("Sister", parent_id=holding.id)
        person = self.env["res.partner"].create(
            {"name": "Bookkeeper", "parent_id": self.customer.id, "type": "invoice"}
        )
        to_person = self.make_invoice(person, 70)
        to_sister = self.make_invoice(sister, 80)
        bankruptcy = self.make_bankruptcy(person, guarantor_ids=[(4, holding.id)])
        self.assertEqual(bankruptcy.partner_id, self.customer)
        self.assertEqual(self.statuses(to_person, to_sister), ["stayed", "open"])
        self.assertEqual(bankruptcy.related_partner_ids, holding | sister)
        self.assertTrue(person.collection_stay_text)
        self.assertFalse(sister.collection_stay_text)
        self.plan()
        self.assertEqual(self.get_case(sister).reason, "due")

    def test_customer_that_moves_below_another_stays_stayed(self):
        """What it owed goes to the case of its new commercial entity, still stayed."""
        self.make_bankruptcy()
        group = self.make_customer("Group")
        own = self.make_invoice(group, 300)
        self.customer.write({"is_company": False, "parent_id": group.id})
        self.plan()
        case = self.get_case(group)
        self.assertEqual(self.statuses(self.invoice, own), ["stayed", "open"])
        self.assertEqual((case.amount_stayed, case.amount_overdue), (1000, 300))

    def test_rumor_stops_nothing_until_it_is_confirmed(self):
        rumor = self.make_bankruptcy(
            is_rumor=True, court_id=False, date_petition=False, env=self.collector_env()
        )
        self.assertEqual(rumor.state, "rumor")
        self.plan()
        self.assertEqual(self.case.reason, "due")
        self.assertIn("Rumor", self.case.rumor_text)
        with self.assert_refused("Record it as a rumor"):
            rumor.action_confirm()
        rumor.write({"court_id": self.court.id, "date_petition": self.today})
        rumor.action_confirm()
        self.assertEqual(rumor.state, "open")
        self.assertEqual(self.case.state, "stayed")
        second = self.make_bankruptcy(self.make_customer("Rumored"), is_rumor=True)
        self.happen(second, "refuted")
        self.assertEqual(second.state, "refuted")
        self.assertFalse(second.stops_collection)
        with self.assert_refused("it cannot be"):
            self.happen(second, "confirmed")
