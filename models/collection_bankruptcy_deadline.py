from odoo import Command, api, fields, models
from odoo.exceptions import UserError

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


class CollectionBankruptcyDeadline(models.Model):
    """A day by which something has to be done in a bankruptcy, and who says so.

    A computed day is a suggestion: it is made by the rules, and made anew when what it
    depends on changes. One from a notice or an order is never touched by the rules.
    """

    _name = "collection.bankruptcy.deadline"
    _description = "Bankruptcy Deadline"
    _inherit = ["collection.guarded.mixin"]
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
