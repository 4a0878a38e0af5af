from datetime import date, datetime, timedelta

import holidays
from odoo.tests import tagged

from ..common.base import CollectionCommon

YEARS = range(2024, 2030)


@tagged("post_install", "-at_install")
class TestCalendar(CollectionCommon):
    """One definition of a working day, wherever it is asked for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.env["collection.calendar"]

    def move_to(self, country, state=None):
        self.company.write(
            {
                "country_id": self.env.ref(f"base.{country}").id,
                "state_id": state and self.env.ref(f"base.{state}").id,
            }
        )

    def close(self, day):
        """Close the company on a day, by its own clock."""
        self.root["resource.calendar.leaves"].create(
            {
                "name": "Inventory",
                "calendar_id": self.company.sudo().resource_calendar_id.id,
                "date_from": datetime.combine(day, datetime.min.time()),
                "date_to": datetime.combine(day, datetime.max.time()),
            }
        )

    def test_the_table_agrees_with_the_library_on_every_day(self):
        """For the decision, in SQL, and for plans and promises, in Python."""
        for country, state, region in (
            ("se", None, None),
            ("us", "state_us_5", "CA"),
            ("de", "state_de_by", "BY"),
            ("sa", None, None),
        ):
            with self.subTest(country):
                self.move_to(country, state)
                self.check_every_day(
                    holidays.country_holidays(
                        country.upper(), subdiv=region, years=range(2024, 2031)
                    )
                )

    def check_every_day(self, expected):
        # What is a holiday of the whole country is one in each of its states.
        expected.update(
            holidays.country_holidays(expected.country, years=range(2024, 2031))
        )
        query = self.calendar._days_off_sql(self.company, date(2024, 6, 1))
        following = dict(self.env.execute_query(query))
        day = date(YEARS[0], 1, 1)
        while day.year in YEARS:
            later = day
            while not expected.is_working_day(later):
                later += timedelta(days=1)
            self.assertEqual(following.get(day, day), later)
            if later != day:
                self.assertEqual(self.calendar._roll_forward(day, self.company), later)
            day += timedelta(days=1)

    def test_the_company_s_own_days(self):
        """They add to the holidays: closed on 6 January, after a weekend."""
        self.close(date(2031, 1, 6))
        query = self.calendar._days_off_sql(self.company, date(2031, 1, 1))
        following = dict(self.env.execute_query(query))
        self.assertEqual(following[date(2031, 1, 4)], date(2031, 1, 7))
        self.assertEqual(
            self.calendar._roll_forward(date(2031, 1, 4), self.company),
            date(2031, 1, 7),
        )

    def test_a_decision_in_any_year(self):
        """Labor Day of 2031 and of 1999 is the first Monday of September."""
        self.make_policy({"days": 1})
        for due in (date(2031, 8, 31), date(1999, 9, 5)):
            with self.subTest(due):
                customer = self.make_customer(f"Late in {due.year}")
                self.make_invoice(customer, due=due, issued=due)
                self.plan(due + timedelta(days=1))
                case = self.get_case(customer)
                self.assertEqual(case.reason, "not_working_day")
                self.assertEqual(case.date_next, due + timedelta(days=2))

    def test_without_a_country(self):
        """Saturdays and Sundays, and nothing else."""
        self.company.country_id = False
        query = self.calendar._days_off_sql(self.company, date(2026, 1, 1))
        days = [day for day, _next in self.env.execute_query(query)]
        self.assertEqual({day.weekday() for day in days}, {5, 6})
        self.assertEqual(len([day for day in days if day.year == 2026]), 104)
