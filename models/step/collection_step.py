from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, is_html_empty
from psycopg2 import OperationalError

from ...tools.channels import channel_of, step_selection
from ...tools.step_states import OPEN_STATES, STATES
from ..case.collection_decision import REASONS
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
WORDS = frozenset({"subject", "body"})
LISTED = 5


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
        "Not before", readonly=True, help="As the limits of contacts have it."
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
    approved_user_id = fields.Many2one("res.users", "Approved by", readonly=True)
    skip_reason_id = fields.Many2one("collection.reason", readonly=True)
    note = fields.Char(readonly=True)
    activity_id = fields.Many2one("mail.activity", readonly=True, ondelete="set null")
    letter_id = fields.Many2one("collection.letter", readonly=True, ondelete="set null")
    # This one message, as a person changed it. Empty: the words of the stage.
    subject = fields.Char("Edited subject")
    body = fields.Html("Edited words", sanitize_attributes=False)
    addressee_id = fields.Many2one("res.partner", compute="_compute_addressee_id")
    addressee_problem = fields.Char(compute="_compute_addressee_id")
    amount_text = fields.Char(
        "Amount asked for",
        compute="_compute_amount_text",
        help="Per currency and net of credits, as the tables of the message add it up.",
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
    addressee_phone = fields.Char("Telephone", compute="_compute_addressee_id")
    call_guide = fields.Html(related="stage_id.call_guide")
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    _open_action = models.UniqueIndex(
        "(case_id) WHERE state IN ('planned', 'approve', 'todo', 'failed')",
        "There is already an open step for this case.",
    )
    _queue = models.Index("(company_id, id) WHERE state IN ('planned', 'failed')")

    @api.depends("case_id.partner_id", "stage_id.name")
    def _compute_display_name(self):
        for action in self:
            action.display_name = (
                f"{action.stage_id.name}: {action.case_id.partner_id.display_name}"
            )

    @api.depends("case_id", "channel")
    @api.depends_context("lang")
    def _compute_addressee_id(self):
        finder = self.env["collection.recipient"]
        for action, (partner, problem) in finder._find(self).items():
            action.addressee_id = partner
            action.addressee_problem = problem
            action.addressee_phone = partner.phone

    @api.depends("case_id", "stage_id")
    @api.depends_context("collection_as_of", "lang")
    def _compute_amount_text(self):
        texts = self.env["collection.message.composer"]._get_amount_texts(self)
        for action in self:
            action.amount_text = texts[action]

    @api.depends("stage_id.deadline_days", "stage_id.referral_days")
    @api.depends_context("collection_as_of")
    def _compute_deadlines(self):
        """Counted from the day the message goes out, which is the day it is made."""
        for action in self:
            day = action.company_id._get_collection_today()
            stage = action.stage_id
            action.date_deadline = fields.Date.add(day, days=stage.deadline_days)
            action.date_referral = fields.Date.add(
                action.date_deadline, days=stage.referral_days
            )

    @api.depends("channel", "letter_id")
    def _compute_has_message(self):
        for action in self:
            action.has_message = bool(
                channel_of(action.channel).is_written or action.letter_id
            )

    @api.depends("subject", "body")
    def _compute_is_edited(self):
        for action in self:
            action.is_edited = action._has_own_words()

    @api.depends("state")
    def _compute_is_open(self):
        for action in self:
            action.is_open = action.state in ("planned", "approve", "todo", "failed")

    @api.depends("subject", "body")
    def _compute_preview(self):
        for action in self:
            # While a person types, the screen shows the message as it was saved.
            is_typing = action._origin != action
            action.preview = (
                action._origin.preview if is_typing else action._get_preview()
            )

    def write(self, vals):
        if WORDS & vals.keys() and not self.env.su:
            self._check_words()
        return super().write(vals)

    # ------------------------------------------------------------------
    # What people do with a step
    # ------------------------------------------------------------------

    def _check_transition(self, state):
        """:raises UserError: when a step cannot go to that state from where it is"""
        for action in self:
            if state not in TRANSITIONS[action.state]:
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "The step “%(step)s” is “%(old)s” and cannot become “%(new)s”.",
                        step=action.display_name,
                        old=labels[action.state],
                        new=labels[state],
                    )
                )

    def _set_state(self, state, **vals):
        """Change the state along ``TRANSITIONS``, with the day it ended if it did."""
        self._check_transition(state)
        if state not in OPEN_STATES:
            vals.setdefault("date_done", fields.Datetime.now())
        # The right to work the case was checked by the caller; state fields are not
        # writable by hand for anybody.
        self.sudo().write({"state": state, **vals})

    def action_approve__1(self):
        """Release steps that wait for approval; the execution takes them at once."""
        self.check_access("write")
        waiting = self.filtered(lambda action: action.state == "approve")
        if not waiting:
            raise UserError(self.env._("None of these steps waits for approval."))
        waiting._set_state("planned", approved_user_id=self.env.uid)
        self._trigger_execution()
        return self._tell_approved(waiting)

    def action_retry__1(self):
        """Try failed steps again now."""
        self.check_access("write")
        failed = self.filtered(lambda action: action.state == "failed")
        if not failed:
            raise UserError(self.env._("None of these steps has failed."))
        failed._set_state("planned", error=False, date_try=False, attempts=0)
        self._trigger_execution()
        return self._tell(self.env._("%s steps are tried again.", len(failed)))

    def action_open_skip(self):
        """Ask for the reason and skip."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Skip"),
            "res_model": "collection.step.skip",
            "view_mode": "form",
            "target": "new",
            "context": {"default_step_ids": self.ids},
        }

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
        self._pass_stage()
        for action in self:
            action.case_id.message_post(
                body=self.env._(
                    "Skipped “%(stage)s”: %(reason)s. %(note)s",
                    stage=action.stage_id.name,
                    reason=reason.name,
                    note=note,
                )
            )

    def _complete(self, note=""):
        """The person has done what the step asked for."""
        self._set_state("done", note=note)
        self._pass_stage(is_step=True)

    def _pass_stage(self, is_step=False):
        """Lift the items to the stage of these steps.

        :param bool is_step: the customer was contacted, so the quiet time starts
        """
        self.activity_id.unlink()
        for company, actions in self.grouped("company_id").items():
            today = company._get_collection_today()
            actions._lift_items(company, today)
            if is_step:
                # Collectors do not write the planning fields of a case by hand.
                actions.case_id.sudo().date_last_step = today

    def _lift_items(self, company, as_of):
        cases = self.case_id
        self.env.flush_all()
        review = self.env["collection.review"]
        review._take_snapshot(company, as_of, cases.partner_id.ids, None)
        self.env["collection.decision.statement"]._raise_items(
            company, as_of, {action.case_id.id: action.stage_id.id for action in self}
        )
        cases._refresh_stages()

    # ------------------------------------------------------------------
    # Set-based helpers of the plan
    # ------------------------------------------------------------------

    @api.model
    def _trigger_execution(self):
        # Anyone who may approve may have the execution start; it takes what is due.
        self.env.ref("account_collections.ir_cron_execute_steps").sudo()._trigger()

    @api.model
    def _skip_expired(self, company, as_of, partner_ids=None):
        """Skip the tasks that nobody did within the policy's patience, so that the
        ladder goes on. Reads the snapshot taken by the review."""
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE collection_step action
                   SET state = 'skipped', date_done = NOW() AT TIME ZONE 'UTC',
                       note = %(note)s
                  FROM collection_case case_, collection_policy policy
                 WHERE case_.id = action.case_id AND policy.id = case_.policy_id
                   AND case_.company_id = %(company)s AND action.state = 'todo'
                   AND action.channel <> 'task'
                   AND action.date_planned + policy.task_patience < %(as_of)s
                   AND %(restrict)s
                RETURNING action.case_id, action.stage_id
                """,
                note=self.env._("Not done in time."),
                company=company.id,
                as_of=as_of,
                restrict=self.env["collection.review"]._restrict(partner_ids),
            )
        )
        if rows:
            self.env["collection.decision.statement"]._raise_items(
                company, as_of, dict(rows)
            )
            self.env["collection.review"]._refresh_snapshot()
            self.env["collection.case.figures"]._refresh_stages(company, partner_ids)
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

    def _is_paper(self):
        return channel_of(self.channel).is_paper

    def _is_for_person(self):
        return channel_of(self.channel).is_manual

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def _check_words(self):
        """:raises UserError: when the words of one of these steps are settled"""
        for action in self:
            if action.state not in OPEN_STATES:
                raise UserError(
                    self.env._("This step is over; its message was sent as is.")
                )
            if action.approved_user_id not in (self.env["res.users"], self.env.user):
                raise UserError(
                    self.env._(
                        "%s has approved these words. Skip the step if they are not to"
                        " be sent.",
                        action.approved_user_id.name,
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
                return self.env["collection.message.composer"]._preview(self)
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
    def _tell_approved__1(self, actions):
        """:return: client action that confirms the approval of steps"""
        return self._tell(
            self.env._(
                "Approved: %s. It goes out in a few minutes, after a last look at the"
                " ledger.",
                actions.display_name,
            )
            if len(actions) == 1
            else self.env._(
                "%s steps approved. They go out in a few minutes, after a last look at"
                " the ledger.",
                len(actions),
            )
        )

    @api.model
    def _tell(self, message):
        """:return: client action that shows a message and refreshes the screen"""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    # ------------------------------------------------------------------
    # Stay
    # ------------------------------------------------------------------

    def action_approve(self):
        """Release steps, unless a stay forbids what they would send."""
        self.check_access("write")
        self._check_stay()
        return self.action_approve__1()

    def action_retry(self):
        """Try failed steps again, unless a stay forbids what they would send."""
        self.check_access("write")
        self._check_stay()
        return self.action_retry__1()

    def _check_stay(self):
        for action in self:
            action.case_id._check_stay("step", action.display_name)

    # ------------------------------------------------------------------
    # Steps that wait
    # ------------------------------------------------------------------

    def _put_off(self, answer):
        """Have this step wait until the guard allows it, with its reason.

        :param answer: the ``Answer`` of the contact guard
        """
        self.ensure_one()
        day = self.company_id._get_collection_day(answer.next_moment)
        # The execution writes the planning fields, nobody else.
        self.sudo().write(
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
    def _tell_approved(self, actions):
        """Say also whose messages have to wait, and why."""
        waiting = []
        for channel, steps in actions.grouped("channel").items():
            answers = self.env["collection.contact.guard"]._ask(steps.case_id, channel)
            for step in steps:
                answer = answers[step.case_id]
                if answer.level:
                    text = self.env["collection.contact.guard"]._get_text(
                        step.case_id, answer
                    )
                    waiting.append(f"{step.case_id.partner_id.display_name}: {text}")
        if not waiting:
            return self._tell_approved__1(actions)
        notification = self._tell(
            self.env._(
                "%(count)s approved. %(left)s wait: %(who)s",
                count=len(actions),
                left=len(waiting),
                who=" ".join(waiting[:LISTED]),
            )
        )
        notification["params"] |= {"type": "warning", "sticky": True}
        return notification
