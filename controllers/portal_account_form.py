"""Read and check the forms about a customer's whole account."""

from datetime import date, time

from odoo.http import request

from .portal_form import PortalForm


class AccountForm(PortalForm):
    """A form about several items of an account; every value is untrusted."""

    def read_rows(self, rows, required=False):
        """Take the items that were chosen, of those that may be.

        :param rows: collection.exposure records that may be chosen
        :param bool required: whether at least one has to be
        """
        wanted = set(request.httprequest.form.getlist("item"))
        chosen = rows.filtered(lambda row: str(row.id) in wanted)
        if len(chosen) != len(wanted):
            # Paid or promised since the page was opened; or a number that was made up.
            self.errors["item"] = self.env._(
                "Something has changed in the meantime. Please choose again."
            )
        elif required and not chosen:
            self.errors["item"] = self.env._("Please choose at least one.")
        self.values["rows"] = chosen

    def read_part(self, free):
        """Take an amount that is less than all of what was chosen; empty for all.

        :param free: function of a collection.exposure record: what is open of it
        """
        self.values["amount"] = None
        if not str(self.raw.get("amount") or "").strip():
            return
        rows = self.values["rows"]
        if len(rows.currency_id) != 1:
            self.errors["amount"] = self.env._(
                "Please leave this empty, or choose invoices of one currency only."
            )
            return
        self.record = rows[0]
        self.read_amount(sum(free(row) for row in rows))

    def read_past_date(self, name):
        """Take a day up to today; it may be left out."""
        self.values[name] = None
        text = str(self.raw.get(name) or "")
        if not text:
            return
        try:
            day = date.fromisoformat(text)
        except ValueError:
            self.errors[name] = self.env._("Please choose a day.")
            return
        if day > self.record.company_id._get_collection_today():
            self.errors[name] = self.env._("This day is in the future.")
        self.values[name] = day

    def read_hours(self):
        """Take the hours at which the customer is best reached: both, or none."""
        hours = [self._read_hour(name) for name in ("hour_from", "hour_to")]
        if None in hours or (any(hours) and hours[0] >= hours[1]):
            self.errors["hours"] = self.env._(
                "Please enter an hour and a later one, or leave both empty."
            )
        self.values["hour_from"], self.values["hour_to"] = hours

    def _read_hour(self, name):
        """:return: fraction of hours; 0 if it was left out, None if it is none"""
        text = str(self.raw.get(name) or "").strip()
        try:
            moment = time.fromisoformat(text) if text else time.min
        except ValueError:
            return None
        return moment.hour + moment.minute / 60

    def require_files(self):
        """Refuse a form without a file."""
        files = self.values.get("files")
        if not self.errors.get("files") and not files:
            self.errors["files"] = self.env._("Please add a file.")
