"""Read and check what a visitor of the portal filled in. Every value is untrusted."""

import math
from datetime import date, timedelta

from odoo.http import request
from odoo.tools.mimetypes import guess_mimetype

MAX_TEXT = 2000
MAX_NAME = 100
MAX_FILES = 5
MAX_BYTES = 10 * 1024 * 1024
# Up to here a form comes back with the reason, above it the server hangs up.
MAX_REQUEST = 24 * 1024 * 1024
# The longest promise; the policy says from when on one has to be approved.
MAX_DAYS = 366
FILE_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
}


class PortalForm:
    """The checked values of a form, or the reasons why it is refused."""

    def __init__(self, record, raw):
        """Begin with what was sent.

        :param record: what the form is about, with company_id and currency_id
        :param dict raw: the values of the form
        """
        self.env = request.env
        self.record = record
        self.raw = raw
        self.is_too_many = False
        self.preview = None
        self.values = {}
        self.errors = {}

    def read_text(self, name, limit=MAX_TEXT, required=None):
        """Take a text.

        :param str name: name of the field
        :param int limit: longest text, in characters
        :param str required: what to say when it is empty; None if it may be
        """
        text = str(self.raw.get(name) or "").replace("\x00", "").strip()
        if len(text) > limit:
            self.errors[name] = self.env._("Please use up to %s characters.", limit)
        elif required and not text:
            self.errors[name] = required
        self.values[name] = text

    def read_amount(self, most):
        """Take an amount above zero and up to ``most``, in the invoice's currency."""
        currency = self.record.currency_id
        try:
            amount = float(str(self.raw.get("amount") or "").strip())
        except ValueError:
            amount = math.nan
        if not math.isfinite(amount) or currency.compare_amounts(amount, 0) <= 0:
            self.errors["amount"] = self.env._("Please enter an amount above zero.")
        elif currency.compare_amounts(amount, most) > 0:
            self.errors["amount"] = self.env._(
                "Please enter at most %s, the open amount.", currency.format(most)
            )
        else:
            self.values["amount"] = currency.round(amount)

    def read_date(self):
        """Take a day from today on."""
        today = self.record.company_id._get_collection_today()
        try:
            day = date.fromisoformat(str(self.raw.get("date") or ""))
        except ValueError:
            self.errors["date"] = self.env._("Please choose a day.")
            return
        if day < today:
            self.errors["date"] = self.env._(
                "This day has passed. Please choose another."
            )
        elif day > today + timedelta(days=MAX_DAYS):
            self.errors["date"] = self.env._("Please choose a day within a year.")
        self.values["date"] = day

    def refuse(self):
        """Too many forms were sent."""
        self.is_too_many = True
        self.errors["form"] = self.env._(
            "You have sent many forms within an hour. Please wait a while, or call us."
        )

    def read_choice(self, name, choices):
        """Take one of the choices."""
        value = self.raw.get(name)
        if value not in choices:
            self.errors[name] = self.env._("Please choose one of these.")
        self.values[name] = value

    def read_reason(self, reasons):
        """Take one of the collection.reason records."""
        chosen = reasons.filtered(lambda row: str(row.id) == self.raw.get("reason"))
        if not chosen:
            self.errors["reason"] = self.env._("Please choose a reason.")
        self.values["reason"] = chosen

    def read_files(self):
        """Take documents: few, small, and what they claim to be."""
        uploads = request.httprequest.files.getlist("files")
        uploads = [upload for upload in uploads if upload.filename]
        self.values["files"] = []
        if len(uploads) > MAX_FILES:
            self.errors["files"] = self.env._("Please add up to %s files.", MAX_FILES)
            return
        left = MAX_BYTES
        for upload in uploads:
            content = upload.stream.read(left + 1)
            left -= len(content)
            if left < 0:
                self.errors["files"] = self.env._(
                    "Please add up to %s MB in all.", MAX_BYTES // 1024**2
                )
                return
            name = upload.filename.replace("\x00", "").replace("\\", "/")
            name = name.rsplit("/", 1)[-1][-MAX_NAME:]
            extension = name.rsplit(".", 1)[-1].lower()
            if FILE_TYPES.get(extension) != guess_mimetype(content):
                self.errors["files"] = self.env._(
                    "“%s” is not a PDF, PNG or JPG file.", name
                )
                return
            self.values["files"].append((name, content))
