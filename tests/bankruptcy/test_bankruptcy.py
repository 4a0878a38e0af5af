from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common.bankruptcy import BankruptcyCommon


@tagged("post_install", "-at_install")
class TestBankruptcy(BankruptcyCommon):
    """The file of a bankruptcy: court and number, its course, and who decides."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.make_invoice(cls.customer)
        cls.plan()
        cls.case = cls.get_case(cls.customer)

    # ------------------------------------------------------------------
    # Court and number
    # ------------------------------------------------------------------

    def test_courts_of_the_united_states(self):
        courts = self.env["collection.court"].search([("is_us", "=", True)])
        self.assertEqual(len(courts), 94)
        self.assertEqual(len(set(courts.mapped("code"))), 94)
        self.assertEqual(courts.country_id, self.env.ref("base.us"))

    def test_courts_survive_an_update(self):
        self.court.name = "Delaware, as we call it"
        data = self.env["ir.model.data"].search(
            [("model", "=", "collection.court"), ("module", "=", "account_collections")]
        )
        self.assertEqual(len(data), 94)
        self.assertTrue(all(data.mapped("noupdate")))

    def test_collectors_add_courts_and_managers_change_them(self):
        env = self.collector_env()
        court = env["collection.court"].create({"name": "Amtsgericht Charlottenburg"})
        with self.assertRaises(AccessError):
            court.name = "Another"
        court.with_env(self.env).name = "Another"

    def test_case_numbers_are_cleaned_and_checked(self):
        bankruptcy = self.make_bankruptcy(case_number=" 2:10-BK\u201338052 ")
        self.assertEqual(bankruptcy.case_number, "2:10-bk-38052")
        for wrong in ("24-1133", "11334", "24-11334-toolong", "B 24-11334"):
            with self.subTest(wrong), self.assert_refused("is not a case number"):
                bankruptcy.case_number = wrong
        foreign = self.env["collection.court"].create({"name": "Amtsgericht Köln"})
        bankruptcy.write({"court_id": foreign.id, "case_number": "70 IN 12/26"})
        self.assertEqual(bankruptcy.case_key, "70 in 12/26")

    def test_court_and_number_together_identify_a_case(self):
        other = self.make_customer("Other")
        self.make_bankruptcy(case_number="24-11334")
        for same in ("24-11334", "2024-11334-abc", "24-bk-11334"):
            with self.subTest(same), self.assert_refused("is already on file"):
                self.make_bankruptcy(case_number=same)
        joint = self.make_bankruptcy(other, case_number="24-11334")
        self.assertEqual(joint.joint_ids.partner_id, self.customer)
        elsewhere = self.make_bankruptcy(
            other, case_number="24-11334", court_id=self.other_court.id
        )
        self.assertFalse(elsewhere.joint_ids)

    # ------------------------------------------------------------------
    # Its course
    # ------------------------------------------------------------------

    def test_dismissed_resumes_at_the_same_stage(self):
        """Ten days of waiting were left; they are left when it is dismissed."""
        self.live(0, 0, self.customer)
        # Stage 2 comes 20 days late and 5 after stage 1: on day 10.
        self.assertEqual(self.case.stage_id.name, "Stage 1")
        bankruptcy = self.make_bankruptcy(day=self.day(2), date_petition=self.day(2))
        self.plan(self.day(30))
        self.assertEqual(self.case.reason, "stayed")
        event = self.happen(bankruptcy, "dismissed", self.day(30))
        self.assertEqual(event.state, "done")
        self.assertEqual((bankruptcy.state, self.case.state), ("dismissed", "active"))
        self.assertEqual(self.case.stage_id.name, "Stage 1")
        self.assertFalse(bankruptcy.task_ids)
        steps = self.live(30, 60, self.customer)
        self.assertEqual(min(steps), 38)
        self.assertEqual(steps[38], "Stage 2")

    def test_hold_and_stay_do_not_count_twice(self):
        self.live(0, 0, self.customer)
        hold = self.make_hold(self.case, self.day(1), self.day(60))
        bankruptcy = self.make_bankruptcy(day=self.day(2), date_petition=self.day(2))
        self.happen(bankruptcy, "dismissed", self.day(20))
        self.lift(hold, self.day(30))
        [frozen] = self.get_items(self.invoice).mapped("days_frozen")
        self.assertEqual(frozen, 29)

    def test_discharged_is_proposed_for_write_off_and_never_collected(self):
        bankruptcy = self.make_bankruptcy()
        self.happen(bankruptcy, "discharged", self.day(90))
        self.assertEqual(bankruptcy.state, "discharged")
        self.assertEqual(self.statuses(self.invoice), ["stayed"])
        task = self.case.activity_ids
        self.assertIn("Write off", task.summary)
        self.assertEqual(task.user_id, bankruptcy.manager_id)
        self.happen(bankruptcy, "closed", self.day(100))
        self.assertEqual(self.live(100, 140, self.customer), {})

    def test_reopened_after_a_dismissal(self):
        bankruptcy = self.make_bankruptcy()
        self.happen(bankruptcy, "dismissed", self.day(5))
        self.assertEqual(self.case.state, "active")
        self.happen(bankruptcy, "reopened", self.day(6))
        self.assertEqual((bankruptcy.state, self.case.state), ("open", "stayed"))
        self.assertFalse(bankruptcy.date_end)

    def test_recorded_by_mistake(self):
        bankruptcy = self.make_bankruptcy(case_number="24-11334")
        self.happen(bankruptcy, "mistake")
        self.assertEqual(self.case.state, "active")
        self.make_bankruptcy(self.make_customer("Right one"), case_number="24-11334")
        with self.assert_refused("it cannot be"):
            self.happen(bankruptcy, "reopened")

    def test_every_transition(self):
        """What is not in the table is refused, with both names in the sentence."""
        legal = {
            "rumor": {"confirmed", "refuted"},
            "refuted": set(),
            "open": {
                "petition",
                "converted",
                "dismissed",
                "discharged",
                "closed",
                "mistake",
            },
            "dismissed": {"reopened"},
            "discharged": {"closed"},
            "closed": {"reopened"},
            "mistake": set(),
        }
        Event = self.env["collection.bankruptcy.event"]
        bankruptcy = self.make_bankruptcy()
        kinds = dict(Event._fields["kind"].selection)
        self.assertEqual(
            legal.keys(), dict(bankruptcy._fields["state"].selection).keys()
        )
        for state, allowed in legal.items():
            bankruptcy.sudo().state = state
            for kind in kinds:
                event = Event.new({"bankruptcy_id": bankruptcy.id, "kind": kind})
                event.note = "Docket"
                with self.subTest(f"{state}: {kind}"):
                    if kind in allowed:
                        event._check_possible()
                    else:
                        with self.assert_refused("it cannot be"):
                            event._check_possible()

    def test_conversion_brings_a_new_deadline_and_no_pause(self):
        bankruptcy = self.make_bankruptcy(chapter="11")
        self.assertFalse(bankruptcy.date_bar)
        self.happen(bankruptcy, "converted", self.day(40), chapter="7")
        self.assertEqual((bankruptcy.chapter, bankruptcy.state), ("7", "open"))
        # 11 April and 70 days: 20 June, a Saturday.
        self.assertEqual(bankruptcy.date_conversion, date(2026, 4, 11))
        self.assertEqual(bankruptcy.date_bar, date(2026, 6, 22))
        self.assertEqual(self.case.state, "stayed")
        self.assertIn("Chapter 11", bankruptcy.event_ids.previous)

    def test_another_day_of_the_petition(self):
        """Earlier frees what came after it; later stays what came before it."""
        late = self.make_invoice(self.customer, 200, issued=self.day(-3))
        bankruptcy = self.make_bankruptcy(chapter="7")
        self.assertEqual(self.statuses(self.invoice, late), ["stayed", "stayed"])
        with self.assert_refused("Change of the petition date"):
            bankruptcy.date_petition = self.day(-5)
        self.happen(bankruptcy, "petition", self.day(2), date_petition=self.day(-5))
        self.assertEqual(self.statuses(self.invoice, late), ["stayed", "open"])
        self.assertEqual((self.case.amount_open, self.case.amount_stayed), (200, 1000))
        self.assertEqual(bankruptcy.date_bar, date(2026, 5, 6))
        self.happen(bankruptcy, "petition", self.day(3), date_petition=self.today)
        self.assertEqual(self.statuses(self.invoice, late), ["stayed", "stayed"])

    def test_second_bankruptcy_years_later(self):
        first = self.make_bankruptcy(case_number="22-10001")
        self.happen(first, "dismissed", self.day(5))
        second = self.make_bankruptcy(
            case_number="26-10002", date_petition=self.day(10), day=self.day(10)
        )
        self.assertEqual(self.case.state, "stayed")
        self.happen(second, "closed", self.day(20))
        fresh = self.make_invoice(
            self.customer, 300, issued=self.day(15), due=self.day(25)
        )
        third = self.make_bankruptcy(
            case_number="26-10003", date_petition=self.day(30), day=self.day(30)
        )
        self.assertEqual(self.statuses(self.invoice, fresh), ["stayed", "stayed"])
        self.happen(third, "dismissed", self.day(35))
        # What the second one has ended stays out of collection.
        self.assertEqual(self.statuses(self.invoice, fresh), ["stayed", "open"])

    # ------------------------------------------------------------------
    # Who decides
    # ------------------------------------------------------------------

    def test_collectors_propose_the_end_and_managers_decide(self):
        env = self.collector_env()
        bankruptcy = self.make_bankruptcy(env=env, manager_id=self.env.uid)
        with self.assert_refused("Give the reason"):
            self.happen(bankruptcy, "dismissed", env=env, note=" ")
        proposal = self.happen(bankruptcy, "dismissed", env=env)
        self.assertEqual((proposal.state, bankruptcy.state), ("proposed", "open"))
        self.assertEqual(self.statuses(self.invoice), ["stayed"])
        self.assertEqual(bankruptcy.activity_ids.user_id, self.env.user)
        with self.assert_refused("Only a collections manager can decide"):
            proposal.with_env(env).action_approve()
        proposal.with_env(self.env).action_approve()
        self.assertEqual((proposal.state, bankruptcy.state), ("done", "dismissed"))
        self.assertEqual(proposal.decided_user_id, self.env.user)
        self.assertFalse(proposal.activity_id)
        with self.assert_refused("already been decided|cannot be"):
            proposal.with_env(self.env).action_reject()

    def test_rejected_proposal_changes_nothing(self):
        env = self.collector_env()
        bankruptcy = self.make_bankruptcy(env=env)
        proposal = self.happen(
            bankruptcy, "petition", env=env, date_petition=self.day(-100)
        )
        proposal.with_env(self.env).action_reject()
        self.assertEqual(proposal.state, "rejected")
        self.assertEqual(bankruptcy.date_petition, self.today)
        self.assertEqual(self.statuses(self.invoice), ["stayed"])

    def test_nothing_else_lifts_a_stay(self):
        bankruptcy = self.make_bankruptcy(env=self.collector_env())
        for env in (self.collector_env(), self.env):
            own = bankruptcy.with_env(env)
            for vals in (
                {"state": "closed"},
                {"stops_collection": False},
                {"partner_id": self.partner.id},
                {"date_petition": self.day(-100)},
                {"date_recorded": False},
            ):
                with (
                    self.subTest(vals),
                    self.assert_refused("cannot be changed|decides what is stayed"),
                ):
                    own.write(vals)
            with self.assertRaises(AccessError):
                own.unlink()
        with self.assert_refused("stays on record"):
            bankruptcy.sudo().unlink()
        event = self.happen(bankruptcy, "converted", chapter="13")
        with self.assert_refused(
            "Recorded events cannot be changed|cannot be changed by hand"
        ):
            event.sudo(False).with_env(self.env).write({"note": "Other"})
        self.assertEqual(self.statuses(self.invoice), ["stayed"])

    def test_archiving_the_customer_changes_nothing(self):
        self.make_bankruptcy()
        self.customer.active = False
        self.plan(self.day(1))
        self.assertEqual(self.statuses(self.invoice), ["stayed"])
