from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_amount, format_date

from ...tools.case_number import case_number_key, clean_case_number
from .collection_bankruptcy_deadline import SOURCES, SUGGESTION_FIELDS

CHAPTERS = [
    ("7", "Chapter 7: liquidation"),
    ("9", "Chapter 9: municipality"),
    ("11", "Chapter 11: reorganization"),
    ("12", "Chapter 12: family farmer or fisherman"),
    ("13", "Chapter 13: individual with regular income"),
    ("15", "Chapter 15: ancillary to a foreign case"),
    ("foreign", "Outside the United States"),
]
PROCEDURES = [
    ("uk", "United Kingdom: proof of debt"),
    ("de", "Germany: Insolvenzverfahren"),
    ("fr", "France: procédure collective"),
    ("eu", "European Union, cross-border"),
    ("ca", "Canada"),
    ("au", "Australia"),
    ("other", "Elsewhere"),
]
# Which states a bankruptcy may go to from each one.
TRANSITIONS = {
    "rumor": {"open", "refuted"},
    "refuted": set(),
    "open": {"dismissed", "discharged", "closed", "mistake"},
    "dismissed": {"open"},
    "discharged": {"closed"},
    "closed": {"open"},
    "mistake": set(),
}
NOTICE_MEANS = [
    ("mail", "Letter from the court"),
    ("email", "E-mail"),
    ("bnc", "Bankruptcy Noticing Center"),
    ("phone", "Telephone"),
    ("register", "Public register or gazette"),
    ("press", "Press"),
    ("other", "Other"),
]
FIXED_FIELDS = {"partner_id", "is_rumor", "contact_id"}
# Days of the case that lie in the future at most by a year.
DATE_FIELDS = (
    "date_relief",
    "date_conversion",
    "date_asset_notice",
    "date_publication",
    "date_notice",
)


class CollectionBankruptcy(models.Model):
    """An insolvency of a customer: the stay, and the file of the case.

    It belongs to no company: the stay applies in every company that has the customer,
    with all its contacts, from the moment it is recorded. Three things are needed:
    debtor, court and day of the petition; the rest can follow. What was posted up to
    that day is stayed, see ``collection.stay``.

    Collectors record bankruptcies and keep the file. How a case ended, and another day
    of the petition, is decided by a manager, see ``collection.bankruptcy.event``. A
    rumor is recorded without a stay. Nothing is ever deleted.
    """

    _name = "collection.bankruptcy"
    _inherit = [
        "collection.correspondence.mixin",
        "collection.bankruptcy",
        "mail.activity.mixin",
    ]
    _mail_post_access = "read"

    name = fields.Char(compute="_compute_name", store=True)
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        tracking=True,
    )
    manager_id = fields.Many2one(
        "res.users",
        default=lambda self: self._get_default_manager(),
        domain="[('share', '=', False)]",
        help="Is reminded of deadlines, and decides about the end of the stay.",
    )
    # The case
    court_id = fields.Many2one(
        "collection.court", index=True, ondelete="restrict", tracking=True
    )
    is_us = fields.Boolean(related="court_id.is_us")
    case_number = fields.Char("Case number", tracking=True)
    case_key = fields.Char(compute="_compute_case_key", store=True, precompute=True)
    chapter = fields.Selection(CHAPTERS, "Chapter or procedure", tracking=True)
    procedure = fields.Selection(PROCEDURES, "Foreign procedure", tracking=True)
    is_subchapter_v = fields.Boolean("Subchapter V")
    is_voluntary = fields.Boolean("Voluntary petition", default=True)
    date_recorded = fields.Datetime("In force here since", readonly=True)
    date_relief = fields.Date("Order for relief", tracking=True)
    date_conversion = fields.Date("Converted on", readonly=True)
    date_first_bar = fields.Date(
        "First time for claims ended",
        readonly=True,
        help="In the first chapter 7, which the case has left. Back in chapter 7, no"
        " new time begins after it.",
    )
    date_end = fields.Date("Ended on", readonly=True)
    judge = fields.Char()
    # How we know
    date_notice = fields.Date("Notice received")
    notice_means = fields.Selection(NOTICE_MEANS, "Received by")
    contact_id = fields.Many2one(
        "collection.contact",
        "Learned from",
        index="btree_not_null",
        ondelete="restrict",
    )
    date_publication = fields.Date("Published on", help="In the register or gazette.")
    # What the deadline depends on
    assets = fields.Selection(
        [
            ("unknown", "Not known"),
            ("expected", "Assets expected"),
            ("none", "No asset"),
        ],
        default="unknown",
        required=True,
        tracking=True,
    )
    date_asset_notice = fields.Date(
        "Notice of assets mailed",
        help="The day the clerk mailed the notice that a dividend is possible after "
        "all. Enter the day that it names for claims among the deadlines.",
    )
    scheduled = fields.Selection(
        [
            ("amount", "For an amount, without reservation"),
            ("reserved", "As disputed, contingent or unliquidated"),
            ("none", "Not listed"),
        ],
        "In the debtor's schedules",
        tracking=True,
        help="How the debtor lists what is owed to us. In chapters 9 and 11 it decides"
        " whether a claim has to be filed at all.",
    )
    scheduled_text = fields.Char(compute="_compute_scheduled_text")
    is_governmental = fields.Boolean("We are a governmental unit")
    is_abroad = fields.Boolean("We are outside metropolitan France")
    # People
    guarantor_ids = fields.Many2many(
        "res.partner",
        "collection_bankruptcy_guarantor_rel",
        string="Guarantors",
        help="The stay does not cover them, except individuals who owe a consumer debt"
        " together with the debtor in chapters 12 and 13. They are approached by hand"
        " only.",
    )
    # Deadlines and documents
    date_bar = fields.Date(
        "Claim due",
        compute="_compute_date_bar",
        store=True,
        help="The last day to file the proof of claim.",
    )
    bar_source = fields.Selection(
        SOURCES, "Source of the date", compute="_compute_date_bar", store=True
    )
    has_filed_claim = fields.Boolean(
        "Claim filed", compute="_compute_claim_text", search="_search_has_filed_claim"
    )
    claim_text = fields.Char("Deadline", compute="_compute_claim_text")
    is_claim_late = fields.Boolean(compute="_compute_claim_text")
    task_ids = fields.Many2many(
        "mail.activity",
        "collection_bankruptcy_task_rel",
        string="Tasks for the claim",
        readonly=True,
    )
    date_meeting = fields.Date("Meeting of creditors", tracking=True)
    meeting_place = fields.Char("Place of the meeting")
    deadline_ids = fields.One2many(
        "collection.bankruptcy.deadline", "bankruptcy_id", "Deadlines"
    )
    event_ids = fields.One2many(
        "collection.bankruptcy.event", "bankruptcy_id", "Course of the case"
    )
    attempt_ids = fields.One2many(
        "collection.blocked.attempt", "bankruptcy_id", "Blocked attempts"
    )
    pulled_letter_ids = fields.Many2many(
        "collection.letter",
        "collection_bankruptcy_letter_rel",
        string="Stopped messages",
        readonly=True,
        help="What was still in the mail queue or not yet posted when the stay began.",
    )
    attachment_ids = fields.Many2many(
        "ir.attachment",
        "collection_bankruptcy_attachment_rel",
        string="Documents",
    )
    note = fields.Html()
    case_ids = fields.Many2many(
        "collection.case", compute="_compute_case_ids", string="Collection cases"
    )
    case_count = fields.Integer("Cases", compute="_compute_case_ids")
    amount_text = fields.Char(
        "Owed before the petition",
        compute="_compute_case_ids",
        help="Per company, as the last review found it in the ledger.",
    )
    related_partner_ids = fields.Many2many(
        "res.partner",
        compute="_compute_related_partner_ids",
        string="Parent and sister companies",
        help="The stay does not cover them; they are collected from as before.",
    )
    joint_ids = fields.Many2many(
        "collection.bankruptcy",
        compute="_compute_joint_ids",
        string="Joint debtors",
        help="Others in the same court and case number, each with a stay of its own:"
        " spouses who filed jointly, or a number that was mistyped.",
    )
    attempt_count = fields.Integer("Blocked", compute="_compute_counts")
    proposal_count = fields.Integer("Proposals", compute="_compute_counts")
    banner = fields.Char(compute="_compute_banner")

    _case_unique = models.UniqueIndex(
        "(court_id, case_key, partner_id) WHERE state NOT IN ('refuted', 'mistake')",
        "This case of this debtor is already on file: same court, same number.",
    )
    _complete = models.Constraint(
        "CHECK (state IN ('rumor', 'refuted')"
        " OR court_id IS NOT NULL AND date_petition IS NOT NULL)",
        "A bankruptcy needs its court and petition date. Record it as a rumor until "
        "they are known.",
    )
    _procedure_foreign = models.Constraint(
        "CHECK (procedure IS NULL OR chapter = 'foreign')",
        "A foreign procedure goes with “Outside the United States”.",
    )

    @api.depends("partner_id", "court_id", "case_number")
    def _compute_name(self):
        for bankruptcy in self:
            parts = filter(None, (bankruptcy.case_number, bankruptcy.court_id.name))
            where = ", ".join(parts)
            customer = bankruptcy.partner_id.name or ""
            bankruptcy.name = f"{customer} ({where})" if where else customer

    @api.depends("scheduled", "chapter", "is_us")
    @api.depends_context("lang")
    def _compute_scheduled_text(self):
        """Whether a claim has to be filed (11 U.S.C. 925, 1111(a); Rule 3003(c)(2))."""
        for bankruptcy in self:
            in_question = bankruptcy.is_us and bankruptcy.chapter in ("9", "11")
            bankruptcy.scheduled_text = in_question and (
                bankruptcy._get_scheduled_text()
            )

    def _get_scheduled_text(self):
        if self.scheduled == "amount":
            return self.env._(
                "The claim counts as filed for the amount in the schedules (11 U.S.C."
                " 925, 1111(a)). File one if more is owed, or to be sure: schedules may"
                " be amended."
            )
        if self.scheduled:
            return self.env._(
                "A claim must be filed: what is not listed, or listed as disputed,"
                " contingent or unliquidated, neither votes nor is paid without one"
                " (Rule 3003(c)(2))."
            )
        return self.env._(
            "Look up in the debtor's schedules how our claim is listed: unless it is"
            " there without reservation, a claim must be filed (Rule 3003(c)(2))."
        )

    @api.depends("case_number", "court_id.is_us")
    def _compute_case_key(self):
        for bankruptcy in self:
            number = bankruptcy.case_number or ""
            key = number.casefold()
            if bankruptcy.court_id.is_us:
                key = case_number_key(number)
            bankruptcy.case_key = key or False

    @api.depends("deadline_ids.date", "deadline_ids.active", "deadline_ids.source")
    def _compute_date_bar(self):
        for bankruptcy in self:
            deadline = bankruptcy.deadline_ids._get_claim_deadline()
            bankruptcy.date_bar = deadline.date
            bankruptcy.bar_source = deadline.source

    @api.depends(
        "date_bar",
        "deadline_ids.date_done",
        "has_filed_all_claims",
        "state",
        "chapter",
        "assets",
        "is_subchapter_v",
        "date_first_bar",
    )
    @api.depends_context("collection_as_of", "lang")
    def _compute_claim_text(self):
        deadlines = self.env["collection.bankruptcy.deadline"]
        today = self.env.company._get_collection_today()
        for bankruptcy in self:
            # A field of the room of claims, which is above this one.
            filed = bankruptcy.has_filed_all_claims or bankruptcy._is_deadline_met()
            is_open = bankruptcy._is_claiming() and not filed
            bankruptcy.has_filed_claim = filed
            bankruptcy.is_claim_late = bool(
                is_open and bankruptcy.date_bar and bankruptcy.date_bar < today
            )
            bankruptcy.claim_text = is_open and deadlines._get_claim_text(
                bankruptcy, today
            )

    def _search_has_filed_claim(self, operator, value):
        if operator != "in":
            return NotImplemented
        done = [("kind", "=", "claim"), ("date_done", "!=", False)]
        deadlines = self.env["collection.bankruptcy.deadline"]
        met = deadlines.with_context(active_test=False)._search(done)
        filed = Domain("has_filed_all_claims", "=", True) | Domain(
            "id", "in", met.subselect("bankruptcy_id")
        )
        return filed if True in value else ~filed

    @api.depends("partner_id", "state")
    @api.depends_context("allowed_company_ids")
    def _compute_case_ids(self):
        Case = self.env["collection.case"]
        cases = Case.search(
            [("partner_id", "in", self.partner_id.ids), ("state", "!=", "closed")]
        )
        by_customer = cases.grouped("partner_id")
        for bankruptcy in self:
            own = by_customer.get(bankruptcy.partner_id, Case)
            bankruptcy.case_ids = own
            bankruptcy.case_count = len(own)
            bankruptcy.amount_text = ", ".join(
                format_amount(self.env, case.amount_stayed, case.currency_id)
                for case in own
                if case.amount_stayed
            )

    @api.depends("partner_id")
    def _compute_related_partner_ids(self):
        """The parent company, the other companies below it, and those below the debtor:
        each is a debtor of its own."""
        Partner = self.env["res.partner"]
        for bankruptcy in self:
            debtor = bankruptcy.partner_id
            near = debtor.parent_id | debtor.parent_id.child_ids | debtor.child_ids
            own = Partner.browse(near.ids).filtered(
                lambda row, debtor=debtor: (
                    row.is_company and row.commercial_partner_id != debtor
                )
            )
            bankruptcy.related_partner_ids = own

    @api.depends("court_id", "case_key", "state")
    def _compute_joint_ids(self):
        # Spouses who file jointly have one number (11 U.S.C. 302), and a stay each.
        for bankruptcy in self:
            bankruptcy.joint_ids = bankruptcy.case_key and self.search(
                [
                    ("id", "!=", bankruptcy._origin.id),
                    ("court_id", "=", bankruptcy.court_id.id),
                    ("case_key", "=", bankruptcy.case_key),
                    ("state", "not in", ("refuted", "mistake")),
                ]
            )

    @api.depends("attempt_ids", "event_ids.state")
    def _compute_counts(self):
        attempts = self.env["collection.blocked.attempt"]._read_group(
            [("bankruptcy_id", "in", self.ids)], ["bankruptcy_id"], ["__count"]
        )
        counts = {bankruptcy.id: count for bankruptcy, count in attempts}
        for bankruptcy in self:
            bankruptcy.attempt_count = counts.get(bankruptcy._origin.id, 0)
            bankruptcy.proposal_count = len(
                bankruptcy.event_ids.filtered(lambda event: event.state == "proposed")
            )

    @api.depends("state", "date_petition", "chapter", "case_number", "court_id")
    @api.depends_context("lang")
    def _compute_banner(self):
        for bankruptcy in self:
            bankruptcy.banner = bankruptcy._get_banner()

    @api.constrains("case_number", "court_id")
    def _check_case_number(self):
        for bankruptcy in self:
            # By the number, notices of the court are told apart; elsewhere they differ.
            number = bankruptcy.case_number
            if number and bankruptcy.is_us and not case_number_key(number):
                raise ValidationError(
                    self.env._(
                        "“%s” is not a case number of a United States bankruptcy court."
                        " It looks like 24-11334, 2:10-bk-38052 or 24-11334-abc.",
                        number,
                    )
                )

    @api.constrains("partner_id", "trustee_id", "lawyer_id", "agent_id")
    def _check_representatives(self):
        """Keep the debtor out: what is written to a representative is not stayed."""
        for bankruptcy in self:
            people = bankruptcy.trustee_id | bankruptcy.lawyer_id | bankruptcy.agent_id
            debtor = bankruptcy.partner_id.commercial_partner_id
            if debtor & people.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "Trustee, counsel and claims agent cannot be the debtor or "
                        "one of the debtor's contacts. Record them as separate "
                        "contacts."
                    )
                )

    @api.constrains("date_petition", "state")
    def _check_date_petition(self):
        today = self.env.company._get_collection_today()
        # In some time zone the next day has begun already.
        latest = fields.Date.add(today, days=1)
        for bankruptcy in self:
            if bankruptcy.date_petition and bankruptcy.date_petition > latest:
                raise ValidationError(
                    self.env._(
                        "The petition date is in the future. Record a rumor until "
                        "the petition is filed."
                    )
                )

    @api.constrains(*DATE_FIELDS)
    def _check_date_fields(self):
        # Dates may be announced ahead, but not by more than a year.
        today = self.env.company._get_collection_today()
        latest = fields.Date.add(today, years=1)
        for bankruptcy in self:
            if any((bankruptcy[name] or latest) > latest for name in DATE_FIELDS):
                raise ValidationError(self.env._("This day is too far in the future."))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._clean_vals(vals)
        bankruptcies = super().create(vals_list)
        # The deadline first: the task to prepare the claim is due on it.
        self.env["collection.bankruptcy.deadline"]._suggest(bankruptcies)
        self.env["collection.stay.enforcement"]._begin(
            bankruptcies.filtered("stops_collection")
        )
        return bankruptcies

    def write(self, vals):
        self._check_fixed(vals)
        self._clean_vals(vals)
        result = super().write(vals)
        if SUGGESTION_FIELDS & vals.keys():
            self.env["collection.bankruptcy.deadline"]._suggest(self)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_always(self):
        raise UserError(
            self.env._(
                "A bankruptcy stays on record. Record how it ended instead of deleting"
                " it."
            )
        )

    @api.model
    def _get_default_manager(self):
        """:return: the user if a manager, else the first other manager there is"""
        if self.env.user.has_group("account_collections.group_collection_manager"):
            return self.env.user
        group = self.env.ref("account_collections.group_collection_manager")
        # Sudo: who manages collections is no secret to those who work there.
        people = group.sudo().all_user_ids.filtered(
            lambda user: user.active and self.env.company in user.company_ids
        )
        return people.sorted("id")[:1]

    @api.model
    def _clean_vals(self, vals):
        """The debtor is the customer, not one of its contacts; numbers are clean."""
        if vals.get("partner_id"):
            # Sudo: the customer of a contact is no secret.
            partner = self.env["res.partner"].sudo().browse(vals["partner_id"])
            vals["partner_id"] = partner.commercial_partner_id.id
        if vals.get("case_number"):
            vals["case_number"] = clean_case_number(vals["case_number"])

    def _check_fixed(self, vals):
        if self.env.su:
            return
        if FIXED_FIELDS & vals.keys():
            raise UserError(
                self.env._(
                    "The debtor of a bankruptcy cannot be changed. Have a manager "
                    "record the mistake, then record the bankruptcy again."
                )
            )
        if "date_petition" in vals and any(row.state != "rumor" for row in self):
            raise UserError(
                self.env._(
                    "The petition date decides what is stayed. Record an event "
                    "“Change of the petition date”, so that a manager sees it."
                )
            )

    # ------------------------------------------------------------------
    # What it stays
    # ------------------------------------------------------------------

    def _get_stayed_lines(self):
        """:return: open stayed journal items of this debtor, in all companies"""
        self.ensure_one()
        partners = self.env["res.partner"].with_context(active_test=False)
        members = self.partner_id | partners.search(
            [
                "|",
                ("commercial_partner_id", "=", self.partner_id.id),
                "&",
                ("parent_id", "=", self.partner_id.id),
                ("is_company", "=", False),
            ]
        )
        return self.env["collection.stay"]._find_lines(
            SQL(
                """
                line.reconciled IS NOT TRUE
                AND (line.partner_id = ANY(%(members)s)
                     OR EXISTS (SELECT FROM account_move move
                                 WHERE move.id = line.move_id
                                   AND move.partner_id = ANY(%(members)s)))
                """,
                members=members.ids,
            )
        )

    def _get_own_lines(self):
        """:return: those of them that its own petition stays, whether or not another
        one does so, too"""
        return self._get_stayed_lines().filtered(
            lambda line: (line.move_id.invoice_date or line.date) <= self.date_petition
        )

    def _get_stay_start(self):
        """:return: the day since which the stay has been in force: the petition, or the
        day on which the case was reopened"""
        reopened = self.event_ids.filtered(
            lambda event: event.kind == "reopened" and event.state == "done"
        )
        return max([self.date_petition, *reopened.mapped("date")])

    def _find_cases(self):
        """:return: the open cases of this debtor, and those its items are in"""
        lines = self._get_stayed_lines()
        items = self.env["collection.item"].search(
            [("move_line_id", "in", lines.ids), ("is_open", "=", True)]
        )
        cases = self.env["collection.case"].search(
            [("partner_id", "in", self.partner_id.ids), ("state", "!=", "closed")]
        )
        return cases | items.case_id

    # ------------------------------------------------------------------
    # Course of the case
    # ------------------------------------------------------------------

    def _change_state(self, state, day):
        """Follow what a manager has decided, or what confirms or refutes a rumor.

        :param str state: a state the bankruptcy may go to, checked by the caller
        :param date day: when it happened
        """
        self.ensure_one()
        enforcement = self.env["collection.stay.enforcement"]
        if state == "open":
            self._write_protected({"state": state, "date_end": False})
            self.env["collection.bankruptcy.deadline"]._suggest(self)
            enforcement._begin(self)
        else:
            enforcement._end(self, state, day)

    def _convert_chapter(self, chapter, day):
        """Continue under another chapter: the period for the claim may begin anew
        (Rules 1019(b), 3002(c)); the stay goes on.

        :param str chapter: the new one, a key of ``CHAPTERS``
        :param date day: the day of the conversion
        """
        vals = {"chapter": chapter, "date_conversion": day}
        if self.chapter == "7" and not self.date_first_bar:
            vals["date_first_bar"] = self.date_bar
        self.sudo().deadline_ids._restart(self, chapter, day)
        if chapter != "foreign":
            vals["procedure"] = False
        if chapter != "11":
            vals["is_subchapter_v"] = False
        self._write_protected(vals)

    def _is_claiming(self):
        """:return: whether a claim can still be due: in chapter 7 the notice of assets
        often comes after the discharge"""
        self.ensure_one()
        return self.state == "open" or bool(
            self.state == "discharged" and self.date_asset_notice
        )

    def _is_deadline_met(self):
        """:return: whether somebody said that the claim is done"""
        self.ensure_one()
        return any(
            row.kind == "claim" and row.date_done
            for row in self.with_context(active_test=False).deadline_ids
        )

    # ------------------------------------------------------------------
    # Screen
    # ------------------------------------------------------------------

    def _get_banner(self):
        """:return: translated sentences: what must not be done, and what may"""
        if self.state == "rumor":
            return self.env._(
                "Rumor of an insolvency. Nothing is stopped until it is confirmed."
            )
        if not self.stops_collection:
            return False
        if self.state != "open":
            return self.env._(
                "%s Pre-petition debt is no longer collected: it is proposed for "
                "write-off. What was posted later is collected as usual.",
                self._get_standing_text(),
            )
        return self.env._(
            "%s Do not call, write, charge interest, set off or refer anything owed "
            "up to that day. Allowed: filing the claim, writing to the trustee or "
            "counsel, and new business on new terms.",
            self._get_standing_text(),
        )

    def _get_standing_text(self):
        """:return: translated sentence on court, chapter and day of the petition"""
        parts = [
            self._label("chapter").partition(":")[0]
            if self.chapter != "foreign"
            else "",
            self.court_id.name,
            self.case_number,
        ]
        return self.env._(
            "Bankruptcy (%(state)s): %(where)s; petition of %(date)s.",
            state=self._label("state"),
            where=", ".join(part for part in parts if part),
            date=format_date(self.env, self.date_petition) or "?",
        )

    def action_confirm(self):
        """The rumor is true: court and day of the petition are known."""
        self.ensure_one()
        self.env["collection.bankruptcy.event"].create(
            {"bankruptcy_id": self.id, "kind": "confirmed"}
        )

    def action_open_event(self):
        """Ask what happened: conversion, end, another day of the petition."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collections.collection_bankruptcy_event_action_new"
        )
        kind = "refuted" if self.state == "rumor" else False
        return {
            **action,
            "context": {"default_bankruptcy_id": self.id, "default_kind": kind},
        }

    def action_view_cases(self):
        """Open the collection cases of the debtor."""
        self.ensure_one()
        return self.case_ids._get_records_action(name=self.env._("Cases"))

    def action_view_partner(self):
        """Open the debtor."""
        self.ensure_one()
        return self.partner_id._get_records_action()

    # ------------------------------------------------------------------
    # Correspondence
    # ------------------------------------------------------------------

    # pylint: disable-next=unused-argument
    def _get_collection_case(self, message=None, purpose="log"):
        """:return: the open collection.case of the debtor in the company that the
        message was written in, else in the only one that has a case"""
        cases = self.env["collection.case"].search(
            [("partner_id", "=", self.partner_id.id), ("state", "!=", "closed")]
        )
        message = message or self.env["mail.message"]
        company = self._get_written_company(message)
        here = cases.filtered(lambda case: case.company_id == company)
        return here[:1] or (cases if len(cases) == 1 else cases.browse())

    # pylint: disable-next=unused-argument
    def _is_collection_stayed(self, message=None):
        return self.stops_collection

    # ------------------------------------------------------------------
    # Merged customers
    # ------------------------------------------------------------------

    def _drop_duplicates(self, sources, debtor):
        """Keep one record of each case that both of the customers to be merged have:
        preferably one that stops collection, then one in which a claim was filed.

        :param sources: res.partner records that are merged
        :param debtor: res.partner record that stays
        """
        enforcement = self.env["collection.stay.enforcement"]
        both = self.search(
            [
                ("partner_id", "in", (sources | debtor).ids),
                ("state", "not in", ("refuted", "mistake")),
                ("case_key", "!=", False),
            ]
        )
        for same in both.grouped(lambda row: (row.court_id, row.case_key)).values():
            first, *others = same.sorted(
                lambda row: (
                    not row.stops_collection,
                    not any(row.claim_ids.mapped("date_filed")),
                    row.partner_id != debtor,
                    row.id,
                )
            )
            for other in others:
                enforcement._drop_tasks(other)
                other.write({"state": "mistake"})
                other.message_post(
                    body=self.env._(
                        "The customers were merged: this case is kept as “%s”.",
                        first.name,
                    )
                )
