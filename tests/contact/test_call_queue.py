from datetime import datetime

from odoo.tests import tagged

from .test_call import CallCommon


@tagged("post_install", "-at_install")
class TestCallRow(CallCommon):
    """One call after the other, and no customer called by two."""

    def test_save_and_next(self):
        first, second = self.make_calls(10_000, 100)
        log = self.open_call(first, is_queue=True)
        log.outcome = "no_answer"
        log.note = "Rang twice"
        self.assertFalse(log.action_log_next())
        self.assertEqual(first.contact_ids.outcome, "no_answer")
        # The same screen, with the next customer and nothing of the last one.
        self.assertEqual(log.case_id, second)
        self.assertEqual(log.step_id.case_id, second)
        self.assertEqual(log.partner_id, second.partner_id)
        self.assertFalse(log.outcome or log.note or log.contact_id)
        self.assertFalse(first.call_lock_user_id)
        self.assertEqual(second.call_lock_user_id, self.users["collector"])
        log.outcome = "no_answer"
        done = log.action_log_next()
        self.assertIn("last call", done["params"]["message"])
        self.assertFalse(second.call_lock_user_id)

    def test_a_decision_that_waits_is_not_made_by_calling(self):
        case = self.make_calls(1000)
        self.policy.stage_ids[0].sudo().channel = "task"
        case.step_id.sudo().channel = "task"
        case.sudo().date_follow_up = self.today
        log = self.open_call(case, is_queue=True)
        self.assertEqual((log.channel, log.step_id.id), ("phone", False))
        log.outcome = "no_answer"
        log.action_log()
        self.assertEqual(case.step_id.state, "todo")

    def test_go_on_without_logging(self):
        first, second = self.make_calls(10_000, 100)
        log = self.open_call(first, is_queue=True)
        log.action_next()
        self.assertEqual(log.case_id, second)
        self.assertFalse(first.contact_ids)
        self.assertIn("last call", log.action_next()["params"]["message"])

    def test_a_colleague_is_on_it(self):
        first, second, third = self.make_calls(10_000, 5_000, 100)
        self.open_call(second, "manager")
        other = self.open_call(second)
        self.assertRegex(other.caller_text, "has had this customer")
        self.assertEqual(second.call_lock_user_id, self.users["manager"])
        # The row leaves out whom a colleague has on the line.
        log = self.open_call(first, is_queue=True)
        log.action_next()
        self.assertEqual(log.case_id, third)
        other.action_take_over()
        self.assertEqual(second.call_lock_user_id, self.users["collector"])
        other.invalidate_recordset()
        self.assertFalse(other.caller_text)

    def test_a_forgotten_screen_gives_the_customer_back(self):
        [case] = self.make_calls(100)
        self.open_call(case, "manager")
        self.assertTrue(self.at_noon(case).caller_id)
        case.sudo().call_started_at = datetime(2026, 3, 2, 10, 29)
        self.env.invalidate_all()
        self.assertFalse(self.at_noon(case).caller_id)
        self.assertFalse(self.open_call(case).caller_text)

    def test_nobody_writes_it_by_hand(self):
        [case] = self.make_calls(100)
        with self.assertRaisesRegex(Exception, "by hand"):
            self.at_noon(case).call_lock_user_id = self.users["manager"]
