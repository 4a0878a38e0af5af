from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools.claim_deadlines import Insolvency, suggest_deadline

KINDS = [
    ("claim", "Proof of claim"),
    ("meeting", "Meeting of creditors"),
    ("objection", "Objection to the plan or to the discharge"),
    ("answer", "Answer to the court or the trustee"),
    ("administrative", "Claim for goods of the last 20 days"),
    ("other", "Other"),
]
SOURCES = [
    ("computed", "Computed"),
    ("notice", "Notice"),
    ("order", "Order of the court"),
]
FIXED_FIELDS = {"bankruptcy_id"}
# From how many days on a claim that is not filed is more than a line on a list.
LOUD_DAYS = 7
# What a suggestion depends on.
DEADLINE_FIELDS = {
    "assets",
    "chapter",
    "date_asset_notice",
    "date_conversion",
    "date_notice",
    "date_petition",
    "date_publication",
    "date_relief",
    "is_abroad",
    "is_governmental",
    "is_subchapter_v",
    "is_voluntary",
    "procedure",
}
MEETING_FIELDS = {"date_meeting", "meeting_place"}
# Days before a deadline on which it is reminded of.
REMINDER_STEPS = (30, 14, 7, 3, 1)


class CollectionBankruptcyDeadline(models.Model):
    """A day by which something has to be done in a bankruptcy, and who says so.

    A computed day is a suggestion: it is made by the rules, and made anew when what it
    depends on changes. One from a notice or an order is never touched by the rules.
    """

    _name = "collection.bankruptcy.deadline"
    _description = "Bankruptcy Deadline"
    _inherit = ["collection.protected.mixin"]
    _order = "date, id"
    _rec_name = "kind"

    bankruptcy_id = fields.Many2one(
        "collection.bankruptcy", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        related="bankruptcy_id.partner_id", string="Debtor", store=True
    )
    user_id = fields.Many2one(
        related="bankruptcy_id.user_id", string="Responsible", store=True
    )
    kind = fields.Selection(KINDS, "What", required=True, default="claim")
    date = fields.Date(required=True)
    source = fields.Selection(SOURCES, required=True, default="notice")
    rule = fields.Char("How it is computed", readonly=True)
    note = fields.Char()
    date_done = fields.Date("Done on", readonly=True)
    active = fields.Boolean(default=True, help="Off: replaced by another one.")
    state = fields.Selection(
        [("open", "To do"), ("done", "Done"), ("late", "Passed")],
        "Status",
        compute="_compute_state",
    )
    days_left = fields.Integer(compute="_compute_state")
    reminded_days = fields.Integer(
        readonly=True, help="The step of the last reminder, in days before."
    )
    activity_ids = fields.Many2many(
        "mail.activity",
        "collection_deadline_activity_rel",
        string="Reminders",
        readonly=True,
    )

    @api.depends("date", "date_done")
    @api.depends_context("collection_as_of")
    def _compute_state(self):
        today = self.env.company._get_collection_today()
        for deadline in self:
            left = (deadline.date - today).days if deadline.date else 0
            deadline.days_left = left
            deadline.state = "late" if left < 0 else "open"
            if deadline.date_done:
                deadline.state = "done"

    @api.depends("kind", "partner_id")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for deadline in self:
            what = labels.get(deadline.kind, "")
            customer = deadline.partner_id.name
            deadline.display_name = f"{what}: {customer}" if customer else what

    @api.model_create_multi
    def create(self, vals_list):
        deadlines = super().create(vals_list)
        deadlines._replace_suggestions()
        return deadlines

    def write(self, vals):
        if FIXED_FIELDS & vals.keys() and not self.env.su:
            raise UserError(self.env._("A deadline stays with its bankruptcy."))
        if "date" in vals and "source" not in vals and not self.env.su:
            computed = self.filtered(lambda row: row.source == "computed")
            if computed:
                raise UserError(
                    self.env._(
                        "This day is computed. Say whether the new one comes from a"
                        " notice or from an order."
                    )
                )
        if "date" in vals:
            # Comes up anew on the new day; a field nobody writes by hand.
            super(CollectionBankruptcyDeadline, self.sudo()).write({"reminded_days": 0})
        if vals.get("source", "computed") != "computed":
            super(CollectionBankruptcyDeadline, self.sudo()).write({"rule": False})
        result = super().write(vals)
        self._replace_suggestions()
        return result

    def _replace_suggestions(self):
        """What a notice or an order says goes before what was computed."""
        for deadline in self:
            if deadline.source == "computed" or not deadline.active:
                continue
            # The suggestion is the program's own; it is kept, out of sight.
            suggested = deadline.sudo().bankruptcy_id.deadline_ids.filtered(
                lambda row, own=deadline: (
                    row.kind == own.kind and row.source == "computed"
                )
            )
            if suggested:
                suggested._drop_reminders()
                suggested.active = False

    def action_done(self):
        """Say that what was due has been done today."""
        self.check_access("write")
        today = self.env.company._get_collection_today()
        # Readonly for everybody; the right was checked above.
        self.sudo().write({"date_done": today})
        self._drop_reminders()

    def action_undo(self):
        """Say that it has not been done after all."""
        self.check_access("write")
        self.sudo().write({"date_done": False, "reminded_days": 0})

    def _drop_reminders(self):
        # Reminders are the program's own, on whoever's list they are.
        self.sudo().activity_ids.unlink()

    def action_open_bankruptcy(self):
        """Open the case this deadline belongs to."""
        self.ensure_one()
        return self.bankruptcy_id._get_records_action()

    def _remind(self, left, step):
        """Put the deadline on the lists of whoever is responsible and of the manager,
        in place of the reminder before; louder as long as no claim is filed.

        :param int left: days that are left
        :param int step: the step of the reminders this is
        """
        bankruptcy = self.bankruptcy_id
        is_claim = self.kind == "claim"
        if is_claim and bankruptcy._has_filed_claim():
            return
        is_loud = is_claim and left <= LOUD_DAYS
        people = bankruptcy.user_id | bankruptcy.manager_id or self.env.user
        self._drop_reminders()
        reminders = self.env["mail.activity"]
        for user in people:
            reminders |= bankruptcy.activity_schedule(
                "mail.mail_activity_data_warning"
                if is_loud
                else "mail.mail_activity_data_todo",
                self.date,
                summary=self._get_reminder_text(left, is_claim),
                note=self.rule or self.note or "",
                user_id=user.id,
            )
        self.sudo().write(
            {"reminded_days": step, "activity_ids": [Command.set(reminders.ids)]}
        )
        if is_loud:
            bankruptcy.message_notify(
                partner_ids=people.partner_id.ids,
                subject=self._get_reminder_text(left, is_claim),
                body=bankruptcy.claim_text or "",
            )

    def _get_reminder_text(self, left, is_claim):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        words = {"what": labels[self.kind], "days": left}
        if is_claim:
            return self.env._("NO CLAIM FILED: %(days)s days left", **words)
        return self.env._("%(what)s: %(days)s days left", **words)


class CollectionBankruptcy(models.Model):
    """Until when something is to be done in a bankruptcy, and who is reminded."""

    _inherit = "collection.bankruptcy"

    date_claim = fields.Date(
        "Claim due",
        compute="_compute_date_claim",
        store=True,
        help="The last day to file the proof of claim.",
    )
    claim_source = fields.Selection(
        [
            ("computed", "Computed"),
            ("notice", "Notice"),
            ("order", "Order of the court"),
        ],
        "Source of the date",
        compute="_compute_date_claim",
        store=True,
    )
    has_filed_claim = fields.Boolean(
        "Claim filed", compute="_compute_claim_text", search="_search_has_filed_claim"
    )
    claim_text = fields.Char("Deadline", compute="_compute_claim_text")
    is_claim_late = fields.Boolean(compute="_compute_claim_text")

    @api.depends("deadline_ids.date", "deadline_ids.active", "deadline_ids.source")
    def _compute_date_claim(self):
        for bankruptcy in self:
            deadline = bankruptcy._get_claim_deadline()
            bankruptcy.date_claim = deadline.date
            bankruptcy.claim_source = deadline.source

    @api.depends("date_claim", "deadline_ids.date_done", "state", "chapter")
    @api.depends_context("collection_as_of", "lang")
    def _compute_claim_text(self):
        today = self.env.company._get_collection_today()
        for bankruptcy in self:
            day, filed = bankruptcy.date_claim, bankruptcy._has_filed_claim()
            is_open = bankruptcy._is_claiming() and not filed
            bankruptcy.has_filed_claim = filed
            bankruptcy.is_claim_late = bool(is_open and day and day < today)
            bankruptcy.claim_text = is_open and bankruptcy._get_claim_text(today)

    def _search_has_filed_claim(self, operator, value):
        if operator != "in":
            return NotImplemented
        filed = self.search([]).filtered(lambda row: row._has_filed_claim())
        return [("id", "in" if True in value else "not in", filed.ids)]

    def _get_claim_deadline(self):
        """:return: the deadline for the claim that is in force, possibly empty; what an
        order says goes before a notice"""
        claims = self.deadline_ids.filtered(
            lambda row: row.kind == "claim" and row.active and row.date
        )
        by_source = claims.grouped("source")
        for source in ("order", "notice", "computed"):
            if source in by_source:
                return by_source[source].sorted("date")[:1]
        return claims

    def _is_claiming(self):
        """:return: whether a claim can still be due: in chapter 7 the notice of assets
        often comes after the discharge"""
        self.ensure_one()
        return self.state == "open" or bool(
            self.state == "discharged" and self.date_asset_notice
        )

    @api.constrains(
        "date_relief",
        "date_conversion",
        "date_asset_notice",
        "date_publication",
        "date_notice",
    )
    def _check_days(self):
        names = (
            "date_relief",
            "date_conversion",
            "date_asset_notice",
            "date_publication",
            "date_notice",
        )
        # Announced at most: nothing is known of what happens in a year.
        today = self.env.company._get_collection_today()
        latest = fields.Date.add(today, years=1)
        for bankruptcy in self:
            if any((bankruptcy[name] or latest) > latest for name in names):
                raise ValidationError(
                    self.env._("This day lies too far in the future.")
                )

    def _has_filed_claim(self):
        """:return: whether the proof of claim was filed: its deadline is met"""
        self.ensure_one()
        return any(
            row.kind == "claim" and row.date_done
            for row in self.with_context(active_test=False).deadline_ids
        )

    def _get_claim_text(self, today):
        """:return: translated sentence on how long there is time for the claim"""
        if not self.date_claim:
            return self._get_no_deadline_text()
        left = (self.date_claim - today).days
        if left < 0:
            return self._get_late_text(-left)
        if left == 0:
            return self.env._("Today is the last day to file the claim.")
        if left == 1:
            return self.env._("One day left to file the claim.")
        return self.env._("%s days left to file the claim.", left)

    def _get_no_deadline_text(self):
        if not self.chapter:
            return self.env._("Enter the chapter: the deadline depends on it.")
        if self.chapter == "7" and self.assets == "none":
            return self.env._(
                "No asset: claims are filed only after the clerk's notice of assets."
            )
        return self.env._(
            "No rule sets the deadline: enter it from the court's order or the notice."
        )

    def _get_late_text(self, days):
        """:return: what a late claim means; rules of thumb, no legal advice"""
        late = self.env._("The deadline passed %s days ago.", days)
        if self.chapter == "7":
            means = self.env._(
                "A late claim can still be filed; it is paid after those filed in time,"
                " out of what is left."
            )
        elif self.chapter == "foreign":
            means = self.env._(
                "A late claim is often possible until the final dividend, at the"
                " creditor's cost, and does not share in what was paid out before."
            )
        else:
            means = self.env._(
                "A late claim can be filed, and is disallowed when somebody objects,"
                " unless the court excuses the delay. Ask counsel."
            )
        return f"{late} {means}"

    # ------------------------------------------------------------------
    # Suggestions
    # ------------------------------------------------------------------

    def _follow_changes(self, vals):
        """Make the suggestions anew when what they depend on has changed."""
        if (DEADLINE_FIELDS | MEETING_FIELDS) & vals.keys():
            self._refresh_deadlines()

    def _refresh_deadlines(self):
        # Suggestions are the program's own; the right to keep the file was checked.
        for bankruptcy in self.sudo():
            if bankruptcy._is_claiming() and bankruptcy.chapter:
                bankruptcy._suggest_claim_deadline()
            bankruptcy._note_meeting()

    def _get_insolvency(self):
        """:return: what the rules look at"""
        return Insolvency(
            chapter=self.chapter,
            petition=self.date_petition or None,
            procedure=self.procedure or None,
            is_voluntary=self.is_voluntary,
            is_subchapter_v=self.is_subchapter_v,
            is_governmental=self.is_governmental,
            is_abroad=self.is_abroad,
            assets=self.assets,
            relief=self.date_relief or None,
            conversion=self.date_conversion or None,
            asset_notice=self.date_asset_notice or None,
            publication=self.date_publication or None,
            notice=self.date_notice or None,
        )

    def _suggest_claim_deadline(self):
        """Compute the deadline for the claim; never touch one that somebody has read in
        a notice or an order."""
        claims = self.deadline_ids.filtered(lambda row: row.kind == "claim")
        if claims.filtered(lambda row: row.source != "computed"):
            return
        day, rule = suggest_deadline(self._get_insolvency())
        if not day:
            claims._drop_reminders()
            claims.active = False
            return
        vals = {"date": day, "rule": self._get_rule_text(rule), "source": "computed"}
        if not claims:
            vals = {"bankruptcy_id": self.id, "kind": "claim", **vals}
            claims.create(vals)
        elif claims[0].date != day or claims[0].rule != vals["rule"]:
            claims[0].write(vals)

    def _get_rule_text(self, rule):
        """:return: translated sentence on how a date was computed"""
        return (self._get_us_rule_texts() | self._get_foreign_rule_texts())[rule]

    def _get_us_rule_texts(self):
        return {
            "us_70": self.env._(
                "70 days after the petition, or after the conversion (Rule 3002(c))"
            ),
            "us_90": self.env._(
                "Involuntary chapter 7: 90 days after the order for relief, or after"
                " the petition as long as there is none (Rule 3002(c))"
            ),
            "us_180": self.env._("Governmental unit: 180 days (Rule 3002(c)(1))"),
            "us_no_asset": self.env._(
                "90 days after the mailing of the notice of assets (Rule 3002(c)(5))"
            ),
            "us_subchapter_v": self.env._(
                "Subchapter V: 70 days in many courts; look at the local rules and the"
                " order"
            ),
        }

    def _get_foreign_rule_texts(self):
        return {
            "de": self.env._(
                "Two weeks after the opening, the shortest period there is; the order"
                " says which one applies (section 28 InsO)"
            ),
            "fr_2": self.env._("2 months after the publication in BODACC"),
            "fr_4": self.env._(
                "4 months after the publication in BODACC, for creditors outside"
                " metropolitan France"
            ),
            "eu": self.env._(
                "30 days after the publication, the least there is (Regulation"
                " 2015/848, article 55)"
            ),
            "ca": self.env._("30 days after the trustee's notice"),
            "au": self.env._(
                "21 days after the notice of dividend, the least there is"
            ),
        }

    def _note_meeting(self):
        """The meeting of creditors is among the deadlines and in their calendar."""
        meeting = self.deadline_ids.filtered(lambda row: row.kind == "meeting")[:1]
        vals = {"date": self.date_meeting, "note": self.meeting_place}
        if not self.date_meeting:
            meeting.active = False
        elif not meeting:
            meeting.create(
                {
                    "bankruptcy_id": self.id,
                    "kind": "meeting",
                    "source": "notice",
                    **vals,
                }
            )
        elif (meeting.date, meeting.note) != (vals["date"], vals["note"]):
            meeting.write(vals)

    def _convert(self, chapter, day):
        """Go on under another chapter: periods begin anew (Rule 1019(2)); the stay goes
        on.

        :param str chapter: the new one, a key of ``CHAPTERS``
        :param date day: the day of the conversion
        """
        # Readonly fields; the event was recorded by somebody who may.
        bankruptcy = self.sudo()
        old = bankruptcy.deadline_ids.filtered(lambda row: row.kind == "claim")
        vals = {"chapter": chapter, "date_conversion": day}
        if chapter != "foreign":
            vals["procedure"] = False
        if chapter != "11":
            vals["is_subchapter_v"] = False
        new_day, _rule = suggest_deadline(
            bankruptcy._replace_insolvency(chapter=chapter, conversion=day)
        )
        if new_day or chapter == "7":
            old._drop_reminders()
            old.active = False
        bankruptcy.write(vals)

    def _replace_insolvency(self, **changes):
        return Insolvency(**{**self._get_insolvency().__dict__, **changes})

    # ------------------------------------------------------------------
    # Reminders
    # ------------------------------------------------------------------

    @api.model
    def _cron_remind(self):
        """Remind of the deadlines that come near, once at each step."""
        self._remind(self.env.company._get_collection_today())

    @api.model
    def _remind(self, today):
        """:param date today: the simulated day, or today"""
        deadlines = self.env["collection.bankruptcy.deadline"].search(
            [
                "|",
                ("bankruptcy_id.state", "=", "open"),
                "&",
                ("bankruptcy_id.state", "=", "discharged"),
                ("bankruptcy_id.date_asset_notice", "!=", False),
                ("date_done", "=", False),
                ("date", ">=", today),
                ("date", "<=", fields.Date.add(today, days=max(REMINDER_STEPS))),
            ]
        )
        for deadline in deadlines:
            left = (deadline.date - today).days
            step = min(days for days in REMINDER_STEPS if days >= left)
            if not deadline.reminded_days or step < deadline.reminded_days:
                self.env["collection.customer.notice"]._isolate(
                    deadline._remind, left, step
                )
