import re
from itertools import pairwise

from markupsafe import Markup, escape
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.channels import channel_of, channels, step_selection
from ..common.fields import is_referred_to


class CollectionStage(models.Model):
    """A stage of a policy: when it is due, through which channel, with which words.

    A stage is due for an item ``days`` after the item's own due date (negative: before
    it), and not earlier than ``gap_days`` after the item's previous stage. Both must be
    met. Collectors read stages, collections managers change them.
    """

    _name = "collection.stage"
    _description = "Collection Stage"
    _inherit = ["collection.protected.mixin"]
    _order = "policy_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(
        required=True,
        default=0,
        help="Place on the ladder. Zero when the stage is added: the place that its day"
        " calls for.",
    )
    active = fields.Boolean(default=True)
    color = fields.Integer()

    policy_id = fields.Many2one(
        "collection.policy", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="policy_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="policy_id.currency_id", store=True)

    days = fields.Integer(
        "Days after due date",
        required=True,
        default=0,
        help="Counted from the due date of each due item. Negative: before it.",
    )
    gap_days = fields.Integer(
        "Days since previous stage",
        default=0,
        help="At least this many days after the item reached its previous stage. The"
        " stage is due when both counts have passed.",
    )
    amount_min = fields.Monetary(
        "Minimum amount",
        default=0,
        help="Below this net amount the stage is skipped and the next one "
        "considered. Zero: always.",
    )

    channel = fields.Selection(step_selection(), required=True, default="email")
    with_email = fields.Boolean(
        "Also by e-mail", help="A letter goes out by e-mail as well."
    )
    is_automatic = fields.Boolean(
        "Automatic",
        default=True,
        help="Sent by the scheduler. Otherwise a person approves each message.",
    )
    template_id = fields.Many2one(
        "mail.template",
        "Message",
        domain="[('model', '=', 'collection.step')]",
        ondelete="restrict",
        help="Subject and text of the e-mail, letter or text message.",
    )
    attach_statement = fields.Boolean(
        "Attach statement", help="The e-mail carries the statement of account as PDF."
    )
    attach_invoices = fields.Boolean(
        "Attach invoices",
        help="The e-mail carries the stored PDFs of the listed invoices.",
    )
    copy_to = fields.Selection(
        [("collector", "Collector"), ("salesperson", "Salesperson")], "Copy to"
    )
    is_final_demand = fields.Boolean(
        "Final demand", help="Names the deadline and the date of referral."
    )
    deadline_days = fields.Integer(
        "Days to pay",
        default=10,
        help="The deadline that the message names, in days after it is sent.",
    )
    referral_days = fields.Integer(
        "Days to the referral",
        default=10,
        help="The day of the referral that a final demand names, in days after its"
        " deadline.",
    )
    referral_partner_id = fields.Many2one(
        "res.partner",
        "Referred to",
        ondelete="restrict",
        help="The agency, lawyer or mediator whom a final demand names. Empty: a third"
        " party.",
    )
    call_guide = fields.Html(
        translate=True,
        help="What the collector sees next to the account. [name], [title] and"
        " [company] stand for who is calling.",
    )
    timing_text = fields.Char("When", compute="_compute_timing_text")

    _gap_positive = models.Constraint(
        "CHECK (gap_days >= 0)",
        "The days since the previous stage cannot be negative. Use 0 for none.",
    )
    _amount_positive = models.Constraint(
        "CHECK (amount_min >= 0)", "The minimum amount of a stage cannot be negative."
    )
    _deadline_positive = models.Constraint(
        "CHECK (deadline_days >= 0 AND referral_days >= 0)",
        "The days to pay and to the referral cannot be negative.",
    )
    # Days much further away are out of the range of dates in PostgreSQL and Python: the
    # run would fail for every customer of the company.
    _days_within_reach = models.Constraint(
        "CHECK (days >= -3650 AND days <= 3650 AND gap_days <= 3650"
        " AND deadline_days <= 3650 AND referral_days <= 3650)",
        "The days of a stage are at most 3650, ten years.",
    )

    @api.depends("name", "policy_id.name")
    @api.depends_context("collection_show_policy", "lang")
    def _compute_display_name(self):
        """Policies have stages of the same name; the board tells them apart."""
        for stage in self:
            stage.display_name = (
                f"{stage.name} ({stage.policy_id.name})"
                if self.env.context.get("collection_show_policy")
                else stage.name
            )

    @api.depends("days", "gap_days")
    @api.depends_context("lang")
    def _compute_timing_text(self):
        for stage in self:
            stage.timing_text = stage._get_timing_text()

    @api.constrains("sequence", "days", "policy_id", "active")
    def _check_ladder(self):
        """A ladder rises: later stages come on later days, and never two on one."""
        for policy in self.policy_id:
            for lower, upper in pairwise(policy.stage_ids.sorted("sequence")):
                if reason := self._get_ladder_fault(lower, upper):
                    raise ValidationError(reason)

    @api.model
    def _get_ladder_fault(self, lower, upper):
        """:return: translated sentence on what is wrong with two stages that follow
        each other, or False"""
        words = {
            "lower": lower.name,
            "upper": upper.name,
            "lower_days": lower.days,
            "upper_days": upper.days,
        }
        if lower.days == upper.days:
            return self.env._(
                "“%(lower)s” and “%(upper)s” are due on the same day (%(lower_days)s"
                " days after the due date). Give one of them another day.",
                **words,
            )
        if lower.sequence == upper.sequence:
            return self.env._(
                "“%(lower)s” and “%(upper)s” have the same place in the order. Move one"
                " of them.",
                **words,
            )
        if lower.days > upper.days:
            return self.env._(
                "“%(upper)s” comes after “%(lower)s” but would be due on day"
                " %(upper_days)s, not after day %(lower_days)s. Change the days or the"
                " order.",
                **words,
            )
        return False

    @api.constrains("channel", "template_id")
    def _check_template(self):
        for stage in self:
            if channel_of(stage.channel).is_written and not stage.template_id:
                raise ValidationError(
                    self.env._(
                        "Stage “%s” sends a message but has no text. Choose a message"
                        " for it.",
                        stage.name,
                    )
                )
            if stage.template_id and stage.template_id.model != "collection.step":
                raise ValidationError(
                    self.env._(
                        "The message “%(template)s” is written for another kind of"
                        " document. Choose one made for collection steps.",
                        template=stage.template_id.name,
                    )
                )

    @api.constrains("is_automatic", "channel", "is_final_demand")
    def _check_final_demand(self):
        for stage in self:
            if stage.is_final_demand and stage.channel not in (
                *channels(is_paper=True),
                "email",
            ):
                raise ValidationError(
                    self.env._(
                        "“%s” is a final demand: choose a letter, a certified letter or"
                        " an e-mail for it.",
                        stage.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not vals.get("sequence"):
                vals["sequence"] = self._find_place(vals, vals_list)
        return super().create(vals_list)

    @api.model
    def _find_place(self, vals, vals_list):
        """:return: sequence between the stages before and after the day of a new one"""
        policy_id, day = vals.get("policy_id"), vals.get("days") or 0
        policy = self.env["collection.policy"].browse(policy_id)
        places = [(stage.days, stage.sequence) for stage in policy.stage_ids] + [
            (other.get("days") or 0, other["sequence"])
            for other in vals_list
            if other.get("sequence") and other.get("policy_id") == policy_id
        ]
        lower = max((place for days, place in places if days <= day), default=0)
        upper = min((place for days, place in places if days > day), default=lower + 20)
        return (lower + upper) // 2

    def write(self, vals):
        policy_id = vals.get("policy_id")
        moved = self.filtered(lambda stage: stage.policy_id.id != policy_id)
        if policy_id and is_referred_to(moved):
            raise ValidationError(
                self.env._(
                    "Customers have reached this stage or wait for it, so it cannot "
                    "be moved to another policy. Add a similar stage there."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        """See the policy: no foreign key keeps what the runs write."""
        self.company_id._check_no_collection_run()
        if is_referred_to(self):
            raise ValidationError(
                self.env._(
                    "Customers have reached this stage or wait for it, so it cannot "
                    "be deleted. Archive it instead: it is left out from the next "
                    "run on."
                )
            )

    def _get_day_text(self):
        if self.days in (-1, 0, 1):
            return {
                -1: self.env._("1 day before the due date"),
                0: self.env._("on the due date"),
                1: self.env._("1 day after the due date"),
            }[self.days]
        if self.days < 0:
            return self.env._("%s days before the due date", -self.days)
        return self.env._("%s days after the due date", self.days)

    def _get_timing_text(self):
        """:return: translated sentence on when the stage is due"""
        self.ensure_one()
        text = self._get_day_text()
        if self.gap_days:
            text = self.env._(
                "%(text)s, and at least %(gap)s days after the previous stage",
                text=text,
                gap=self.gap_days,
            )
        return text

    # ------------------------------------------------------------------
    # Call guide
    # ------------------------------------------------------------------

    def _get_call_guide(self, speaker, company):
        """Write the call guide for whoever speaks: [name], [title] and [company] are
        filled in, and what is not known is left out with the comma before it.

        :param speaker: res.partner record of the collector
        :param company: res.company record
        :return: HTML, or False without a guide
        """
        guide = self.call_guide
        words = {"name": speaker.name, "title": speaker.function}
        for word, text in {**words, "company": company.name}.items():
            guide = guide and re.sub(
                rf"\[{word}\]" if text else rf",?\s*\[{word}\]",
                # A function: a backslash in a name is one.
                lambda _found, text=text: escape(text or ""),
                guide,
                flags=re.IGNORECASE,
            )
        return guide and Markup(guide)
