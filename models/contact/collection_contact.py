from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools.channels import channel_of, selection
from ...tools.outcomes import OUTCOMES as MEANINGS
from ...tools.outcomes import meaning

OUTCOMES = [
    ("sent", "Sent"),
    ("reached", "Reached the right person"),
    ("third_person", "Spoke with a third person"),
    ("no_answer", "No answer"),
    ("message_left", "Message left"),
    ("wrong_number", "Wrong number"),
    ("call_back", "Call back asked for"),
    ("refused", "Refused to talk or pay"),
    ("promise", "Promised to pay"),
    ("dispute", "Disputes the invoice"),
    ("plan_wanted", "Asks for installments"),
    ("hardship", "Financial hardship"),
    ("insolvency", "Notice of insolvency"),
    ("paid_already", "Says it is paid"),
    ("bounced", "Message bounced"),
    ("returned", "Mail returned"),
    ("received", "Message received"),
    ("link_sent", "Account link sent"),
    ("opened", "Account opened"),
    ("auto_reply", "Automatic reply"),
    ("override", "Limit overridden"),
]
# What only the program writes: nobody says by hand that something was sent.
AUTOMATIC_OUTCOMES = tuple(code for code, kind in MEANINGS.items() if not kind.by_hand)
# An entry that is written down later than this is marked as such.
LATE_MINUTES = 15
NEXT_STEPS = [
    ("call", "Call again"),
    ("address", "Correct the address"),
    ("promise", "Record the promise"),
    ("dispute", "Record the dispute"),
    ("plan", "Offer installments"),
    ("insolvency", "Check the insolvency"),
    ("payment", "Search for the payment"),
    ("escalate", "Decide on the next stage"),
    ("reply", "Answer"),
]
# What may be added or put right while the memory is fresh.
COMPLETABLE = frozenset(
    {
        *("note", "duration", "reason_id", "partner_id", "person", "subject"),
        *("attachment_ids", "move_ids", "date_follow_up", "follow_up"),
    }
)
COMPLETE_MINUTES = 60


class CollectionContact(models.Model):
    """A contact that happened: sent, received, said. Append-only.

    An entry is never rewritten nor deleted: its author completes it within an hour,
    later a wrong one is voided with a reason, and stays visible. The rule stands in
    ``write`` and ``unlink``, so it holds for every way in: screens, imports, the
    external API. Each version of an entry is sealed (``collection.contact.seal``), so
    that a change behind the program's back is found out. Collectors add entries, in
    their own name; everybody in Invoicing reads them.
    """

    _name = "collection.contact"
    _description = "Collection Contact"
    _inherit = ["collection.protected.mixin", "collection.evidence.mixin"]
    _order = "date desc, id desc"
    _rec_names_search = ["customer_id", "partner_id", "person"]
    _check_company_auto = True
    _evidence_fields = ("attachment_ids",)

    case_id = fields.Many2one(
        "collection.case", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="case_id.company_id", store=True, index=True, precompute=True
    )
    customer_id = fields.Many2one(
        related="case_id.partner_id",
        string="Customer",
        store=True,
        index=True,
        precompute=True,
    )
    date = fields.Datetime(required=True, default=lambda self: self._get_moment())
    logged_date = fields.Datetime(
        "Logged on", compute="_compute_logged_date", store=True, precompute=True
    )
    is_late = fields.Boolean(
        "Logged later",
        compute="_compute_is_late",
        store=True,
        precompute=True,
        help="Logged more than 15 minutes after it happened.",
    )
    duration = fields.Float("Duration (minutes)", help="Length of the conversation.")
    local_time = fields.Char(
        "Customer's time",
        compute="_compute_local_time",
        help="The customer's local time, where it differs.",
    )
    channel = fields.Selection(selection(), required=True, default="phone")
    direction = fields.Selection(
        [("out", "Outgoing"), ("in", "Incoming")], required=True, default="out"
    )
    partner_id = fields.Many2one("res.partner", "With", ondelete="restrict")
    person = fields.Char(
        "With whom", help="Name, role and number of somebody who is not on file."
    )
    user_id = fields.Many2one(
        "res.users", "By", default=lambda self: self.env.user, ondelete="restrict"
    )
    user_name = fields.Char(
        "Name and title",
        compute="_compute_user_name",
        store=True,
        precompute=True,
        help="As they were at that time.",
    )
    outcome = fields.Selection(OUTCOMES, required=True)
    reason_id = fields.Many2one(
        "collection.reason",
        "Reason for non-payment",
        domain="[('kind', '=', 'nonpayment')]",
        ondelete="restrict",
    )
    subject = fields.Char()
    note = fields.Text("Notes")
    summary = fields.Char("What was said", compute="_compute_summary")
    step_id = fields.Many2one("collection.step", copy=False, ondelete="restrict")
    stage_id = fields.Many2one(related="step_id.stage_id", store=True)
    letter_id = fields.Many2one(
        "collection.letter", readonly=True, copy=False, ondelete="restrict"
    )
    message_ref = fields.Char(
        "Message ID",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Of the message sent or received; replies are matched by it.",
    )
    move_ids = fields.Many2many("account.move", string="Invoices")
    attachment_ids = fields.Many2many("ir.attachment", string="Evidence")
    # What the outcome means, for the limits and for statistics.
    is_attempt = fields.Boolean(
        "Attempt", compute="_compute_meaning", store=True, precompute=True
    )
    is_conversation = fields.Boolean(
        "Conversation", compute="_compute_meaning", store=True, precompute=True
    )
    is_void = fields.Boolean("Voided", readonly=True, copy=False)
    void_reason = fields.Char(readonly=True, copy=False)
    void_user_id = fields.Many2one("res.users", "Voided by", readonly=True, copy=False)
    void_date = fields.Datetime("Voided on", readonly=True, copy=False)
    can_void = fields.Boolean(compute="_compute_can_void")
    next_step = fields.Selection(NEXT_STEPS, compute="_compute_next_step")
    date_follow_up = fields.Date("Follow up on", help="The day to come back to it.")
    follow_up = fields.Char("Next action")
    seal_ids = fields.One2many("collection.contact.seal", "contact_id", "Seals")
    sha256 = fields.Char("Fingerprint", compute="_compute_sha256")
    can_complete = fields.Boolean(compute="_compute_can_complete")

    _recent = models.Index("(company_id, date)")
    _duration_of_a_talk = models.Constraint(
        "CHECK (duration >= 0 AND duration <= 1440)",
        "The duration of a contact is from 0 to 1440 minutes, which is a day.",
    )

    @api.depends("date")
    def _compute_logged_date(self):
        """When it was written down, for good; for what was logged before there was
        this field, when the row was made."""
        for contact in self:
            is_old = contact.id and contact.create_date
            contact.logged_date = contact.logged_date or (
                contact.create_date if is_old else self._get_moment()
            )

    @api.depends("date", "logged_date", "duration")
    def _compute_is_late(self):
        for contact in self:
            minutes = LATE_MINUTES + max(contact.duration, 0)
            limit = fields.Datetime.add(contact.date, minutes=minutes)
            contact.is_late = contact.logged_date > limit

    @api.depends("date", "partner_id", "customer_id")
    def _compute_local_time(self):
        for contact in self:
            who = contact.partner_id or contact.customer_id
            contact.local_time = who._get_collection_local_text(
                contact.date, contact.company_id
            )

    @api.depends("outcome", "direction", "step_id", "channel")
    def _compute_meaning(self):
        """A message that no step sent confirms what was agreed, or answers: it is no
        attempt to collect."""
        for contact in self:
            kind = meaning(contact.outcome)
            is_answer = contact.outcome == "sent" and not contact.step_id
            contact.is_conversation = (
                kind.is_conversation and channel_of(contact.channel).is_spoken
            )
            contact.is_attempt = (
                kind.is_attempt and contact.direction == "out" and not is_answer
            )

    @api.depends("user_id")
    def _compute_user_name(self):
        for contact in self:
            if contact.user_name:
                continue
            partner = contact.user_id.partner_id
            if partner == self.env.ref("base.partner_root"):
                contact.user_name = self.env._("Automatic")
                continue
            contact.user_name = ", ".join(
                part for part in (partner.name, partner.function) if part
            )

    @api.depends("user_id", "outcome", "is_void")
    @api.depends_context("uid")
    def _compute_can_void(self):
        for contact in self:
            contact.can_void = not contact._get_cannot_void_reason()

    @api.depends("subject", "note")
    def _compute_summary(self):
        for contact in self:
            parts = [contact.subject, " ".join((contact.note or "").split())]
            contact.summary = " - ".join(part for part in parts if part)

    @api.depends("channel", "outcome", "date")
    def _compute_display_name(self):
        for contact in self:
            contact.display_name = (
                f"{contact._label('channel')}: {contact._label('outcome')}"
            )

    @api.depends("outcome")
    def _compute_next_step(self):
        for contact in self:
            contact.next_step = meaning(contact.outcome).next_step

    @api.depends("logged_date", "user_id", "is_void", "outcome")
    @api.depends_context("uid")
    def _compute_can_complete(self):
        for contact in self:
            contact.can_complete = not contact._get_cannot_complete_reason()

    @api.depends("seal_ids")
    def _compute_sha256(self):
        for contact in self:
            contact.sha256 = contact.seal_ids.sorted("number")[-1:].sha256

    @api.constrains("date")
    def _check_date(self):
        if any(
            contact.date > fields.Datetime.add(contact.logged_date, minutes=5)
            for contact in self
        ):
            raise UserError(self.env._("A contact cannot be logged before it happens."))

    @api.constrains("date_follow_up")
    def _check_date_follow_up(self):
        for company, contacts in self.grouped("company_id").items():
            company._check_collection_horizon(contacts.mapped("date_follow_up"))

    @api.constrains("step_id", "case_id")
    def _check_step(self):
        for contact in self:
            if contact.step_id and contact.step_id.case_id != contact.case_id:
                raise UserError(
                    self.env._("The step of an entry must belong to the same case.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        contacts = super().create([self._as_own(vals) for vals in vals_list])
        if not self.env.su:
            contacts._check_written_by_hand()
            self._check_own_files(contacts.attachment_ids)
        contacts._check_stay()
        self.env["collection.contact.seal"]._seal(contacts, "entry")
        self.env["collection.contact.lock"]._count_contacts(contacts)
        contacts._claim_evidence()
        contacts._follow_up()
        return contacts

    def write(self, vals):
        # A context comes over the network too; being superuser does not.
        may_write = self.env.su and self.env.context.get("collection_log_fields")
        if not (isinstance(may_write, frozenset) and vals.keys() <= may_write):
            raise UserError(
                self.env._(
                    "The contact log cannot be rewritten. Void the entry with a reason"
                    " and log a new one."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_always(self):
        raise UserError(
            self.env._(
                "Entries of the contact log cannot be deleted. Void the entry with a "
                "reason."
            )
        )

    @api.model
    def _log(self, case, channel, outcome, **vals):
        """Log a contact as the program: what was sent, received or decided.

        :param case: collection.case record
        :param str channel: key of the channel
        :param str outcome: key of the outcome
        :param vals: see ``_prepare_log_vals``
        :return: the entry, as superuser
        """
        # Sudo: such entries are nobody's to write by hand. Whoever calls this has
        # checked the right to contact the customer, or acts for the mail gateway.
        return self.sudo().create(
            self._prepare_log_vals(case, channel, outcome, **vals)
        )

    @api.model
    def _prepare_log_vals(
        self, case, channel, outcome, partner=None, moves=None, files=None, **vals
    ):
        """:return: values of an entry, by default of an outgoing contact of the user

        :param partner: the res.partner who was contacted, or who wrote
        :param moves: account.move records it is about
        :param files: ir.attachment records, its evidence
        :param vals: values of other fields
        """
        if moves:
            vals["move_ids"] = [fields.Command.set(moves.ids)]
        if files:
            vals["attachment_ids"] = [fields.Command.set(files.ids)]
        return {
            "case_id": case.id,
            "channel": channel,
            "outcome": outcome,
            "partner_id": partner.id if partner else False,
            "user_id": self.env.uid,
            **vals,
        }

    def _check_written_by_hand(self):
        """:raises UserError: when a person may not write these entries"""
        # Defaults of a context or of a user come in after the values were checked.
        if any(contact.outcome in AUTOMATIC_OUTCOMES for contact in self):
            raise UserError(
                self.env._("Sent messages are logged by the program, not by hand.")
            )
        self._check_invoices()

    def _check_invoices(self):
        """An entry that a person writes is shown on invoices of its customer only."""
        for contact in self:
            # Who writes the entry need not read the accounts of a journal entry.
            for move in contact.sudo().move_ids:
                owing = move.commercial_partner_id | move.line_ids.partner_id
                if contact.customer_id not in owing:
                    raise UserError(
                        self.env._(
                            "The invoices of an entry must be those of its customer."
                        )
                    )

    @api.model
    def _as_own(self, vals):
        """:return: the values with the author, who is whoever writes; the program
        alone writes in the name of others
        :raises UserError: when a person writes what only the program knows"""
        if self.env.su:
            return vals
        if vals.get("outcome") in AUTOMATIC_OUTCOMES:
            raise UserError(
                self.env._("Sent messages are logged by the program, not by hand.")
            )
        if vals.get("user_id") not in (None, False, self.env.uid):
            raise UserError(self.env._("You can only log contacts in your own name."))
        return {**vals, "user_id": self.env.uid}

    def action_void(self, reason):
        """Void entries that are wrong; they stay visible, struck out.

        :param str reason: why the entry is wrong
        :raises UserError: without a reason, or when already voided
        """
        self.check_access("write")
        if not (reason or "").strip():
            raise UserError(self.env._("Explain why the entry is wrong."))
        if reason_against := self._get_cannot_void_reason():
            raise UserError(reason_against)
        self._revise(
            "void",
            {
                "is_void": True,
                "void_reason": reason.strip(),
                "void_user_id": self.env.uid,
                "void_date": self._get_moment(),
            },
        )

    def _get_cannot_void_reason(self):
        """An entry counts for the limits and is listed: who wrote it voids it.

        :return: translated sentence why the user may not void these entries, or False
        """
        manager = "account_collections.group_collection_manager"
        if any(contact.is_void for contact in self):
            return self.env._("The entry is already void.")
        if self.env.su or self.env.user.has_group(manager):
            return False
        if any(
            contact.user_id != self.env.user or contact.outcome in AUTOMATIC_OUTCOMES
            for contact in self
        ):
            return self.env._(
                "Only a collections manager can void entries written by others or by "
                "the program."
            )
        return False

    def _revise(self, kind, vals):
        """Change entries in one of the few ways there are, and seal the new version.

        The right was checked by the caller; what may be written is said here, by the
        program, and reaches ``write`` as superuser only.
        """
        entries = self.sudo().with_context(collection_log_fields=frozenset(vals))
        entries.write(vals)
        self.env["collection.contact.seal"]._seal(self, kind)

    @api.model
    def _get_moment(self):
        """:return: now, or the simulated moment, as naive UTC"""
        return self.env.company._get_collection_moment()

    def action_open_void(self):
        """Ask for the reason and void the entry."""
        return self._open_wizard(
            "collection.contact.void",
            self.env._("Void the entry"),
            contact_ids=self.ids,
        )

    # ------------------------------------------------------------------
    # Completion
    # ------------------------------------------------------------------

    def _get_cannot_complete_reason(self):
        """:return: translated sentence why the user may not complete this entry, or
        False"""
        limit = fields.Datetime.add(self.logged_date, minutes=COMPLETE_MINUTES)
        if self.user_id != self.env.user or self.letter_id:
            return self.env._("Only the author of an entry can complete it.")
        if not meaning(self.outcome).by_hand:
            return self.env._("Sent messages are logged by the program, not by hand.")
        if self.is_void:
            return self.env._("The entry is void.")
        if self._get_moment() > limit:
            return self.env._(
                "An entry can only be completed within an hour. Void it and log a "
                "new one."
            )
        return False

    def action_complete(self, values):
        """Complete an entry of one's own, within the hour; the version before it stays
        sealed.

        :param dict values: values of fields in ``COMPLETABLE``; files and invoices are
            added, none is taken away
        :raises UserError: when it is too late, or another person's entry
        """
        self.ensure_one()
        self.check_access("write")
        if reason := self._get_cannot_complete_reason():
            raise UserError(reason)
        if values.keys() - COMPLETABLE:
            raise AccessError(
                self.env._("Only what was left out of an entry can be completed.")
            )
        for name in ("attachment_ids", "move_ids"):
            if name in values:
                values = {**values, name: self._only_added(name, values[name])}
        self._revise("completion", values)
        self._check_invoices()
        self._claim_evidence()
        if "date_follow_up" in values:
            self._follow_up()

    def action_open_complete(self):
        """Ask for what is to be added to the entry."""
        self.ensure_one()
        return self._open_wizard(
            "collection.contact.complete",
            self.env._("Complete the entry"),
            contact_id=self.id,
        )

    def _claim_evidence(self):
        """Give the entries the files uploaded for them: who reads one, reads both."""
        for contact in self:
            # Whoever may write the entry gives it the files that they uploaded; the
            # program those that it made.
            files = contact.sudo().attachment_ids.filtered(
                lambda file: (
                    not file.res_id
                    and (self.env.su or file.create_uid == self.env.user)
                )
            )
            if files:
                files.write({"res_model": self._name, "res_id": contact.id})

    @api.model
    def _only_added(self, name, commands):
        """:return: commands that add to what there is
        :raises UserError: when something would be taken away or changed"""
        added = []
        for command, *rest in commands:
            if command == fields.Command.LINK:
                added.append(rest[0])
            elif command == fields.Command.SET:
                added += rest[1]
            else:
                raise UserError(self.env._("Evidence can be added but not removed."))
        records = self.env[self._fields[name].comodel_name].browse(added)
        records.check_access("read")
        if name == "attachment_ids":
            self._check_own_files(records)
        return [fields.Command.link(id_) for id_ in added]

    def _follow_up(self):
        """Take the case off the worklist as long as the outcome says, and make the
        activity that was asked for."""
        talks = self.filtered(lambda contact: meaning(contact.outcome).by_hand)
        for contact in talks:
            case, today = contact.case_id, contact.company_id._get_collection_today()
            days = meaning(contact.outcome).off_days
            later = fields.Date.add(today, days=days) if days else False
            day = contact.date_follow_up or later
            # Whoever may log a contact puts the case aside.
            if day or contact.direction == "out":
                case._write_protected({"date_follow_up": day})
            if contact.date_follow_up:
                case._add_task(
                    contact.follow_up or contact._get_next_step_label(),
                    contact.summary or "",
                    contact.date_follow_up,
                )

    def _get_next_step_label(self):
        return self._label("next_step") or self.env._("Follow up")

    def _get_summary_name(self):
        """:return: how the summary addresses whoever was spoken with"""
        self.ensure_one()
        if self.partner_id and not self.partner_id.is_company:
            return self.partner_id.name
        return self.person or self.env._("Sir or Madam")

    # ------------------------------------------------------------------
    # Stay
    # ------------------------------------------------------------------

    def _check_stay(self):
        """:raises UserError: when a stay forbids one of these contacts of ours"""
        outgoing = self.filtered(lambda contact: contact.direction == "out")
        customers = outgoing.case_id.partner_id
        if self.env["collection.stay"]._get_bankruptcies(customers):
            for contact in outgoing:
                contact._refuse_stayed()

    def _refuse_stayed(self):
        """Refuse a contact of ours about what is stayed, unless it is with trustee,
        counsel or claims agent. What happened before we knew is logged as it was."""
        stay = self.env["collection.stay"]
        bankruptcies = stay._get_bankruptcies(self.case_id.partner_id).filtered(
            lambda row: row.date_recorded and row.date_recorded <= self.date
        )
        if not bankruptcies or bankruptcies._is_representative(self.partner_id):
            return
        if self.case_id._is_stayed() or stay._filter_moves(self.move_ids):
            stay._refuse(
                bankruptcies,
                self.company_id,
                "contact",
                self.display_name,
                self.case_id,
            )
