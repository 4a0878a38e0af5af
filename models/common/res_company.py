from datetime import date, datetime, time

import pytz
from odoo import api, fields, models
from odoo.addons.base.models.res_partner import _tz_get
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_date

# Longer, no bank takes.
MAX_TRANSIT_DAYS = 60


class ResCompany(models.Model):
    _inherit = "res.company"

    collection_tz = fields.Selection(
        _tz_get,
        "Time zone of collections",
        help="The nightly run and the word “today” follow this time zone. Empty: the"
        " time zone of the company's own contact.",
    )
    collection_hour = fields.Integer(
        "Hour of the nightly run", default=2, help="Local time, 0 to 23."
    )
    collection_date_reviewed = fields.Date("Last nightly run", readonly=True)
    collection_document_seconds = fields.Integer(
        "Time for a document (seconds)",
        default=30,
        help="Printing is ended after this time, so that a document that hangs keeps"
        " nobody waiting. Odoo's own limit for a scheduled action is 120 seconds.",
    )
    collection_mail_hours = fields.Integer(
        "Refused e-mails are tried for (hours)",
        default=48,
        help="What a mail server does not take for now is tried again after 5, 20, 80"
        " and 320 minutes, then every 12 hours, until so many hours have passed.",
    )
    # The to-do on all e-mails that wait for a mail server.
    collection_backlog_id = fields.Many2one(
        "mail.activity", readonly=True, copy=False, ondelete="set null"
    )
    collection_bank_id = fields.Many2one(
        "res.partner.bank",
        "Bank account on letters",
        domain="[('partner_id', '=', partner_id)]",
        help="The account customers are asked to pay to. Empty: the first account of"
        " the company.",
    )
    collection_link_days = fields.Integer(
        "Account links are valid for (days)",
        default=30,
        help="E-mails have a link that opens the customer's account without a login,"
        " for so many days. Zero: customers log in.",
    )
    collection_reply_days = fields.Integer(
        "Pause after a reply (days)",
        default=5,
        help="No automatic step for so many days after a customer has written. Zero: "
        "no pause.",
    )
    collection_transit_days = fields.Integer(
        "Money on its way (days)",
        default=14,
        help="For so many days, a payment that is registered without a journal entry,"
        " or an online payment that is pending or authorized, takes its amount off what"
        " is asked for. What has not come by then is collected again, and the case says"
        " so. Zero: on the day of the payment only.",
    )
    collection_horizon = fields.Integer(
        "Put off for at most (days)",
        default=365,
        help="Holds are reviewed, and customers followed up, within so many days: what"
        " lies further off would be forgotten.",
    )
    collection_mail_server = fields.Char(
        "Server that verifies senders",
        help="The name of your mail server in its Authentication-Results headers, such"
        " as mx.example.com. Mail that it has verified pauses the steps, as an answer"
        " to a message does. Empty: only answers do.",
    )
    collection_alias_id = fields.Many2one(
        "mail.alias", "Collections address", readonly=True, copy=False
    )
    collection_alias_name = fields.Char(
        "Collections mail address",
        compute="_compute_collection_alias_name",
        inverse="_inverse_collection_alias_name",
        help="Mail to this address is filed on the sender's case; from an unknown "
        "sender, in the inbox.",
    )
    collection_responsible_id = fields.Many2one(
        "res.users",
        "Unknown senders",
        domain="[('share', '=', False)]",
        help="Gets a to-do for mail that belongs to no case. Empty: a collections"
        " manager.",
    )
    collection_writeoff_account_id = fields.Many2one(
        "account.account",
        "Account for write-offs",
        check_company=True,
        domain="[('account_type', 'in', ('expense', 'expense_direct_cost'))]",
        help="Proposed write-offs of settled claims are drafted on it.",
    )
    collection_plan_law = fields.Char(
        "Law of installment agreements",
        translate=True,
        help="The law that governs the agreements, and the courts, in a few words."
        " Empty: the law of the company's country.",
    )
    collection_plan_clauses = fields.Html(
        "More clauses of installment agreements",
        translate=True,
        help="Added at the end of each agreement. Have a lawyer in your country "
        "review the whole before you use it.",
    )

    _collection_hour_valid = models.Constraint(
        "CHECK (collection_hour BETWEEN 0 AND 23)",
        "The hour of the nightly run is a number from 0 to 23.",
    )
    _collection_document_seconds_valid = models.Constraint(
        "CHECK (collection_document_seconds BETWEEN 1 AND 600)",
        "The time for a document is from 1 to 600 seconds.",
    )
    _collection_mail_hours_valid = models.Constraint(
        "CHECK (collection_mail_hours BETWEEN 0 AND 240)",
        "Refused e-mails are tried for 0 to 240 hours.",
    )
    _collection_link_valid = models.Constraint(
        "CHECK (collection_link_days BETWEEN 0 AND 365)",
        "Account links are valid for 0 to 365 days.",
    )
    _collection_reply_valid = models.Constraint(
        "CHECK (collection_reply_days BETWEEN 0 AND 60)",
        "The pause after a reply is from 0 to 60 days.",
    )
    _collection_transit_valid = models.Constraint(
        f"CHECK (collection_transit_days BETWEEN 0 AND {MAX_TRANSIT_DAYS})",
        f"Money is on its way for 0 to {MAX_TRANSIT_DAYS} days.",
    )
    _collection_horizon_valid = models.Constraint(
        "CHECK (collection_horizon BETWEEN 1 AND 3650)",
        "What is put off comes up again after 1 to 3650 days, ten years at most.",
    )

    @api.constrains("collection_plan_clauses")
    def _check_collection_plan_clauses(self):
        for company in self:
            self.env["ir.actions.report"]._check_collection_words(
                company.collection_plan_clauses
            )

    @api.depends("collection_alias_id.alias_name")
    def _compute_collection_alias_name(self):
        for company in self:
            # The alias is a technical record; its name is the company's own setting.
            company.collection_alias_name = (
                company.sudo().collection_alias_id.alias_name
            )

    def _inverse_collection_alias_name(self):
        for company in self:
            name = (company.collection_alias_name or "").strip()
            # Who may change the company's settings gives it an address.
            alias = company.sudo().collection_alias_id
            if alias:
                alias.alias_name = name or False
            elif name:
                company.sudo().collection_alias_id = alias.create(
                    company._prepare_collection_alias(name)
                )

    def _get_collection_zone(self):
        """:return: name of the time zone of the company"""
        self.ensure_one()
        return self.collection_tz or self.partner_id.tz or "UTC"

    def _get_collection_now(self):
        """:return: the local time of the company, without time zone"""
        self.ensure_one()
        zone = pytz.timezone(self._get_collection_zone())
        return (
            fields.Datetime.now().replace(tzinfo=pytz.utc).astimezone(zone)
        ).replace(tzinfo=None)

    def _get_collection_today(self):
        """Return the day that counts as today.

        :return: the day of the run that is going on (context ``collection_as_of``),
            else today in the company's time zone
        """
        as_of = self.env.context.get("collection_as_of")
        # A plain date can only have been set by code: what comes in over the network is
        # a text or a datetime, so nobody can move the day from outside.
        if isinstance(as_of, date) and not isinstance(as_of, datetime):
            return as_of
        return self._get_collection_now().date()

    def _get_collection_moment(self):
        """Return the moment that counts as now.

        :return: naive UTC: the simulated moment (context ``collection_now``), else
            noon of the day of the run that is going on, else now
        """
        moment = self.env.context.get("collection_now")
        # As with the day: a moment with a time zone can only have been set by code.
        if isinstance(moment, datetime) and moment.tzinfo:
            return moment.astimezone(pytz.utc).replace(tzinfo=None)
        if not self:
            return fields.Datetime.now()
        local, today = self._get_collection_now(), self._get_collection_today()
        # A run that began before midnight writes down when it really happens.
        is_late_run = local.hour < 1 and (local.date() - today).days == 1
        if today == local.date() or is_late_run:
            return fields.Datetime.now()
        noon = datetime.combine(today, time(12))
        zone = pytz.timezone(self._get_collection_zone())
        return zone.localize(noon).astimezone(pytz.utc).replace(tzinfo=None)

    def _get_collection_day(self, moment):
        """:return: the local day of a moment (naive UTC)"""
        self.ensure_one()
        zone = pytz.timezone(self._get_collection_zone())
        return pytz.utc.localize(moment).astimezone(zone).date()

    def _check_collection_horizon(self, days):
        """Refuse to put something off for longer than the company allows.

        :param days: iterable of dates, or False, on which it is to come up again
        :raises ValidationError: when one of them is too far off
        """
        self.ensure_one()
        last = fields.Date.add(
            self._get_collection_today(), days=self.collection_horizon
        )
        if any(day and day > last for day in days):
            raise ValidationError(
                self.env._(
                    "Choose a day up to %(day)s: nothing is put off for more than"
                    " %(days)s days.",
                    day=format_date(self.env, last),
                    days=self.collection_horizon,
                )
            )

    def _is_collection_night(self):
        """:return: whether the nightly run of this local day is due"""
        now: datetime = self._get_collection_now()
        return (
            now.hour >= self.collection_hour
            and (self.collection_date_reviewed or now.date().min) < now.date()
        )

    def _try_collection_lock(self, shared=False):
        """Take the company's turn, until the end of the transaction.

        Review and decision of a company exclude each other and the execution. Several
        workers may execute at once: they share the lock.

        :param bool shared: for the execution
        :return: False when another worker has the company now
        """
        self.ensure_one()
        lock = (
            "pg_try_advisory_xact_lock_shared"
            if shared
            else "pg_try_advisory_xact_lock"
        )
        [[locked]] = self.env.execute_query(
            SQL(
                "SELECT %s(hashtext('collections'), %s)",
                SQL.identifier(lock),
                self.id,
            )
        )
        return locked

    def _check_no_collection_run(self):
        """Make sure that no run is on, so that what runs refer to can be deleted.

        A run that is about to start waits for the end of this transaction.

        :raises UserError: when the nightly run or a batch is on
        """
        if not all(company._try_collection_lock() for company in self):
            raise UserError(
                self.env._(
                    "Steps are being processed right now. Try again in a minute."
                )
            )

    def _get_collection_bank(self):
        """:return: the res.partner.bank that letters name, possibly empty"""
        self.ensure_one()
        banks = self.collection_bank_id | self.partner_id.bank_ids
        return banks.filtered("active")[:1]

    # ------------------------------------------------------------------
    # Incoming mail
    # ------------------------------------------------------------------

    def _prepare_collection_alias(self, name):
        return {
            "alias_name": name,
            "alias_domain_id": self.alias_domain_id.id,
            "alias_model_id": self.env["ir.model"]._get_id("collection.case"),
            "alias_defaults": repr({"company_id": self.id}),
            "alias_contact": "everyone",
        }

    def _get_collection_responsible(self, *candidates):
        """Choose who gets a to-do: nobody who has left, or works elsewhere by now.

        :param candidates: res.users records, the first choice first; possibly empty
        :return: res.users: the first of them who is here; else who deals with what
            belongs to no case
        """
        self.ensure_one()
        group = self.env.ref("account_collections.group_collection_manager")
        # Who works for which company is looked up, whoever asks.
        users = (
            self.env["res.users"]
            .sudo()
            .concat(
                *candidates, self.collection_responsible_id, group.sudo().all_user_ids
            )
        )
        here = users.filtered(
            lambda user: user.active and not user.share and self in user.company_ids
        )
        return here[:1].sudo(self.env.su) or self.env.ref("base.user_admin")
