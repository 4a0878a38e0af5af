from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ...tools.days_off import Calendar, region_of

# How far ahead steps are laid on working days; what comes later is decided again
# before it is due.
YEARS_AHEAD = 5


class CollectionCalendar(models.AbstractModel):
    """The one definition of a working day.

    A day off is a weekend or a public holiday of the country and region somebody is in;
    for a company also one of the public holidays it keeps in Odoo's working schedules.
    """

    _name = "collection.calendar"
    _description = "Working Days"

    @api.model
    def _get_company_calendars(self, companies):
        """:return: dict of the ``Calendar`` per res.company record"""
        # Collectors have no right to read working schedules; a day off is no secret.
        leaves = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                [
                    ("resource_id", "=", False),
                    ("company_id", "in", [*companies.ids, False]),
                ]
            )
        )
        return {
            company: self._get_place(company.sudo().partner_id)._replace(
                closed=self._get_closed_days(company.sudo(), leaves)
            )
            for company in companies
        }

    @api.model
    def _get_partner_calendar(self, partner):
        """:return: the ``Calendar`` of the place where somebody is"""
        return self._get_place(
            partner if partner.country_id else partner.commercial_partner_id
        )

    @api.model
    def _roll_forward(self, day, company):
        """Return the day, or the next one on which a company works.

        :param date day: any day
        :param company: res.company record
        """
        return self._get_company_calendars(company)[company].roll_forward(day)

    @api.model
    def _get_date_more(self, dates, company):
        """Propose one more date to pay: a working day, a week after the last one.

        :param dates: those that there are; a week from today if none
        :param company: res.company record
        """
        last = max(filter(None, dates), default=company._get_collection_today())
        return self._roll_forward(last + timedelta(days=7), company)

    @api.model
    def _days_off_sql(self, company, as_of):
        """Tell the days off of a company, and the working day that follows each.

        In: nothing but the dates.
        Out: ``day, date_next``, one row per day off from the year of ``as_of`` on.
        Example: Christmas 2026 is a Friday, so there are 2026-12-25, -26 and -27, each
        with 2026-12-28.
        """
        calendar = self._get_company_calendars(company)[company]
        days = calendar.find_days_off(as_of.year, as_of.year + YEARS_AHEAD)
        return SQL(
            "SELECT day, date_next FROM UNNEST(%s::date[], %s::date[])"
            " AS day_off(day, date_next)",
            list(days),
            list(days.values()),
        )

    @api.model
    def _get_place(self, partner):
        country, state = partner.country_id, partner.state_id
        return Calendar(
            country.code or "",
            region_of(country.code or "", state.code or "", state.name or ""),
        )

    @api.model
    def _get_closed_days(self, company, leaves):
        """:return: frozenset of the days that leaves take from a company"""
        closed = set()
        for leave in leaves:
            if leave.company_id and leave.company_id != company:
                continue
            if leave.calendar_id and leave.calendar_id != company.resource_calendar_id:
                continue
            first = company._get_collection_day(leave.date_from)
            last = company._get_collection_day(leave.date_to - timedelta(seconds=1))
            closed |= {
                first + timedelta(days=number)
                for number in range((last - first).days + 1)
            }
        return frozenset(closed)
