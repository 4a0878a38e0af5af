from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools.claim_deadlines import Insolvency, suggest_deadline

DEADLINE_KINDS = [
    ("claim", "Proof of claim"),
    ("meeting", "Meeting of creditors"),
    ("objection", "Objection to the plan or to the discharge"),
    ("answer", "Answer to the court or the trustee"),
    ("administrative", "Claim for goods of the last 20 days"),
    ("avoidance", "Claim after a payment was given back"),
    ("rejection", "Claim from a rejected contract or lease"),
    ("codebtor", "Claim in place of the creditor"),
    ("reclamation", "Demand to give goods back"),
    ("transfer", "Objection to a transfer of the claim"),
    ("other", "Other"),
]
SOURCES = [
    ("computed", "Computed"),
    ("notice", "Notice"),
    ("order", "Order of the court"),
]
FIXED_FIELDS = {"bankruptcy_id"}
# Days before a deadline on which people are reminded of it.
REMINDER_STEPS = (30, 14, 7, 3, 1)
# With so many days left, the reminder of a claim that is not filed is a warning, and
# comes as a message as well.
URGENT_DAYS = 7
# What the suggestions depend on.
SUGGESTION_FIELDS = {
    "assets",
    "chapter",
    "date_asset_notice",
    "date_conversion",
    "date_first_bar",
    "date_meeting",
    "date_notice",
    "date_petition",
    "date_publication",
    "date_relief",
    "is_abroad",
    "is_governmental",
    "is_subchapter_v",
    "is_voluntary",
    "meeting_place",
    "procedure",
}


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
    kind = fields.Selection(DEADLINE_KINDS, "What", required=True, default="claim")
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
    is_met = fields.Boolean(
        "Met",
        compute="_compute_is_met",
        search="_search_is_met",
        help="Marked as done, or the claim that it is for is filed.",
    )
    reminded_days = fields.Integer(
        readonly=True, help="The step of the last reminder, in days before."
    )
    activity_ids = fields.Many2many(
        "mail.activity",
        "collection_deadline_activity_rel",
        string="Reminders",
        readonly=True,
    )

    @api.depends("kind", "date_done", "bankruptcy_id.has_filed_claim")
    def _compute_is_met(self):
        for deadline in self:
            is_filed = (
                deadline.kind == "claim" and deadline.bankruptcy_id.has_filed_claim
            )
            deadline.is_met = bool(deadline.date_done) or is_filed

    def _search_is_met(self, operator, value):
        if operator != "in":
            return NotImplemented
        met = Domain("date_done", "!=", False) | Domain(
            [("kind", "=", "claim"), ("bankruptcy_id.has_filed_claim", "=", True)]
        )
        return met if True in value else ~met

    @api.depends("date", "is_met")
    @api.depends_context("collection_as_of")
    def _compute_state(self):
        today = self.env.company._get_collection_today()
        for deadline in self:
            left = (deadline.date - today).days if deadline.date else 0
            deadline.days_left = left
            deadline.state = "late" if left < 0 else "open"
            if deadline.is_met:
                deadline.state = "done"

    @api.depends("kind", "partner_id")
    def _compute_display_name(self):
        for deadline in self:
            what = deadline._label("kind")
            customer = deadline.partner_id.name
            deadline.display_name = f"{what}: {customer}" if customer else what

    @api.model_create_multi
    def create(self, vals_list):
        deadlines = super().create(vals_list)
        deadlines._replace_suggestions()
        return deadlines

    def write(self, vals):
        if FIXED_FIELDS & vals.keys() and not self.env.su:
            raise UserError(
                self.env._("A deadline cannot be moved to another bankruptcy.")
            )
        if "active" in vals:
            self._check_manager(
                self.env._(
                    "A collections manager archives deadlines. Mark it as done instead,"
                    " or record the date that replaces it."
                )
            )
        if "date" in vals and "source" not in vals and not self.env.su:
            computed = self.filtered(lambda row: row.source == "computed")
            if computed:
                raise UserError(
                    self.env._(
                        "This date is computed. Choose whether the new one comes "
                        "from a notice or from an order."
                    )
                )
        if "date" in vals:
            # People are reminded anew, counting from the new day.
            super(CollectionBankruptcyDeadline, self.sudo()).write({"reminded_days": 0})
        if vals.get("source", "computed") != "computed":
            super(CollectionBankruptcyDeadline, self.sudo()).write({"rule": False})
        result = super().write(vals)
        self._replace_suggestions()
        return result

    def _replace_suggestions(self):
        """Let what a notice or an order says replace what was computed."""
        for deadline in self:
            if deadline.source == "computed" or not deadline.active:
                continue
            # Sudo: the suggestion is the program's own. It is archived, not lost.
            suggested = deadline.sudo().bankruptcy_id.deadline_ids.filtered(
                lambda row, own=deadline: (
                    row.kind == own.kind and row.source == "computed"
                )
            )
            if suggested:
                suggested._archive_with_reminders()

    def action_done(self):
        """Mark it as done today."""
        self.check_access("write")
        today = self.env.company._get_collection_today()
        self._write_protected({"date_done": today})
        self._drop_reminders()

    def action_undo(self):
        """Mark it as not done after all."""
        self.check_access("write")
        self._write_protected({"date_done": False, "reminded_days": 0})

    def _drop_reminders(self):
        # Sudo: reminders are the program's own, on whoever's list they are.
        self.sudo().activity_ids.unlink()

    def action_open_bankruptcy(self):
        """Open the case this deadline belongs to."""
        self.ensure_one()
        return self.bankruptcy_id._get_records_action()

    # ------------------------------------------------------------------
    # Suggestions
    # ------------------------------------------------------------------

    @api.model
    def _suggest(self, bankruptcies):
        """Suggest the deadline for the claim and the meeting of creditors, in place of
        the suggestions before."""
        # Sudo: suggestions are the program's own; the right to keep the file was
        # checked.
        for bankruptcy in bankruptcies.sudo():
            if bankruptcy._is_claiming() and bankruptcy.chapter:
                self._suggest_claim(bankruptcy)
            self._suggest_meeting(bankruptcy)

    @api.model
    def _suggest_claim(self, bankruptcy):
        """Compute the deadline for the claim, unless somebody entered one from a notice
        or an order."""
        # A notice or an order binds; a computed date would contradict it.
        claims = bankruptcy.deadline_ids.filtered(lambda row: row.kind == "claim")
        if claims.filtered(lambda row: row.source != "computed"):
            return
        day, rule = suggest_deadline(self._get_insolvency(bankruptcy))
        if not day:
            claims._archive_with_reminders()
            return
        vals = {"date": day, "rule": self._get_rule_text(rule), "source": "computed"}
        if not claims:
            vals = {"bankruptcy_id": bankruptcy.id, "kind": "claim", **vals}
            claims.create(vals)
        elif claims[0].date != day or claims[0].rule != vals["rule"]:
            claims[0].write(vals)

    @api.model
    def _suggest_meeting(self, bankruptcy):
        """List the meeting of creditors among the deadlines."""
        meeting = bankruptcy.deadline_ids.filtered(lambda row: row.kind == "meeting")
        meeting = meeting[:1]
        vals = {"date": bankruptcy.date_meeting, "note": bankruptcy.meeting_place}
        if not bankruptcy.date_meeting:
            # Sudo: the meeting was taken off the file; nobody archives it by hand.
            meeting.sudo().active = False
        elif not meeting:
            vals.update(bankruptcy_id=bankruptcy.id, kind="meeting", source="notice")
            meeting.create(vals)
        elif (meeting.date, meeting.note) != (vals["date"], vals["note"]):
            meeting.write(vals)

    @api.model
    def _get_insolvency(self, bankruptcy, **changes):
        """:return: what the rules look at; with ``changes``, as if these were so"""
        facts = {
            "chapter": bankruptcy.chapter,
            "petition": bankruptcy.date_petition or None,
            "procedure": bankruptcy.procedure or None,
            "is_voluntary": bankruptcy.is_voluntary,
            "is_subchapter_v": bankruptcy.is_subchapter_v,
            "is_governmental": bankruptcy.is_governmental,
            "is_abroad": bankruptcy.is_abroad,
            "assets": bankruptcy.assets,
            "relief": bankruptcy.date_relief or None,
            "conversion": bankruptcy.date_conversion or None,
            "first_bar": bankruptcy.date_first_bar or None,
            "asset_notice": bankruptcy.date_asset_notice or None,
            "publication": bankruptcy.date_publication or None,
            "notice": bankruptcy.date_notice or None,
        }
        return Insolvency(**{**facts, **changes})

    def _restart(self, bankruptcy, chapter, day):
        """Archive the deadlines for the claim that a conversion ends, also those from a
        notice. Without a rule for a new one they stay, except in chapter 7, where
        everybody waits for the notice of assets, or no new time begins.

        :param str chapter: the new one, a key of the chapters of bankruptcies
        :param date day: the day of the conversion
        """
        # A conversion to chapter 7 ends the time before (Rule 1019(b)); that of
        # governmental units goes on in the other chapters (Rule 3002(c)(1)).
        new_day, _rule = suggest_deadline(
            self._get_insolvency(bankruptcy, chapter=chapter, conversion=day)
        )
        if chapter == "7" or (new_day and not bankruptcy.is_governmental):
            self.filtered(lambda row: row.kind == "claim")._archive_with_reminders()

    def _archive_with_reminders(self):
        self._drop_reminders()
        # Sudo: a conversion, or a better source, replaces it.
        self.sudo().active = False

    def _get_rule_text(self, rule):
        """:return: translated sentence on how a date was computed"""
        return (self._get_us_rule_texts() | self._get_foreign_rule_texts())[rule]

    def _get_us_rule_texts(self):
        return {
            "us_70": self.env._(
                "70 days after the petition, or after the conversion (Rules 3002(c),"
                " 1019(b)(1))"
            ),
            "us_90": self.env._(
                "Involuntary chapter 7: 90 days after the order for relief, or after"
                " the petition as long as there is none (Rule 3002(c))"
            ),
            "us_180": self.env._(
                "Governmental unit: 180 days after the order for relief, or after the"
                " conversion to chapter 7 (Rules 3002(c)(1), 1019(b)(1))"
            ),
            "us_no_asset": self.env._(
                "Not before 90 days after the mailing of the notice of assets (Rule"
                " 3002(c)(5)); the notice names the day: enter it"
            ),
        }

    def _get_foreign_rule_texts(self):
        return {
            "de": self.env._(
                "Two weeks after the opening, the legal minimum; the order says "
                "which period applies (section 28 InsO)"
            ),
            "fr_2": self.env._("2 months after the publication in BODACC"),
            "fr_4": self.env._(
                "4 months after the publication in BODACC, for creditors outside"
                " metropolitan France"
            ),
            "eu": self.env._(
                "30 days after the publication, the legal minimum (Regulation "
                "2015/848, article 55)"
            ),
            "ca": self.env._("30 days after the trustee's notice"),
            "au": self.env._("21 days after the notice of dividend, the legal minimum"),
        }

    # ------------------------------------------------------------------
    # How long there is time for the claim
    # ------------------------------------------------------------------

    def _get_claim_deadline(self):
        """:return: of the deadlines of a bankruptcy the one for the claim that is in
        force, possibly empty; what an order says goes before a notice"""
        claims = self.filtered(
            lambda row: row.kind == "claim" and row.active and row.date
        )
        by_source = claims.grouped("source")
        # The court decides; the notice repeats it; what is computed is a guess.
        for source in ("order", "notice", "computed"):
            if source in by_source:
                return by_source[source].sorted("date")[:1]
        return claims

    @api.model
    def _get_claim_text(self, bankruptcy, today):
        """:return: translated sentence on how long there is time for the claim"""
        if not bankruptcy.date_bar:
            return self._get_no_deadline_text(bankruptcy)
        left = (bankruptcy.date_bar - today).days
        if left < 0:
            return self._get_late_text(bankruptcy, -left)
        if left == 0:
            return self._get_last_day_text(bankruptcy)
        if left == 1:
            return self.env._("One day left to file the claim.")
        return self.env._("%s days left to file the claim.", left)

    @api.model
    def _get_last_day_text(self, bankruptcy):
        text = self.env._("Today is the last day to file the claim.")
        if not bankruptcy.is_us:
            return text
        # Rule 9006(a)(4).
        until = self.env._(
            "It ends at midnight where the court is, on paper when the clerk's office"
            " closes."
        )
        return f"{text} {until}"

    @api.model
    def _get_no_deadline_text(self, bankruptcy):
        if not bankruptcy.chapter:
            return self.env._("Enter the chapter: the deadline depends on it.")
        _day, rule = suggest_deadline(self._get_insolvency(bankruptcy))
        texts = {
            "us_no_asset": self.env._(
                "No asset: claims are filed only after the clerk's notice of assets, by"
                " the day that it names."
            ),
            "us_expired": self.env._(
                "Back in chapter 7: no new time begins, for the first one ended on"
                " %(day)s (Rule 1019(b)(2)). A claim filed before stays filed; else ask"
                " counsel now.",
                day=format_date(self.env, bankruptcy.date_first_bar),
            ),
            "us_subchapter_v": self.env._(
                "Subchapter V: the court or its local rules set the time (Rule"
                " 3003(c)(3)), in some courts 70 days. Enter it from the order or the"
                " notice."
            ),
            "us_ancillary": self.env._(
                "Chapter 15: claims are filed in the foreign proceeding, not here."
            ),
        }
        return texts.get(rule) or self.env._(
            "No rule sets the deadline: enter it from the court's order or the notice."
        )

    @api.model
    def _get_late_text(self, bankruptcy, days):
        """:return: translated sentences: how late it is, and what that means"""
        late = self.env._("The deadline passed %s days ago.", days)
        return f"{late} {self._get_late_meaning(bankruptcy.chapter)}"

    @api.model
    def _get_late_meaning(self, chapter):
        """Say what a late claim means; rules of thumb, no legal advice (11 U.S.C.
        502(b)(9) and 726(a); Rules 3002(c)(7), 3003(c)(3), 9006(b); the InsO and others
        abroad).

        :param str chapter: a key of the chapters of bankruptcies, or False
        :return: translated sentence
        """
        if chapter == "7":
            return self.env._(
                "A late claim can still be filed; it is paid after those filed in time,"
                " out of what is left, or with them if you had no notice in time and"
                " file before the distribution."
            )
        if chapter == "foreign":
            return self.env._(
                "A late claim is often possible until the final dividend, at the"
                " creditor's cost, and does not share in what was paid out before."
            )
        if chapter in ("12", "13"):
            return self.env._(
                "A late claim is disallowed if somebody objects. An excuse does not"
                " help; the court can give up to 60 more days only if the notice was"
                " insufficient. Ask counsel."
            )
        return self.env._(
            "A late claim can be filed, but is disallowed if somebody objects, unless"
            " the court excuses the delay. Ask counsel."
        )

    # ------------------------------------------------------------------
    # Reminders
    # ------------------------------------------------------------------

    @api.model
    def _cron_remind(self):
        """Remind people of the deadlines ahead, once at each step."""
        self._remind_all(self.env.company._get_collection_today())

    @api.model
    def _remind_all(self, today):
        """Remind people of the deadlines that are ahead on a day.

        :param date today: the day, possibly a simulated one
        """
        # After a discharge in a case without assets, the clerk may still give notice
        # that there are some; claims are then filed within 90 days (Rule 3002(c)(5)).
        deadlines = self.search(
            [
                "|",
                ("bankruptcy_id.state", "=", "open"),
                "&",
                ("bankruptcy_id.state", "=", "discharged"),
                ("bankruptcy_id.date_asset_notice", "!=", False),
                ("is_met", "=", False),
                ("date", ">=", today),
                ("date", "<=", fields.Date.add(today, days=max(REMINDER_STEPS))),
            ]
        )
        for deadline in deadlines:
            left = (deadline.date - today).days
            # A night without a run is made up for: 12 days left are the step of 14.
            step = min(days for days in REMINDER_STEPS if days >= left)
            if not deadline.reminded_days or step < deadline.reminded_days:
                self.env["collection.customer.notice"]._isolate(
                    deadline._remind, left, step
                )

    def _remind(self, left, step):
        """Put the deadline on the to-do lists of the responsible person and of the
        manager, in place of the previous reminder; as a warning when little time is
        left and no claim is filed.

        :param int left: days that are left
        :param int step: the step of the reminders this is
        """
        bankruptcy, is_claim = self.bankruptcy_id, self.kind == "claim"
        is_urgent = is_claim and left <= URGENT_DAYS
        people = (bankruptcy.user_id | bankruptcy.manager_id).filtered("active")
        people = people or self.env.company._get_collection_responsible(self.env.user)
        summary = self._get_reminder_text(left)
        self._drop_reminders()
        reminders = self.env["mail.activity"]
        for user in people:
            reminders |= bankruptcy.activity_schedule(
                "mail.mail_activity_data_warning"
                if is_urgent
                else "mail.mail_activity_data_todo",
                self.date,
                summary=summary,
                note=self.rule or self.note or "",
                user_id=user.id,
            )
        self._write_protected(
            {"reminded_days": step, "activity_ids": [Command.set(reminders.ids)]}
        )
        if is_urgent:
            self._notify_people(people, summary)

    def _notify_people(self, people, subject):
        self.bankruptcy_id.message_notify(
            partner_ids=people.partner_id.ids,
            subject=subject,
            body=self.bankruptcy_id.claim_text or "",
        )

    def _get_reminder_text(self, left):
        if self.kind == "claim":
            return self.env._("NO CLAIM FILED: %(days)s days left", days=left)
        return self.env._(
            "%(what)s: %(days)s days left", what=self._label("kind"), days=left
        )
