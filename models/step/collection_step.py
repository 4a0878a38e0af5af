from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, is_html_empty
from psycopg2 import OperationalError

from ...tools.channels import channel_of, step_selection
from ...tools.step_states import OPEN_STATES, STATES
from ..case.collection_decision import REASONS
from ..case.collection_snapshot import OF_CUSTOMERS
from ..common.fields import Many2oneNoFK

# Which states a step may go to from each one.
TRANSITIONS = {
    "planned": {"todo", "done", "skipped", "cancelled", "failed"},
    "approve": {"planned", "skipped", "cancelled"},
    "todo": {"done", "skipped", "cancelled"},
    "failed": {"planned", "todo", "done", "failed", "skipped", "cancelled"},
    "done": set(),
    "skipped": set(),
    "cancelled": set(),
}
# What a person may change of a message before it goes out.
EDITABLE_FIELDS = frozenset({"subject", "body"})
# So many customers whose messages have to wait are named at most.
NAMED_CUSTOMERS = 5
CLOSE_WINDOW = {"type": "ir.actions.act_window_close"}


class CollectionStep(models.Model):
    """A step to take for a case: a row of the outbox.

    The plan inserts it, the execution takes it: a message is sent, a letter written, a
    call put on the collector's list. One step of a case is open at a time. A step that
    is not automatic waits for a person's approval.

    Collectors approve, skip and retry steps; nobody writes the state by hand.
    """

    _name = "collection.step"
    _description = "Collection Step"
    _inherit = ["collection.protected.mixin"]
    _order = "date_planned desc, id desc"
    _rec_names_search = ["case_id", "stage_id"]
    _check_company_auto = True

    # A case is never deleted, a stage not when it is used.
    case_id = Many2oneNoFK(
        "collection.case", required=True, index=True, readonly=True, ondelete="cascade"
    )
    company_id = Many2oneNoFK("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(related="case_id.partner_id", store=False)
    user_id = fields.Many2one(related="case_id.user_id")
    stage_id = Many2oneNoFK(
        "collection.stage", required=True, readonly=True, index=True
    )
    channel = fields.Selection(step_selection(), required=True, readonly=True)
    date_planned = fields.Date("Planned for", required=True, readonly=True)
    date_allowed = fields.Datetime(
        "Not before", readonly=True, help="By the contact limits."
    )
    date_done = fields.Datetime("Ended", readonly=True)
    amount_net = fields.Monetary("Net overdue when planned", readonly=True)
    state = fields.Selection(STATES, "Status", required=True, readonly=True)
    reason = fields.Selection(
        REASONS, "Decision", readonly=True, help="Why it was planned, or dropped."
    )
    error = fields.Char(readonly=True)
    attempts = fields.Integer("Failed attempts", readonly=True, default=0)
    date_try = fields.Datetime("Next try", readonly=True)
    date_claimed = fields.Datetime("Being made since", readonly=True)
    # Of the executor, as PostgreSQL numbers its connections.
    claimant = fields.Integer(readonly=True)
    interruptions = fields.Integer(
        "Interrupted",
        readonly=True,
        help="How often the program was ended while it made this message.",
    )
    approved_user_id = fields.Many2one("res.users", "Approved by", readonly=True)
    skip_reason_id = fields.Many2one(
        "collection.reason", readonly=True, domain="[('kind', '=', 'skip')]"
    )
    note = fields.Char(readonly=True)
    activity_id = fields.Many2one("mail.activity", readonly=True, ondelete="set null")
    letter_id = fields.Many2one("collection.letter", readonly=True, ondelete="set null")
    delivery_state = fields.Selection(related="letter_id.delivery_state")
    # This one message, as a person changed it. Empty: the words of the stage.
    subject = fields.Char("Edited subject")
    body = fields.Html("Edited text", sanitize_attributes=False)
    recipient_id = fields.Many2one(
        "res.partner", "Addressee", compute="_compute_recipient_id"
    )
    recipient_problem = fields.Char(
        "Addressee Problem", compute="_compute_recipient_id"
    )
    amount_text = fields.Char(
        "Amount requested",
        compute="_compute_amount_text",
        help="Per currency and net of credits, as in the tables of the message.",
    )
    date_deadline = fields.Date(
        "Deadline", compute="_compute_deadlines", help="The day the message names."
    )
    date_referral = fields.Date(
        "Referral on",
        compute="_compute_deadlines",
        help="The day after the deadline on which the matter is referred.",
    )
    has_message = fields.Boolean(compute="_compute_has_message")
    is_edited = fields.Boolean(compute="_compute_is_edited")
    is_open = fields.Boolean(compute="_compute_is_open")
    is_final_demand = fields.Boolean(related="stage_id.is_final_demand")
    recipient_phone = fields.Char("Telephone", compute="_compute_recipient_id")
    call_guide = fields.Html(compute="_compute_call_guide")
    preview = fields.Html(compute="_compute_preview", sanitize=False)
    history_ids = fields.One2many(
        "collection.demand.history", "step_id", "History in this letter"
    )
    excluded_lines = fields.Json(
        "Left out", readonly=True, help="Lines of the history that a person left out."
    )
    referral_text = fields.Char("Referred to", compute="_compute_referral_text")

    _open_step = models.UniqueIndex(
        "(case_id) WHERE state IN ('planned', 'approve', 'todo', 'failed')",
        "There is already an open step for this case.",
    )
    _queue = models.Index("(company_id, id) WHERE state IN ('planned', 'failed')")

    @api.depends("case_id.partner_id", "stage_id.name")
    def _compute_display_name(self):
        for step in self:
            step.display_name = (
                f"{step.stage_id.name}: {step.case_id.partner_id.display_name}"
            )

    @api.depends("case_id", "channel")
    @api.depends_context("lang")
    def _compute_recipient_id(self):
        finder = self.env["collection.recipient"]
        for step, (partner, problem) in finder._find(self).items():
            step.recipient_id = partner
            step.recipient_problem = problem
            step.recipient_phone = partner.phone

    @api.depends("stage_id.call_guide")
    @api.depends_context("uid")
    def _compute_call_guide(self):
        speaker = self.env.user.partner_id
        for step in self:
            step.call_guide = step.stage_id._get_call_guide(speaker, step.company_id)

    @api.depends("case_id", "stage_id")
    @api.depends_context("collection_as_of", "lang")
    def _compute_amount_text(self):
        texts = self.env["collection.message.composer"]._get_amount_texts(self)
        for step in self:
            step.amount_text = texts[step]

    @api.depends("stage_id.deadline_days", "stage_id.referral_days")
    @api.depends_context("collection_as_of")
    def _compute_deadlines(self):
        """Counted from the day the message goes out, which is the day it is made."""
        for step in self:
            day = step.company_id._get_collection_today()
            stage = step.stage_id
            step.date_deadline = fields.Date.add(day, days=stage.deadline_days)
            step.date_referral = fields.Date.add(
                step.date_deadline, days=stage.referral_days
            )

    @api.depends("channel", "letter_id")
    def _compute_has_message(self):
        for step in self:
            step.has_message = bool(
                channel_of(step.channel).is_written or step.letter_id
            )

    @api.depends("subject", "body")
    def _compute_is_edited(self):
        for step in self:
            step.is_edited = step._has_own_words()

    @api.depends("state")
    def _compute_is_open(self):
        for step in self:
            step.is_open = step.state in OPEN_STATES

    @api.depends("subject", "body")
    def _compute_preview(self):
        for step in self:
            # While a person types, the screen shows the message as it was saved.
            is_typing = step._origin != step
            step.preview = step._origin.preview if is_typing else step._get_preview()

    @api.depends("stage_id.referral_partner_id")
    @api.depends_context("lang")
    def _compute_referral_text(self):
        for step in self:
            # Only the name that the letter prints, whoever may read the address book.
            name = step.stage_id.referral_partner_id.sudo().name
            step.referral_text = name or self.env._("a third party")

    def write(self, vals):
        if EDITABLE_FIELDS & vals.keys() and not self.env.su:
            self._check_words()
            self.env["ir.actions.report"]._check_collection_words(vals.get("body"))
        return super().write(vals)

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    def _check_transition(self, state):
        """:raises UserError: when a step cannot go to that state from where it is"""
        for step in self:
            if state not in TRANSITIONS[step.state]:
                raise UserError(
                    self.env._(
                        "The step “%(step)s” is “%(old)s” and cannot become “%(new)s”.",
                        step=step.display_name,
                        old=self._label("state", step.state),
                        new=self._label("state", state),
                    )
                )

    def _set_state(self, state, **vals):
        """Change the state along ``TRANSITIONS``, with the day it ended if it did."""
        self._check_transition(state)
        if state not in OPEN_STATES:
            vals.setdefault("date_done", fields.Datetime.now())
        self._write_protected({"state": state, **vals})

    def action_approve(self):
        """Release steps that wait for approval; the execution takes them at once.

        :raises UserError: when none waits, or a stay forbids one of them
        """
        self.check_access("write")
        self._check_stay()
        waiting = self.filtered(lambda step: step.state == "approve")
        if not waiting:
            raise UserError(self.env._("None of these steps is waiting for approval."))
        waiting._set_state("planned", approved_user_id=self.env.uid)
        self._trigger_execution()
        return self._notify_approved(waiting)

    def action_retry(self):
        """Try failed steps again now.

        :raises UserError: when none has failed, or a stay forbids one of them
        """
        self.check_access("write")
        self._check_stay()
        failed = self.filtered(lambda step: step.state == "failed")
        if not failed:
            raise UserError(self.env._("None of these steps has failed."))
        failed._set_state(
            "planned",
            error=False,
            date_try=False,
            attempts=0,
            date_claimed=False,
            interruptions=0,
        )
        self._trigger_execution()
        return self._notify(
            "success",
            self.env._("Trying again: %s", len(failed)),
            next=CLOSE_WINDOW,
        )

    def action_correct_address(self):
        """Open the dialog to correct the address; saved, the step is tried again."""
        self.ensure_one()
        return self.case_id._open_address_correction(self.recipient_id, step_id=self.id)

    def action_open_skip(self):
        """Ask for the reason and skip."""
        return self._open_wizard(
            "collection.step.skip", self.env._("Skip"), step_ids=self.ids
        )

    def action_open_done(self):
        """Open the call screen, to say how the call or visit went."""
        self.ensure_one()
        return self.case_id._open_call(self)

    def action_preview_pdf(self):
        """Open the letter as it would be printed."""
        self.ensure_one()
        return self.env.ref("account_collections.action_report_letter").report_action(
            self, config=False
        )

    def _skip(self, reason, note=""):
        """Leave this step out and go on with the next stage, with a reason on record.

        :param reason: collection.reason record
        :param str note: what else there is to say
        """
        self._set_state("skipped", skip_reason_id=reason.id, note=note)
        self._advance_items()
        for step in self:
            step.case_id.message_post(
                body=self.env._(
                    "Skipped “%(stage)s”: %(reason)s. %(note)s",
                    stage=step.stage_id.name,
                    reason=reason.name,
                    note=note,
                )
            )

    def _complete(self, note=""):
        """Close steps that a person has carried out; the quiet time starts."""
        self._set_state("done", note=note)
        self._advance_items()
        for company, steps in self.grouped("company_id").items():
            today = company._get_collection_today()
            steps.case_id._write_protected({"date_last_step": today})

    def _advance_items(self):
        """Move the items of the cases on to the stages of these steps."""
        self.activity_id.unlink()
        self.env.flush_all()
        snapshot = self.env["collection.snapshot"]
        statement = self.env["collection.decision.statement"]
        for company, steps in self.grouped("company_id").items():
            today, cases = company._get_collection_today(), steps.case_id
            snapshot._build(company, today, cases.partner_id.ids)
            stages = {step.case_id.id: step.stage_id.id for step in steps}
            statement._advance_items(company, today, stages)
            cases._refresh_stages()

    # ------------------------------------------------------------------
    # Set-based helpers of the plan
    # ------------------------------------------------------------------

    @api.model
    def _trigger_execution(self, moment=None):
        """Have the executors start, now or at a moment (naive UTC)."""
        # Anyone who may approve may have the execution start; it takes what is due.
        for lane in self.env["collection.lane"].sudo()._get_active():
            lane._trigger(moment)

    @api.model
    def _skip_expired(self, company, as_of, partner_ids=None):
        """Skip the tasks that nobody did within the policy's patience, so that the
        ladder goes on. Reads the snapshot taken by the review.

        In: the steps that wait for a person, and the patience of the policies.
        Out: those that waited longer are skipped, and their items advance.
        Example: a call planned for the 1st, with a patience of 5 days: skipped on the
        7th, and its items are at its stage.
        """
        restrict = SQL(OF_CUSTOMERS, partners=partner_ids)
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE collection_step step
                   SET state = 'skipped', date_done = NOW() AT TIME ZONE 'UTC',
                       note = %(note)s
                  FROM collection_case case_, collection_policy policy
                 WHERE case_.id = step.case_id AND policy.id = case_.policy_id
                   AND case_.company_id = %(company)s AND step.state = 'todo'
                   AND step.channel <> 'task'
                   AND step.date_planned + policy.task_patience < %(as_of)s
                   AND %(restrict)s
                RETURNING step.case_id, step.stage_id
                """,
                note=self.env._("Not done in time."),
                company=company.id,
                as_of=as_of,
                restrict=restrict,
            )
        )
        if rows:
            self.env["collection.decision.statement"]._advance_items(
                company, as_of, dict(rows)
            )
            self.env["collection.snapshot"]._refresh()
            self.env["collection.case.figures"]._refresh_stages(company, restrict)
            self._close_activities(company)

    @api.model
    def _close_activities(self, company):
        """Remove the to-dos of tasks that were dropped or skipped."""
        self.invalidate_model(["state", "activity_id"])
        self.search(
            [
                ("company_id", "=", company.id),
                ("state", "in", ("cancelled", "skipped")),
                ("activity_id", "!=", False),
            ]
        ).activity_id.unlink()

    def _has_own_words(self):
        """:return: whether a person has changed this one message"""
        return bool(self.subject or not is_html_empty(self.body))

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def _check_words(self):
        """:raises UserError: when the words of one of these steps are settled"""
        for step in self:
            if step.state not in OPEN_STATES:
                raise UserError(
                    self.env._("This step is finished; its message was sent as it was.")
                )
            if step.approved_user_id not in (self.env["res.users"], self.env.user):
                raise UserError(
                    self.env._(
                        "%s has approved this text. Skip the step if it should not "
                        "be sent.",
                        step.approved_user_id.name,
                    )
                )

    def action_edit(self):
        """Fill this one message with the words of the stage, to be changed."""
        self.ensure_one()
        self.check_access("write")
        self._check_words()
        if not self.stage_id.template_id:
            raise UserError(self.env._("This step sends no message."))
        message = self.env["collection.message.composer"]
        subject, body = message._get_words(self, message._get_lang(self))
        self.write({"subject": subject, "body": body})

    def action_discard_edit(self):
        """Go back to the words of the stage."""
        self.check_access("write")
        self.write({"subject": False, "body": False})

    def _set_included(self, key, is_included):
        """Remember whether a line of the history is excluded from the letter.

        :param str key: see ``collection.demand.history._get_key``
        :param bool is_included: whether the letter lists it
        """
        self.check_access("write")
        excluded = set(self.excluded_lines or ()) - {key}
        if not is_included:
            excluded.add(key)
        self._write_protected({"excluded_lines": sorted(excluded)})

    # ------------------------------------------------------------------
    # Screen
    # ------------------------------------------------------------------

    def _get_preview(self):
        """:return: HTML of the message as it would go out now, or as it went out; a
        message that cannot be written says why instead of breaking the screen"""
        if not self.is_open or not self.stage_id.template_id:
            return self.letter_id.body
        try:
            with self.env.cr.savepoint():
                histories = self.env["collection.demand.history"]._get_histories(self)
                return self.env["collection.message.composer"]._preview(self, histories)
        except OperationalError:
            raise
        except Exception as error:  # a template may raise anything
            return Markup('<p style="color: #b02a37">%s</p>') % self.env._(
                "The message cannot be written: %s", error
            )

    def action_open_case(self):
        """Open the case of this step."""
        self.ensure_one()
        return self.case_id._get_records_action()

    def action_open_letter(self):
        """Open the letter that this step sent."""
        self.ensure_one()
        return self.letter_id._get_records_action()

    @api.model
    def _notify_approved(self, steps):
        """:return: client action that confirms the approval of steps, and says whose
        messages have to wait"""
        if waiting := self._get_waiting_customers(steps):
            return self._notify_waiting(steps, waiting)
        return self._notify(
            "success",
            self.env._(
                "Approved: %s. It goes out in a few minutes, after a last check of "
                "the ledger.",
                steps.display_name,
            )
            if len(steps) == 1
            else self.env._(
                "%s steps approved. They go out in a few minutes, after a last check "
                "of the ledger.",
                len(steps),
            ),
            next=CLOSE_WINDOW,
        )

    @api.model
    def _notify_waiting(self, steps, waiting):
        return self._notify(
            "warning",
            self.env._(
                "Approved: %(count)s. Waiting: %(left)s. %(who)s",
                count=len(steps),
                left=len(waiting),
                who=" ".join(waiting[:NAMED_CUSTOMERS]),
            ),
            sticky=True,
            next=CLOSE_WINDOW,
        )

    # ------------------------------------------------------------------
    # Stay
    # ------------------------------------------------------------------

    def _check_stay(self):
        for step in self:
            step.case_id._check_stay("step", step.display_name)

    # ------------------------------------------------------------------
    # Steps that wait
    # ------------------------------------------------------------------

    def _postpone(self, answer):
        """Have this step wait until the guard allows it, with its reason.

        :param answer: the ``Answer`` of the contact guard
        """
        self.ensure_one()
        day = self.company_id._get_collection_day(answer.next_moment)
        self._write_protected(
            {
                "date_planned": max(day, self.date_planned),
                "date_allowed": answer.next_moment,
                "reason": "contact_limit",
                "note": answer.reason,
            }
        )

    def _get_waiting_text(self):
        """:return: translated sentence when the limits make this step wait, else
        False"""
        if not self.date_allowed or self.state != "planned":
            return False
        when = self.partner_id._get_collection_local_text(
            self.date_allowed, self.company_id
        )
        return self.env._(
            "“%(stage)s” waits until %(when)s: %(why)s",
            stage=self.stage_id.name,
            when=when,
            why=self.note or "",
        )

    @api.model
    def _get_waiting_customers(self, steps):
        """:return: list of texts of whose messages have to wait, and why"""
        waiting = []
        guard = self.env["collection.contact.guard"]
        for channel, own in steps.grouped("channel").items():
            answers = guard._ask(own.case_id, channel)
            for step in own:
                answer = answers[step.case_id]
                if answer.level:
                    text = guard._get_text(step.case_id, answer)
                    waiting.append(f"{step.case_id.partner_id.display_name}: {text}")
        return waiting
