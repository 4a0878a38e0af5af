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
        """Each period ends on a weekday, where a day more or less shows."""
        self.check(date(2026, 5, 11), "us_70", "7", date(2026, 3, 2))
        self.check(date(2026, 5, 1), "us_70", "13", date(2026, 2, 20))
        self.check(
            date(2026, 4, 8),
            "us_90",
            "7",
            date(2025, 12, 1),
            is_voluntary=False,
            relief=date(2026, 1, 8),
        )
        self.check(
            date(2026, 9, 2), "us_180", "7", date(2026, 3, 6), is_governmental=True
        )

    def test_weekends_and_holidays_move_the_end(self):
        self.check(date(2026, 4, 6), "us_90", "7", date(2026, 1, 5), is_voluntary=False)
        # Monday, 5 July 2027 stands for Independence Day, Friday, 18 June 2027 for
        # Juneteenth.
        self.check(date(2027, 7, 6), "us_70", "7", date(2027, 4, 26))
        self.check(date(2027, 6, 21), "us_70", "7", date(2027, 4, 9))

    def test_other_chapters(self):
        petition = date(2026, 3, 2)
        self.check(date(2026, 5, 11), "us_70", "12", petition)
        for chapter in ("9", "11"):
            with self.subTest(chapter):
                self.check(None, "us_order", chapter, petition)
        self.check(None, "us_ancillary", "15", petition)
        self.check(None, "us_subchapter_v", "11", petition, is_subchapter_v=True)

    def test_conversion_begins_anew(self):
        for chapter in ("7", "12", "13"):
            with self.subTest(chapter):
                self.check(
                    date(2026, 6, 15),
                    "us_70",
                    chapter,
                    date(2026, 1, 5),
                    is_voluntary=False,
                    relief=date(2026, 2, 2),
                    conversion=date(2026, 4, 6),
                )

    def test_conversion_and_governmental_units(self):
        """Their time begins anew in chapter 7 only."""
        for chapter, due in (
            ("11", date(2026, 7, 6)),  # 4 July is a Saturday
            ("12", date(2026, 7, 6)),
            ("13", date(2026, 7, 6)),
            ("7", date(2026, 10, 5)),  # 3 October is a Saturday
        ):
            with self.subTest(chapter):
                self.check(
                    due,
                    "us_180",
                    chapter,
                    date(2026, 1, 5),
                    is_governmental=True,
                    conversion=date(2026, 4, 6),
                )
        self.check(
            date(2026, 9, 2),
            "us_180",
            "13",
            date(2026, 1, 5),
            is_governmental=True,
            relief=date(2026, 3, 6),
            conversion=date(2026, 4, 6),
        )

    def test_back_in_chapter_7(self):
        """No new time once the first one in chapter 7 has ended."""
        facts = {"first_bar": date(2026, 3, 16), "conversion": date(2026, 10, 1)}
        for is_governmental in (False, True):
            self.check(
                None,
                "us_expired",
                "7",
                date(2026, 1, 5),
                is_governmental=is_governmental,
                **facts,
            )
        # It had not ended, or the case went to another chapter.
        facts["first_bar"] = date(2026, 10, 1)
        self.check(date(2026, 12, 10), "us_70", "7", date(2026, 1, 5), **facts)
        facts["first_bar"] = date(2026, 3, 16)
        self.check(date(2026, 12, 10), "us_70", "13", date(2026, 1, 5), **facts)
        # A notice of assets has a date of its own.
        self.check(
            date(2027, 1, 30),
            "us_no_asset",
            "7",
            date(2026, 1, 5),
            asset_notice=date(2026, 11, 1),
            is_governmental=True,
            **facts,
        )

    def test_no_asset(self):
        """None until the clerk's notice; then its date, which is 90 days off or more
        and which no weekend moves."""
        petition = date(2026, 1, 5)
        self.check(None, "us_no_asset", "7", petition, assets="none")
        for mailed, due in (
            (date(2026, 6, 4), date(2026, 9, 2)),
            (date(2026, 6, 1), date(2026, 8, 30)),  # a Sunday
        ):
            for assets in ("none", "expected"):
                self.check(
                    due,
                    "us_no_asset",
                    "7",
                    petition,
                    assets=assets,
                    asset_notice=mailed,
                )

    def test_a_notice_of_another_time(self):
        """One mailed up to the conversion was of the case as it was before."""
        for mailed, expected in (
            (date(2026, 4, 6), (date(2026, 6, 15), "us_70")),
            (date(2026, 4, 7), (date(2026, 7, 6), "us_no_asset")),
        ):
            self.check(
                *expected,
                "7",
                date(2026, 1, 5),
                conversion=date(2026, 4, 6),
                asset_notice=mailed,
            )
        self.check(
            date(2026, 6, 15),
            "us_70",
            "13",
            date(2026, 1, 5),
            conversion=date(2026, 4, 6),
            asset_notice=date(2026, 4, 7),
        )

    def test_no_asset_and_governmental_units(self):
        """They have 180 days in any case."""
        for mailed, expected in (
            (date(2026, 2, 3), (date(2026, 7, 6), "us_180")),
            (date(2026, 4, 6), (date(2026, 7, 6), "us_180")),  # 90 days end on 5 July
            (date(2026, 4, 7), (date(2026, 7, 6), "us_no_asset")),
            (date(2026, 6, 4), (date(2026, 9, 2), "us_no_asset")),
            (None, (None, "us_no_asset")),
        ):
            with self.subTest(mailed):
                self.check(
                    *expected,
                    "7",
                    date(2026, 1, 5),
                    is_governmental=True,
                    assets="none",
                    asset_notice=mailed,
                )

    def test_order_for_relief_and_governmental_units(self):
        for is_governmental, expected in (
            (False, (date(2026, 5, 4), "us_90")),  # 3 May is a Sunday
            (True, (date(2026, 8, 3), "us_180")),  # 1 August is a Saturday
        ):
            self.check(
                *expected,
                "7",
                date(2026, 1, 5),
                is_voluntary=False,
                is_governmental=is_governmental,
                relief=date(2026, 2, 2),
            )
        for chapter in ("7", "11", "12", "13"):
            with self.subTest(chapter):
                self.check(
                    date(2026, 9, 2),
                    "us_180",
                    chapter,
                    date(2026, 3, 6),
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
        self.assertIn("by the day that it names", bankruptcy.claim_text)
        bankruptcy.date_asset_notice = date(2026, 6, 1)
        # A Sunday: nothing moves what is only the earliest day that a notice can name.
        self.assertEqual(bankruptcy.date_bar, date(2026, 8, 30))
        self.assertIn("Not before 90 days", bankruptcy.deadline_ids.rule)

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
        bankruptcy.is_subchapter_v = True
        self.assertFalse(bankruptcy.deadline_ids)
        self.assertIn("local rules set the time", bankruptcy.claim_text)

    def test_back_in_chapter_7_no_new_time_begins(self):
        """The first time ended before; what is known is said instead of a date."""
        bankruptcy = self.make_bankruptcy(chapter="7")
        self.happen(bankruptcy, "converted", self.day(80), chapter="13")
        self.assertEqual(bankruptcy.date_first_bar, date(2026, 5, 11))
        self.assertEqual(bankruptcy.date_bar, date(2026, 7, 30))
        self.happen(bankruptcy, "converted", self.day(90), chapter="7")
        self.assertFalse(bankruptcy.date_bar)
        self.assertIn("first one ended on 05/11/2026", bankruptcy.claim_text)

    def test_back_in_chapter_7_before_the_first_time_ended(self):
        bankruptcy = self.make_bankruptcy(chapter="7")
        self.happen(bankruptcy, "converted", self.day(20), chapter="13")
        self.happen(bankruptcy, "converted", self.day(40), chapter="7")
        # 11 April and 70 days: 20 June, a Saturday.
        self.assertEqual(bankruptcy.date_bar, date(2026, 6, 22))

    def test_what_a_notice_says_to_governmental_units_outlives_a_conversion(self):
        """Unless it is one to chapter 7, which begins a new time."""
        bankruptcy = self.make_bankruptcy(chapter="11", is_governmental=True)
        self.assertEqual(bankruptcy.date_bar, date(2026, 8, 31))
        named = date(2026, 9, 8)
        self.env["collection.bankruptcy.deadline"].create(
            {"bankruptcy_id": bankruptcy.id, "date": named, "source": "notice"}
        )
        self.happen(bankruptcy, "converted", self.day(20), chapter="13")
        self.assertEqual(bankruptcy.date_bar, named)
        self.happen(bankruptcy, "converted", self.day(40), chapter="7")
        # 11 April and 180 days.
        self.assertEqual(bankruptcy.date_bar, date(2026, 10, 8))

    def test_the_last_day_ends_where_the_court_is(self):
        bankruptcy = self.make_bankruptcy(chapter="7")
        text = self.as_of(bankruptcy, date(2026, 5, 11)).claim_text
        self.assertIn("Today is the last day", text)
        self.assertIn("where the court is", text)

    def test_what_late_means_in_each_chapter(self):
        """An excuse helps in chapters 9 and 11 only."""
        deadlines = self.env["collection.bankruptcy.deadline"]
        for chapter, words in (
            ("7", "if you had no notice in time"),
            ("9", "unless the court excuses the delay"),
            ("11", "unless the court excuses the delay"),
            ("12", "An excuse does not help"),
            ("13", "up to 60 more days only if the notice was insufficient"),
            ("foreign", "until the final dividend"),
        ):
            with self.subTest(chapter):
                self.assertIn(words, deadlines._get_late_meaning(chapter))
                self.assertEqual(
                    "court excuses" in deadlines._get_late_meaning(chapter),
                    chapter in ("9", "11"),
                )

    def test_late_is_possible_and_says_what_it_means(self):
        bankruptcy = self.make_bankruptcy(chapter="7")
        late = self.as_of(bankruptcy, date(2026, 5, 13))
        self.assertTrue(late.is_claim_late)
        self.assertIn("passed 2 days ago", late.claim_text)
        self.assertIn("after those filed in time", late.claim_text)
        late.deadline_ids.action_done()
        self.assertFalse(late.is_claim_late)
        self.assertTrue(late.has_filed_claim)

    def test_what_is_scheduled_says_whether_to_file(self):
        """Chapters 9 and 11 only (Rule 3003(c)(2))."""
        bankruptcy = self.make_bankruptcy(chapter="11")
        self.assertIn("Look up", bankruptcy.scheduled_text)
        for scheduled, words in (
            ("amount", "counts as filed"),
            ("reserved", "must be filed"),
            ("none", "must be filed"),
        ):
            bankruptcy.scheduled = scheduled
            with self.subTest(scheduled):
                self.assertIn(words, bankruptcy.scheduled_text)
        bankruptcy.chapter = "7"
        self.assertFalse(bankruptcy.scheduled_text)

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
