from datetime import date

from odoo.addons.account_collections.tools.claim_deadlines import (
    Insolvency,
    roll_forward,
    suggest_deadline,
)
from odoo.addons.account_collections.tools.days_off import nationwide_holidays
from odoo.tests import BaseCase, tagged

from ..common.bankruptcy import BankruptcyCommon


@tagged("post_install", "-at_install")
class TestClaimDeadlines(BaseCase):
    """The rules, as pure functions."""

    def check(self, expected, rule, *args, **kwargs):
        self.assertEqual(
            suggest_deadline(Insolvency(*args, **kwargs)), (expected, rule)
        )

    def test_vectors(self):
        self.check(date(2026, 5, 11), "us_70", "7", date(2026, 3, 2))
        self.check(date(2026, 5, 1), "us_70", "13", date(2026, 2, 20))
        self.check(date(2026, 4, 6), "us_90", "7", date(2026, 1, 5), is_voluntary=False)

    def test_other_chapters(self):
        petition = date(2026, 3, 2)
        self.check(date(2026, 5, 11), "us_70", "12", petition)
        for chapter in ("9", "11", "15"):
            with self.subTest(chapter):
                self.check(None, "us_order", chapter, petition)
        self.check(
            date(2026, 5, 11), "us_subchapter_v", "11", petition, is_subchapter_v=True
        )

    def test_conversion_begins_anew(self):
        for chapter in ("7", "12", "13"):
            with self.subTest(chapter):
                self.check(
                    date(2026, 6, 15),
                    "us_70",
                    chapter,
                    date(2026, 1, 5),
                    is_voluntary=False,
                    conversion=date(2026, 4, 6),
                )

    def test_no_asset(self):
        """None until the clerk's notice, then 90 days from its mailing."""
        petition = date(2026, 1, 5)
        self.check(None, "us_no_asset", "7", petition, assets="none")
        self.check(
            date(2026, 8, 31),
            "us_no_asset",
            "7",
            petition,
            assets="none",
            asset_notice=date(2026, 6, 1),  # 30 August is a Sunday
        )

    def test_order_for_relief_and_governmental_units(self):
        self.check(
            date(2026, 5, 4),
            "us_90",
            "7",
            date(2026, 1, 5),
            is_voluntary=False,
            relief=date(2026, 2, 2),  # 3 May is a Sunday
        )
        for chapter in ("7", "11", "12", "13"):
            with self.subTest(chapter):
                self.check(
                    date(2026, 8, 31),
                    "us_180",
                    chapter,
                    date(2026, 3, 2),  # 29 August is a Saturday
                    is_governmental=True,
                )

    def test_elsewhere(self):
        opening = date(2026, 3, 2)
        self.check(date(2026, 3, 16), "de", "foreign", opening, "de")
        self.check(
            date(2026, 5, 10),
            "fr_2",
            "foreign",
            opening,
            "fr",
            publication=date(2026, 3, 10),
        )
        self.check(
            date(2026, 7, 10),
            "fr_4",
            "foreign",
            opening,
            "fr",
            is_abroad=True,
            publication=date(2026, 3, 10),
        )
        self.check(
            date(2026, 4, 9),
            "eu",
            "foreign",
            opening,
            "eu",
            publication=date(2026, 3, 10),
        )
        self.check(
            date(2026, 4, 9), "ca", "foreign", opening, "ca", notice=date(2026, 3, 10)
        )
        self.check(
            date(2026, 3, 31), "au", "foreign", opening, "au", notice=date(2026, 3, 10)
        )
        for procedure in ("uk", "other"):
            self.check(None, procedure, "foreign", opening, procedure)
        for procedure in ("fr", "eu", "ca", "au"):
            with self.subTest(f"{procedure}, not known yet"):
                day, _rule = suggest_deadline(Insolvency("foreign", opening, procedure))
                self.assertIsNone(day)

    def test_holidays(self):
        for day in (
            date(2026, 1, 1),
            date(2026, 1, 19),
            date(2026, 2, 16),
            date(2026, 5, 25),
            date(2026, 6, 19),
            date(2026, 7, 3),
            date(2026, 9, 7),
            date(2026, 10, 12),
            date(2026, 11, 11),
            date(2026, 11, 26),
            date(2026, 12, 25),
        ):
            with self.subTest(day):
                self.assertIn(day, nationwide_holidays("US", day.year))
                self.assertGreater(roll_forward(day), day)
        self.assertNotIn(date(2026, 11, 27), nationwide_holidays("US", 2026))
        self.assertNotIn(date(2020, 6, 19), nationwide_holidays("US", 2020))
        self.assertEqual(roll_forward(date(2027, 12, 31)), date(2028, 1, 3))


@tagged("post_install", "-at_install")
class TestBankruptcyDeadlines(BankruptcyCommon):
    """The deadlines on the file: where they come from, and who hears of them."""

    def test_computed_carries_its_source_and_rule(self):
        bankruptcy = self.make_bankruptcy(chapter="7")
        deadline = bankruptcy.deadline_ids
        self.assertEqual((deadline.kind, deadline.source), ("claim", "computed"))
        self.assertEqual(deadline.date, date(2026, 5, 11))
        self.assertIn("3002(c)", deadline.rule)
        self.assertEqual(
            (bankruptcy.date_bar, bankruptcy.bar_source),
            (date(2026, 5, 11), "computed"),
        )
        bankruptcy.is_voluntary = False
        self.assertEqual(bankruptcy.date_bar, date(2026, 6, 1))
        bankruptcy.assets = "none"
        self.assertFalse(bankruptcy.date_bar)
        self.assertIn("No asset", bankruptcy.claim_text)
        bankruptcy.date_asset_notice = date(2026, 6, 1)
        self.assertEqual(bankruptcy.date_bar, date(2026, 8, 31))

    def test_notice_and_order_are_never_overwritten(self):
        bankruptcy = self.make_bankruptcy(chapter="7")
        Deadline = self.env["collection.bankruptcy.deadline"]
        for source, day in (("notice", date(2026, 5, 4)), ("order", date(2026, 5, 5))):
            Deadline.create(
                {"bankruptcy_id": bankruptcy.id, "date": day, "source": source}
            )
            self.assertEqual(
                (bankruptcy.date_bar, bankruptcy.bar_source), (day, source)
            )
            bankruptcy.write({"chapter": "13", "is_voluntary": True})
            bankruptcy.write({"chapter": "7"})
            self.assertEqual(bankruptcy.date_bar, day)
        kept = bankruptcy.with_context(active_test=False).deadline_ids
        self.assertEqual(
            kept.filtered(lambda row: not row.active).mapped("source"), ["computed"]
        )

    def test_computed_day_is_not_changed_without_a_source(self):
        bankruptcy = self.make_bankruptcy(chapter="7", env=self.collector_env())
        deadline = bankruptcy.deadline_ids
        with self.assert_refused("comes from a notice"):
            deadline.date = date(2026, 5, 4)
        deadline.write({"date": date(2026, 5, 4), "source": "notice"})
        self.assertFalse(deadline.rule)
        self.assertEqual(bankruptcy.bar_source, "notice")

    def test_chapter_11_asks_for_the_order(self):
        bankruptcy = self.make_bankruptcy()
        self.assertIn("Enter the chapter", bankruptcy.claim_text)
        bankruptcy.chapter = "11"
        self.assertFalse(bankruptcy.deadline_ids)
        self.assertIn("court's order", bankruptcy.claim_text)

    def test_late_is_possible_and_says_what_it_means(self):
        bankruptcy = self.make_bankruptcy(chapter="7")
        late = self.as_of(bankruptcy, date(2026, 5, 13))
        self.assertTrue(late.is_claim_late)
        self.assertIn("passed 2 days ago", late.claim_text)
        self.assertIn("after those filed in time", late.claim_text)
        late.deadline_ids.action_done()
        self.assertFalse(late.is_claim_late)
        self.assertTrue(late.has_filed_claim)

    def test_meeting_is_a_deadline_too(self):
        bankruptcy = self.make_bankruptcy(date_meeting=self.day(20))
        meeting = bankruptcy.deadline_ids
        self.assertEqual((meeting.kind, meeting.date), ("meeting", self.day(20)))
        bankruptcy.date_meeting = self.day(25)
        self.assertEqual(meeting.date, self.day(25))

    def test_reminders_at_30_14_7_3_and_1_days(self):
        bankruptcy = self.make_bankruptcy(
            chapter="7", user_id=self.collector.id, manager_id=self.env.uid
        )
        before = bankruptcy.activity_ids
        self.assertFalse(before)
        due, reminded = bankruptcy.date_bar, {}
        for left in range(40, -1, -1):
            day = date.fromordinal(due.toordinal() - left)
            known = bankruptcy.activity_ids
            self.as_of(self.root["collection.bankruptcy.deadline"], day)._remind_all(
                day
            )
            bankruptcy.invalidate_recordset()
            if bankruptcy.activity_ids != known:
                reminded[left] = bankruptcy.activity_ids
                self.assertEqual(len(bankruptcy.activity_ids), 2)
        self.assertEqual(list(reminded), [30, 14, 7, 3, 1])
        last = bankruptcy.activity_ids
        self.assertEqual(last.user_id, self.collector | self.env.user)
        self.assertIn("NO CLAIM FILED", last[0].summary)
        warning = self.env.ref("mail.mail_activity_data_warning")
        self.assertEqual(last.activity_type_id, warning)
        self.assertEqual(set(last.mapped("date_deadline")), {due})

    def test_filed_claim_is_quiet(self):
        bankruptcy = self.make_bankruptcy(chapter="7")
        bankruptcy.deadline_ids.action_done()
        day = date(2026, 5, 10)
        self.root["collection.bankruptcy.deadline"]._remind_all(day)
        self.assertFalse(bankruptcy.activity_ids)
        bankruptcy.deadline_ids.action_undo()
        self.root["collection.bankruptcy.deadline"]._remind_all(day)
        bankruptcy.invalidate_recordset()
        self.assertTrue(bankruptcy.activity_ids)

    def test_late_discovery_is_reminded_of_at_once(self):
        """Found 10 days before the deadline: one reminder, the one of 14 days."""
        bankruptcy = self.make_bankruptcy(chapter="7")
        self.root["collection.bankruptcy.deadline"]._remind_all(date(2026, 5, 1))
        bankruptcy.invalidate_recordset()
        self.assertEqual(bankruptcy.deadline_ids.reminded_days, 14)
        self.assertIn("10 days left", bankruptcy.activity_ids[0].summary)
